/** A worker process: plays a share of the members, as the process that has started it says. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Call } from "../scenario/LoadGenerator.ts"
import * as LoadGenerator from "../scenario/LoadGenerator.ts"
import type { WorkerAnswer, Assignment, WorkerRequest, Step } from "./internal/worker/message.ts"
import * as RemoteWorld from "./RemoteWorld.ts"

/** Milliseconds in which members can leave in order; then the process ends. */
const leaveWithin = 3000

const answer = (answer: WorkerAnswer) =>
  Effect.sync(() => {
    // The process that has asked may have ended meanwhile.
    if (process.connected) process.send?.(answer)
  })

const assigned = Effect.callback<{ readonly id: number; readonly assignment: Assignment }>((resume) => {
  process.once("message", (request: WorkerRequest) => {
    if ("assignment" in request) resume(Effect.succeed(request))
  })
})

const call = (generator: LoadGenerator.LoadGenerator, step: Step, given: ReadonlyArray<unknown>): Call<unknown> => {
  const how = generator[step]
  // The arguments are those of the same method, which the other process has called with the same types.
  return typeof how === "function" ? (how as (...given: ReadonlyArray<unknown>) => Call<unknown>)(...given) : how
}

/** Runs until the process that has started it disconnects or ends. */
export const run = Effect.gen(function* () {
  const gone = Effect.callback<void>((resume) => {
    process.once("disconnect", () => {
      setTimeout(() => process.exit(), leaveWithin).unref()
      resume(Effect.void)
    })
  })
  const play = Effect.gen(function* () {
    const {
      assignment: { address, invite, plan, password, tls },
      id,
    } = yield* assigned
    const world = RemoteWorld.layer({
      address,
      tls,
      password: Redacted.make(password),
      invite: invite === undefined ? undefined : Redacted.make(invite),
    })
    const generator = yield* Effect.provideContext(LoadGenerator.make(plan), yield* Layer.build(world))
    const answering = yield* FiberSet.makeRuntime<never>()
    process.on("message", (request: WorkerRequest) => {
      if (!("step" in request)) return
      const { given, id, step } = request
      answering(Effect.ignore(Effect.flatMap(call(generator, step, given), (value) => answer({ id, value }))))
    })
    yield* answer({ id, value: undefined })
    return yield* Effect.never
  })
  yield* Effect.scoped(Effect.raceFirst(gone, play))
})
