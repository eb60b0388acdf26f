// One round of an open-loop benchmark: one server and one load process, started for it and ended after it, and what
// the probe in the server saw meanwhile.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { existsSync } from "node:fs"
import { sources } from "../Command.ts"
import * as LoadProcess from "./LoadProcess.ts"
import type { Machine } from "./Machine.ts"
import type { OpenEvent, OpenPlan, ReturnFigures, Slice } from "./OpenLoad.ts"
import { type Counts, percentile } from "../../src/scenario/Histogram.ts"
import type { Sample } from "./probe.ts"
import { host, root, start } from "./ServerProcess.ts"
import type { Options as ServerOptions, ServerCommand } from "./ServerProcess.ts"

export type OpenLoad = Omit<OpenPlan, "host" | "port">

export interface OpenOptions {
  readonly pinned: Machine["pinned"]
  readonly profile?: ServerOptions["profile"]
  readonly onEvent?: (event: OpenEvent) => void
}

/** The highest in the measured time, in bytes; all but `rss` are what the process itself knows. */
export interface Peaks {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  /** All outboxes together. */
  readonly outboxes: number
  /** The fullest outbox. */
  readonly fullestBytes: number
  readonly fullestFrames: number
}

/** A second of a round, and how busy the machine was. */
export interface OpenSlice extends Slice {
  /** CPU time of the server by wall time, all its threads. */
  readonly serverUtilisation: number
  /** What neither the server nor its load used: other work on the machine, which makes figures worse. */
  readonly otherUtilisation: number
}

export interface OpenRoundFigures {
  readonly slices: ReadonlyArray<OpenSlice>
  /** While those who had stalled came back. */
  readonly returning: ReadonlyArray<OpenSlice>
  readonly peaks: Peaks
  /** Why the server ended sessions, and how many, up to the end of the measured time. */
  readonly ended: Readonly<Record<string, number>>
  readonly returned: ReturnFigures
  readonly messagesChecked: number
}

// Where the probe may write without waiting for a disk that others keep busy.
const inMemory = existsSync("/dev/shm") ? { directory: "/dev/shm" } : {}

const probed = (server: ServerCommand, file: string): ServerCommand => ({
  name: server.name,
  args: (port, folder) => [
    "--import",
    `${new URL("probe.ts", import.meta.url).href}?file=${encodeURIComponent(file)}`,
    // What the probe looks into is of the sources: in a bundle there would be another of each.
    ...server.args(port, folder, sources),
  ],
})

const withServer = (slice: Slice, samples: ReadonlyArray<Sample>): OpenSlice => {
  const within = samples.filter(({ at }) => at >= slice.from && at <= slice.to)
  const [before, after] = [within[0], within.at(-1)]
  const serverUtilisation =
    before === undefined || after === before ? 0 : (after!.cpu - before.cpu) / (after!.at - before.at)
  const otherUtilisation = Math.max(0, slice.machineUtilisation - slice.loadUtilisation - serverUtilisation)
  return { ...slice, serverUtilisation, otherUtilisation }
}

/** What the probe's lines say of the time from `from` to `to`. */
export const peaksIn = (samples: ReadonlyArray<Sample>): Peaks => {
  const highest = (value: (sample: Sample) => number) =>
    samples.reduce((most, sample) => Math.max(most, value(sample)), 0)
  return {
    rss: highest(({ rss }) => rss),
    heapUsed: highest(({ heapUsed }) => heapUsed),
    external: highest(({ external }) => external),
    outboxes: highest(({ outboxes }) => outboxes),
    fullestBytes: highest(({ fullest }) => fullest.bytes),
    fullestFrames: highest(({ fullest }) => fullest.frames),
  }
}

/** Seconds in which other work used less of a core than this are quiet. */
const quiet = 0.25
/** Fewer quiet seconds than these say nothing. */
const enough = 10

/** Latencies of many seconds, of one kind. */
export interface Latencies {
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** The same of the quiet seconds alone; undefined where they were too few. */
  readonly quietP99: number | undefined
  readonly quietSeconds: number
  readonly seconds: number
}

export const latencies = (slices: ReadonlyArray<OpenSlice>, of: (slice: OpenSlice) => Counts): Latencies => {
  const all = slices.map(of)
  const calm = slices.filter(({ otherUtilisation }) => otherUtilisation < quiet).map(of)
  return {
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
    p999: percentile(all, 0.999),
    quietP99: calm.length < enough ? undefined : percentile(calm, 0.99),
    quietSeconds: calm.length,
    seconds: all.length,
  }
}

/** By how much the one is slower than the other at the 99th percentile: in quiet seconds, where both have enough. */
export const ratioOf = (one: Latencies, other: Latencies): number =>
  one.quietP99 === undefined || other.quietP99 === undefined ? one.p99 / other.p99 : one.quietP99 / other.quietP99

/**
 * Runs one round. Fails where the server does not start, ends early or ends a member that reads; where a member that
 * stalled was not ended; and where a member has not in the end got every message once and in the order of all others.
 */
export const run = Effect.fnUntraced(function* (server: ServerCommand, load: OpenLoad, options: OpenOptions) {
  const files = yield* FileSystem.FileSystem
  const file = `${yield* files.makeTempDirectoryScoped({ prefix: "natter-probe-", ...inMemory })}/samples`
  const started = yield* start(probed(server, file), { core: options.pinned?.server, profile: options.profile })
  const plan: OpenPlan = { ...load, host, port: started.port }
  const { figures, messagesChecked, returned } = yield* LoadProcess.run<OpenEvent>(
    `${root}/scripts/bench/open/main.ts`,
    plan,
    started,
    { core: options.pinned?.load, onEvent: options.onEvent },
  )
  const lines = (yield* files.readFileString(file)).split("\n")
  // The last may be cut short.
  const samples = lines.slice(0, -1).map((line) => JSON.parse(line) as Sample)
  const [first, last] = [figures.slices[0], figures.slices.at(-1)]
  const within = samples.filter(({ at }) => first !== undefined && at >= first.from && at <= last!.to)
  if (within.length < 2) return yield* started.failure("was not probed")
  const round: OpenRoundFigures = {
    slices: figures.slices.map((slice) => withServer(slice, samples)),
    returning: figures.returning.map((slice) => withServer(slice, samples)),
    peaks: peaksIn(within),
    ended: within.at(-1)!.ended,
    returned,
    messagesChecked,
  }
  return round
}, Effect.scoped)
