// What another process has used: read from /proc, so that measuring costs the server nothing.
import * as fs from "node:fs"

/** User and system time of all threads of a process that are still there, in seconds. */
export const cpuSeconds = (pid: number): number => {
  const threads = `/proc/${pid}/task`
  let nanoseconds = 0
  for (const thread of fs.readdirSync(threads)) {
    try {
      nanoseconds += Number(fs.readFileSync(`${threads}/${thread}/schedstat`, "latin1").split(" ")[0])
    } catch {
      // The thread has just ended.
    }
  }
  return nanoseconds / 1e9
}

/** Resident memory in bytes. */
export const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "latin1"))?.[1])
