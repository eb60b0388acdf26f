/** What is said, and what is said of that. */
import * as Effect from "effect/Effect"
import * as chat from "../../chat/operations.ts"
import { errorIn } from "../../chat/Receipt.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { Seq } from "../../domain/Seq.ts"
import type { Reply } from "../../hub/audience/ChannelLink.ts"
import type { Outcome } from "../../hub/channel/ChannelCommand.ts"
import type { HandlerResult } from "../../session/Handler.ts"
import type { SessionCaller } from "../../session/Session.ts"
import { listOf, tooFew, type UserHandler } from "../Command.ts"
import { format, type Line, tagged } from "../Line.ts"
import { keyOf, nickOf, placeIn, placeOf } from "../Names.ts"
import type { Peer } from "../Peer.ts"
import { refuse, unsaid } from "../refusals.ts"
import { contentOf } from "../Text.ts"
import { maxTargets } from "../Welcome.ts"

/** Something that is to have its place in a channel. */
interface Post {
  readonly command: string
  readonly target: string
  readonly channel: ChannelName
  readonly id: MessageId
}

/** Says why it has none. A notice is never answered, where that could be taken for one. */
const fail = (peer: Peer, { command, target }: Pick<Post, "command" | "target">, error: RequestError): string => {
  peer.session.services.meter.requestErrors.add(error.reason)
  if (command !== "PRIVMSG" && peer.has("standard-replies")) {
    return format(peer.serverName, "FAIL", command, "CANNOT_SEND", target, error.message)
  }
  return format(peer.serverName, unsaid(target, error), peer.nick, target, error.message)
}

/** Tells a client what became of what it said. */
class PostReply implements Reply {
  private readonly peer: Peer
  private readonly post: Post
  private readonly label: string | undefined

  constructor(peer: Peer, post: Post, label: string | undefined) {
    this.peer = peer
    this.post = post
    this.label = label
  }

  settle(outcome: Outcome): void {
    const { label, peer, post } = this
    const { session } = peer
    session.unanswered--
    const error = errorIn(outcome)
    const isEchoed = peer.own?.underway.delete(post.id) === true && peer.has("echo-message")
    if (error !== undefined) peer.write([tagged({ label }, fail(peer, post, error))])
    // An echo has the label.
    else if (label !== undefined && !isEchoed) peer.write([tagged({ label }, `:${peer.serverName} ACK`)])
  }
}

/** In a direct conversation one is as soon as one says something there. */
const entering = ({ session }: Peer, caller: SessionCaller, channel: ChannelName): HandlerResult =>
  !isDirect(channel) || caller.memberships.get(channel) !== undefined
    ? Effect.void
    : Effect.catchIf(
        chat.join(session.services.chat, caller, { channel }),
        ({ reason }) => reason === "AlreadyMember",
        () => Effect.void,
      )

/** Whoever begins to speak to somebody who is away is told so. */
const tellAway = (peer: Peer, caller: SessionCaller, channel: ChannelName, nick: string): Effect.Effect<void> =>
  Effect.match(chat.listPresent(peer.session.services.chat, caller, { channel }), {
    onFailure: () => {},
    onSuccess: ({ members }) => {
      const other = members.find(({ username }) => keyOf(nickOf(username)) === keyOf(nick))
      if (other !== undefined && other.status !== "online") {
        peer.numeric("301", nickOf(other.username), other.text ?? other.status)
      }
    },
  })

const posting = (
  peer: Peer,
  caller: SessionCaller,
  { command, label: given, target }: Pick<Post, "command" | "target"> & { readonly label?: string | undefined },
  send: (post: Post, reply: Reply) => Effect.Effect<void, RequestError>,
): HandlerResult => {
  const channel = placeOf(target)
  const refused = (error: RequestError) => {
    peer.session.refused(error, "frames")
    peer.say(tagged({ label: given }, fail(peer, { command, target }, error)))
  }
  if (channel === undefined) {
    const reason = target.startsWith("#") ? "NoSuchChannel" : "NoSuchUser"
    return Effect.sync(() => refused(new RequestError({ reason })))
  }
  const post = { command, target, channel, id: peer.freshId() }
  const leave = () => {
    const label = given ?? peer.later()
    const { session } = peer
    session.unanswered++
    peer.own?.underway.set(post.id, label)
    const sent = send(post, new PostReply(peer, post, label))
    if (sent === Effect.void) return sent
    return Effect.catchTag(sent, "RequestError", (error) =>
      Effect.sync(() => {
        session.unanswered--
        peer.own?.underway.delete(post.id)
        session.refused(error, "frames")
        peer.write([tagged({ label }, fail(peer, post, error))])
      }),
    )
  }
  const entered = entering(peer, caller, channel)
  if (entered === Effect.void) return leave()
  const left = Effect.andThen(entered, Effect.suspend(leave))
  const told = command === "PRIVMSG" ? Effect.andThen(left, tellAway(peer, caller, channel, target)) : left
  return Effect.catchTag(told, "RequestError", (error) => Effect.sync(() => refused(error)))
}

const toEach = (targets: string | undefined, run: (target: string) => HandlerResult): HandlerResult => {
  const all = listOf(targets, maxTargets)
  return all.length === 1 ? run(all[0]!) : Effect.forEach(all, run, { discard: true })
}

/** The id of the message that a line is about, or answers. */
export const answeredIn = ({ tags }: Line): string | undefined => tags.get("+draft/reply") ?? tags.get("+reply")

const noSuchMessage = () => new RequestError({ reason: "NoSuchMessage" })

interface Said extends Pick<Post, "command" | "target"> {
  readonly content: string
  /** The id of the message that it answers. */
  readonly answered: string | undefined
  /** Of a command before this one. */
  readonly label?: string | undefined
}

export const sayContent = (peer: Peer, caller: SessionCaller, said: Said): HandlerResult =>
  posting(peer, caller, said, ({ channel, id }, reply) => {
    const { answered, content } = said
    const replyTo = answered === undefined ? undefined : placeIn(channel, answered)
    if (answered !== undefined && replyTo === undefined) return Effect.fail(noSuchMessage())
    const request = { channel, content, id, replyTo: replyTo === undefined ? undefined : Seq.make(replyTo) }
    return chat.sendMessage(peer.session.services.chat, caller, request, reply)
  })

const say: UserHandler = (peer, line, caller) => {
  const { command, params } = line
  const [targets, text] = params
  if (targets === undefined || targets === "") {
    return Effect.sync(() => peer.numeric("411", `Nobody to say it to (${command})`))
  }
  if (text === undefined || text === "") return Effect.sync(() => peer.numeric("412", "Nothing to say"))
  const content = contentOf(text)
  const answered = answeredIn(line)
  return toEach(targets, (target) =>
    content === undefined
      ? // Programs ask each other for versions and times so.
        Effect.sync(() => {
          if (command === "PRIVMSG") peer.numeric(unsaid(target, noCtcp), target, noCtcp.message)
        })
      : sayContent(peer, caller, { command, target, content, answered }),
  )
}

const noCtcp = new RequestError({ reason: "NotSupported", detail: "CTCP is not passed on, but for ACTION" })

/** Tags alone: a reaction, or that somebody is typing. Others are for nobody here. */
const TAGMSG: UserHandler = (peer, line, caller) => {
  const { tags } = line
  const [targets] = line.params
  if (targets === undefined) return tooFew(peer, line)
  const reply = answeredIn(line) ?? ""
  const on = tags.get("+draft/react")
  const reaction = on ?? tags.get("+draft/unreact")
  const { services } = peer.session
  return toEach(targets, (target) => {
    if (reaction !== undefined) {
      return posting(peer, caller, { command: "TAGMSG", target }, ({ channel, id }, answer) => {
        const seq = placeIn(channel, reply)
        if (seq === undefined) return Effect.fail(noSuchMessage())
        const request = { channel, target: Seq.make(seq), id, reaction, on: on !== undefined }
        return chat.sendReaction(services.chat, caller, request, answer)
      })
    }
    const channel = placeOf(target)
    if (channel === undefined || tags.get("+typing") !== "active") return Effect.void
    // It is worth no answer.
    return Effect.ignore(chat.typing(services.chat, caller, { channel }))
  })
}

const REDACT: UserHandler = (peer, line, caller) => {
  const [target, message] = line.params
  if (target === undefined || message === undefined) return tooFew(peer, line)
  const channel = placeOf(target)
  const seq = channel === undefined ? undefined : placeIn(channel, message)
  if (channel === undefined) {
    return Effect.sync(() => refuse(peer, "REDACT", target, new RequestError({ reason: "NoSuchChannel" })))
  }
  if (seq === undefined) {
    return Effect.sync(() => peer.fail("REDACT", "UNKNOWN_MSGID", [target, message], "There is no such message here"))
  }
  return posting(peer, caller, { command: "REDACT", target }, ({ id }, reply) =>
    chat.sendDeletion(peer.session.services.chat, caller, { channel, target: Seq.make(seq), id }, reply),
  )
}

export const messages: Readonly<Record<string, UserHandler>> = { PRIVMSG: say, NOTICE: say, TAGMSG, REDACT }
