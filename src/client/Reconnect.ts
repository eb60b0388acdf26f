/** Coming back to a server that went away, without coming back all at once. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { Disconnect } from "../domain/Disconnect.ts"
import { catalog, RequestError } from "../domain/RequestError.ts"
import { ConnectError } from "./ConnectError.ts"

/** Why one is not there. */
export type Absence = ConnectError | Disconnect | RequestError

export const isAbsence = (error: unknown): error is Absence =>
  error instanceof ConnectError || error instanceof Disconnect || error instanceof RequestError

export interface Backoff {
  /** The longest wait before the first try; it doubles with every try. */
  readonly base: Duration.Duration
  /** The longest wait before any try. */
  readonly cap: Duration.Duration
}

export const defaults: Backoff = { base: Duration.millis(500), cap: Duration.seconds(20) }

/** The wait before a try, counted from 0: any moment within the window, so that a crowd spreads out over all of it. */
export const delay = (
  { base, cap }: Backoff,
  attempt: number,
  within?: Duration.Duration,
): Effect.Effect<Duration.Duration> => {
  const window = within ?? Duration.min(cap, Duration.times(base, 2 ** Math.min(attempt, 30)))
  // Whole milliseconds, as clocks have them.
  return Effect.map(Random.nextIntBetween(0, Math.round(Duration.toMillis(window))), Duration.millis)
}

/** Whether coming back may help. */
const mayPass = (absence: Absence): boolean => {
  switch (absence._tag) {
    case "ConnectError":
      return true
    case "Disconnect":
      return absence.reconnect
    case "RequestError":
      // A guest's name is taken until the server has noticed that the guest's last connection is gone.
      return catalog[absence.reason].retryable || absence.reason === "UsernameTaken"
  }
}

/** How long to wait, as far as the server says. */
const asked = (absence: Absence): Pick<Disconnect, "reconnectWithin"> & Pick<RequestError, "retryAfter"> => ({
  reconnectWithin: absence._tag === "Disconnect" ? absence.reconnectWithin : undefined,
  retryAfter: absence._tag === "RequestError" ? absence.retryAfter : undefined,
})

/**
 * Runs `visit`, each time in a scope of its own, until it succeeds. It calls `arrived` when it has
 * got in; before it ever has, a failure is final. After that `onAway` is told why and for how long
 * it is away, and it comes back, unless the reason says that this is pointless.
 */
export const stay = Effect.fnUntraced(function* <A, R>(
  visit: (arrived: Effect.Effect<void>) => Effect.Effect<A, Absence, R>,
  options: {
    readonly onAway: (because: Absence, delay: Duration.Duration, attempt: number) => Effect.Effect<void>
    readonly backoff?: Backoff | undefined
    /** Lets the time of being away pass. */
    readonly wait?: ((delay: Duration.Duration) => Effect.Effect<void>) | undefined
  },
): Effect.fn.Return<A, Absence, Exclude<R, Scope.Scope>> {
  const { backoff = defaults, onAway, wait: pass = Effect.sleep } = options
  let known = false
  let arrivedAt: number | undefined
  let attempt = 0
  let waited = 0
  const arrived = Effect.map(Clock.currentTimeMillis, (now) => {
    known = true
    arrivedAt = now
  })
  while (true) {
    arrivedAt = undefined
    const outcome = yield* Effect.result(Effect.scoped(visit(arrived)))
    if (outcome._tag === "Success") return outcome.success
    const because = outcome.failure
    if (!known || !mayPass(because)) return yield* because
    // A server that lets one in and throws one out again must not be asked faster and faster.
    if (arrivedAt !== undefined && (yield* Clock.currentTimeMillis) - arrivedAt > waited) attempt = 0
    const { reconnectWithin, retryAfter } = asked(because)
    const wait = Duration.sum(yield* delay(backoff, attempt, reconnectWithin), retryAfter ?? Duration.zero)
    waited = Duration.toMillis(wait)
    yield* onAway(because, wait, attempt++)
    yield* pass(wait)
  }
})
