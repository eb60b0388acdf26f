/**
 * A conversation in version 1, as if it were one in version 2: the lobby is the only channel, who signs in is in it,
 * and what one says comes back as an echo, which is the only acknowledgement there is.
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
import { key, type Username } from "../../domain/Username.ts"
import type { ConnectReply } from "../../protocol/Connect.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import * as Encoding from "../../protocol/Encoding.ts"
import { headerBytes } from "../../protocol/Framing.ts"
import { RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import type { Message } from "../../protocol/v1/Message.ts"
import type { ServerFrame, ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Answer, Connection, Credentials } from "../Connection.ts"
import { fresh } from "../MessageId.ts"
import * as Requests from "../Requests.ts"
import { Conversation } from "./Conversation.ts"
import type { Link } from "./Link.ts"
import { Lobby } from "./Lobby.ts"
import { farewell, isFarewell, refused, refusedLogin } from "./words1.ts"
import { isUsername, toUsername } from "./username.ts"

/** Silence before the client asks whether the server is still there; this version's servers do not ask. */
const pingAfter = Duration.seconds(25)
const pongWithin = Duration.seconds(10)
/** Time the list of those who are here has to come; the chapter's server sends it behind its `LoginResponse`. */
const listWithin = Duration.seconds(5)

/** What the server owes an answer. It does not say what it answers, hence one request at a time. */
type Request =
  | { readonly type: "Login"; readonly ref: number; readonly username: Username }
  | { readonly type: "ChatMessage"; readonly ref: number; readonly content: string; readonly id: MessageId }

const { decode, encode } = Encoding.client1

const refuse = (reason: RequestErrorReason, detail?: string) => Effect.fail(new RequestError({ reason, detail }))
const notSupported = refuse(
  "NotSupported",
  "This server speaks version 1 of the protocol, which has no more than messages",
)
const oneChannel = refuse("NotSupported", `This server has one channel, ${channel}`)

export const converse = Effect.fnUntraced(function* (
  link: Link,
  answerTimeout: Duration.Duration,
): Effect.fn.Return<Connection, never, Scope.Scope> {
  const conversation = yield* Conversation.make(link, answerTimeout)
  const lobby = new Lobby()
  const listed = Deferred.makeUnsafe<void>()
  const turn = Semaphore.makeUnsafe(1)
  let asked: Request | undefined
  let me: Username | undefined
  let isMember = false
  /** The server has said something, ever. */
  let heard = false
  /** The server's last word, if it was an error: what comes behind it is the end. */
  let complaint: string | undefined

  const isMe = (name: string): boolean => me !== undefined && key(name) === key(me)

  const tell = (presence: ServerFrameOf<"Presence"> | undefined) =>
    presence !== undefined && isMember ? conversation.tell(presence) : Effect.void

  const signedIn = ({ message, success }: Extract<Message, { type: "LoginResponse" }>): void => {
    if (asked?.type !== "Login") return
    const { ref, username } = asked
    asked = undefined
    if (!success) return conversation.settle(ref, Exit.fail(refusedLogin(message)))
    me = username
    lobby.list([], username)
    conversation.settle(
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

  const said = ({ content, from, timestamp: seconds }: Extract<Message, { type: "ChatMessage" }>) => {
    const timestamp = Math.min(seconds * 1000, maxInteger)
    const echo = asked?.type === "ChatMessage" && asked.content === content && isMe(from) ? asked : undefined
    if (echo !== undefined) {
      const { id, ref } = echo
      asked = undefined
      conversation.settle(
        ref,
        Exit.succeed({ type: "Published", ref, channel, id, seq: Seq.zero, timestamp, durability: "memory" }),
      )
    }
    if (!isMember) return Effect.void
    return conversation.tell({
      type: "Message",
      channel,
      seq: Seq.zero,
      ...(echo === undefined ? {} : { id: echo.id }),
      from: toUsername(from),
      content,
      timestamp,
    })
  }

  const failed = ({ code, message }: Extract<Message, { type: "Error" }>): Effect.Effect<void, Disconnect> => {
    if (isFarewell(message)) return Effect.fail(farewell(message))
    complaint = message
    if (asked !== undefined) conversation.settle(asked.ref, Exit.fail(refused(code, message)))
    asked = undefined
    return Effect.void
  }

  const receive = (message: Message | ConnectReply): Effect.Effect<void, Disconnect> => {
    heard = true
    complaint = undefined
    switch (message.type) {
      case "LoginResponse":
        return Effect.sync(() => signedIn(message))
      case "ChatMessage":
        return said(message)
      case "UserList": {
        if (me === undefined) return Effect.void
        // Before who waits for it can join.
        const telling = tell(lobby.list(message.users.map(toUsername), me))
        Deferred.doneUnsafe(listed, Exit.void)
        return telling
      }
      case "UserJoined":
        return isMe(message.username) ? Effect.void : tell(lobby.come(toUsername(message.username)))
      case "UserLeft":
        return isMe(message.username) ? Effect.void : tell(lobby.go(toUsername(message.username)))
      case "Ping":
        return conversation.say(encode({ ...message, type: "Pong" }))
      case "Error":
        return failed(message)
      case "Disconnect":
        return Effect.fail(farewell(message.reason))
      default:
        // Files, and the answers to our pings.
        return Effect.void
    }
  }

  /** Why it has ended, as far as the server has said. */
  const because = (disconnect: Disconnect): Disconnect => {
    if (disconnect.reason !== "ConnectionLost" || disconnect.detail !== undefined) return disconnect
    if (complaint !== undefined) return farewell(complaint)
    return heard || !link.closed()
      ? disconnect
      : new Disconnect({ reason: "ConnectionLost", detail: "The server closed the connection without a word" })
  }

  const watch = Effect.gen(function* () {
    while (true) {
      yield* link.silent(pingAfter)
      const before = link.heardAt()
      yield* conversation.say(encode({ type: "Ping" }))
      yield* Effect.sleep(pongWithin)
      if (link.heardAt() === before) return yield* new Disconnect({ reason: "ConnectionLost" })
    }
  })

  yield* conversation.listen({
    hear: (body) => {
      const decoded = decode(body)
      if (decoded._tag === "Success") return receive(decoded.success)
      const { kind, message } = decoded.failure
      return kind === "UnknownType"
        ? Effect.void
        : Effect.fail(new Disconnect({ reason: "MalformedFrame", detail: message }))
    },
    watch,
    because,
  })

  const request = <Type extends ServerFrame["type"]>(ask: (ref: number) => Request, message: Message): Answer<Type> =>
    turn.withPermits(1)(
      conversation.ask((ref) => {
        const bytes = encode(message)
        if (bytes.byteLength - headerBytes > maxFrameBytes) {
          return Result.fail(new RequestError({ reason: "MessageTooLong" }))
        }
        asked = ask(ref)
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

  /** What only a member of the lobby can do. */
  const asMember = <A, E>(name: string, effect: Effect.Effect<A, E>) =>
    Effect.suspend((): Effect.Effect<A, E | RequestError> => {
      if (me === undefined) return refuse("NotAuthenticated")
      return name === channel && isMember ? effect : refuse("NotMember")
    })

  const join = (name: string): Answer<"Joined"> =>
    Effect.suspend(() => {
      if (me === undefined) return refuse("NotAuthenticated")
      if (name !== channel) return oneChannel
      return Effect.raceFirst(conversation.over, Effect.timeoutOption(Deferred.await(listed), listWithin)).pipe(
        Effect.flatMap((): Answer<"Joined"> => {
          if (isMember) return refuse("AlreadyMember")
          isMember = true
          const joined = lobby.joined(conversation.nextRef())
          return Effect.as(conversation.tell(joined), joined)
        }),
      )
    })

  const leave = Effect.suspend(() => {
    isMember = false
    const left: ServerFrameOf<"Left"> = { type: "Left", ref: conversation.nextRef(), channel }
    return Effect.as(conversation.tell(left), left)
  })

  const publish = (content: string, id: MessageId): Answer<"Published"> => {
    if (!content.isWellFormed()) return refuse("InvalidFrame", "content: text without lone surrogates")
    return request((ref) => ({ type: "ChatMessage", ref, content, id }), {
      type: "ChatMessage",
      // The server fills both in.
      from: me ?? "",
      content,
      timestamp: 0,
    })
  }

  // A server that never heard of them need not be asked.
  const ask: Requests.Ask<Disconnect> = () => conversation.unlessOver(notSupported)

  return {
    ...Requests.of(ask),
    ask,
    version: 1,
    signIn: (credentials) => conversation.unlessOver(signIn(credentials)),
    join: (name) => conversation.unlessOver(join(name)),
    leave: (name) => conversation.unlessOver(asMember(name, leave)),
    publish: (name, content, id) =>
      Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) =>
        conversation.unlessOver(asMember(name, publish(content, id))),
      ),
    edit: () => conversation.unlessOver(notSupported),
    delete: () => conversation.unlessOver(notSupported),
    react: () => conversation.unlessOver(notSupported),
    channels: (after) => conversation.unlessOver(Effect.sync(() => lobby.page(after))),
    typing: () => Effect.void,
    events: Stream.fromQueue(conversation.events),
  }
})
