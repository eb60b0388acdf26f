/** A session in version 2. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Disconnect } from "../../domain/Disconnect.ts"
import { isGarbled } from "../../domain/RequestError.ts"
import { bare } from "../../protocol/Framing.ts"
import { fromErrorFrame } from "../../protocol/v2/ErrorFrame.ts"
import type { ClientFrame } from "../../protocol/v2/ClientFrame.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { Answer, ClientSession } from "../Session.ts"
import { fresh } from "../MessageId.ts"
import * as Requests from "../Requests.ts"
import { SessionFiles } from "./SessionFiles.ts"
import { SessionCore } from "./SessionCore.ts"
import { encode } from "./frames.ts"
import { fromDisconnect } from "./fromDisconnect.ts"
import type { Terms } from "./Terms.ts"
import type { Link } from "./Link.ts"
import { watchdog } from "./watchdog.ts"

export const make = Effect.fnUntraced(function* (
  link: Link,
  terms: Terms,
  answerTimeout: Duration.Duration,
): Effect.fn.Return<ClientSession, never, Scope.Scope> {
  const { encoding } = terms
  const ping = encoding.encode({ type: "Ping" })
  const core = yield* SessionCore.make(link, answerTimeout, ping)

  const files = new SessionFiles((frames, memory) =>
    // A message carries one frame, a stream as many as there are.
    encoding.framing === bare
      ? Effect.forEach(frames, (frame) => core.deliver(encoding.encode(frame)), { discard: true })
      : core.deliver(encoding.encodeAll(frames, memory)),
  )

  const receive = (frame: ServerFrame): Effect.Effect<void, Disconnect> => {
    let waitedFor = false
    if ("ref" in frame && frame.ref !== undefined) {
      waitedFor = core.settle(
        frame.ref,
        frame.type === "Error" ? Exit.fail(fromErrorFrame(frame)) : Exit.succeed(frame),
      )
    } else if (frame.type === "Error" && isGarbled(fromErrorFrame(frame).reason)) {
      // What was sent was right: it was changed on its way, and whose answer this is cannot be known.
      return Effect.fail(new Disconnect({ reason: "MalformedFrame", detail: frame.message }))
    }
    switch (frame.type) {
      case "Ping":
        return core.send(terms.encoding.encode({ ...frame, type: "Pong" }))
      case "Disconnect":
        return Effect.fail(fromDisconnect(frame))
      case "Joined":
      case "Left":
      case "Message":
      case "Edited":
      case "Deleted":
      case "Reacted":
      case "ReadMarker":
      case "Presence":
      case "TopicChanged":
      case "UserTyping":
      case "Renamed":
      case "ChannelChanged":
      case "RoleChanged":
      case "Kicked":
      case "Invited":
        return core.emit(frame)
      case "UploadProgress":
      case "Uploaded":
      case "UploadFailed":
      case "FileChunk":
      case "DownloadFailed":
        return files.hear(frame)
      case "Upload":
        return waitedFor ? files.hear(frame) : files.giveUp(frame)
      case "Opened":
        return waitedFor ? Effect.void : files.giveUp(frame)
      // Answers, which have been settled above.
      case "LoggedIn":
      case "Channels":
      case "Ok":
      case "Published":
      case "HistoryPage":
      case "SearchResult":
      case "Unread":
      case "ChannelInfo":
      case "AuditLog":
      case "Blocked":
      case "InviteLinkCreated":
      case "InviteLinks":
      case "InviteAccepted":
      case "Error":
      case "Pong":
        return Effect.void
    }
  }

  yield* core.run({
    receive: (body) => {
      const decoded = terms.encoding.decode(body)
      if (decoded._tag === "Success") return receive(decoded.success)
      const { kind, message } = decoded.failure
      // A newer server may have more to say than this client knows.
      return kind === "UnknownType"
        ? Effect.void
        : Effect.fail(new Disconnect({ reason: "MalformedFrame", detail: message }))
    },
    // The server pings a client that is silent. But where the client has just said something that is not answered, both
    // are silent for longer than that: so the client pings, too, before it believes that the server is gone.
    watchdog: terms.silence === undefined ? Effect.never : watchdog(link, core.send(ping), terms.silence),
    onEnd: (because) => files.end(because),
    goodbye: terms.encoding.encode({ type: "Disconnect" }),
  })

  const ask: Requests.Ask<Disconnect> = (frame) =>
    core.request((ref) => encode(terms, { ...defined(frame), ref } as typeof ClientFrame.Encoded))

  /** With an id, by which the server recognizes a second try. */
  const withId = (id: MessageId | undefined, frame: Requests.RequestFrame): Answer<"Published"> =>
    Effect.flatMap(id === undefined ? fresh : Effect.succeed(id), (id) => ask({ ...frame, id }))

  return {
    ...Requests.of(ask),
    ask,
    files,
    version: 2,
    resumes: terms.resumes,
    signIn: (credentials) =>
      "token" in credentials
        ? ask({ type: "Authenticate", token: Redacted.value(credentials.token) })
        : ask({
            type: "Login",
            username: credentials.username,
            password: Redacted.value(credentials.password),
            invite: credentials.invite === undefined ? undefined : Redacted.value(credentials.invite),
            register: credentials.register,
          }),
    join: (channel, { history, id } = {}) =>
      ask({ type: "Join", channel, ...(terms.resumes && id !== undefined ? { id, history } : {}) }),
    leave: (channel) => ask({ type: "Leave", channel }),
    publish: (channel, content, id, file, replyTo) =>
      withId(id, { type: "Publish", channel, content, file, reply_to: replyTo }),
    edit: (channel, target, content, id) => withId(id, { type: "Edit", channel, target, content }),
    delete: (channel, target, id) => withId(id, { type: "Delete", channel, target }),
    react: (channel, target, reaction, on, id) => withId(id, { type: "React", channel, target, reaction, on }),
    typing: (channel) => {
      const encoded = encode(terms, { type: "Typing", channel })
      return encoded._tag === "Failure" ? Effect.void : core.send(encoded.success)
    },
    events: Stream.fromQueue(core.events),
  }
})

/** Without the fields that are undefined: in a frame they have to be absent. */
const defined = (frame: Requests.RequestFrame) =>
  Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined))
