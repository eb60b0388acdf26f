// One round of an open-loop benchmark: one server and one load process, started for it and ended after it, and what
// the probe in the server saw meanwhile.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as LoadProcess from "./LoadProcess.ts"
import type { Machine } from "./Machine.ts"
import type { OpenEvent, OpenFigures, OpenPlan, Returned } from "./OpenLoad.ts"
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

export interface OpenRoundFigures extends OpenFigures {
  readonly peaks: Peaks
  /** CPU time of the server by wall time, all its threads. */
  readonly serverUtilisation: number
  /** What neither the server nor its load used: other work on the machine, which makes figures worse. */
  readonly otherUtilisation: number
  /** Why the server ended sessions, and how many, up to the end of the measured time. */
  readonly ended: Readonly<Record<string, number>>
  readonly returned: Returned
  readonly messagesChecked: number
}

const probed = (server: ServerCommand, file: string): ServerCommand => ({
  name: server.name,
  args: (port, folder) => [
    "--import",
    `${new URL("probe.ts", import.meta.url).href}?file=${encodeURIComponent(file)}`,
    ...server.args(port, folder),
  ],
})

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

/**
 * Runs one round. Fails where the server does not start, ends early or ends a member that reads; where a member that
 * stalled was not ended; and where a member has not in the end got every message once and in the order of all others.
 */
export const run = Effect.fnUntraced(function* (server: ServerCommand, load: OpenLoad, options: OpenOptions) {
  const files = yield* FileSystem.FileSystem
  const file = `${yield* files.makeTempDirectoryScoped({ prefix: "natter-probe-" })}/samples`
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
  const within = samples.filter(({ at }) => at >= figures.from && at <= figures.to)
  const [before, after] = [within[0], within.at(-1)]
  if (before === undefined || after === undefined) return yield* started.failure("was not probed")
  const serverUtilisation = (after.cpu - before.cpu) / (after.at - before.at)
  const round: OpenRoundFigures = {
    ...figures,
    peaks: peaksIn(within),
    serverUtilisation,
    otherUtilisation: Math.max(0, figures.machineUtilisation - figures.loadUtilisation - serverUtilisation),
    ended: after.ended,
    returned,
    messagesChecked,
  }
  return round
}, Effect.scoped)
