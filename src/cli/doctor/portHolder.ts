/** Which process listens on a port, as far as Linux shows it. */
import * as fs from "node:fs"

/** In the tables of the kernel: waits for connections. */
const listens = "0A"

const read = (file: string): string => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

const socketsOn = (port: number): ReadonlyArray<string> =>
  ["tcp", "tcp6"].flatMap((table) =>
    read(`/proc/net/${table}`)
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words[3] === listens && Number.parseInt(words[1]?.split(":")[1] ?? "", 16) === port)
      .map((words) => `socket:[${words[9]}]`),
  )

const linksOf = (folder: string): ReadonlyArray<string> => {
  try {
    return fs.readdirSync(folder).map((descriptor) => {
      try {
        return fs.readlinkSync(`${folder}/${descriptor}`)
      } catch {
        return ""
      }
    })
  } catch {
    return []
  }
}

export interface PortHolder {
  readonly process: number
  readonly name: string
}

/** Undefined where it is another user's, or the system does not say. `first` is looked at before all others. */
export const holderOf = (port: number, first: number | undefined): PortHolder | undefined => {
  const sockets = socketsOn(port)
  if (sockets.length === 0) return undefined
  const others = processes()
  const process = [...(first === undefined ? [] : [first]), ...others].find((process) =>
    linksOf(`/proc/${process}/fd`).some((link) => sockets.includes(link)),
  )
  return process === undefined ? undefined : { process, name: read(`/proc/${process}/comm`).trim() }
}

const processes = (): ReadonlyArray<number> => {
  try {
    return fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}
