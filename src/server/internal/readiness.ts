/** Whether the service wants sessions now: not while it drains, and not while what it keeps things in does not answer. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Monotonic from "../../domain/Monotonic.ts"
import { Sessions } from "../../session/Sessions.ts"
import { StorePing } from "../../storage/StorePing.ts"
import type { Check, Readiness } from "../../transport/http/HealthDoor.ts"

/** However many ask, the store is asked once in this time. */
const askEvery = Duration.seconds(1)

/** Time that the store has to answer. */
const patience = Duration.seconds(2)

interface ReadinessShape {
  /** Asks anew, where it was not asked just now. */
  readonly now: Effect.Effect<Readiness>
  /** As it was when it was asked last. */
  readonly last: () => Readiness
  /** Whether the service is about to end. */
  readonly drains: () => boolean
}

export const make: Effect.Effect<ReadinessShape, never, Scope.Scope | Sessions> = Effect.gen(function* () {
  const sessions = yield* Sessions
  const clock = yield* Clock.Clock
  const ping = yield* StorePing
  let drainingSince: number | undefined
  let awaySince: number | undefined

  yield* sessions.draining.pipe(
    Effect.andThen(Effect.sync(() => void (drainingSince = Monotonic.millis(clock)))),
    Effect.forkScoped,
  )
  const asked = Effect.matchCause(
    Effect.timeoutOrElse(ping, { duration: patience, orElse: () => Effect.fail("slow") }),
    {
      onFailure: () => void (awaySince ??= Monotonic.millis(clock)),
      onSuccess: () => void (awaySince = undefined),
    },
  )
  const ask = yield* Effect.cachedWithTTL(asked, askEvery)

  const check = (name: string, since: number | undefined, detail: string): Check => ({
    name,
    problem:
      since === undefined ? undefined : { detail, seconds: Math.floor((Monotonic.millis(clock) - since) / 1000) },
  })
  const last = (): Readiness => {
    const checks = [
      check("accepting", drainingSince, "the service is shutting down"),
      check("store", awaySince, "the service cannot reach what it keeps its data in"),
    ]
    return { ready: checks.every(({ problem }) => problem === undefined), checks }
  }
  return { now: Effect.map(ask, last), last, drains: () => drainingSince !== undefined }
})
