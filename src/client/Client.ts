/** A client that stays: it signs in, reconnects when the connection is lost, and then sends what has waited. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { MessageId } from "../domain/MessageId.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import * as Place from "../domain/Place.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import { type ClientInput, type ClientState, next } from "./ClientState.ts"
import { connect } from "./ClientSession.ts"
import { Dialer } from "./Dialer.ts"
import type { ClientEvent, Entry } from "./Event.ts"
import type { Files } from "./Files.ts"
import { entries } from "./internal/entries.ts"
import { files } from "./internal/files.ts"
import type { Heard } from "./internal/Heard.ts"
import { type Receiver, receiver } from "./internal/receiver.ts"
import { Outgoing, type PublishFailure } from "./internal/Outgoing.ts"
import { mayRepeat, retryRefused } from "./internal/retry.ts"
import type { Position, ShutOut } from "./internal/Position.ts"
import { Positions } from "./internal/Positions.ts"
import { CurrentSession } from "./internal/CurrentSession.ts"
import { Entering } from "./internal/Entering.ts"
import { States } from "./internal/States.ts"
import { Subscribers } from "./internal/Subscribers.ts"
import { allUnread, joinUnreadDirects, type UnreadChannel } from "./internal/unread.ts"
import { Wish } from "./internal/Wish.ts"
import { fresh } from "./MessageId.ts"
import type { ClientOptions, JoinOptions, PublishOptions } from "./ClientOptions.ts"
import { type ConnectionFailure, forEver, outdated, stay } from "./Reconnect.ts"
import * as Requests from "./Requests.ts"
import type { Reply } from "./Requests.ts"
import type { ClientSession } from "./Session.ts"

export type { ClientOptions, PublishOptions }
export { forEver }

/**
 * Requests wait while the client is away, and are made again if the connection is lost before the answer, or if the
 * server refuses them for a moment.
 */
type Answer<Type extends "Joined" | "Left"> = Reply<Type, ConnectionFailure>

/** Succeeds when it has its place in the channel, with the server's acknowledgement, which says how safe it is. */
type PublishReply = Effect.Effect<ServerFrameOf<"Published">, PublishFailure>

export type { ClientEvent }

export interface Client extends Omit<Requests.Requests<ConnectionFailure>, "unread">, Files<ConnectionFailure> {
  /** The state now. */
  readonly state: Effect.Effect<ClientState>
  /** The state now, then each change; ends with `Ended`. A slow reader misses states in between. */
  readonly states: Stream.Stream<ClientState>
  /**
   * Joins a channel, and comes back to it after every reconnection, under whatever name it has then, until `leave`. After
   * a reconnection the entries that were missed come as events. Where the server does not let the client in again, `Left`
   * says why, and what waits to be sent there fails with the same error: it is never sent to another channel.
   */
  readonly join: (channel: string, options?: JoinOptions) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Publishes a message in a channel that the client is in. In each channel they are sent in the order in which they were
   * published, and stored once, however often the connection is lost meanwhile. If the server wants one later, it and what is
   * behind it there are sent later; other channels do not wait. The same holds for `edit`, `delete` and `react`.
   */
  readonly publish: (channel: string, content: string, options?: MessageId | PublishOptions) => PublishReply
  /** Replaces the content of the user's own message; `target` is its `seq`. */
  readonly edit: (channel: string, target: number, content: string, id?: MessageId) => PublishReply
  /** Deletes a message: the user's own, or, as a moderator, any. */
  readonly delete: (channel: string, target: number, id?: MessageId) => PublishReply
  /** Reacts to a message, or with `on` false takes the reaction back. */
  readonly react: (channel: string, target: number, reaction: string, on?: boolean, id?: MessageId) => PublishReply
  /**
   * The entries of a channel that the client is in, as far as history reaches: forward from `after` or `since`, otherwise
   * backward, the latest first. `limit` is the size of a page; the stream goes on behind it.
   */
  readonly entries: (channel: string, range?: Requests.Range) => Stream.Stream<Entry, RequestError | ConnectionFailure>
  /** What is unread in the channels that count for the user: those with a read marker, and direct conversations. */
  readonly unread: Effect.Effect<ReadonlyArray<UnreadChannel>, RequestError | ConnectionFailure>
  /** Shows the others that the user is typing. Does nothing while the client is away. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /** Holds until it is set again, over reconnections too, and on whatever device. */
  readonly setStatus: Requests.Requests<ConnectionFailure>["setStatus"]
  /**
   * Events from the moment on at which the stream is run; for any number of consumers. One that lets 4096 events wait
   * loses its place: its stream fails with a `Disconnect` for `SlowConsumer`. Fails with the reason when the client ends.
   */
  readonly events: Stream.Stream<ClientEvent, ConnectionFailure>
  /** As `events`, but from now on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ClientEvent, ConnectionFailure>, never, Scope.Scope>
  /** Tries to reconnect at once, if the client is away. */
  readonly retry: Effect.Effect<void>
}

/** Tries of a request that the server refuses for now, where it does not say when the next may help. */
const maxRefusals = 4
/** A channel that has not let the client in again by then comes later: the client goes on without it. */
const longestEntry = Duration.seconds(1)
/** Where it does say so, a request waits at most so long. */
const limits = { times: maxRefusals, longest: Duration.seconds(30) }

/**
 * Signs in, with as many tries as `patience` allows. From then on the client reconnects whenever that makes sense, until
 * the scope closes. Messages that are not acknowledged by then fail.
 */
export const make = Effect.fnUntraced(function* (
  options: ClientOptions,
): Effect.fn.Return<Client, ConnectionFailure, Dialer | Scope.Scope> {
  const { backoff, longestWait, maxUnsent = 256, onToken = () => Effect.void, onWaiting = () => Effect.void } = options
  const { patience, signInAgain } = options
  const clock = yield* Clock.Clock
  const dialer = yield* Dialer
  const states = new States()
  const subscribers = new Subscribers()
  const current = new CurrentSession()
  const first = Deferred.makeUnsafe<void, ConnectionFailure>()
  const positions = new Positions()
  // As many as the server lets a session be in.
  const shutOut = new Map<string, ShutOut>()
  let { credentials } = options
  let token: Redacted.Redacted | undefined
  let wish: Wish | undefined
  let minVersion = options.minVersion
  let hearing: { readonly session: ClientSession; readonly heard: Heard } | undefined
  let wake = Deferred.makeUnsafe<void>()

  const transition = (input: ClientInput): void => {
    const after = next(states.now, input)
    if (after !== states.now) states.change(after)
  }

  const end = (because: ConnectionFailure | undefined): void => {
    if (states.now._tag === "Ended") return
    transition(because === undefined ? { _tag: "Closed" } : { _tag: "Failed", because })
    const reason = because ?? new Disconnect({ reason: "Goodbye", detail: "The client was closed" })
    subscribers.end(because)
    current.close(reason)
    outgoing.close(reason)
    Deferred.doneUnsafe(first, Exit.fail(reason))
  }
  // Added before the fibers are forked, so that it runs when they are gone.
  yield* Effect.addFinalizer(() => Effect.sync(() => end(undefined)))
  const isShutOut = (channel: string) => shutOut.has(channel)
  const entering = new Entering<Position | ShutOut>()
  const untilEntered = (channel: string) => entering.wait(positions.at(channel) ?? shutOut.get(channel))
  const outgoing = yield* Outgoing.make(current, maxUnsent, { isShutOut, entering: untilEntered, longestWait })

  /** With the token of the last sign-in, if there is one, so that the server need not hash the password every time. */
  const signIn = (session: ClientSession) =>
    (token === undefined || session.version === 1
      ? session.signIn(credentials)
      : Effect.catchTag(session.signIn({ token }), "RequestError", (error) =>
          error.reason === "InvalidToken" ? session.signIn(credentials) : Effect.fail(error),
        )
    ).pipe(
      Effect.tap((loggedIn) => {
        if (loggedIn.token === undefined) return Effect.void
        token = Redacted.make(loggedIn.token)
        return onToken(token)
      }),
    )

  const open = Effect.suspend(() => Effect.provideService(connect({ ...options, minVersion }), Dialer, dialer))

  /**
   * Comes back to a channel. Where the server refuses that, the client has left it; it comes back by itself where the
   * server may have room for it later.
   */
  const rejoin = (
    session: ClientSession,
    channel: Position | ShutOut,
    { heard, receive }: Receiver,
  ): Effect.Effect<void, Disconnect, Scope.Scope> =>
    retryRefused(
      Effect.suspend(() => session.join(channel.name, channel)),
      { times: maxRefusals },
    ).pipe(
      // What waits to be sent has to know first where it goes.
      Effect.flatMap(({ ref }) => heard.event(ref)),
      Effect.catchTag("RequestError", (error) =>
        Effect.suspend(() => {
          const { history, id, name } = channel
          if (error.reason === "AlreadyMember") return Effect.void
          if (!error.retryable) {
            return Effect.sync(() => {
              shutOut.delete(name)
              if ("refused" in channel) positions.refuse(channel, error).forEach((event) => subscribers.emit(event))
            })
          }
          if (positions.isIn(name)) receive({ type: "Left", channel: name })
          shutOut.set(name, { history, id, name })
          return Effect.asVoid(Effect.forkScoped(comeIn(session, { history, id, name })))
        }),
      ),
    )

  const comeIn = (session: ClientSession, { name, ...back }: ShutOut): Effect.Effect<void> => {
    const join = Effect.suspend(() => (shutOut.has(name) ? Effect.asVoid(session.join(name, back)) : Effect.void))
    return retryRefused(join).pipe(
      Effect.catchTag("RequestError", () => Effect.void),
      Effect.map(() => void shutOut.delete(name)),
      // Over the next connection.
      Effect.ignore,
    )
  }

  const visit = Effect.fnUntraced(function* (
    arrived: Effect.Effect<void>,
  ): Effect.fn.Return<never, ConnectionFailure, Scope.Scope> {
    // A server that once spoke version 2 still does: if it closes the connection without a word now, it is starting or full.
    const session = yield* open
    if (session.version === 2) minVersion = 2
    positions.connected()
    const ears = yield* receiver({ session, positions, outgoing, subscribers })
    hearing = { session, heard: ears.heard }
    const arriving = Effect.gen(function* () {
      const { registered, role, username } = yield* signIn(session)
      if (wish !== undefined) yield* Effect.catchTag(wish.tell(session), "RequestError", () => Effect.void)
      const channels = [...positions.all, ...[...shutOut.values()].filter(({ name }) => !positions.isIn(name))]
      for (const channel of channels) {
        // Where the session ends, that is told by itself.
        const coming = Effect.ignore(entering.enter(channel, rejoin(session, channel, ears)))
        yield* Effect.forkScoped(coming, { startImmediately: true })
      }
      yield* Effect.timeoutOption(entering.all, longestEntry)
      yield* arrived
      const isNew = registered === true ? { registered, role } : {}
      transition({ _tag: "Arrived", username, version: session.version, ...isNew })
      current.set(session)
      Deferred.doneUnsafe(first, Exit.void)
      // A program that subscribes to no events is not brought into conversations for them.
      yield* Effect.andThen(subscribers.any, joinUnreadDirects(session, positions, ears.begin))
      return yield* Effect.never
    })
    const receiving = Stream.runForEach(session.events, (event) => Effect.sync(() => ears.receive(event))).pipe(
      Effect.andThen(new Disconnect({ reason: "ConnectionLost" })),
    )
    return yield* Effect.raceFirst(arriving, receiving).pipe(Effect.ensuring(Effect.sync(() => current.clear(session))))
  })

  const mend = (because: ConnectionFailure): Effect.Effect<boolean> => {
    if (signInAgain === undefined || !outdated.has(because.reason)) return Effect.succeed(false)
    return Effect.suspend(() => {
      transition({ _tag: "Lost", because, attempt: 0, until: Monotonic.millis(clock) })
      return Effect.map(signInAgain(because), (others) => {
        if (others === undefined) return false
        credentials = others
        token = undefined
        transition({ _tag: "Due" })
        return true
      })
    })
  }

  yield* stay(visit, {
    backoff,
    patience,
    mend,
    onAway: (because, delay, attempt) =>
      Effect.suspend(() => {
        wake = Deferred.makeUnsafe()
        transition({
          _tag: "Lost",
          because,
          attempt,
          until: Monotonic.millis(clock) + Duration.toMillis(delay),
        })
        return Deferred.isDoneUnsafe(first) || states.now._tag !== "Away" ? Effect.void : onWaiting(states.now)
      }),
    wait: (delay) =>
      Effect.timeoutOption(Deferred.await(wake), delay).pipe(
        Effect.andThen(Effect.sync(() => transition({ _tag: "Due" }))),
      ),
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
    ask: (session: ClientSession) => Effect.Effect<A, RequestError | Disconnect>,
    repeats?: (error: RequestError) => boolean,
  ): Effect.Effect<A, RequestError | ConnectionFailure> =>
    Effect.flatMap(current.ready, (session) =>
      Effect.catchTag(retryRefused(ask(session), { ...limits, repeats, wait: current.wait }), "Disconnect", () => {
        current.clear(session)
        return request(ask, repeats)
      }),
    )

  /** Makes a request that brings the client into a channel or out of it; done when the client knows that it is so. */
  const moving = <Answer extends { readonly ref?: number }>(
    ask: (session: ClientSession) => Effect.Effect<Answer, RequestError | Disconnect>,
  ): Effect.Effect<Answer, RequestError | ConnectionFailure> =>
    request((session) =>
      Effect.tap(ask(session), ({ ref }) => (hearing?.session === session ? hearing.heard.event(ref) : Effect.void)),
    )

  /** A channel as it is called when something is asked of it, once the client is in it: it is the one that is meant now. */
  const meant = (channel: string): Effect.Effect<Effect.Effect<string, RequestError>> =>
    Effect.sync(() => {
      const position = positions.at(channel)
      const name: Effect.Effect<string, RequestError> = Effect.suspend(() => {
        const { name: called, refused } = position ?? { name: channel, refused: undefined }
        if (refused !== undefined) return Effect.fail(refused)
        const coming = untilEntered(called)
        return coming === undefined ? Effect.succeed(called) : Effect.andThen(coming, name)
      })
      return name
    })

  const requests = Requests.of<ConnectionFailure>((frame) => {
    const { channel } = frame
    const repeats = mayRepeat(frame)
    if (typeof channel !== "string") return request((session) => session.ask(frame), repeats)
    return Effect.flatMap(meant(channel), (name) =>
      request((session) => Effect.flatMap(name, (channel) => session.ask({ ...frame, channel })), repeats),
    )
  })

  const add = (
    channel: string,
    id: MessageId | undefined,
    send: (session: ClientSession, channel: string, id: MessageId) => Reply<"Published", Disconnect>,
    options?: { readonly changes: boolean },
  ): PublishReply =>
    Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) =>
      outgoing.add(positions.at(channel) ?? channel, (session, channel) => send(session, channel, id), options),
    )

  return {
    ...requests,
    ...files({ current, meant, isShutOut }),
    state: Effect.sync(() => states.now),
    states: states.all,
    join: (channel, { after, history, id } = {}) =>
      Effect.suspend(() => {
        const joining = moving((session) =>
          Effect.andThen(untilEntered(channel) ?? Effect.void, session.join(channel, { history, id })),
        )
        if (after === undefined) return joining
        const forget = positions.want(channel, { after: Place.make(after), history })
        return joining.pipe(
          Effect.tapError((error) => Effect.sync(() => forget(error._tag === "RequestError" ? error : undefined))),
          Effect.onInterrupt(() => Effect.sync(() => forget())),
        )
      }),
    leave: (channel) =>
      Effect.flatMap(meant(channel), (name) => {
        shutOut.delete(channel)
        return moving((session) => Effect.flatMap(name, (channel) => session.leave(channel)))
      }),
    publish: (channel, content, options = {}) => {
      const { file, id, replyTo } = typeof options === "string" ? { id: options } : options
      // The place that it answers is one of this history.
      const changes = replyTo !== undefined
      return add(channel, id, (session, channel, id) => session.publish(channel, content, id, file, replyTo), {
        changes,
      })
    },
    edit: (channel, target, content, id) =>
      add(channel, id, (session, channel, id) => session.edit(channel, target, content, id), { changes: true }),
    delete: (channel, target, id) =>
      add(channel, id, (session, channel, id) => session.delete(channel, target, id), { changes: true }),
    react: (channel, target, reaction, on, id) =>
      add(channel, id, (session, channel, id) => session.react(channel, target, reaction, on, id), { changes: true }),
    typing: (channel) => Effect.suspend(() => current.session?.typing(channel) ?? Effect.void),
    setStatus: (status, text) =>
      Effect.suspend(() => {
        const wished = new Wish(status, text, clock)
        return Effect.tap(
          request((session) => wished.tell(session)),
          () => Effect.sync(() => (wish = wished)),
        )
      }),
    entries: (channel, range) => entries(requests, channel, range),
    unread: allUnread(requests.unread),
    events: Stream.unwrap(subscribers.subscribe),
    subscribe: subscribers.subscribe,
    retry: Effect.sync(() => Deferred.doneUnsafe(wake, Exit.void)),
  }
})
