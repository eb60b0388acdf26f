/** What can be asked of a server besides signing in, entering and speaking: the same of a connection and of a client. */
import type * as Effect from "effect/Effect"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import type { Status } from "../domain/Status.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { ClientFrame } from "../protocol/v2/ClientFrame.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"

/** A request that ends: it fails with the server's `RequestError`, or with why there is no answer. */
export type Reply<Type extends ServerFrame["type"], E> = Effect.Effect<ServerFrameOf<Type>, RequestError | E>

/** Entries of a channel: those nearest to one of four ends, or, without any of them, the latest. */
export interface Range {
  /** Behind this place; 0 for all from the oldest on. */
  readonly after?: number | undefined
  readonly before?: number | undefined
  /** From a moment on, in milliseconds since 1970. */
  readonly since?: number | undefined
  /** Up to a moment. */
  readonly until?: number | undefined
  /** At most so many, up to 300, which is the default. */
  readonly limit?: number | undefined
}

export interface SearchOptions {
  /** Only there; otherwise in all channels one is in. */
  readonly channel?: string | undefined
  /** Continue behind the `next` of the page before. */
  readonly before?: string | undefined
  /** At most so many, up to 50. Default: 20. */
  readonly limit?: number | undefined
}

/** What a channel is like; what is left out stays as it is. */
export interface ChannelSettings {
  readonly access?: ChannelAccess | undefined
  /** Whether it can only be read any more. */
  readonly archived?: boolean | undefined
  /** Milliseconds that a member has to wait between two messages; 0 for none. */
  readonly slowMode?: number | undefined
  /** How safe a message is before it is acknowledged. */
  readonly durability?: Durability | undefined
}

/** Whom a ban keeps out: an account, or a range of IP addresses. */
export type Banned = { readonly username: string } | { readonly address: string }

/** How long something lasts, in milliseconds, by default without end; and why, for those who are told of it. */
export interface Sentence {
  readonly duration?: number | undefined
  readonly reason?: string | undefined
}

export interface Requests<E> {
  readonly setTopic: (channel: string, topic: string) => Reply<"Ok", E>
  readonly setStatus: (status: Status, text?: string) => Reply<"Ok", E>
  /** One page of the server's channels, behind a name. */
  readonly channels: (after?: string) => Reply<"Channels", E>
  /** One page of what was said and done in a channel one is in. */
  readonly history: (channel: string, range?: Range) => Reply<"HistoryPage", E>
  /** One page of the messages that have all these words. */
  readonly search: (words: string, options?: SearchOptions) => Reply<"SearchResult", E>
  /** Everything up to this place is read; it never goes back. */
  readonly read: (channel: string, seq: number) => Reply<"Ok", E>
  /** One page of what is new in the channels that count for the user, behind the `next` of the page before. */
  readonly unread: (after?: string) => Reply<"Unread", E>
  /** Makes a channel, which one owns. */
  readonly createChannel: (
    channel: string,
    settings?: Pick<ChannelSettings, "access" | "durability"> & { readonly topic?: string | undefined },
  ) => Reply<"Ok", E>
  readonly configure: (channel: string, settings: ChannelSettings) => Reply<"Ok", E>
  readonly rename: (channel: string, name: string) => Reply<"Ok", E>
  /** Lets somebody into a private channel. */
  readonly invite: (channel: string, username: string) => Reply<"Ok", E>
  /** Without a role: a stranger again. */
  readonly setRole: (channel: string, username: string, role: ChannelRole | undefined) => Reply<"Ok", E>
  /** Throws somebody out, who may come back. */
  readonly kick: (channel: string, username: string, reason?: string) => Reply<"Ok", E>
  readonly ban: (channel: string, whom: Banned, sentence?: Sentence) => Reply<"Ok", E>
  readonly unban: (channel: string, whom: Banned) => Reply<"Ok", E>
  /** Lets somebody listen only. */
  readonly mute: (channel: string, username: string, sentence?: Sentence) => Reply<"Ok", E>
  readonly unmute: (channel: string, username: string) => Reply<"Ok", E>
  /** Wants no direct messages from somebody; nobody is told. */
  readonly block: (username: string) => Reply<"Ok", E>
  readonly unblock: (username: string) => Reply<"Ok", E>
  readonly blocked: Reply<"Blocked", E>
  /** What a channel is, and who may do what there. */
  readonly describe: (channel: string) => Reply<"ChannelInfo", E>
  /** One page of what was done with the rights of owners and moderators, the latest first; for them. */
  readonly audit: (channel: string, before?: number) => Reply<"AuditLog", E>
}

type Encoded = typeof ClientFrame.Encoded
/** A frame as it is written down, before it has a number; what is undefined is left out. */
export type Asked = { readonly type: Encoded["type"]; readonly [field: string]: unknown }

/** Sends a request, and waits for the answer. */
export type Ask<E> = <Type extends ServerFrame["type"]>(frame: Asked) => Reply<Type, E>

export const of = <E>(ask: Ask<E>): Requests<E> => ({
  setTopic: (channel, topic) => ask({ type: "SetTopic", channel, topic }),
  setStatus: (status, text) => ask({ type: "SetStatus", status, text }),
  channels: (after) => ask({ type: "ListChannels", after }),
  history: (channel, range) => ask({ type: "History", channel, ...range }),
  search: (text, options) => ask({ type: "Search", text, ...options }),
  read: (channel, seq) => ask({ type: "Read", channel, seq }),
  unread: (after) => ask({ type: "ListUnread", after }),
  createChannel: (channel, settings) => ask({ type: "CreateChannel", channel, ...settings }),
  configure: (channel, { slowMode, ...settings }) =>
    ask({ type: "Configure", channel, ...settings, slow_mode: slowMode }),
  rename: (channel, name) => ask({ type: "RenameChannel", channel, name }),
  invite: (channel, username) => ask({ type: "Invite", channel, username }),
  setRole: (channel, username, role) => ask({ type: "SetRole", channel, username, role }),
  kick: (channel, username, reason) => ask({ type: "Kick", channel, username, reason }),
  ban: (channel, whom, sentence) => ask({ type: "Ban", channel, ...whom, ...sentence }),
  unban: (channel, whom) => ask({ type: "Unban", channel, ...whom }),
  mute: (channel, username, sentence) => ask({ type: "Mute", channel, username, ...sentence }),
  unmute: (channel, username) => ask({ type: "Unmute", channel, username }),
  block: (username) => ask({ type: "Block", username }),
  unblock: (username) => ask({ type: "Unblock", username }),
  blocked: ask({ type: "ListBlocked" }),
  describe: (channel) => ask({ type: "Describe", channel }),
  audit: (channel, before) => ask({ type: "Audit", channel, before }),
})
