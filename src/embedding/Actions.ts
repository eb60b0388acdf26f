/**
 * Everything that a program which embeds the hub can do as somebody: the operations, with plain text for names. Each fails
 * with a `RequestError`: its `reason` says why, `retryable` whether the same may succeed later, and `retryAfter` when.
 */
import * as Effect from "effect/Effect"
import type { AuditPage } from "../chat/audit.ts"
import type { Caller } from "../chat/Caller.ts"
import type { ChatShape } from "../chat/Chat.ts"
import type { ChannelPage } from "../chat/listChannels.ts"
import type { Present } from "../chat/listPresent.ts"
import type { UnreadPage } from "../chat/listUnread.ts"
import type { ErrorOf, RequestErrorOf } from "../chat/Operation.ts"
import * as operations from "../chat/operations.ts"
import type { Published as PublishedPlace } from "../chat/Published.ts"
import type { SearchResult } from "../chat/search.ts"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Status } from "../domain/Status.ts"
import type { AddressRange } from "../domain/AddressRange.ts"
import type { Username } from "../domain/Username.ts"
import type { User } from "../domain/User.ts"
import type { Page } from "../history/History.ts"
import type { Description } from "../hub/channel/ChannelCommand.ts"
import * as decode from "./decode.ts"

/** What an operation fails with; `InvalidFrame` names a text that is not what it should be. */
type Fails<O> = ErrorOf<O> | RequestErrorOf<"InvalidFrame">
type Does<O, A> = Effect.Effect<A, Fails<O>>
type Ops = typeof operations

/** What was posted has its place. */
export interface Posted extends PublishedPlace {
  readonly id: MessageId
}

/** From one of four ends; the latest entries, where nothing is said of which. */
export interface HistoryRange {
  /** Entries behind this place. */
  readonly after?: number
  /** Entries before this place, the latest of them. */
  readonly before?: number
  /** From this moment on, in milliseconds since 1970. */
  readonly since?: number
  /** Up to this moment, the latest of them. */
  readonly until?: number
  /** 1 to 300, which is the default. */
  readonly limit?: number
}

export interface Actions {
  readonly user: User
  /**
   * Says something; succeeds when it has its place and is as safe as `durability` says. With an `id` of your own,
   * publishing it again gives the first result and stores nothing twice. `@name` is the direct conversation with a user.
   */
  readonly publish: (channel: string, content: string, id?: string) => Does<Ops["publish"], Posted>
  readonly edit: (channel: string, target: number, content: string, id?: string) => Does<Ops["editMessage"], Posted>
  readonly delete: (channel: string, target: number, id?: string) => Does<Ops["deleteMessage"], Posted>
  /** `on: false` takes the reaction back. */
  readonly react: (
    channel: string,
    target: number,
    reaction: string,
    options?: { readonly on?: boolean; readonly id?: string },
  ) => Does<Ops["react"], Posted>
  /** Notes how far the user has read. */
  readonly read: (channel: string, seq: number) => Does<Ops["read"], void>
  /** A page of a channel's history, at most 300 entries and 32 Ki characters. One need not be in the channel. */
  readonly history: (channel: string, range?: HistoryRange) => Does<Ops["page"], Page>
  /** Messages that have all these words, the newest first; pass `next` on as `before`. */
  readonly search: (
    text: string,
    options?: { readonly channel?: string; readonly limit?: number; readonly before?: string },
  ) => Does<Ops["search"], SearchResult>
  /** Who is present in a channel. One need not be in it. */
  readonly members: (channel: string) => Does<Ops["listPresent"], Present>
  /** Channels by name, 100 a page; pass `next` on as `after`. */
  readonly channels: (options?: { readonly after?: string }) => Does<Ops["listChannels"], ChannelPage>
  /** What is new in the channels that count for the user, 100 a page. */
  readonly unread: (options?: { readonly after?: string }) => Does<Ops["listUnread"], UnreadPage>
  readonly setStatus: (status: Status, text?: string) => Does<Ops["setStatus"], void>
  readonly createChannel: (
    channel: string,
    options?: { readonly access?: ChannelAccess; readonly topic?: string; readonly durability?: Durability },
  ) => Does<Ops["createChannel"], void>
  readonly configure: (
    channel: string,
    options: {
      readonly access?: ChannelAccess
      readonly archived?: boolean
      /** Milliseconds that a member has to wait between two messages; 0 for none. */
      readonly slowMode?: number
      readonly durability?: Durability
    },
  ) => Does<Ops["configure"], void>
  readonly setTopic: (channel: string, topic: string) => Does<Ops["setTopic"], void>
  readonly rename: (channel: string, name: string) => Does<Ops["renameChannel"], void>
  readonly invite: (channel: string, username: string) => Does<Ops["invite"], void>
  /** Without a role: a stranger again. */
  readonly setRole: (channel: string, username: string, role?: ChannelRole) => Does<Ops["setRole"], void>
  readonly kick: (channel: string, username: string, reason?: string) => Does<Ops["kick"], void>
  /** `duration` in milliseconds; without one, for ever. */
  readonly ban: (
    channel: string,
    subject: { readonly username: string } | { readonly address: string },
    options?: { readonly duration?: number; readonly reason?: string },
  ) => Does<Ops["ban"], void>
  readonly unban: (
    channel: string,
    subject: { readonly username: string } | { readonly address: string },
  ) => Does<Ops["unban"], void>
  readonly mute: (
    channel: string,
    username: string,
    options?: { readonly duration?: number; readonly reason?: string },
  ) => Does<Ops["mute"], void>
  readonly unmute: (channel: string, username: string) => Does<Ops["unmute"], void>
  /** What a channel is, and who may do what there. */
  readonly describe: (channel: string) => Does<Ops["describe"], Description>
  /** What was done with rights, the latest first, 100 a page; pass `next` on as `before`. */
  readonly audit: (channel: string, options?: { readonly before?: number }) => Does<Ops["audit"], AuditPage>
  readonly block: (username: string) => Does<Ops["block"], void>
  readonly unblock: (username: string) => Does<Ops["unblock"], void>
  readonly blocked: Does<Ops["listBlocked"], ReadonlyArray<Pick<User, "id" | "name">>>
}

type Subject = { readonly username: string } | { readonly address: string }

const subject = (
  given: Subject,
): Effect.Effect<{ readonly username?: Username; readonly address?: AddressRange }, RequestError> =>
  "username" in given
    ? Effect.map(decode.username(given.username), (username) => ({ username }))
    : Effect.map(decode.address(given.address), (address) => ({ address }))

/** `freshId` makes ids for what is posted without one. */
export const actionsOf = (chat: ChatShape, caller: Caller, freshId: () => string): Actions => {
  /** An operation, on a request that has to be read first: what cannot be read is refused as an `InvalidFrame`. */
  const run = <Request, Answer, Error>(
    operation: (chat: ChatShape, caller: Caller, request: Request) => Effect.Effect<Answer, Error>,
    request: Effect.Effect<Request, RequestError>,
  ): Effect.Effect<Answer, Error | RequestErrorOf<"InvalidFrame">> =>
    Effect.flatMap(request as Effect.Effect<Request, RequestErrorOf<"InvalidFrame">>, (read) =>
      operation(chat, caller, read),
    )

  const posted = <Request extends { readonly id?: MessageId | undefined }, Error>(
    operation: (chat: ChatShape, caller: Caller, request: Request) => Effect.Effect<PublishedPlace, Error>,
    id: string | undefined,
    request: (id: MessageId) => Effect.Effect<Request, RequestError>,
  ): Effect.Effect<Posted, Error | RequestErrorOf<"InvalidFrame">> =>
    Effect.flatMap(decode.id(id ?? freshId()) as Effect.Effect<MessageId, RequestErrorOf<"InvalidFrame">>, (id) =>
      Effect.map(run(operation, request(id)), ({ durability, seq, timestamp }) => ({ id, seq, timestamp, durability })),
    )

  const inChannel = <More>(channel: string, more: Effect.Effect<More, RequestError>) =>
    Effect.flatMap(decode.channel(channel), (channel) => Effect.map(more, (more) => ({ channel, ...more })))
  const onUser = <More>(channel: string, username: string, more: More) =>
    inChannel(
      channel,
      Effect.map(decode.username(username), (username) => ({ username, ...more })),
    )
  const nothing = Effect.succeed({})

  return {
    user: caller.by.user,
    publish: (channel, content, id) =>
      posted(operations.publish, id, (id) =>
        inChannel(
          channel,
          Effect.map(decode.content(content), (content) => ({ id, content })),
        ),
      ),
    edit: (channel, target, content, id) =>
      posted(operations.editMessage, id, (id) =>
        inChannel(
          channel,
          Effect.map(Effect.all([decode.target(target), decode.content(content)]), ([target, content]) => ({
            id,
            target,
            content,
          })),
        ),
      ),
    delete: (channel, target, id) =>
      posted(operations.deleteMessage, id, (id) =>
        inChannel(
          channel,
          Effect.map(decode.target(target), (target) => ({ id, target })),
        ),
      ),
    react: (channel, target, reaction, { id, on = true } = {}) =>
      posted(operations.react, id, (id) =>
        inChannel(
          channel,
          Effect.map(Effect.all([decode.target(target), decode.reaction(reaction)]), ([target, reaction]) => ({
            id,
            target,
            reaction,
            on,
          })),
        ),
      ),
    read: (channel, seq) =>
      run(
        operations.read,
        inChannel(
          channel,
          Effect.map(decode.seq(seq), (seq) => ({ seq })),
        ),
      ),
    history: (channel, { after, before, limit, since, until } = {}) =>
      run(
        operations.page,
        inChannel(
          channel,
          Effect.gen(function* () {
            return {
              after: after === undefined ? undefined : yield* decode.seq(after),
              before: before === undefined ? undefined : yield* decode.seq(before),
              since,
              until,
              limit,
            }
          }),
        ),
      ),
    search: (text, { before, channel, limit } = {}) =>
      run(
        operations.search,
        Effect.map(channel === undefined ? Effect.undefined : decode.channel(channel), (channel) => ({
          text,
          channel,
          limit,
          before,
        })),
      ),
    members: (channel) => run(operations.listPresent, inChannel(channel, nothing)),
    channels: ({ after } = {}) =>
      run(
        operations.listChannels,
        Effect.map(after === undefined ? Effect.undefined : decode.channel(after), (after) => ({ after })),
      ),
    unread: (options = {}) => run(operations.listUnread, Effect.succeed(options)),
    setStatus: (status, text = "") =>
      run(
        operations.setStatus,
        Effect.map(decode.statusText(text), (text) => ({ status, text })),
      ),
    createChannel: (channel, { access, durability, topic } = {}) =>
      run(
        operations.createChannel,
        inChannel(
          channel,
          Effect.map(topic === undefined ? Effect.undefined : decode.topic(topic), (topic) => ({
            access,
            durability,
            topic,
          })),
        ),
      ),
    configure: (channel, options) => run(operations.configure, inChannel(channel, Effect.succeed(options))),
    setTopic: (channel, topic) =>
      run(
        operations.setTopic,
        inChannel(
          channel,
          Effect.map(decode.topic(topic), (topic) => ({ topic })),
        ),
      ),
    rename: (channel, name) =>
      run(
        operations.renameChannel,
        inChannel(
          channel,
          Effect.map(decode.channelName(name), (name) => ({ name })),
        ),
      ),
    invite: (channel, username) => run(operations.invite, onUser(channel, username, {})),
    setRole: (channel, username, role) => run(operations.setRole, onUser(channel, username, { role })),
    kick: (channel, username, reason) => run(operations.kick, onUser(channel, username, { reason })),
    ban: (channel, whom, options = {}) =>
      run(
        operations.ban,
        inChannel(
          channel,
          Effect.map(subject(whom), (subject) => ({ ...subject, ...options })),
        ),
      ),
    unban: (channel, whom) => run(operations.unban, inChannel(channel, subject(whom))),
    mute: (channel, username, options = {}) => run(operations.mute, onUser(channel, username, options)),
    unmute: (channel, username) => run(operations.unmute, onUser(channel, username, {})),
    describe: (channel) => run(operations.describe, inChannel(channel, nothing)),
    audit: (channel, { before } = {}) => run(operations.audit, inChannel(channel, Effect.succeed({ before }))),
    block: (username) =>
      run(
        operations.block,
        Effect.map(decode.username(username), (username) => ({ username })),
      ),
    unblock: (username) =>
      run(
        operations.unblock,
        Effect.map(decode.username(username), (username) => ({ username })),
      ),
    blocked: run(operations.listBlocked, nothing),
  }
}
