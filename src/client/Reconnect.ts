/** Reconnecting, such that not all clients of a server come back at the same moment. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { Disconnect } from "../domain/Disconnect.ts"
import { catalog, RequestError } from "../domain/RequestError.ts"
import { ConnectError } from "./ConnectError.ts"

/** Why there is no session: the server could not be reached, it ended the connection, or it refused to sign in. */
export type ConnectionFailure = ConnectError | Disconnect | RequestError

export const isConnectionFailure = (error: unknown): error is ConnectionFailure =>
  error instanceof ConnectError || error instanceof Disconnect || error instanceof RequestError

export interface Backoff {
  /** The longest wait before the first try; it doubles with every try. */
  readonly base: Duration.Duration
  /** The longest wait before any try. */
  readonly cap: Duration.Duration
}

export const defaults: Backoff = { base: Duration.millis(500), cap: Duration.seconds(20) }

/** The wait before a try, counted from 0: any moment within the window, so that many clients spread out over all of it. */
export const delay = (
  { base, cap }: Backoff,
  attempt: number,
  within?: Duration.Duration,
): Effect.Effect<Duration.Duration> => {
  const window = within ?? Duration.min(cap, Duration.times(base, 2 ** Math.min(attempt, 30)))
  // Whole milliseconds, since that is what clocks have.
  return Effect.map(Random.nextIntBetween(0, Math.round(Duration.toMillis(window))), Duration.millis)
}

/** Whether another try may help. */
const isTemporary = (failure: ConnectionFailure): boolean => {
  switch (failure._tag) {
    case "ConnectError":
      return true
    case "Disconnect":
      return failure.reconnect
    case "RequestError":
      // A guest's name is taken until the server has noticed that the guest's last connection is gone.
      return catalog[failure.reason].retryable || failure.reason === "UsernameTaken"
  }
}

/** How long to wait, as far as the server says. */
const waitOf = (
  failure: ConnectionFailure,
): Pick<Disconnect, "reconnectWithin"> & Pick<RequestError, "retryAfter"> => ({
  reconnectWithin: failure._tag === "Disconnect" ? failure.reconnectWithin : undefined,
  retryAfter: failure._tag === "RequestError" ? failure.retryAfter : undefined,
})

/**
 * Runs `visit`, each time in a scope of its own, until it succeeds. A visit runs `arrived` when it is online. If none
 * has been online yet, a failure is final. After that `onAway` gets the reason and the wait, and the next visit begins
 * behind that, unless the reason says that this is pointless.
 */
export const stay = Effect.fnUntraced(function* <A, R>(
  visit: (arrived: Effect.Effect<void>) => Effect.Effect<A, ConnectionFailure, R>,
  options: {
    readonly onAway: (because: ConnectionFailure, delay: Duration.Duration, attempt: number) => Effect.Effect<void>
    readonly backoff?: Backoff | undefined
    /** Waits for the next try. Default: a sleep. */
    readonly wait?: ((delay: Duration.Duration) => Effect.Effect<void>) | undefined
  },
): Effect.fn.Return<A, ConnectionFailure, Exclude<R, Scope.Scope>> {
  const { backoff = defaults, onAway, wait: pass = Effect.sleep } = options
  let everOnline = false
  let arrivedAt: number | undefined
  let attempt = 0
  let waited = 0
  const arrived = Effect.map(Clock.currentTimeMillis, (now) => {
    everOnline = true
    arrivedAt = now
  })
  while (true) {
    arrivedAt = undefined
    const outcome = yield* Effect.result(Effect.scoped(visit(arrived)))
    if (outcome._tag === "Success") return outcome.success
    const because = outcome.failure
    if (!everOnline || !isTemporary(because)) return yield* because
    // A server that lets clients in and throws them out again must not be asked faster and faster.
    if (arrivedAt !== undefined && (yield* Clock.currentTimeMillis) - arrivedAt > waited) attempt = 0
    const { reconnectWithin, retryAfter } = waitOf(because)
    const wait = Duration.sum(yield* delay(backoff, attempt, reconnectWithin), retryAfter ?? Duration.zero)
    waited = Duration.toMillis(wait)
    yield* onAway(because, wait, attempt++)
    yield* pass(wait)
  }
})
