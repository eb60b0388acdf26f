/** A client that stays: it signs in, comes back when the connection is lost, and sends what was said meanwhile. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Status } from "../domain/Status.ts"
import { Disconnect } from "../protocol/Disconnect.ts"
import type { RequestError } from "../protocol/RequestError.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import { type ClientInput, type ClientState, initial, next } from "./ClientState.ts"
import { connect, type Connection, type ConnectOptions, type Credentials, type Event } from "./Connection.ts"
import { Dialer } from "./Dialer.ts"
import { Outgoing, type PublishFailure } from "./internal/Outgoing.ts"
import { Seat } from "./internal/Seat.ts"
import { Subscribers } from "./internal/Subscribers.ts"
import { fresh } from "./MessageId.ts"
import { type Absence, type Backoff, stay } from "./Reconnect.ts"

export interface ClientOptions extends ConnectOptions {
  readonly credentials: Credentials
  readonly backoff?: Backoff | undefined
  /** Messages that wait to be sent or to be acknowledged. Default: 256. */
  readonly maxUnsent?: number | undefined
}

/** What happens in the channels one is in. `Joined` comes with every entry, after a reconnection too: it starts anew. */
export type ClientEvent = Event

/** Requests wait while the client is away, and are made again if the connection is lost before the answer. */
type Answer<Type extends "Joined" | "Left" | "Channels" | "Ok"> = Effect.Effect<
  ServerFrameOf<Type>,
  RequestError | Absence
>

export interface Client {
  /** What is so now. */
  readonly state: Effect.Effect<ClientState>
  /** What is so now, then each change; ends with `Ended`. A reader that is slow misses states in between. */
  readonly states: Stream.Stream<ClientState>
  /** Enters a channel, and enters it again after every reconnection until one leaves. */
  readonly join: (channel: string) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something to a channel one is in; succeeds with the server's acknowledgement. Messages are
   * sent in the order in which they were published, each once, however often the connection is lost
   * meanwhile. One that the server wants later is sent later, and those behind it too.
   */
  readonly publish: (
    channel: string,
    content: string,
    id?: MessageId,
  ) => Effect.Effect<ServerFrameOf<"Published">, PublishFailure>
  /** Tells the others that one is typing; nothing happens while away. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /** Holds until it is set anew, over reconnections too. */
  readonly setStatus: (status: Status, text?: string) => Answer<"Ok">
  readonly setTopic: (channel: string, topic: string) => Answer<"Ok">
  /** One page of the server's channels, behind a name. */
  readonly channels: (after?: string) => Answer<"Channels">
  /**
   * From when it is run on; for any number of consumers. One that lets 4096 events wait loses its
   * place: its stream fails with a `Disconnect` for `SlowConsumer`. Fails with why the client ended.
   */
  readonly events: Stream.Stream<ClientEvent, Absence>
  /** As `events`, but from now on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ClientEvent, Absence>, never, Scope.Scope>
  /** Tries to come back at once, if it is away. */
  readonly retry: Effect.Effect<void>
}

/** States that a slow reader may fall behind. */
const statesAhead = 16

/**
 * Signs in; the first failure to do so is final. From then on the client comes back whenever that makes sense, until
 * the scope closes. Messages that are not acknowledged then fail.
 */
export const make = Effect.fnUntraced(function* (
  options: ClientOptions,
): Effect.fn.Return<Client, Absence, Dialer | Scope.Scope> {
  const { backoff, credentials, maxUnsent = 256 } = options
  const clock = yield* Clock.Clock
  const dialer = yield* Dialer
  const states = yield* PubSub.sliding<ClientState>({ capacity: statesAhead, replay: 1 })
  const subscribers = new Subscribers()
  const seat = new Seat()
  const first = Deferred.makeUnsafe<void, Absence>()
  // As many as the server lets a session be in.
  const channels = new Set<string>()
  let state = initial
  let token: Redacted.Redacted | undefined
  let status: readonly [Status, string | undefined] | undefined
  let minVersion = options.minVersion
  let wake = Deferred.makeUnsafe<void>()

  const go = (input: ClientInput): void => {
    const after = next(state, input)
    if (after === state) return
    state = after
    PubSub.publishUnsafe(states, state)
  }
  PubSub.publishUnsafe(states, state)

  const end = (because: Absence | undefined): void => {
    if (state._tag === "Ended") return
    go(because === undefined ? { _tag: "Closed" } : { _tag: "Failed", because })
    const reason = because ?? new Disconnect({ reason: "Goodbye", detail: "The client was closed" })
    subscribers.end(because)
    seat.close(reason)
    outgoing.close(reason)
    Deferred.doneUnsafe(first, Exit.fail(reason))
  }
  // Registered before the fibers, so that it runs when they are gone.
  yield* Effect.addFinalizer(() => Effect.sync(() => end(undefined)))
  const outgoing = yield* Outgoing.make(seat, maxUnsent)

  /** With the token of the last time, so that the server need not hash a password every time. */
  const signIn = (connection: Connection) =>
    (token === undefined || connection.version === 1
      ? connection.signIn(credentials)
      : Effect.catchTag(connection.signIn({ token }), "RequestError", (error) =>
          error.reason === "InvalidToken" ? connection.signIn(credentials) : Effect.fail(error),
        )
    ).pipe(
      Effect.tap((loggedIn) =>
        Effect.sync(() => {
          if (loggedIn.token !== undefined) token = Redacted.make(loggedIn.token)
        }),
      ),
    )

  const hear = (event: Event) =>
    Effect.sync(() => {
      if (event.type === "Joined") channels.add(event.channel)
      if (event.type === "Left") channels.delete(event.channel)
      subscribers.tell(event)
    })

  /** Back into a channel; where the server does not want that any more, one has left it. */
  const rejoin = (connection: Connection, channel: string): Effect.Effect<void, Disconnect> =>
    Effect.catchTag(Effect.asVoid(connection.join(channel)), "RequestError", (error) => {
      if (error.retryAfter !== undefined) return Effect.delay(rejoin(connection, channel), error.retryAfter)
      return error.reason === "AlreadyMember" ? Effect.void : hear({ type: "Left", channel: ChannelName.make(channel) })
    })

  const visit = Effect.fnUntraced(function* (
    arrived: Effect.Effect<void>,
  ): Effect.fn.Return<never, Absence, Scope.Scope> {
    // A server that spoke version 2 once does so: what closes the door on it now is one that starts, or is full.
    const connection = yield* Effect.provideService(connect({ ...options, minVersion }), Dialer, dialer)
    if (connection.version === 2) minVersion = 2
    const entering = Effect.gen(function* () {
      const { username } = yield* signIn(connection)
      if (status !== undefined)
        yield* Effect.catchTag(connection.setStatus(...status), "RequestError", () => Effect.void)
      yield* Effect.forEach([...channels], (channel) => rejoin(connection, channel), {
        concurrency: "unbounded",
        discard: true,
      })
      yield* arrived
      go({ _tag: "Arrived", username, version: connection.version })
      seat.take(connection)
      Deferred.doneUnsafe(first, Exit.void)
      return yield* Effect.never
    })
    const hearing = Stream.runForEach(connection.events, hear).pipe(
      Effect.andThen(new Disconnect({ reason: "ConnectionLost" })),
    )
    return yield* Effect.raceFirst(entering, hearing).pipe(Effect.ensuring(Effect.sync(() => seat.leave(connection))))
  })

  yield* stay(visit, {
    backoff,
    onAway: (because, delay, attempt) =>
      Effect.sync(() => {
        wake = Deferred.makeUnsafe()
        go({ _tag: "Lost", because, attempt, until: clock.currentTimeMillisUnsafe() + Duration.toMillis(delay) })
      }),
    wait: (delay) =>
      Effect.timeoutOption(Deferred.await(wake), delay).pipe(Effect.andThen(Effect.sync(() => go({ _tag: "Due" })))),
  }).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return
        end(Option.getOrElse(Cause.findErrorOption(exit.cause), () => new Disconnect({ reason: "Internal" })))
      }),
    ),
    Effect.forkScoped,
  )
  yield* Deferred.await(first)

  const request = <A>(
    ask: (connection: Connection) => Effect.Effect<A, RequestError | Disconnect>,
  ): Effect.Effect<A, RequestError | Absence> =>
    Effect.flatMap(seat.connection, (connection) =>
      Effect.catchTag(ask(connection), "Disconnect", () => {
        seat.leave(connection)
        return request(ask)
      }),
    )

  return {
    state: Effect.sync(() => state),
    states: Stream.takeUntil(Stream.fromPubSub(states), ({ _tag }) => _tag === "Ended"),
    join: (channel) => request((connection) => connection.join(channel)),
    leave: (channel) => request((connection) => connection.leave(channel)),
    publish: (channel, content, id) =>
      Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) => outgoing.publish(channel, content, id)),
    typing: (channel) => Effect.suspend(() => seat.taken?.typing(channel) ?? Effect.void),
    setStatus: (to, text) =>
      Effect.tap(
        request((connection) => connection.setStatus(to, text)),
        () => Effect.sync(() => (status = [to, text])),
      ),
    setTopic: (channel, topic) => request((connection) => connection.setTopic(channel, topic)),
    channels: (after) => request((connection) => connection.channels(after)),
    events: Stream.unwrap(subscribers.subscribe),
    subscribe: subscribers.subscribe,
    retry: Effect.sync(() => Deferred.doneUnsafe(wake, Exit.void)),
  }
})
