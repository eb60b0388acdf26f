// One round of the fan-out benchmark: one server and one load process, started for it and ended after it.
import * as Effect from "effect/Effect"
import type { LoadEvent, LoadFigures, LoadPlan } from "./fanout/Plan.ts"
import * as LoadProcess from "./LoadProcess.ts"
import type { Machine } from "./Machine.ts"
import { host, start } from "./ServerProcess.ts"
import type { Options as ServerOptions, ServerCommand } from "./ServerProcess.ts"

/** How many take part and for how long. Every round ramps up for `rampSeconds` (which warms it up), then measures. */
export type Load = Omit<LoadPlan, "host" | "port" | "serverPid" | "framing">

/** What one round measured. A delivery is one message at one member. */
export interface RoundFigures extends LoadFigures {
  readonly deliveriesPerCpuSecond: number
  readonly deliveriesPerSecond: number
  /** CPU time by wall time: 1 is one core. */
  readonly serverUtilisation: number
  readonly loadUtilisation: number
  readonly deliveriesPerRead: number
  /** Messages that were checked: each reached every member exactly once, and all in the same order. */
  readonly messagesChecked: number
}

export interface Options {
  readonly pinned: Machine["pinned"]
  readonly profile?: ServerOptions["profile"]
  readonly onEvent?: (event: LoadEvent) => void
}

export const figuresOf = (figures: LoadFigures, messagesChecked: number): RoundFigures => ({
  ...figures,
  deliveriesPerCpuSecond: figures.deliveries / figures.serverCpuSeconds,
  deliveriesPerSecond: figures.deliveries / figures.wallSeconds,
  serverUtilisation: figures.serverCpuSeconds / figures.wallSeconds,
  loadUtilisation: figures.loadCpuSeconds / figures.wallSeconds,
  deliveriesPerRead: figures.deliveries / figures.reads,
  messagesChecked,
})

/**
 * Runs one round. Fails where the server does not start, ends early or stops delivering, and where a member got a
 * message not at all, twice, changed, or in another order than the others.
 */
export const run = Effect.fnUntraced(function* (server: ServerCommand, load: Load, options: Options) {
  const started = yield* start(server, { core: options.pinned?.server, profile: options.profile })
  const plan: LoadPlan = {
    ...load,
    framing: server.framing ?? "natter",
    host,
    port: started.port,
    serverPid: started.pid,
  }
  const { figures, messagesChecked } = yield* LoadProcess.run<LoadEvent>(
    "scripts/bench/fanout/main.ts",
    plan,
    started,
    {
      core: options.pinned?.load,
      onEvent: options.onEvent,
    },
  )
  return figuresOf(figures, messagesChecked)
}, Effect.scoped)
