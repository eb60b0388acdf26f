/** From frames of version 2 to operations, and from answers to frames. No rule is here: the operations have them. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Operation } from "../../chat/Operation.ts"
import * as chat from "../../chat/operations.ts"
import { errorIn, type Receipt } from "../../chat/Receipt.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import type { Reply } from "../../hub/audience/ChannelLink.ts"
import type { Outcome } from "../../hub/channel/ChannelCommand.ts"
import type { ClientFrame, ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import * as render from "../../protocol/v2/render.ts"
import * as renderInvites from "../../protocol/v2/renderInvites.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import { type HandlerResult, type Handler, notAuthenticated } from "../Handler.ts"
import type { Session, SessionCaller } from "../Session.ts"
import * as SignIn from "../SignIn.ts"
import * as Files from "./files/handlers.ts"
import type { Tell } from "./Tell.ts"

export type Handlers = { readonly [Type in ClientFrame["type"]]: Handler<ClientFrameOf<Type>> }

interface Referring {
  readonly ref?: number
}

export const make = (tell: Tell): Handlers => {
  /** For who is signed in. */
  const forUser =
    <Frame>(handle: (session: Session, frame: Frame, caller: SessionCaller) => HandlerResult): Handler<Frame> =>
    (session, frame) =>
      session.caller === undefined ? Effect.fail(notAuthenticated()) : handle(session, frame, session.caller)

  /** For who is not signed in yet. */
  const forStranger =
    <Frame>(handle: Handler<Frame>): Handler<Frame> =>
    (session, frame) =>
      session.caller === undefined
        ? handle(session, frame)
        : Effect.fail(new RequestError({ reason: "AlreadyAuthenticated" }))

  /** A frame that is the request of an operation. */
  const asking = <Frame extends Request & Referring, Request, Answer>(
    operation: Operation<Request, Answer>,
    say: (frame: Frame, answer: Answer) => ServerFrame,
  ): Handler<Frame> =>
    forUser((session, frame, caller) =>
      Effect.map(operation(session.services.chat, caller, frame), (answer) => tell.answer(session, say(frame, answer))),
    )

  /** The same, where the answer may be large: it waits until the session has room for it. */
  const askingMuch = <Frame extends Request & Referring, Request, Answer>(
    operation: Operation<Request, Answer>,
    say: (frame: Frame, answer: Answer) => ServerFrame,
  ): Handler<Frame> =>
    forUser((session, frame, caller) =>
      session.large(operation(session.services.chat, caller, frame), (answer) =>
        tell.answer(session, say(frame, answer)),
      ),
    )

  /** A frame that asks for a place in a channel: it is answered when that is known. */
  const posting = <Frame extends PostFrame>(
    send: (session: Session, frame: Frame, caller: SessionCaller, reply: Reply) => Effect.Effect<void, RequestError>,
  ): Handler<Frame> =>
    forUser((session, frame, caller) => {
      session.unanswered++
      const sent = send(session, frame, caller, new PostReply(session, frame, tell))
      if (sent === Effect.void) return sent
      return Effect.tapError(sent, () => Effect.sync(() => session.unanswered--))
    })

  const done = ({ ref }: Referring) => render.ok(ref)

  /** Tells a client who it is now; from then on others can speak to it. */
  const loggedIn = (
    session: Session,
    ref: number | undefined,
    user: User,
    token: string | undefined,
    isNew = false,
  ): void => {
    tell.answer(session, render.loggedIn(ref, user, session.id, token, isNew))
    session.caller?.memberships.opened()
  }

  return {
    Login: forStranger((session, { invite, password = "", ref, register, username }) => {
      let isNew = false
      return SignIn.byPassword(session, {
        username,
        password: Redacted.make(password),
        invite: invite === undefined ? undefined : Redacted.make(invite),
        register,
        // Who does not know of it takes no answer that has it.
        onRegistered: () => void (isNew = register !== undefined),
      }).pipe(
        Effect.flatMap((user) =>
          Effect.map(SignIn.freshToken(session, user), (token) => loggedIn(session, ref, user, token, isNew)),
        ),
      )
    }),
    Authenticate: forStranger((session, { ref, token }) =>
      Effect.map(SignIn.byToken(session, Redacted.make(token)), (user) => loggedIn(session, ref, user, undefined)),
    ),
    // The answer is told when the session is in the channel, in its place among the messages.
    Join: forUser((session, { channel, history, id, ref }, caller) =>
      chat.join(session.services.chat, caller, { channel, history, id, tag: ref }),
    ),
    Leave: forUser((session, frame, caller) => {
      const channel = calledBy(session, frame.channel)
      return Effect.map(chat.leave(session.services.chat, caller, frame), () =>
        tell.inOrder(session, render.left(frame.ref, channel)),
      )
    }),
    Publish: posting((session, frame, caller, reply) => {
      const { reply_to: replyTo } = frame
      const request = replyTo === undefined ? frame : { ...frame, replyTo }
      return chat.sendMessage(session.services.chat, caller, request, reply)
    }),
    Edit: posting((session, frame, caller, reply) => chat.sendEdit(session.services.chat, caller, frame, reply)),
    Delete: posting((session, frame, caller, reply) => chat.sendDeletion(session.services.chat, caller, frame, reply)),
    React: posting((session, frame, caller, reply) => {
      const { on = true } = frame
      return chat.sendReaction(session.services.chat, caller, { ...frame, on }, reply)
    }),
    Read: asking(chat.markRead, done),
    History: askingMuch(chat.page, ({ channel, ref }, page) => render.historyPage(ref, channel, page)),
    Search: askingMuch(chat.search, ({ ref }, result) => render.searchResult(ref, result)),
    ListChannels: asking(chat.listChannels, ({ ref }, page) => render.channels(ref, page)),
    ListUnread: asking(chat.listUnread, ({ ref }, page) => render.unread(ref, page)),
    SetTopic: asking(chat.setTopic, done),
    CreateChannel: asking(chat.createChannel, done),
    Configure: forUser((session, { access, archived, channel, durability, ref, slow_mode: slowMode }, caller) =>
      Effect.map(
        chat.configure(session.services.chat, caller, { channel, access, archived, slowMode, durability }),
        () => tell.answer(session, render.ok(ref)),
      ),
    ),
    RenameChannel: asking(chat.renameChannel, done),
    DeleteChannel: asking(chat.deleteChannel, done),
    Invite: asking(chat.invite, done),
    CreateInviteLink: asking(chat.createInviteLink, ({ channel, ref }, { code, link }) =>
      renderInvites.inviteLinkCreated(ref, channel, link, Redacted.value(code)),
    ),
    ListInviteLinks: asking(chat.listInviteLinks, ({ channel, ref }, links) =>
      renderInvites.inviteLinks(ref, channel, links),
    ),
    RevokeInviteLink: asking(chat.revokeInviteLink, done),
    AcceptInvite: asking(chat.acceptInvite, ({ ref }, { channel }) => renderInvites.inviteAccepted(ref, channel)),
    SetRole: asking(chat.setRole, done),
    Kick: asking(chat.kick, done),
    Ban: asking(chat.ban, done),
    Unban: asking(chat.unban, done),
    Mute: asking(chat.mute, done),
    Unmute: asking(chat.unmute, done),
    Block: asking(chat.block, done),
    Unblock: asking(chat.unblock, done),
    ListBlocked: asking(chat.listBlocked, ({ ref }, people) => render.blocked(ref, people)),
    Describe: asking(chat.describe, ({ channel, ref }, description) => render.channelInfo(ref, channel, description)),
    Audit: asking(chat.audit, ({ channel, ref }, page) => render.auditLog(ref, channel, page)),
    // Not answered: it is worth no frame.
    Typing: forUser((session, frame, caller) => chat.typing(session.services.chat, caller, frame)),
    SetStatus: asking(chat.setStatus, done),
    ...Files.make(tell, forUser),
    Ping: (session, { sequence }) => {
      tell.answer(session, sequence === undefined ? { type: "Pong" } : { type: "Pong", sequence })
      return Effect.void
    },
    // The peer was heard of, which is what the heartbeat asked for.
    Pong: () => Effect.void,
    Disconnect: () => Effect.fail(new Disconnect({ reason: "Goodbye" })),
  }
}

/** What a session calls a channel: the name of a direct conversation can be spelled in several ways. */
const calledBy = ({ caller }: Session, channel: ChannelName): ChannelName =>
  isDirect(channel) ? (caller?.memberships.get(channel)?.name ?? channel) : channel

interface PostFrame extends Referring {
  readonly channel: ChannelName
  readonly id: MessageId
}

/** Tells a session what became of what it posted. */
class PostReply implements Reply {
  private readonly session: Session
  private readonly frame: PostFrame
  private readonly tell: Tell

  constructor(session: Session, frame: PostFrame, tell: Tell) {
    this.session = session
    this.frame = frame
    this.tell = tell
  }

  settle(outcome: Outcome): void {
    const { id, ref } = this.frame
    this.session.unanswered--
    const channel = calledBy(this.session, this.frame.channel)
    const error = errorIn(outcome)
    if (error === undefined) {
      this.tell.answer(this.session, render.published(ref, channel, id, outcome as Receipt))
    } else {
      this.tell.failure(this.session, error, ref)
    }
  }
}
