/** How many files, and so sockets, the operating system lets this process have open. */
import * as fs from "node:fs"

/** Of this process, or another one; undefined where the system does not say so in the way of Linux, or sets no limit. */
export const limit = (process: number | "self" = "self"): number | undefined => {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(read(`/proc/${process}/limits`)) ?? []
  return soft === undefined ? undefined : Number(soft)
}

const read = (file: string): string => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** How many there are; undefined where that is not known. */
export const open = (): number | undefined => {
  try {
    // Since 6.2 Linux says how many there are without listing them, which takes long where there are many.
    return fs.statSync("/proc/self/fd").size || fs.readdirSync("/proc/self/fd").length
  } catch {
    return undefined
  }
}

/** How many more can be opened; undefined where that is not known. */
export const free = (): number | undefined => {
  const most = limit()
  const now = open()
  return most === undefined || now === undefined ? undefined : most - now
}
