/** Plays a share of a load, as the process that has started this one asks it to. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Redacted from "effect/Redacted"
import type { Asked } from "../scenario/LoadGenerator.ts"
import * as Troupe from "../scenario/LoadGenerator.ts"
import type { Answer, Assignment, Request, Step } from "./internal/worker/message.ts"
import * as RemoteWorld from "./RemoteWorld.ts"

/** Members who do not manage to leave in this time, in milliseconds, are gone all the same. */
const leaveWithin = 3000

const answer = (answer: Answer) =>
  Effect.sync(() => {
    // Whoever is not there any more does not want to know.
    if (process.connected) process.send?.(answer)
  })

const assigned = Effect.callback<{ readonly id: number; readonly assignment: Assignment }>((resume) => {
  process.once("message", (request: Request) => {
    if ("assignment" in request) resume(Effect.succeed(request))
  })
})

const asked = (troupe: Troupe.Troupe, step: Step, given: ReadonlyArray<unknown>): Asked<unknown> => {
  const how = troupe[step]
  // The other process has called a function of the same type.
  return typeof how === "function" ? (how as (...given: ReadonlyArray<unknown>) => Asked<unknown>)(...given) : how
}

/** Until the other process is gone, or has enough. */
export const run = Effect.gen(function* () {
  const gone = Effect.callback<void>((resume) => {
    process.once("disconnect", () => {
      setTimeout(() => process.exit(), leaveWithin).unref()
      resume(Effect.void)
    })
  })
  const play = Effect.gen(function* () {
    const {
      assignment: { address, invite, part, password },
      id,
    } = yield* assigned
    const world = RemoteWorld.layer({
      address,
      password: Redacted.make(password),
      invite: invite === undefined ? undefined : Redacted.make(invite),
    })
    const troupe = yield* Effect.provide(Troupe.make(part), world)
    const answering = yield* FiberSet.makeRuntime<never>()
    process.on("message", (request: Request) => {
      if (!("step" in request)) return
      const { given, id, step } = request
      answering(Effect.ignore(Effect.flatMap(asked(troupe, step, given), (value) => answer({ id, value }))))
    })
    yield* answer({ id, value: undefined })
    return yield* Effect.never
  })
  yield* Effect.scoped(Effect.raceFirst(gone, play))
})
