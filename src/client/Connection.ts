/** A conversation with a server, in version 2 of the protocol: requests with their answers, and events. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import type { MessageId } from "../domain/MessageId.ts"
import type { Status } from "../domain/Status.ts"
import { Disconnect } from "../protocol/Disconnect.ts"
import { fromFrame, type RequestError } from "../protocol/RequestError.ts"
import type { ClientFrame } from "../protocol/v2/ClientFrame.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Version } from "../protocol/Version.ts"
import { ConnectError } from "./ConnectError.ts"
import { Dialer } from "./Dialer.ts"
import { encode, fromDisconnect } from "./internal/frames.ts"
import { shake } from "./internal/handshake.ts"
import * as Link from "./internal/Link.ts"
import { fresh } from "./MessageId.ts"

export interface ConnectOptions {
  /** Time from dialling to the end of the version negotiation. Default: 10 s. */
  readonly timeout?: Duration.Duration | undefined
  /** Names the program to the server; not a secret, not the user. */
  readonly clientId?: string | undefined
}

/** Who signs in: a name and its password, or a token from an earlier `LoggedIn`. */
export type Credentials =
  | {
      readonly username: string
      readonly password: Redacted.Redacted
      /** Where registration needs one. */
      readonly invite?: Redacted.Redacted | undefined
    }
  | { readonly token: Redacted.Redacted }

/**
 * What happens in the channels one is in, in the order in which the server said it. `Joined` and
 * `Left` are one's own: with a `ref` the answer to a request, without one the server's decision.
 */
export type Event = ServerFrameOf<"Joined" | "Message" | "Presence" | "TopicChanged" | "UserTyping" | "Left">

/** A request fails with the server's `RequestError`, or with the `Disconnect` that ends the whole connection. */
type Answer<Type extends ServerFrame["type"]> = Effect.Effect<ServerFrameOf<Type>, RequestError | Disconnect>

export interface Connection {
  /** Which version of the protocol is spoken. */
  readonly version: Version
  readonly signIn: (credentials: Credentials) => Answer<"LoggedIn">
  readonly join: (channel: string) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something to a channel one is in; succeeds when it has its place. Publishing with the `id`
   * of an earlier try gives the first result and stores nothing twice.
   */
  readonly publish: (channel: string, content: string, id?: MessageId) => Answer<"Published">
  readonly setTopic: (channel: string, topic: string) => Answer<"Ok">
  readonly setStatus: (status: Status, text?: string) => Answer<"Ok">
  /** One page of the server's channels, behind a name. */
  readonly channels: (after?: string) => Answer<"Channels">
  /** Tells the others that one is typing. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /**
   * For one consumer, who has to keep up: what comes is held back when 256 events wait, answers
   * too. Fails with why the connection ended.
   */
  readonly events: Stream.Stream<Event, Disconnect>
}

/** Events that wait for the consumer, before they wait in the network. */
const eventsAhead = 256
/** Time the server has to answer a goodbye. */
const goodbyeTimeout = Duration.seconds(1)

/** Dials and agrees on version 2; says goodbye and closes with the scope. */
export const connect = Effect.fnUntraced(function* (
  options: ConnectOptions = {},
): Effect.fn.Return<Connection, ConnectError | Disconnect, Dialer | Scope.Scope> {
  const { clientId = "natter", timeout = Duration.seconds(10) } = options
  const { socket } = yield* Dialer
  const [link, terms] = yield* Link.open.pipe(
    Effect.provideServiceEffect(Socket.Socket, socket),
    Effect.flatMap((link) => Effect.map(shake(link, clientId), (terms) => [link, terms] as const)),
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.fail(new ConnectError({ reason: "Timeout" })),
    }),
  )
  const clock = yield* Clock.Clock
  const events = yield* Queue.bounded<Event, Disconnect>(eventsAhead)
  // Bounded by the calls that are waiting for their answers.
  const waiting = new Map<number, Deferred.Deferred<ServerFrame, RequestError | Disconnect>>()
  const ended = Deferred.makeUnsafe<never, Disconnect>()
  let lastRef = 0

  const end = (disconnect: Disconnect): void => {
    Deferred.doneUnsafe(ended, Exit.fail(disconnect))
    for (const reply of waiting.values()) Deferred.doneUnsafe(reply, Exit.fail(disconnect))
    Queue.failCauseUnsafe(events, Cause.fail(disconnect))
  }

  /** Encodes what is known to be well-formed. */
  const say = (frame: ClientFrame) => link.write(terms.encoding.encode(frame))

  const receive = (frame: ServerFrame): Effect.Effect<void, Disconnect> => {
    const reply = "ref" in frame && frame.ref !== undefined ? waiting.get(frame.ref) : undefined
    if (reply !== undefined) {
      Deferred.doneUnsafe(reply, frame.type === "Error" ? Exit.fail(fromFrame(frame)) : Exit.succeed(frame))
    }
    switch (frame.type) {
      case "Ping":
        return say({ ...frame, type: "Pong" })
      case "Disconnect":
        return Effect.fail(fromDisconnect(frame))
      // Answers too, since what they begin and end is told of by events.
      case "Joined":
      case "Left":
      case "Message":
      case "Presence":
      case "TopicChanged":
      case "UserTyping":
        return Effect.asVoid(Queue.offer(events, frame))
      default:
        // An answer, maybe to a call that was given up.
        return Effect.void
    }
  }

  const read = link.take.pipe(
    Effect.flatMap((body) => {
      const decoded = terms.encoding.decode(body)
      if (decoded._tag === "Success") return receive(decoded.success)
      const { kind, message } = decoded.failure
      // A newer server may have more to say than this client knows.
      return kind === "UnknownType"
        ? Effect.void
        : Effect.fail(new Disconnect({ reason: "MalformedFrame", detail: message }))
    }),
    // take waits by itself
    Effect.forever({ disableYield: true }),
  )

  /** The server pings in silence: one that says nothing at all is gone, whatever the network believes. */
  const listen = (maxSilence: Duration.Duration) =>
    Effect.gen(function* () {
      while (true) {
        const left = Duration.toMillis(maxSilence) - (clock.currentTimeMillisUnsafe() - link.heardAt())
        if (left <= 0) return yield* new Disconnect({ reason: "ConnectionLost" })
        yield* Effect.sleep(Duration.millis(left))
      }
    })

  yield* (terms.maxSilence === undefined ? read : Effect.raceFirst(read, listen(terms.maxSilence))).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        const reason = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
        end(reason ?? new Disconnect({ reason: "Goodbye" }))
      }),
    ),
    Effect.ignore,
    Effect.forkScoped,
  )
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      if (Deferred.isDoneUnsafe(ended)) return Effect.void
      // Whatever comes now has no consumer any more.
      return Queue.shutdown(events).pipe(
        Effect.andThen(say({ type: "Disconnect" })),
        Effect.andThen(Effect.exit(Deferred.await(ended))),
        Effect.timeoutOption(goodbyeTimeout),
        Effect.interruptible,
      )
    }),
  )

  const request = <Type extends ServerFrame["type"]>(frame: typeof ClientFrame.Encoded): Answer<Type> =>
    Effect.suspend((): Answer<Type> => {
      if (Deferred.isDoneUnsafe(ended)) return Deferred.await(ended)
      const ref = ++lastRef
      const encoded = encode(terms, { ...frame, ref } as typeof ClientFrame.Encoded)
      if (encoded._tag === "Failure") return Effect.fail(encoded.failure)
      const reply = Deferred.makeUnsafe<ServerFrame, RequestError | Disconnect>()
      waiting.set(ref, reply)
      return link
        .write(encoded.success)
        .pipe(
          Effect.andThen(Deferred.await(reply) as Answer<Type>),
          Effect.ensuring(Effect.sync(() => waiting.delete(ref))),
        )
    })

  return {
    version: 2,
    signIn: (credentials) =>
      "token" in credentials
        ? request({ type: "Authenticate", token: Redacted.value(credentials.token) })
        : request({
            type: "Login",
            username: credentials.username,
            password: Redacted.value(credentials.password),
            ...(credentials.invite === undefined ? {} : { invite: Redacted.value(credentials.invite) }),
          }),
    join: (channel) => request({ type: "Join", channel }),
    leave: (channel) => request({ type: "Leave", channel }),
    publish: (channel, content, id) =>
      Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) =>
        request({ type: "Publish", channel, id, content }),
      ),
    setTopic: (channel, topic) => request({ type: "SetTopic", channel, topic }),
    setStatus: (status, text) => request({ type: "SetStatus", status, ...(text === undefined ? {} : { text }) }),
    channels: (after) => request({ type: "ListChannels", ...(after === undefined ? {} : { after }) }),
    typing: (channel) => {
      const encoded = encode(terms, { type: "Typing", channel })
      return encoded._tag === "Failure" ? Effect.void : link.write(encoded.success)
    },
    events: Stream.fromQueue(events),
  }
})
