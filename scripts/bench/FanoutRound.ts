// One round of the fan-out benchmark: one server and one load process, started for it and ended after it.
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import type { LoadEvent, LoadFigures, LoadPlan } from "./load.ts"
import { pin } from "./Machine.ts"
import type { Machine } from "./Machine.ts"
import { host, root, start } from "./ServerProcess.ts"
import type { Options as ServerOptions, ServerCommand } from "./ServerProcess.ts"

/** How many take part and for how long. Every round ramps up for `rampSeconds` (which warms it up), then measures. */
export type Load = Omit<LoadPlan, "host" | "port" | "serverPid">

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

const figuresOf = (figures: LoadFigures, messagesChecked: number): RoundFigures => ({
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
  const { failure, pid, port } = yield* start(server, { core: options.pinned?.server, profile: options.profile })
  const plan: LoadPlan = { ...load, host, port, serverPid: pid }
  const [command = "", ...args] = pin(options.pinned?.load, [
    process.execPath,
    "scripts/bench/load.ts",
    JSON.stringify(plan),
  ])
  const child = yield* ChildProcess.make(command, args, { cwd: root, stderr: "inherit", forceKillAfter: "2 seconds" })
  let last: LoadEvent | undefined
  yield* child.stdout.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.runForEach((line) =>
      Effect.sync(() => {
        last = JSON.parse(line) as LoadEvent
        options.onEvent?.(last)
      }),
    ),
  )
  // TypeScript does not see that the stream has set it.
  const outcome = last as LoadEvent | undefined
  if (outcome?.type === "Measured") return figuresOf(outcome.figures, outcome.messagesChecked)
  const reason = outcome?.type === "Failed" ? outcome.reason : "the load process ended early"
  // A server that broke off is still being listened to.
  yield* Effect.sleep("100 millis")
  return yield* failure(`failed: ${reason}`)
}, Effect.scoped)
