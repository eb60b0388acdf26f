/** How many threads hold the sockets, and where there can be none. */
import { availableParallelism } from "node:os"
import type { ServerSettings } from "../ServerSettings.ts"

type Settings = Pick<ServerSettings, "cluster" | "gateways" | "listen" | "storage" | "tcp">

/** Why there can be none, as a clause; undefined where there can be some. */
export const obstacle = ({ cluster, listen, tcp }: Settings, platform = process.platform): string | undefined => {
  if (cluster.enabled)
    return "cluster.enabled is on: each node has one thread, and there can be several nodes on one machine"
  if (platform !== "linux") return "several threads can listen on one port on Linux only"
  return tcp.listen || listen.some(({ kind }) => kind === "tcp")
    ? undefined
    : "a socket in the file system is one thread's: they take a host and a port to listen on"
}

/** One core is for the thread that has the channels: with two, threads would be in each other's way. */
const byCores = (cores: number): number => (cores <= 2 ? 0 : cores - 1)

export const countOf = (settings: Settings, cores = availableParallelism()): number => {
  if (obstacle(settings) !== undefined) return 0
  if (settings.gateways !== "auto") return settings.gateways
  // What is gone when it ends is to be tried out, not for a crowd: it starts at once.
  return settings.storage.kind === "memory" ? 0 : byCores(cores)
}
