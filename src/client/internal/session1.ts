/**
 * A session in version 1, behind the interface of version 2: the lobby is the only channel, everybody who has signed in
 * is in it, and the server sends a message back to its author, too, which is the only acknowledgement there is.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { lobby as channel } from "../../domain/ChannelName.ts"
import { maxFrameBytes, maxInteger } from "../../domain/Limits.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import * as Seq from "../../domain/Seq.ts"
import { UserId } from "../../domain/User.ts"
import { spelling, type Username } from "../../domain/Username.ts"
import type { ConnectReply } from "../../protocol/Connect.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import * as Encoding from "../../protocol/Encoding.ts"
import { headerBytes } from "../../protocol/Framing.ts"
import { RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import type { Message } from "../../protocol/v1/Message.ts"
import { putOut } from "../../protocol/v1/render.ts"
import type { ServerFrame, ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Credentials } from "../Credentials.ts"
import { fresh } from "../MessageId.ts"
import * as Requests from "../Requests.ts"
import type { Answer, ClientSession } from "../Session.ts"
import { SessionCore } from "./SessionCore.ts"
import type { Link } from "./Link.ts"
import { Lobby } from "./Lobby.ts"
import { toDisconnect, toRefusal, isDisconnect, requestError, loginError } from "./errors1.ts"
import { isUsername, toUsername } from "./username.ts"
import { watchdog } from "./watchdog.ts"

/** Silence after which the client sends a ping: servers of this version send none. */
const pingAfter = Duration.seconds(25)
const pongWithin = Duration.seconds(10)
/** Time in which the `UserList` has to come; the chapter's server sends it behind its `LoginResponse`. */
const listWithin = Duration.seconds(5)

/** A request that waits for its answer. There is only one at a time, since an answer does not say what it answers. */
type PendingRequest =
  | { readonly type: "Login"; readonly ref: number; readonly username: Username }
  | { readonly type: "ChatMessage"; readonly ref: number; readonly content: string; readonly id: MessageId }

const { decode, encode } = Encoding.client1

const refuse = (reason: RequestErrorReason, detail?: string) => Effect.fail(new RequestError({ reason, detail }))
const notSupported = refuse(
  "NotSupported",
  "This server speaks version 1 of the protocol, which has no more than messages",
)
const oneChannel = refuse("NotSupported", `This server has one channel, ${channel}`)

export const make = Effect.fnUntraced(function* (
  link: Link,
  answerTimeout: Duration.Duration,
): Effect.fn.Return<ClientSession, never, Scope.Scope> {
  const core = yield* SessionCore.make(link, answerTimeout)
  const lobby = new Lobby()
  const listed = Deferred.makeUnsafe<void>()
  const turn = Semaphore.makeUnsafe(1)
  let pending: PendingRequest | undefined
  let me: Username | undefined
  let isMember = false
  /** Whether any frame has come. */
  let received = false
  /** What the last frame says of the end, if that was an error: if the connection ends behind it, this is why. */
  let lastError: Disconnect | undefined

  const isMe = (name: string): boolean => me !== undefined && spelling(name) === spelling(me)

  const emitPresence = (presence: ServerFrameOf<"Presence"> | undefined) =>
    presence !== undefined && isMember ? core.emit(presence) : Effect.void

  const loginResponse = ({ message, success }: Extract<Message, { type: "LoginResponse" }>): void => {
    if (pending?.type !== "Login") return
    const { ref, username } = pending
    pending = undefined
    if (!success) {
      core.settle(ref, Exit.fail(loginError(message)))
      return
    }
    me = username
    lobby.list([], username)
    core.settle(
      ref,
      Exit.succeed({
        type: "LoggedIn",
        ref,
        user_id: UserId.make(username),
        username,
        role: "member",
        session: `version 1, ${username}`,
      }),
    )
  }

  const chatMessage = ({ content, from, timestamp: seconds }: Extract<Message, { type: "ChatMessage" }>) => {
    const timestamp = Math.min(seconds * 1000, maxInteger)
    const echo = pending?.type === "ChatMessage" && pending.content === content && isMe(from) ? pending : undefined
    if (echo !== undefined) {
      const { id, ref } = echo
      pending = undefined
      core.settle(
        ref,
        Exit.succeed({ type: "Published", ref, channel, id, seq: Seq.zero, timestamp, durability: "memory" }),
      )
    }
    if (!isMember) return Effect.void
    return core.emit({
      type: "Message",
      channel,
      seq: Seq.zero,
      ...(echo === undefined ? {} : { id: echo.id }),
      from: toUsername(from),
      content,
      timestamp,
    })
  }

  const error = ({ code, message }: Extract<Message, { type: "Error" }>): Effect.Effect<void, Disconnect> => {
    if (isDisconnect(message)) return Effect.fail(toDisconnect(message))
    if (message === putOut && isMember) {
      isMember = false
      return core.emit({ type: "Left", channel })
    }
    lastError = pending === undefined ? toRefusal(message) : toDisconnect(message)
    if (pending !== undefined) core.settle(pending.ref, Exit.fail(requestError(code, message)))
    pending = undefined
    return Effect.void
  }

  const receive = (message: Message | ConnectReply): Effect.Effect<void, Disconnect> => {
    received = true
    lastError = undefined
    switch (message.type) {
      case "LoginResponse":
        return Effect.sync(() => loginResponse(message))
      case "ChatMessage":
        return chatMessage(message)
      case "UserList": {
        if (me === undefined) return Effect.void
        const emitting = emitPresence(lobby.list(message.users.map(toUsername), me))
        Deferred.doneUnsafe(listed, Exit.void)
        return emitting
      }
      case "UserJoined":
        return isMe(message.username) ? Effect.void : emitPresence(lobby.add(toUsername(message.username)))
      case "UserLeft":
        return isMe(message.username) ? Effect.void : emitPresence(lobby.remove(toUsername(message.username)))
      case "Ping":
        return core.send(encode({ ...message, type: "Pong" }))
      case "Error":
        return error(message)
      case "Disconnect":
        return Effect.fail(toDisconnect(message.reason))
      // The answer to our ping: `link` has noted that something came.
      case "Pong":
      // Files, and what only the chapter's exercises use.
      case "FileTransferRequest":
      case "FileTransferResponse":
      case "FileChunk":
      case "FileTransferComplete":
      case "Data":
      // What only a client sends, or a server once, before the session begins.
      case "Login":
      case "Connect":
        return Effect.void
    }
  }

  /** Why it has ended, as far as the server has said. */
  const explain = (disconnect: Disconnect): Disconnect => {
    if (disconnect.reason !== "ConnectionLost" || disconnect.detail !== undefined) return disconnect
    if (lastError !== undefined) return lastError
    return received || !link.closed()
      ? disconnect
      : new Disconnect({ reason: "ConnectionLost", detail: "The server closed the connection without a word" })
  }

  yield* core.run({
    receive: (body) => {
      const decoded = decode(body)
      if (decoded._tag === "Success") return receive(decoded.success)
      const { kind, message } = decoded.failure
      return kind === "UnknownType"
        ? Effect.void
        : Effect.fail(new Disconnect({ reason: "MalformedFrame", detail: message }))
    },
    watchdog: watchdog(link, core.send(encode({ type: "Ping" })), { pingAfter, pongWithin }),
    explain,
  })

  const request = <Type extends ServerFrame["type"]>(
    toPending: (ref: number) => PendingRequest,
    message: Message,
  ): Answer<Type> =>
    turn.withPermits(1)(
      core.request((ref) => {
        const bytes = encode(message)
        if (bytes.byteLength - headerBytes > maxFrameBytes) {
          return Result.fail(new RequestError({ reason: "MessageTooLong" }))
        }
        pending = toPending(ref)
        return Result.succeed(bytes)
      }),
    )

  const signIn = (credentials: Credentials): Answer<"LoggedIn"> =>
    Effect.suspend((): Answer<"LoggedIn"> => {
      if ("token" in credentials) {
        return refuse("NotSupported", "This server takes no tokens: sign in with a name and its password")
      }
      if (me !== undefined) return refuse("AlreadyAuthenticated")
      const { username } = credentials
      const password = Redacted.value(credentials.password)
      if (!isUsername(username)) return refuse("InvalidUsername")
      if (!password.isWellFormed()) return refuse("InvalidPassword")
      return request((ref) => ({ type: "Login", ref, username }), { type: "Login", username, password })
    })

  /** Only for a member of the lobby. */
  const asMember = <A, E>(name: string, effect: Effect.Effect<A, E>) =>
    Effect.suspend((): Effect.Effect<A, E | RequestError> => {
      if (me === undefined) return refuse("NotAuthenticated")
      return name === channel && isMember ? effect : refuse("NotMember")
    })

  const join = (name: string): Answer<"Joined"> =>
    Effect.suspend(() => {
      if (me === undefined) return refuse("NotAuthenticated")
      if (name !== channel) return oneChannel
      return Effect.raceFirst(core.closed, Effect.timeoutOption(Deferred.await(listed), listWithin)).pipe(
        Effect.flatMap((): Answer<"Joined"> => {
          if (isMember) return refuse("AlreadyMember")
          isMember = true
          const joined = lobby.joined(core.nextRef())
          return Effect.as(core.emit(joined), joined)
        }),
      )
    })

  const leave = Effect.suspend(() => {
    isMember = false
    const left: ServerFrameOf<"Left"> = { type: "Left", ref: core.nextRef(), channel }
    return Effect.as(core.emit(left), left)
  })

  const publish = (content: string, id: MessageId): Answer<"Published"> => {
    if (!content.isWellFormed()) return refuse("InvalidFrame", "content: text without lone surrogates")
    return request((ref) => ({ type: "ChatMessage", ref, content, id }), {
      type: "ChatMessage",
      // The server fills in who and when.
      from: me ?? "",
      content,
      timestamp: 0,
    })
  }

  // A server of version 1 knows none of these requests, so they are not sent.
  const ask: Requests.Ask<Disconnect> = () => core.unlessClosed(notSupported)

  return {
    ...Requests.of(ask),
    ask,
    files: undefined,
    version: 1,
    resumes: false,
    signIn: (credentials) => core.unlessClosed(signIn(credentials)),
    join: (name) => core.unlessClosed(join(name)),
    leave: (name) => core.unlessClosed(asMember(name, leave)),
    publish: (name, content, id, file, replyTo) =>
      file === undefined && replyTo === undefined
        ? Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) =>
            core.unlessClosed(asMember(name, publish(content, id))),
          )
        : core.unlessClosed(notSupported),
    edit: () => core.unlessClosed(notSupported),
    delete: () => core.unlessClosed(notSupported),
    react: () => core.unlessClosed(notSupported),
    channels: (after) => core.unlessClosed(Effect.sync(() => lobby.page(after))),
    typing: () => Effect.void,
    events: Stream.fromQueue(core.events),
  }
})
