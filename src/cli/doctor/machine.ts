/** What the machine gives: open files, memory, Node. */
import * as fs from "node:fs"
import * as os from "node:os"
import * as v8 from "node:v8"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import * as OpenFiles from "../../transport/OpenFiles.ts"
import { about, type Finding } from "./Finding.ts"

const inFiles = about("open files")
const inMemory = about("memory")
const inNode = about("node")

/** The service's own files, and those that are opened now and then. */
const spare = 100

export const files = (
  { connections: { total } }: Pick<ServerSettings, "connections">,
  limit: number | undefined,
): Finding => {
  if (limit === undefined) return inFiles.ok("the system sets no limit that can be seen here")
  const room = Math.max(0, limit - spare)
  const says = `${limit} may be open, enough for ${room} connections; connections.total is ${total}`
  if (room >= total) return inFiles.ok(says)
  const advice = `raise the limit (ulimit -n, LimitNOFILE= in the unit) or set connections.total to ${room} or less`
  return room < 200 ? inFiles.problem(says, advice) : inFiles.warning(says, advice)
}

/** Of the process of a service, or of this one, which a service started here would have as well. */
export const limitOf = (process: number | undefined): number | undefined =>
  (process === undefined ? undefined : OpenFiles.limit(process)) ?? OpenFiles.limit()

export interface MemoryFacts {
  /** What the container lets its processes have together; undefined where it sets no limit. */
  readonly container: number | undefined
  readonly machine: number
  /** What Node lets its heap have. */
  readonly heap: number
  /** What the service has now. */
  readonly used: number | undefined
}

/** Above this it is a number that stands for no limit. */
const everything = 2 ** 50

export const memoryFacts = (service: number | undefined): MemoryFacts => {
  const constrained = process.constrainedMemory()
  const container = constrained > 0 && constrained < everything ? constrained : undefined
  return {
    container,
    machine: os.totalmem(),
    heap: v8.getHeapStatistics().heap_size_limit,
    used: service === undefined ? undefined : residentOf(service),
  }
}

const residentOf = (process: number): number | undefined => {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${process}/status`, "utf8")) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}

/** A service in which nobody is, and what a signed-in connection takes (docs/BENCHMARKS.md). */
const alone = 120 * 1024 * 1024
const perConnection = 14 * 1024

const MiB = 1024 * 1024
const size = (bytes: number): string => `${Math.round(bytes / MiB)} MiB`

export const memory = (
  { container, heap, machine, used }: MemoryFacts,
  connections: number,
): ReadonlyArray<Finding> => {
  const most = Math.min(container ?? machine, machine)
  const needed = alone + connections * perConnection
  const whose = container === undefined ? "the machine has" : "the container may have"
  const says = `${whose} ${size(most)}; ${connections} idle connections take about ${size(needed)}`
  return [
    needed > most
      ? inMemory.warning(
          says,
          `give it more, or set connections.total to ${Math.max(1, Math.floor((most - alone) / perConnection))} or less`,
        )
      : inMemory.ok(says),
    ...(container !== undefined && heap > container
      ? [
          inMemory.warning(
            `Node would let its heap grow to ${size(heap)}, and the system ends it at ${size(container)}`,
            `NODE_OPTIONS=--max-old-space-size=${Math.max(64, Math.floor((container * 0.75) / MiB))}`,
          ),
        ]
      : []),
    ...(used === undefined ? [] : [inMemory.ok(`the service takes ${size(used)}`)]),
  ]
}

/** Who gets here has one that is new enough: `bin` looks first. */
export const node = (version: string): Finding => {
  const major = Number(/^v(\d+)/.exec(version)?.[1])
  return major % 2 === 1
    ? inNode.warning(`Node ${version} is a release without long support`, "take one with an even number, as 24")
    : inNode.ok(`Node ${version}`)
}
