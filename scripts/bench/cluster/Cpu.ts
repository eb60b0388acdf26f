// CPU time and memory of a service of several nodes: all its nodes, and the database with all its processes.
import * as fs from "node:fs"
import type { Cluster } from "../../cluster/Cluster.ts"
import { cpuSeconds, residentBytes } from "../ServerCpu.ts"

/** A process and those that it has started, as a server of Postgres has one for each connection. */
const withChildren = (pid: number): ReadonlyArray<number> => {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim()
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number))]
}

const used = (pid: number): number => {
  try {
    return cpuSeconds(pid)
  } catch {
    // It has just ended.
    return 0
  }
}

export interface Used {
  /** Seconds since the start. */
  readonly nodes: number
  readonly postgres: number
}

/** Reads it at once, again and again: where the processes are is looked up before. */
export const reader = async ({ nodes, postgres }: Cluster): Promise<() => Used> => {
  const server = await postgres.pid()
  return () => ({
    nodes: nodes.reduce((sum, node) => sum + used(node.pid() ?? 0), 0),
    postgres: withChildren(server).reduce((sum, pid) => sum + used(pid), 0),
  })
}

/** Of each node, in bytes. */
export const memory = ({ nodes }: Cluster): ReadonlyArray<number> =>
  nodes.flatMap((node) => {
    const pid = node.pid()
    return pid === undefined ? [] : [residentBytes(pid)]
  })
