/**
 * Everything that a program which embeds the hub can do as somebody, with plain text for names and plain numbers for
 * places and times. What a user may is decided by the channels' rights, as through every other door.
 *
 * Each call fails with a `RequestError`: its `reason` is one of those in the call's type, `retryable` says whether the same
 * may succeed later, and `retryAfter` when. `InvalidFrame` is a text or number that is not what it should be, with the
 * `field` that was wrong. Where a channel is asked for, `@name` is the direct conversation with a user.
 */
import * as Effect from "effect/Effect"
import type { InviteLink } from "../channels/ChannelRecord.ts"
import type { AcceptedInvite } from "../chat/acceptInvite.ts"
import type { AuditPage } from "../chat/audit.ts"
import type { Caller } from "../chat/Caller.ts"
import type { ChatShape } from "../chat/Chat.ts"
import type { CreatedInviteLink } from "../chat/createInviteLink.ts"
import type { ChannelPage } from "../chat/listChannels.ts"
import type { Present } from "../chat/listPresent.ts"
import type { UnreadPage } from "../chat/listUnread.ts"
import type { ErrorOf, RequestErrorOf } from "../chat/Operation.ts"
import * as operations from "../chat/operations.ts"
import type { Receipt } from "../chat/Receipt.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Status } from "../domain/Status.ts"
import type { Person, User } from "../domain/User.ts"
import type { Description } from "../hub/channel/ChannelCommand.ts"
import type { ClientFrame, ClientFrameOf } from "../protocol/v2/ClientFrame.ts"
import * as render from "../protocol/v2/render.ts"
import type { Fields } from "../protocol/v2/Request.ts"
import { request } from "./internal/request.ts"

type Operations = typeof operations

/** A call of an operation; `E` is what else it can fail with. */
export type Call<Name extends keyof Operations, A, E = never> = Effect.Effect<
  A,
  ErrorOf<Operations[Name]> | RequestErrorOf<"InvalidFrame"> | E
>

/** What was posted has its place in the channel. */
export interface Publication {
  /** The caller's, or one that was made for it. */
  readonly id: MessageId
  /** One more than the place of the entry before it. */
  readonly seq: Seq
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** How safe it is by now. */
  readonly durability: Durability
}

/** Which entries: from one of four ends, and the latest where none is given. More than one is refused. */
export interface HistoryRange {
  /** The entries behind this place; 0 for all from the oldest on. */
  readonly after?: number | undefined
  /** The entries before this place, the latest of them. */
  readonly before?: number | undefined
  /** The entries from this moment on, in milliseconds since 1970. */
  readonly since?: number | undefined
  /** The entries up to this moment, in milliseconds since 1970, the latest of them. */
  readonly until?: number | undefined
  /** 1 to 300, which is the default. */
  readonly limit?: number | undefined
}

/** A part of a channel's history. */
export interface HistoryPage {
  /** In the order of their places. A message is as it is now: edited, or without its content if it was deleted. */
  readonly entries: ReadonlyArray<render.PastEntry>
  /** The oldest place that history has; behind the last where it has none. */
  readonly first: Seq
  /** Whether there are more in the direction that was asked for. */
  readonly more: boolean
}

export interface FoundMessages {
  /** The newest first. */
  readonly hits: ReadonlyArray<{ readonly channel: ChannelName; readonly message: render.PastMessage }>
  /** Where the next page starts; undefined on the last. */
  readonly next: string | undefined
}

/** An account, or a range of IP addresses: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
export type Subject = { readonly username: string } | { readonly address: string }

/** `E` is what every call can fail with beside its own reasons. */
export interface Actions<E = never> {
  /** As whom. */
  readonly user: User
  /**
   * Says something: 1 to `HubSettings.maxMessageLength` characters, of which one at least is to be seen. Succeeds when it
   * has its place and is as safe as `durability` says. With an `id` of your own (1 to 64 visible ASCII characters), publishing it again within ten
   * minutes gives the first result and stores nothing twice: so it is safe to try again what failed. So it is with what
   * changes messages.
   */
  readonly publish: (
    channel: string,
    content: string,
    options?:
      | string
      | {
          readonly id?: string | undefined
          readonly file?: string | undefined
          /** The place of the message in the channel that it answers. */
          readonly replyTo?: number | undefined
        },
  ) => Call<"publish", Publication, E>
  /** Says something else in one's own message, the one at `target`. */
  readonly edit: (channel: string, target: number, content: string, id?: string) => Call<"editMessage", Publication, E>
  /** Takes the message at `target` away: one's own, or, as a moderator, any. */
  readonly delete: (channel: string, target: number, id?: string) => Call<"deleteMessage", Publication, E>
  /** Reacts to the message at `target`, in 1 to 32 characters; `on: false` takes the reaction back. */
  readonly react: (
    channel: string,
    target: number,
    reaction: string,
    options?: { readonly on?: boolean | undefined; readonly id?: string | undefined },
  ) => Call<"react", Publication, E>
  /** Notes how far the user has read; it never goes back. From the first time on the channel counts in `unread`. */
  readonly read: (channel: string, seq: number) => Call<"markRead", void, E>
  /** A page of a channel's history: at most 300 entries and 32 Ki characters. One need not be in the channel. */
  readonly history: (channel: string, range?: HistoryRange) => Call<"page", HistoryPage, E>
  /**
   * Messages that have all these words, and are what filters like `from:ann` say (at most 256 characters): in one channel,
   * or in those that count for the user. At most `limit`, 1 to 50, by default 20; pass `next` on as `before`.
   */
  readonly search: (
    text: string,
    options?: {
      readonly channel?: string | undefined
      readonly limit?: number | undefined
      readonly before?: string | undefined
    },
  ) => Call<"search", FoundMessages, E>
  /** Who is present in a channel. One need not be in it. */
  readonly members: (channel: string) => Call<"listPresent", Present, E>
  /** Channels by name, 100 a page; pass `next` on as `after`. */
  readonly channels: (options?: { readonly after?: string | undefined }) => Call<"listChannels", ChannelPage, E>
  /** What is new in the channels that count for the user, 100 a page; pass `next` on as `after`. */
  readonly unread: (options?: { readonly after?: string | undefined }) => Call<"listUnread", UnreadPage, E>
  /** How the user appears wherever a session of the user's is; `text` has at most 128 characters. */
  readonly setStatus: (status: Status, text?: string) => Call<"setStatus", void, E>
  /** Makes a channel, which the user then owns. One is not in it by that. `topic` has at most 256 characters. */
  readonly createChannel: (
    channel: string,
    options?: {
      /** Default: public. */
      readonly access?: ChannelAccess | undefined
      readonly topic?: string | undefined
      /** How safe a message has to be before it is acknowledged. Default: `HubSettings.durability`. */
      readonly durability?: Durability | undefined
    },
  ) => Call<"createChannel", void, E>
  /** Changes who may enter and speak, and how; what is left out stays. */
  readonly configure: (
    channel: string,
    options: {
      readonly access?: ChannelAccess | undefined
      /** Whether it can only be read any more. */
      readonly archived?: boolean | undefined
      /** Milliseconds that a member has to wait between two messages; 0 for none. */
      readonly slowMode?: number | undefined
      readonly durability?: Durability | undefined
    },
  ) => Call<"configure", void, E>
  /** At most 256 characters, in one line. */
  readonly setTopic: (channel: string, topic: string) => Call<"setTopic", void, E>
  /** Gives a channel another name; its members and its history stay. */
  readonly rename: (channel: string, name: string) => Call<"renameChannel", void, E>
  /** Removes a channel with all that was said there, for good. For administrators of the service. */
  readonly deleteChannel: (channel: string) => Call<"deleteChannel", void, E>
  /** Lets somebody into a private channel. */
  readonly invite: (channel: string, username: string) => Call<"invite", void, E>
  /** An invitation for whoever has its code: for so many milliseconds, and so many people, or without end. */
  readonly createInviteLink: (
    channel: string,
    options?: { readonly lifetime?: number | undefined; readonly uses?: number | undefined },
  ) => Call<"createInviteLink", CreatedInviteLink, E>
  /** The invitations by which somebody may still come in, the oldest first. */
  readonly inviteLinks: (channel: string) => Call<"listInviteLinks", ReadonlyArray<InviteLink>, E>
  /** Takes an invitation back, by its `id`; who has come in by it stays. */
  readonly revokeInviteLink: (channel: string, id: string) => Call<"revokeInviteLink", void, E>
  /** Makes the user a member of the channel to which an invitation leads. One is not in it by that. */
  readonly acceptInvite: (code: string) => Call<"acceptInvite", AcceptedInvite, E>
  /** Says what somebody may do in a channel. Without a role: a stranger again. */
  readonly setRole: (channel: string, username: string, role?: ChannelRole) => Call<"setRole", void, E>
  /** Puts somebody out of a channel, who may come back. `reason` has at most 256 characters, here and below. */
  readonly kick: (channel: string, username: string, reason?: string) => Call<"kick", void, E>
  /** Keeps somebody out of a channel: for so many milliseconds, or without end. */
  readonly ban: (
    channel: string,
    subject: Subject,
    options?: { readonly duration?: number | undefined; readonly reason?: string | undefined },
  ) => Call<"ban", void, E>
  readonly unban: (channel: string, subject: Subject) => Call<"unban", void, E>
  /** Lets somebody listen only: for so many milliseconds, or without end. */
  readonly mute: (
    channel: string,
    username: string,
    options?: { readonly duration?: number | undefined; readonly reason?: string | undefined },
  ) => Call<"mute", void, E>
  readonly unmute: (channel: string, username: string) => Call<"unmute", void, E>
  /** What a channel is, and who may do what there, as far as the user may know that. */
  readonly describe: (channel: string) => Call<"describe", Description, E>
  /** What was done with rights in a channel, the latest first, 100 a page; pass `next` on as `before`. */
  readonly audit: (channel: string, options?: { readonly before?: number | undefined }) => Call<"audit", AuditPage, E>
  /** Wants no direct messages from somebody, who is not told. */
  readonly block: (username: string) => Call<"block", void, E>
  readonly unblock: (username: string) => Call<"unblock", void, E>
  /** Those who are blocked. */
  readonly blocked: Call<"listBlocked", ReadonlyArray<Person>, E>
}

interface Options<E> {
  readonly chat: ChatShape
  readonly caller: Caller
  /** Makes an id for what is posted without one. */
  readonly freshId: () => string
  /** What every call is passed through: it may refuse it, or end it. */
  readonly through: <A, Own>(call: Effect.Effect<A, Own>) => Effect.Effect<A, Own | E>
}

export const actionsOf = <E>({ caller, chat, freshId, through }: Options<E>): Actions<E> => {
  type Type = ClientFrame["type"]
  type Operation<T extends Type, A, Own> = (
    chat: ChatShape,
    caller: Caller,
    request: ClientFrameOf<T>,
  ) => Effect.Effect<A, Own>

  /** An operation, on a request that is read first. */
  const ask = <T extends Type, A, Own>(type: T, operation: Operation<T, A, Own>, fields: Fields<T>) =>
    Effect.flatMap(request(type, fields), (request) => operation(chat, caller, request))

  const run = <T extends Type, A, Own>(type: T, operation: Operation<T, A, Own>, fields: Fields<T>) =>
    through(ask(type, operation, fields))

  /** Each run posts something of its own, unless the program has an id for it. */
  const post = <Own>(given: string | undefined, ask: (id: string) => Effect.Effect<Receipt, Own>) =>
    through(
      Effect.suspend(() => {
        const id = given ?? freshId()
        return Effect.map(ask(id), ({ durability, seq, timestamp }): Publication => {
          return { id: MessageId.make(id), seq, timestamp, durability }
        })
      }),
    )

  return {
    user: caller.by.user,
    publish: (channel, content, options = {}) => {
      const { file, id, replyTo } = typeof options === "string" ? { id: options } : options
      return post(id, (id) =>
        ask(
          "Publish",
          (chat, caller, { reply_to: replyTo, ...said }) => operations.publish(chat, caller, { ...said, replyTo }),
          { channel, id, content, file, reply_to: replyTo },
        ),
      )
    },
    edit: (channel, target, content, id) =>
      post(id, (id) => ask("Edit", operations.editMessage, { channel, id, target, content })),
    delete: (channel, target, id) => post(id, (id) => ask("Delete", operations.deleteMessage, { channel, id, target })),
    react: (channel, target, reaction, { id, on = true } = {}) =>
      post(id, (id) =>
        ask("React", (chat, caller, request) => operations.react(chat, caller, { ...request, on }), {
          channel,
          id,
          target,
          reaction,
          on,
        }),
      ),
    read: (channel, seq) => run("Read", operations.markRead, { channel, seq }),
    history: (channel, range = {}) =>
      run(
        "History",
        (chat, caller, request) =>
          Effect.map(operations.page(chat, caller, request), ({ entries, first, more }) => {
            return { entries: entries.map(render.pastEntry), first, more }
          }),
        { channel, ...range },
      ),
    search: (text, options = {}) =>
      run(
        "Search",
        (chat, caller, request) =>
          Effect.map(operations.search(chat, caller, request), ({ hits, next }) => {
            const found = hits.map(({ channel, message }) => ({ channel, message: render.pastMessage(message) }))
            return { hits: found, next }
          }),
        { text, ...options },
      ),
    // The protocol has no request for it; this one is of a channel, too.
    members: (channel) =>
      run("Describe", (chat, caller, { channel }) => operations.listPresent(chat, caller, { channel }), { channel }),
    channels: ({ after } = {}) => run("ListChannels", operations.listChannels, { after }),
    unread: ({ after } = {}) => run("ListUnread", operations.listUnread, { after }),
    setStatus: (status, text = "") =>
      run("SetStatus", (chat, caller, { status, text }) => operations.setStatus(chat, caller, { status, text }), {
        status,
        text,
      }),
    createChannel: (channel, options = {}) => run("CreateChannel", operations.createChannel, { channel, ...options }),
    configure: (channel, { slowMode, ...options }) =>
      run("Configure", (chat, caller, request) => operations.configure(chat, caller, { ...request, slowMode }), {
        channel,
        ...options,
      }),
    setTopic: (channel, topic) => run("SetTopic", operations.setTopic, { channel, topic }),
    rename: (channel, name) => run("RenameChannel", operations.renameChannel, { channel, name }),
    deleteChannel: (channel) => run("DeleteChannel", operations.deleteChannel, { channel }),
    invite: (channel, username) => run("Invite", operations.invite, { channel, username }),
    createInviteLink: (channel, options = {}) =>
      run("CreateInviteLink", operations.createInviteLink, { channel, ...options }),
    inviteLinks: (channel) => run("ListInviteLinks", operations.listInviteLinks, { channel }),
    revokeInviteLink: (channel, id) => run("RevokeInviteLink", operations.revokeInviteLink, { channel, id }),
    acceptInvite: (code) => run("AcceptInvite", operations.acceptInvite, { code }),
    setRole: (channel, username, role) => run("SetRole", operations.setRole, { channel, username, role }),
    kick: (channel, username, reason) => run("Kick", operations.kick, { channel, username, reason }),
    ban: (channel, subject, options = {}) => run("Ban", operations.ban, { channel, ...subject, ...options }),
    unban: (channel, subject) => run("Unban", operations.unban, { channel, ...subject }),
    mute: (channel, username, options = {}) => run("Mute", operations.mute, { channel, username, ...options }),
    unmute: (channel, username) => run("Unmute", operations.unmute, { channel, username }),
    describe: (channel) => run("Describe", operations.describe, { channel }),
    audit: (channel, { before } = {}) => run("Audit", operations.audit, { channel, before }),
    block: (username) => run("Block", operations.block, { username }),
    unblock: (username) => run("Unblock", operations.unblock, { username }),
    blocked: run("ListBlocked", operations.listBlocked, {}),
  }
}
