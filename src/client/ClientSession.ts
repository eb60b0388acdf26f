/** Opens a session with a server, in the highest version of the protocol that both speak. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { Version } from "../protocol/Version.ts"
import { ConnectError } from "./ConnectError.ts"
import type { CodecName } from "./CodecName.ts"
import { Codec, Dialer } from "./Dialer.ts"
import * as Session2 from "./internal/session2.ts"
import { messages } from "./internal/handshake.ts"
import * as Link from "./internal/Link.ts"
import type { Manner } from "./internal/Manner.ts"
import type { Terms } from "./internal/Terms.ts"
import type { ClientSession } from "./Session.ts"

export type { Credentials } from "./Credentials.ts"
export type { Event } from "./Event.ts"
export type { Answer, ClientSession } from "./Session.ts"

export interface ConnectOptions {
  /** Time from dialling to the end of the version negotiation. Default: 10 s. */
  readonly timeout?: Duration.Duration | undefined
  /**
   * Time the server has to answer a request, and a minute more while it is heard; otherwise the connection counts as lost.
   * Default: 30 s.
   */
  readonly answerTimeout?: Duration.Duration | undefined
  /** The lowest version of the protocol that will do. Default: 1. */
  readonly minVersion?: Version | undefined
  /** How frames are encoded in version 2; MessagePack is smaller. Default: JSON. */
  readonly codec?: CodecName | undefined
  /** Names the program to the server; not a secret, not the user. */
  readonly clientId?: string | undefined
}

/** Dials in a scope of its own, so that the link of a failed negotiation can be closed before the second dial. */
const dial = ({ socket }: Dialer["Service"], { reader }: Manner) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const link = yield* Scope.provide(Link.open(yield* socket, reader()), scope)
    return { link, scope }
  })

const mannerOf = ({ byteStream, carries }: Dialer["Service"]): Effect.Effect<Manner, ConnectError> => {
  if (carries === "messages") return Effect.succeed(messages)
  if (byteStream !== undefined) return Effect.succeed(byteStream)
  return Effect.tryPromise({
    try: () => import("./byteStream.ts"),
    catch: (cause) => new ConnectError({ reason: "Unreachable", cause }),
  }).pipe(Effect.map(({ byteStream }) => byteStream))
}

/** A link whose version is agreed on, or one to a server that has version 1 alone. */
type Negotiation = { readonly link: Link.Link } & (
  | { readonly terms: Terms }
  | { readonly terms?: never; readonly version1: NonNullable<Manner["version1"]> }
)

const negotiate = Effect.fnUntraced(function* (
  dialer: Dialer["Service"],
  {
    clientId,
    codec: wanted,
    minVersion,
  }: {
    readonly clientId: string
    readonly codec: CodecName
    readonly minVersion: Version
  },
): Effect.fn.Return<Negotiation, ConnectError | Disconnect, Scope.Scope> {
  const { codecs = [wanted] } = dialer
  const codec = codecs.includes(wanted) ? wanted : codecs[0]
  const manner = yield* mannerOf(dialer)
  const { version1 } = manner
  const dialing = Effect.provideService(dial(dialer, manner), Codec, codec)
  const { link, scope } = yield* dialing
  return yield* Effect.matchEffect(manner.handshake(link, clientId, codec), {
    onSuccess: (terms) => Effect.succeed<Negotiation>({ link, terms }),
    onFailure: (error) => {
      // The chapter's server closes the connection over a frame that it does not know. It knows byte streams alone.
      const old =
        error._tag === "ConnectError" && (error.reason === "OldServer" || (error.reason === "Closed" && link.closed()))
      if (version1 === undefined || !old || minVersion > 1) return Effect.fail(error)
      return Effect.map(Effect.andThen(Scope.close(scope, Exit.void), dialing), ({ link }) => ({ link, version1 }))
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
  const dialer = yield* Dialer
  const agreed = yield* Effect.timeoutOrElse(negotiate(dialer, { clientId, codec, minVersion }), {
    duration: timeout,
    orElse: () => Effect.fail(new ConnectError({ reason: "Timeout" })),
  })
  return yield* agreed.terms === undefined
    ? agreed.version1(agreed.link, answerTimeout)
    : Session2.make(agreed.link, agreed.terms, answerTimeout)
})
