/** Version 1: the chapter's chat, in which there is one channel, the lobby, and the bare five messages beside it. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { join, sendMessage } from "../../chat/operations.ts"
import { errorIn } from "../../chat/Receipt.ts"
import { lobby } from "../../domain/ChannelName.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"
import type { Reply } from "../../hub/audience/ChannelLink.ts"
import type { Outcome } from "../../hub/channel/ChannelCommand.ts"
import type { ConnectReply, ConnectRequest } from "../../protocol/Connect.ts"
import type { Encoding1 } from "../../protocol/Encoding.ts"
import type { Login, Message } from "../../protocol/v1/Message.ts"
import * as render from "../../protocol/v1/render.ts"
import { bytesRenderer } from "../bytesRenderer.ts"
import { connect } from "../connect.ts"
import { type HandlerResult, type Handler, notAuthenticated } from "../Handler.ts"
import type { Protocol } from "../Protocol.ts"
import type { Session } from "../Session.ts"
import * as SignIn from "../SignIn.ts"
import { fileHandlers } from "./files.ts"

type Frame = Exclude<Message, { readonly type: "Connect" }> | ConnectRequest
type Handlers = { readonly [Type in Frame["type"]]: Handler<Extract<Frame, { readonly type: Type }>> }

export const make = (encoding: Encoding1): Protocol<Session> => {
  const tell = (session: Session, message: Message | ConnectReply): void => session.tell(encoding.encode(message))

  const fail = (session: Session, error: RequestError): void => {
    session.services.meter.requestErrors.add(error.reason)
    tell(session, render.error(error))
  }

  const files = fileHandlers(encoding, { tell, fail }, outOfTheLobby)

  const unexpected = () => Effect.fail(new RequestError({ reason: "UnexpectedFrame" }))

  /** One of the chapter's three answers, then `UserJoined` to the others and `UserList` to the newcomer. */
  const login: Handler<typeof Login.Type> = (session, { password, username }) => {
    if (session.caller !== undefined) return Effect.fail(new RequestError({ reason: "AlreadyAuthenticated" }))
    return Effect.matchEffect(SignIn.byPassword(session, { username, password: Redacted.make(password) }), {
      // After a refusal the connection stays: the client may try again, as far as the throttle lets it.
      onFailure: ({ message }) =>
        Effect.sync(() => tell(session, { type: "LoginResponse", success: false, message, token: null })),
      onSuccess: (user) => welcome(session, user),
    })
  }

  const welcome = (session: Session, user: User): HandlerResult =>
    // A guest's would bring it back as the same guest, and this version has no word for that.
    Effect.flatMap(user.role === "guest" ? Effect.undefined : SignIn.freshToken(session, user), (token) => {
      const answer = {
        type: "LoginResponse",
        success: true,
        message: "Login successful",
        token: token ?? null,
      } as const
      session.greeting = encoding.encode(answer)
      const { caller, services } = session
      return (caller === undefined ? Effect.void : join(services.chat, caller, { channel: lobby })).pipe(
        Effect.mapError(keptOut),
        // Without a list behind it, it is told all the same.
        Effect.ensuring(Effect.sync(() => greet(session))),
      )
    })

  /** The answer to `Login` waits for the list, which comes a moment later: a write costs more than both are worth. */
  const greet = (session: Session): void => {
    if (session.greeting !== undefined) session.tell(session.greeting)
    session.greeting = undefined
  }

  const handlers: Handlers = {
    Connect: (session, frame) =>
      Effect.map(connect(session, frame), ({ encoding, reply }) => {
        tell(session, reply)
        session.protocol = session.services.protocolOf(encoding)
        session.bare = encoding.version === 1
      }),
    Login: login,
    // `from` and `timestamp` are the server's to fill in.
    ChatMessage: (session, { content }) => {
      const { caller, services } = session
      if (caller === undefined) return Effect.fail(notAuthenticated())
      session.unanswered++
      const sent = sendMessage(services.chat, caller, { channel: lobby, content }, new Refusal(session, fail))
      if (sent === Effect.void) return sent
      return Effect.mapError(sent, (error) => {
        session.unanswered--
        return outOfTheLobby(error)
      })
    },
    Ping: (session, { sequence }) => {
      tell(session, sequence === undefined ? { type: "Pong" } : { type: "Pong", sequence })
      return Effect.void
    },
    // The peer was heard of, which is what the heartbeat asked for.
    Pong: () => Effect.void,
    // It comes back as it went.
    Data: (session, { payload }) => Effect.sync(() => tell(session, { type: "Data", payload })),
    Disconnect: () => Effect.fail(new Disconnect({ reason: "Goodbye" })),
    FileTransferRequest: files.request,
    FileTransferResponse: files.response,
    FileChunk: files.chunk,
    FileTransferComplete: files.complete,
    LoginResponse: unexpected,
    UserJoined: unexpected,
    UserLeft: unexpected,
    UserList: unexpected,
    Error: unexpected,
  }

  /** The list that newcomers get, while nobody comes or goes. */
  let list: { readonly names: ReadonlyArray<Username>; readonly bytes: Uint8Array } | undefined

  return {
    encoding,
    renderer: bytesRenderer<Message>(true, encoding, (_, event) => render.event(event)),
    handle: (session, body) => {
      const decoded = encoding.decode(body)
      if (decoded._tag === "Failure") {
        const { field, kind, message: detail } = decoded.failure
        // The chapter's server ends on what it cannot read.
        if (kind !== "UnknownType") return Effect.fail(new Disconnect({ reason: "MalformedFrame", detail }))
        session.violation()
        return Effect.sync(() => fail(session, new RequestError({ reason: "InvalidFrame", detail, field })))
      }
      const frame = decoded.success
      // Of a file that somebody takes the chunks are not counted, but read as fast as they can go on.
      const limited = files.isUnderway(session, frame) ? undefined : session.overLimit()
      const handler = handlers[frame.type] as Handler<Frame>
      const handled = limited === undefined ? handler(session, frame) : Effect.fail(limited)
      if (handled === Effect.void) return Effect.void
      return Effect.catchTag(handled, "RequestError", (error) =>
        // Whoever speaks before signing in is shown the door, as in the chapter.
        error.reason === "NotAuthenticated"
          ? Effect.fail(new Disconnect({ reason: "NotAuthenticated" }))
          : Effect.sync(() => {
              session.refused(error, limited === undefined ? frame.type : "frames")
              fail(session, error)
            }),
      )
    },
    // This version has no notion of several devices.
    isExclusive: () => true,
    hasDirects: false,
    offered: files.offered,
    joined: (session, _, { names }) => {
      if (list?.names !== names) list = { names, bytes: encoding.encode(render.userList(names)) }
      greet(session)
      session.tellInOrder(list.bytes)
    },
    tellUser: () => {},
    // The chat protocol's `Ping` is bare.
    ping: (session) => tell(session, { type: "Ping" }),
    goodbye: (session, disconnect) => encoding.encode(render.goodbye(disconnect, session.bare)),
  }
}

/** Who may not enter the lobby has nothing to come back for; where it is only not to be had now, it has. */
const keptOut = ({ message: detail, retryable }: RequestError): Disconnect =>
  new Disconnect({ reason: retryable ? "ChannelLost" : "Refused", detail })

const channelLost = (detail?: string) => new Disconnect({ reason: "ChannelLost", detail })

/**
 * This protocol has no word for joining the lobby: whoever was put out, or was in one that was given up, has to connect
 * again.
 */
const outOfTheLobby = (error: RequestError): RequestError | Disconnect => {
  if (error.reason === "Unavailable") return channelLost(error.detail)
  return error.reason === "NotMember" ? new Disconnect({ reason: "Refused", detail: render.putOut }) : error
}

/** A message that was stored is answered by itself, when it comes back; one that was not needs an answer. */
class Refusal implements Reply {
  private readonly session: Session
  private readonly fail: (session: Session, error: RequestError) => void

  constructor(session: Session, fail: (session: Session, error: RequestError) => void) {
    this.session = session
    this.fail = fail
  }

  settle(outcome: Outcome): void {
    // The same as for who says something a moment later.
    if (outcome.type === "Gone") return this.session.end(channelLost())
    const error = errorIn(outcome)
    this.session.unanswered--
    if (error !== undefined) this.fail(this.session, error)
  }
}
