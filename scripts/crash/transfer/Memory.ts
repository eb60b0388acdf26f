// How much memory of a machine a process has, as the kernel says it: its own pages, not those that are kept of files.
import * as fs from "node:fs"

const bytesOf = (pid: number, field: "VmRSS" | "VmHWM"): number => {
  const status = fs.readFileSync(`/proc/${pid}/status`, "latin1")
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1])
}

export const now = (pid: number): number => bytesOf(pid, "VmRSS")

/** From here on the most is counted anew. */
export const forgetMost = (pid: number): void => fs.writeFileSync(`/proc/${pid}/clear_refs`, "5")

/** The most since then. No moment is missed: the kernel counts. */
export const most = (pid: number): number => bytesOf(pid, "VmHWM")
