/** A conversation with a server: requests with their answers, and events. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import type * as Stream from "effect/Stream"
import type { MessageId } from "../domain/MessageId.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Version } from "../protocol/Version.ts"
import { ConnectError } from "./ConnectError.ts"
import { Dialer } from "./Dialer.ts"
import * as Conversation1 from "./internal/conversation1.ts"
import * as Conversation2 from "./internal/conversation2.ts"
import { shake, type Terms } from "./internal/handshake.ts"
import * as Link from "./internal/Link.ts"
import type { Ask, Reply, Requests } from "./Requests.ts"

export interface ConnectOptions {
  /** Time from dialling to the end of the version negotiation. Default: 10 s. */
  readonly timeout?: Duration.Duration | undefined
  /** Time the server has to answer a request; one that does not is lost, like the connection. Default: 30 s. */
  readonly answerTimeout?: Duration.Duration | undefined
  /** The lowest version of the protocol that will do. Default: 1. */
  readonly minVersion?: Version | undefined
  /** How frames are written where version 2 is spoken; MessagePack is smaller. Default: JSON. */
  readonly codec?: "json" | "msgpack" | undefined
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
export type Event = ServerFrameOf<
  | "Joined"
  | "Left"
  | "Message"
  | "Edited"
  | "Deleted"
  | "Reacted"
  | "ReadMarker"
  | "Presence"
  | "TopicChanged"
  | "UserTyping"
  | "Renamed"
  | "ChannelChanged"
  | "RoleChanged"
  | "Kicked"
  | "Invited"
>

/** A request that ends: it fails with the server's `RequestError`, or with the `Disconnect` that ends the whole connection. */
export type Answer<Type extends ServerFrame["type"]> = Reply<Type, Disconnect>

export interface Connection extends Requests<Disconnect> {
  /** Which version of the protocol is spoken. */
  readonly version: Version
  /** Any request there is. */
  readonly ask: Ask<Disconnect>
  readonly signIn: (credentials: Credentials) => Answer<"LoggedIn">
  readonly join: (channel: string) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something to a channel one is in; succeeds when it has its place. Publishing with the `id`
   * of an earlier try gives the first result and stores nothing twice. So it is with what follows.
   */
  readonly publish: (channel: string, content: string, id?: MessageId) => Answer<"Published">
  /** Says something else in one's message at this place. */
  readonly edit: (channel: string, target: number, content: string, id?: MessageId) => Answer<"Published">
  /** Takes the message at this place away. */
  readonly delete: (channel: string, target: number, id?: MessageId) => Answer<"Published">
  /** Reacts to the message at this place, or with `on` false takes that back. */
  readonly react: (
    channel: string,
    target: number,
    reaction: string,
    on?: boolean,
    id?: MessageId,
  ) => Answer<"Published">
  /** Tells the others that one is typing. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /**
   * For one consumer, who has to keep up: what comes is held back when 256 events wait, answers
   * too. Fails with why the connection ended.
   */
  readonly events: Stream.Stream<Event, Disconnect>
}

/** Dials, in a scope of its own, so that a link that led nowhere can be closed before the connection's. */
const dial = (socket: Effect.Effect<Socket.Socket>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const link = yield* Link.open.pipe(Effect.provideServiceEffect(Socket.Socket, socket), Scope.provide(scope))
    return { link, scope }
  })

/** A link, and what is spoken on it: version 1 where there are no terms. */
interface Agreed {
  readonly link: Link.Link
  readonly terms?: Terms
}

const agree = Effect.fnUntraced(function* (
  socket: Effect.Effect<Socket.Socket>,
  {
    clientId,
    codec,
    minVersion,
  }: {
    readonly clientId: string
    readonly codec: "json" | "msgpack"
    readonly minVersion: Version
  },
): Effect.fn.Return<Agreed, ConnectError | Disconnect, Scope.Scope> {
  const { link, scope } = yield* dial(socket)
  return yield* Effect.matchEffect(shake(link, clientId, codec), {
    onSuccess: (terms) => Effect.succeed<Agreed>({ link, terms }),
    onFailure: (error) => {
      // The chapter's server closes the connection over a frame that it does not know.
      const old =
        error._tag === "ConnectError" && (error.reason === "OldServer" || (error.reason === "Closed" && link.closed()))
      if (!old || minVersion > 1) return Effect.fail(error)
      return Effect.andThen(Scope.close(scope, Exit.void), dial(socket))
    },
  })
})

/**
 * Dials and agrees on a version, the highest that both sides speak; says goodbye and closes with the scope. Against a
 * server that knows version 1 alone this takes a second dial, and leaves one channel, `lobby`: everything else fails
 * with `NotSupported`, messages have no `seq` (it is 0), and their echo is the acknowledgement.
 */
export const connect = Effect.fnUntraced(function* (
  options: ConnectOptions = {},
): Effect.fn.Return<Connection, ConnectError | Disconnect, Dialer | Scope.Scope> {
  const {
    answerTimeout = Duration.seconds(30),
    clientId = "natter",
    codec = "json",
    minVersion = 1,
    timeout = Duration.seconds(10),
  } = options
  const { socket } = yield* Dialer
  const { link, terms } = yield* Effect.timeoutOrElse(agree(socket, { clientId, codec, minVersion }), {
    duration: timeout,
    orElse: () => Effect.fail(new ConnectError({ reason: "Timeout" })),
  })
  return yield* terms === undefined
    ? Conversation1.converse(link, answerTimeout)
    : Conversation2.converse(link, terms, answerTimeout)
})
