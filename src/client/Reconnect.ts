/** Reconnecting, such that not all clients of a server come back at the same moment. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { isGarbled, RequestError } from "../domain/RequestError.ts"
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

/** How long the first connection may take, with as many tries as fit into that. */
export interface Patience {
  /** Where there is no server yet, or none that can be reached. */
  readonly absent: Duration.Duration
  /** Where there is one, and it wants the client to come later: it is busy, full, or about to restart. */
  readonly busy: Duration.Duration
}

const defaultPatience: Patience = { absent: Duration.zero, busy: Duration.seconds(30) }

/** A client that is made with this waits for its server as long as it takes. */
export const forEver: Patience = { absent: Duration.infinity, busy: Duration.infinity }

/** Whether another try may help, where there was a connection before. */
const mayComeBack = (failure: ConnectionFailure): boolean => {
  switch (failure._tag) {
    case "ConnectError":
      return true
    case "Disconnect":
      return failure.reconnect
    case "RequestError":
      // A guest's name is taken until the server has noticed that the guest's last connection is gone.
      return failure.retryable || isGarbled(failure.reason) || failure.reason === "UsernameTaken"
  }
}

/** What is said to credentials that were good once. */
export const outdated: ReadonlySet<ConnectionFailure["reason"]> = new Set<ConnectionFailure["reason"]>([
  "InvalidToken",
  "InvalidCredentials",
  "TokenRevoked",
  "PasswordChanged",
])

/** How long to try, where there was none; undefined where waiting does not help. */
const patienceFor = (failure: ConnectionFailure, { absent, busy }: Patience): Duration.Duration | undefined => {
  switch (failure._tag) {
    case "ConnectError":
      return failure.passes ? absent : undefined
    case "Disconnect":
      return failure.reconnect ? busy : undefined
    case "RequestError":
      return failure.retryable ? busy : undefined
  }
}

/** How long to wait, as far as the server says. */
const waitOf = (
  failure: ConnectionFailure,
): { readonly within: Duration.Duration | undefined; readonly least: Duration.Duration } => {
  switch (failure._tag) {
    case "ConnectError":
      return { within: undefined, least: Duration.zero }
    case "Disconnect":
      return { within: failure.reconnectWithin, least: Duration.millis(failure.pause) }
    case "RequestError":
      return { within: undefined, least: failure.retryAfter ?? Duration.zero }
  }
}

/**
 * Runs `visit`, each time in a scope of its own, until it succeeds. A visit runs `arrived` when it is online. If none
 * has been online yet, it is tried again as long as `patience` allows. After that `onAway` gets the reason and the wait,
 * and the next visit begins behind that, unless the reason says that this is pointless.
 */
export const stay = Effect.fnUntraced(function* <A, R>(
  visit: (arrived: Effect.Effect<void>) => Effect.Effect<A, ConnectionFailure, R>,
  options: {
    readonly onAway: (because: ConnectionFailure, delay: Duration.Duration, attempt: number) => Effect.Effect<void>
    readonly backoff?: Backoff | undefined
    readonly patience?: Patience | undefined
    /** Whether something was done about what would otherwise be final, once it had been online. */
    readonly mend?: ((because: ConnectionFailure) => Effect.Effect<boolean>) | undefined
    /** Waits for the next try. Default: a sleep. */
    readonly wait?: ((delay: Duration.Duration) => Effect.Effect<void>) | undefined
  },
): Effect.fn.Return<A, ConnectionFailure, Exclude<R, Scope.Scope>> {
  const {
    backoff = defaults,
    mend = () => Effect.succeed(false),
    onAway,
    patience = defaultPatience,
    wait: pass = Effect.sleep,
  } = options
  let everOnline = false
  let arrivedAt: number | undefined
  let attempt = 0
  let waited = 0
  const beganAt = yield* Monotonic.now
  /** How long the first connection may take. Once a server has asked for patience, so long, even if it is away for a while. */
  let limit = 0
  const arrived = Effect.map(Monotonic.now, (now) => {
    everOnline = true
    arrivedAt = now
  })
  while (true) {
    arrivedAt = undefined
    const outcome = yield* Effect.result(Effect.scoped(visit(arrived)))
    if (outcome._tag === "Success") return outcome.success
    const because = outcome.failure
    const now = yield* Monotonic.now
    // A server that lets clients in and throws them out again must not be asked faster and faster.
    if (arrivedAt !== undefined && now - arrivedAt > waited) attempt = 0
    const { least, within } = waitOf(because)
    const wait = Duration.sum(yield* delay(backoff, attempt, within), least)
    waited = Duration.toMillis(wait)
    if (everOnline) {
      if (!mayComeBack(because)) {
        if (!(yield* mend(because))) return yield* because
        attempt = 0
        continue
      }
    } else {
      const allowed = patienceFor(because, patience)
      limit = Math.max(limit, Duration.toMillis(allowed ?? Duration.zero))
      if (allowed === undefined || now + waited - beganAt >= limit) return yield* because
    }
    yield* onAway(because, wait, attempt++)
    yield* pass(wait)
  }
})
