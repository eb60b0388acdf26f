/** What the system says of the processes that another one has started. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"

export interface Child {
  readonly pid: number
  readonly command: string
}

interface Listed extends Child {
  readonly parent: number
  /** What has ended, and nobody has asked for yet, is not there any more. */
  readonly ended: boolean
}

const listed = (pid: string): ReadonlyArray<Listed> => {
  try {
    const [state, parent] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
    return [{ pid: Number(pid), parent: Number(parent), command, ended: state === "Z" }]
  } catch {
    return []
  }
}

const all = (): ReadonlyArray<Listed> =>
  process.platform === "linux"
    ? fs.readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? listed(name) : []))
    : execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" })
        .split("\n")
        .flatMap((line) => {
          const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
          return command === undefined
            ? []
            : [{ pid: Number(pid), parent: Number(parent), command, ended: state!.startsWith("Z") }]
        })

export const childrenOf = (parent: number): ReadonlyArray<Child> => all().filter((one) => one.parent === parent)

export const isThere = (pid: number): boolean => all().some((one) => one.pid === pid && !one.ended)
