/** A session with a server, over one connection: requests with their answers, and events. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import type * as Stream from "effect/Stream"
import type { MessageId } from "../domain/MessageId.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { ServerFrame } from "../protocol/v2/ServerFrame.ts"
import type { Version } from "../protocol/Version.ts"
import { ConnectError } from "./ConnectError.ts"
import { Dialer } from "./Dialer.ts"
import type { Event } from "./Event.ts"
import * as Session1 from "./internal/session1.ts"
import * as Session2 from "./internal/session2.ts"
import { handshake, type Terms } from "./internal/handshake.ts"
import * as Link from "./internal/Link.ts"
import type { Ask, Reply, Requests } from "./Requests.ts"

export type { Event }

export interface ConnectOptions {
  /** Time from dialling to the end of the version negotiation. Default: 10 s. */
  readonly timeout?: Duration.Duration | undefined
  /** Time the server has to answer a request; otherwise the connection counts as lost. Default: 30 s. */
  readonly answerTimeout?: Duration.Duration | undefined
  /** The lowest version of the protocol that will do. Default: 1. */
  readonly minVersion?: Version | undefined
  /** How frames are encoded in version 2; MessagePack is smaller. Default: JSON. */
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

/** An answer to a request: fails with the server's `RequestError`, or with the `Disconnect` that ends the session. */
export type Answer<Type extends ServerFrame["type"]> = Reply<Type, Disconnect>

export interface ClientSession extends Requests<Disconnect> {
  /** Which version of the protocol is spoken. */
  readonly version: Version
  /** Sends any request there is. */
  readonly ask: Ask<Disconnect>
  readonly signIn: (credentials: Credentials) => Answer<"LoggedIn">
  readonly join: (channel: string) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something in a channel that the session is in; succeeds when the message has its place. Publishing again with
   * the same `id` gives the first result, and nothing is stored twice. The same holds for `edit`, `delete` and `react`.
   */
  readonly publish: (channel: string, content: string, id?: MessageId) => Answer<"Published">
  /** Replaces the content of the user's own message at this place. */
  readonly edit: (channel: string, target: number, content: string, id?: MessageId) => Answer<"Published">
  /** Deletes the message at this place. */
  readonly delete: (channel: string, target: number, id?: MessageId) => Answer<"Published">
  /** Reacts to the message at this place, or with `on` false takes the reaction back. */
  readonly react: (
    channel: string,
    target: number,
    reaction: string,
    on?: boolean,
    id?: MessageId,
  ) => Answer<"Published">
  /** Shows the others that the user is typing. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /**
   * For one consumer, which has to keep up: while 256 events wait for it, nothing more is read, answers included. Fails
   * with the reason when the session ends.
   */
  readonly events: Stream.Stream<Event, Disconnect>
}

/** Dials in a scope of its own, so that the link of a failed negotiation can be closed before the second dial. */
const dial = (socket: Effect.Effect<Socket.Socket>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const link = yield* Link.open.pipe(Effect.provideServiceEffect(Socket.Socket, socket), Scope.provide(scope))
    return { link, scope }
  })

/** A link whose version is agreed on: version 1 where there are no terms. */
interface Negotiation {
  readonly link: Link.Link
  readonly terms?: Terms
}

const negotiate = Effect.fnUntraced(function* (
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
): Effect.fn.Return<Negotiation, ConnectError | Disconnect, Scope.Scope> {
  const { link, scope } = yield* dial(socket)
  return yield* Effect.matchEffect(handshake(link, clientId, codec), {
    onSuccess: (terms) => Effect.succeed<Negotiation>({ link, terms }),
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
 * Dials and agrees on the highest version that both sides speak; says goodbye and closes with the scope. A server that
 * speaks only version 1 has to be dialled a second time. It has one channel, `lobby`: everything else fails with
 * `NotSupported`, the `seq` of messages is 0, and a message counts as acknowledged when it comes back.
 */
export const connect = Effect.fnUntraced(function* (
  options: ConnectOptions = {},
): Effect.fn.Return<ClientSession, ConnectError | Disconnect, Dialer | Scope.Scope> {
  const {
    answerTimeout = Duration.seconds(30),
    clientId = "natter",
    codec = "json",
    minVersion = 1,
    timeout = Duration.seconds(10),
  } = options
  const { socket } = yield* Dialer
  const { link, terms } = yield* Effect.timeoutOrElse(negotiate(socket, { clientId, codec, minVersion }), {
    duration: timeout,
    orElse: () => Effect.fail(new ConnectError({ reason: "Timeout" })),
  })
  return yield* terms === undefined ? Session1.make(link, answerTimeout) : Session2.make(link, terms, answerTimeout)
})
