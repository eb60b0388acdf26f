/** A client that stays: it signs in, comes back when the connection is lost, and sends what was said meanwhile. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import { Seq } from "../domain/Seq.ts"
import type { Status } from "../domain/Status.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import { type ClientInput, type ClientState, initial, next } from "./ClientState.ts"
import { connect, type Connection, type ConnectOptions, type Credentials, type Event } from "./Connection.ts"
import { Dialer } from "./Dialer.ts"
import type { ClientEvent, Entry } from "./Event.ts"
import { catchUp } from "./internal/catchUp.ts"
import { entries } from "./internal/entries.ts"
import { Outgoing, type PublishFailure } from "./internal/Outgoing.ts"
import { persistently } from "./internal/persistently.ts"
import type { Position } from "./internal/Position.ts"
import { Positions } from "./internal/Positions.ts"
import { Seat } from "./internal/Seat.ts"
import { Subscribers } from "./internal/Subscribers.ts"
import { allUnread, enterWaiting, type UnreadChannel } from "./internal/waiting.ts"
import { fresh } from "./MessageId.ts"
import { type Absence, type Backoff, stay } from "./Reconnect.ts"
import * as Requests from "./Requests.ts"
import type { Reply } from "./Requests.ts"

export interface ClientOptions extends ConnectOptions {
  readonly credentials: Credentials
  readonly backoff?: Backoff | undefined
  /** Messages that wait to be sent or to be acknowledged. Default: 256. */
  readonly maxUnsent?: number | undefined
}

/** Requests wait while the client is away, and are made again if the connection is lost before the answer. */
type Answer<Type extends "Joined" | "Left"> = Reply<Type, Absence>

/** Succeeds when it has its place in the channel, and with how safe it is there. */
type Acknowledged = Effect.Effect<ServerFrameOf<"Published">, PublishFailure>

export type { ClientEvent }

export interface Client extends Omit<Requests.Requests<Absence>, "unread"> {
  /** What is so now. */
  readonly state: Effect.Effect<ClientState>
  /** What is so now, then each change; ends with `Ended`. A reader that is slow misses states in between. */
  readonly states: Stream.Stream<ClientState>
  /**
   * Enters a channel, and enters it again after every reconnection until one leaves; what was said meanwhile is told
   * then. The first time what was said before is told only from behind `after`, where that is given; 0 is everything.
   */
  readonly join: (channel: string, options?: { readonly after?: number | undefined }) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something to a channel one is in; succeeds with the server's acknowledgement. Messages are
   * sent in the order in which they were published, each once, however often the connection is lost
   * meanwhile. One that the server wants later is sent later, and those behind it too. So it is with
   * what changes messages.
   */
  readonly publish: (channel: string, content: string, id?: MessageId) => Acknowledged
  /** Says something else in one's own message, by its `seq`. */
  readonly edit: (channel: string, target: number, content: string, id?: MessageId) => Acknowledged
  /** Takes a message away: one's own, or, as a moderator, any. */
  readonly delete: (channel: string, target: number, id?: MessageId) => Acknowledged
  /** Reacts to a message, or with `on` false takes that back. */
  readonly react: (channel: string, target: number, reaction: string, on?: boolean, id?: MessageId) => Acknowledged
  /**
   * What was said and done in a channel one is in, as far as history reaches: forward from `after` or `since`, otherwise
   * backward, the latest first. `limit` is that of a page, the stream goes on.
   */
  readonly entries: (channel: string, range?: Requests.Range) => Stream.Stream<Entry, RequestError | Absence>
  /** What is new in the channels that count for the user: those in which something was marked as read, and direct ones. */
  readonly unread: Effect.Effect<ReadonlyArray<UnreadChannel>, RequestError | Absence>
  /** Tells the others that one is typing; nothing happens while away. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /** Holds until it is set anew, over reconnections too. */
  readonly setStatus: Requests.Requests<Absence>["setStatus"]
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

/** Channels in which what is missing is fetched at the same time. */
const fetchedAtOnce = 4

/** How often one tries to come back into a channel, where the server does not say when that may help. */
const maxRefusals = 4

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
  const positions = new Positions()
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

  const tell = (events: ReadonlyArray<ClientEvent>): void => {
    for (const event of events) subscribers.tell(event)
  }

  /** Takes events in, and has fetched what is missing before them. */
  const hearing = Effect.fnUntraced(function* (
    connection: Connection,
  ): Effect.fn.Return<
    { readonly hear: (event: Event) => void; readonly begin: (read: ReadonlyMap<string, Seq>) => void },
    never,
    Scope.Scope
  > {
    const start = yield* FiberSet.makeRuntime<never>()
    const fetching = new Set<Position>()
    const turn = Semaphore.makeUnsafe(fetchedAtOnce)
    const fetch = (position: Position): void => {
      const here = () => positions.has(position)
      if (!position.behind || !here() || fetching.has(position)) return
      fetching.add(position)
      start(
        turn
          .withPermits(1)(catchUp({ connection, here, position, room: subscribers.room, tell }))
          .pipe(
            Effect.ensuring(Effect.sync(() => fetching.delete(position))),
            // Something more may be missing by now.
            Effect.map(() => fetch(position)),
            Effect.ignore,
          ),
      )
    }
    const take = ([events, position]: readonly [ReadonlyArray<ClientEvent>, Position?]): void => {
      tell(events)
      if (position !== undefined) fetch(position)
    }
    return {
      hear: (event) => {
        if (event.type === "Renamed") outgoing.rename(event.channel, event.name)
        take(positions.hear(event))
      },
      begin: (read) => positions.begin(read).forEach(take),
    }
  })

  /** Back into a channel; where the server does not want that any more, one has left it. */
  const rejoin = (
    connection: Connection,
    channel: ChannelName,
    hear: (event: Event) => void,
  ): Effect.Effect<void, Disconnect> =>
    Effect.catchTag(Effect.asVoid(persistently(connection.join(channel), maxRefusals)), "RequestError", (error) =>
      Effect.sync(() => {
        if (error.reason !== "AlreadyMember") hear({ type: "Left", channel })
      }),
    )

  const visit = Effect.fnUntraced(function* (
    arrived: Effect.Effect<void>,
  ): Effect.fn.Return<never, Absence, Scope.Scope> {
    // A server that spoke version 2 once does so: what closes the door on it now is one that starts, or is full.
    const connection = yield* Effect.provideService(connect({ ...options, minVersion }), Dialer, dialer)
    if (connection.version === 2) minVersion = 2
    positions.connected()
    const { begin, hear } = yield* hearing(connection)
    const entering = Effect.gen(function* () {
      const { username } = yield* signIn(connection)
      if (status !== undefined)
        yield* Effect.catchTag(connection.setStatus(...status), "RequestError", () => Effect.void)
      yield* Effect.forEach(positions.names, (channel) => rejoin(connection, channel, hear), {
        concurrency: "unbounded",
        discard: true,
      })
      yield* arrived
      go({ _tag: "Arrived", username, version: connection.version })
      seat.take(connection)
      Deferred.doneUnsafe(first, Exit.void)
      // Who hears nothing is in no conversation for that.
      yield* Effect.andThen(subscribers.any, enterWaiting(connection, positions, begin))
      return yield* Effect.never
    })
    const listening = Stream.runForEach(connection.events, (event) => Effect.sync(() => hear(event))).pipe(
      Effect.andThen(new Disconnect({ reason: "ConnectionLost" })),
    )
    return yield* Effect.raceFirst(entering, listening).pipe(Effect.ensuring(Effect.sync(() => seat.leave(connection))))
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

  const requests = Requests.of<Absence>((frame) => request((connection) => connection.ask(frame)))

  const add = (
    channel: string,
    id: MessageId | undefined,
    send: (connection: Connection, channel: string, id: MessageId) => Reply<"Published", Disconnect>,
  ): Acknowledged =>
    Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) =>
      outgoing.add(channel, (connection, channel) => send(connection, channel, id)),
    )

  return {
    ...requests,
    state: Effect.sync(() => state),
    states: Stream.takeUntil(Stream.fromPubSub(states), ({ _tag }) => _tag === "Ended"),
    join: (channel, { after } = {}) =>
      Effect.suspend(() => {
        const joining = request((connection) => connection.join(channel))
        if (after === undefined) return joining
        const forget = positions.want(channel, Seq.make(after))
        return joining.pipe(
          Effect.tapError((error) => Effect.sync(() => forget(error._tag === "RequestError" ? error : undefined))),
          Effect.onInterrupt(() => Effect.sync(() => forget())),
        )
      }),
    leave: (channel) => request((connection) => connection.leave(channel)),
    publish: (channel, content, id) =>
      add(channel, id, (connection, channel, id) => connection.publish(channel, content, id)),
    edit: (channel, target, content, id) =>
      add(channel, id, (connection, channel, id) => connection.edit(channel, target, content, id)),
    delete: (channel, target, id) =>
      add(channel, id, (connection, channel, id) => connection.delete(channel, target, id)),
    react: (channel, target, reaction, on, id) =>
      add(channel, id, (connection, channel, id) => connection.react(channel, target, reaction, on, id)),
    typing: (channel) => Effect.suspend(() => seat.taken?.typing(channel) ?? Effect.void),
    setStatus: (to, text) => Effect.tap(requests.setStatus(to, text), () => Effect.sync(() => (status = [to, text]))),
    entries: (channel, range) => entries(requests, channel, range),
    unread: allUnread(requests.unread),
    events: Stream.unwrap(subscribers.subscribe),
    subscribe: subscribers.subscribe,
    retry: Effect.sync(() => Deferred.doneUnsafe(wake, Exit.void)),
  }
})
