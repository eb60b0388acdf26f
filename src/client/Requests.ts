/** The requests that a session and a client have in common: all but signing in, joining, leaving and publishing. */
import type * as Effect from "effect/Effect"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import type { Status } from "../domain/Status.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { ClientFrame } from "../protocol/v2/ClientFrame.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"

/** An answer to a request: fails with the server's `RequestError`, or with the reason why there is none. */
export type Reply<Type extends ServerFrame["type"], E> = Effect.Effect<ServerFrameOf<Type>, RequestError | E>

/** Which entries of a channel: those nearest to one of these four ends, or without any the latest. */
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
  /** Only in this channel; otherwise in all that the session is in. */
  readonly channel?: string | undefined
  /** Continue behind the `next` of the page before. */
  readonly before?: string | undefined
  /** At most so many, up to 50. Default: 20. */
  readonly limit?: number | undefined
}

/** The settings of a channel; those left out stay as they are. */
export interface ChannelSettings {
  readonly access?: ChannelAccess | undefined
  /** Whether nobody can say anything there any more. */
  readonly archived?: boolean | undefined
  /** Milliseconds that a member has to wait between two messages; 0 for none. */
  readonly slowMode?: number | undefined
  /** How safe a message is before it is acknowledged. */
  readonly durability?: Durability | undefined
}

/** Whom a ban concerns: an account, or a range of IP addresses. */
export type BanTarget = { readonly username: string } | { readonly address: string }

/** The terms of a ban or a mute. */
export interface SanctionOptions {
  /** Milliseconds. By default it lasts until it is taken back. */
  readonly duration?: number | undefined
  readonly reason?: string | undefined
}

/** How long an invitation is good, and for how many. */
export interface InviteLinkOptions {
  /** Milliseconds. By default it has no end. */
  readonly lifetime?: number | undefined
  /** At most so many come in by it. Default: any number. */
  readonly uses?: number | undefined
}

export interface Requests<E> {
  readonly setTopic: (channel: string, topic: string) => Reply<"Ok", E>
  readonly setStatus: (status: Status, text?: string) => Reply<"Ok", E>
  /** One page of the server's channels, behind a name. */
  readonly channels: (after?: string) => Reply<"Channels", E>
  /** One page of the entries of a channel that the session is in. */
  readonly history: (channel: string, range?: Range) => Reply<"HistoryPage", E>
  /** One page of the messages that have all these words. */
  readonly search: (words: string, options?: SearchOptions) => Reply<"SearchResult", E>
  /** Marks everything up to this place as read. The marker never moves back. */
  readonly read: (channel: string, seq: number) => Reply<"Ok", E>
  /** One page of the channels that count for the user, and what is unread there; `after` is the `next` of the page before. */
  readonly unread: (after?: string) => Reply<"Unread", E>
  /** A file is not to come after all, or not to be said. */
  readonly cancelUpload: (channel: string, file: string) => Reply<"Ok", E>
  /** Makes a channel, which the user owns. */
  readonly createChannel: (
    channel: string,
    settings?: Pick<ChannelSettings, "access" | "durability"> & { readonly topic?: string | undefined },
  ) => Reply<"Ok", E>
  readonly configure: (channel: string, settings: ChannelSettings) => Reply<"Ok", E>
  readonly rename: (channel: string, name: string) => Reply<"Ok", E>
  /** Removes a channel with all that was said there, for good. For administrators of the service. */
  readonly deleteChannel: (channel: string) => Reply<"Ok", E>
  /** Lets somebody into a private channel. */
  readonly invite: (channel: string, username: string) => Reply<"Ok", E>
  /** An invitation for whoever has its code, which is not shown again. */
  readonly createInviteLink: (channel: string, options?: InviteLinkOptions) => Reply<"InviteLinkCreated", E>
  /** The invitations by which somebody may still come in. */
  readonly inviteLinks: (channel: string) => Reply<"InviteLinks", E>
  /** Takes an invitation back, by its `id`. */
  readonly revokeInviteLink: (channel: string, id: string) => Reply<"Ok", E>
  /** Makes the user a member of the channel to which an invitation leads, which is answered. One is not in it by that. */
  readonly acceptInvite: (code: string) => Reply<"InviteAccepted", E>
  /** Without a role the user is a stranger again. */
  readonly setRole: (channel: string, username: string, role: ChannelRole | undefined) => Reply<"Ok", E>
  /** Throws somebody out, who may join again. */
  readonly kick: (channel: string, username: string, reason?: string) => Reply<"Ok", E>
  readonly ban: (channel: string, target: BanTarget, options?: SanctionOptions) => Reply<"Ok", E>
  readonly unban: (channel: string, target: BanTarget) => Reply<"Ok", E>
  /** Lets somebody read only. */
  readonly mute: (channel: string, username: string, options?: SanctionOptions) => Reply<"Ok", E>
  readonly unmute: (channel: string, username: string) => Reply<"Ok", E>
  /** Takes no more direct messages from somebody, who is not told so. */
  readonly block: (username: string) => Reply<"Ok", E>
  readonly unblock: (username: string) => Reply<"Ok", E>
  readonly blocked: Reply<"Blocked", E>
  /** What a channel is, and who may do what there. */
  readonly describe: (channel: string) => Reply<"ChannelInfo", E>
  /** One page of what owners and moderators have done, the latest first; for owners and moderators. */
  readonly audit: (channel: string, before?: number) => Reply<"AuditLog", E>
}

type EncodedFrame = typeof ClientFrame.Encoded
/** A request as it is encoded, but without its `ref`; fields that are undefined are left out. */
export type RequestFrame = { readonly type: EncodedFrame["type"]; readonly [field: string]: unknown }

/** Sends a request, and waits for the answer. */
export type Ask<E> = <Type extends ServerFrame["type"]>(frame: RequestFrame) => Reply<Type, E>

export const of = <E>(ask: Ask<E>): Requests<E> => ({
  setTopic: (channel, topic) => ask({ type: "SetTopic", channel, topic }),
  setStatus: (status, text) => ask({ type: "SetStatus", status, text }),
  channels: (after) => ask({ type: "ListChannels", after }),
  history: (channel, range) => ask({ type: "History", channel, ...range }),
  search: (text, options) => ask({ type: "Search", text, ...options }),
  read: (channel, seq) => ask({ type: "Read", channel, seq }),
  unread: (after) => ask({ type: "ListUnread", after }),
  cancelUpload: (channel, file) => ask({ type: "CancelUpload", channel, file }),
  createChannel: (channel, settings) => ask({ type: "CreateChannel", channel, ...settings }),
  configure: (channel, { slowMode, ...settings }) =>
    ask({ type: "Configure", channel, ...settings, slow_mode: slowMode }),
  rename: (channel, name) => ask({ type: "RenameChannel", channel, name }),
  deleteChannel: (channel) => ask({ type: "DeleteChannel", channel }),
  invite: (channel, username) => ask({ type: "Invite", channel, username }),
  createInviteLink: (channel, options) => ask({ type: "CreateInviteLink", channel, ...options }),
  inviteLinks: (channel) => ask({ type: "ListInviteLinks", channel }),
  revokeInviteLink: (channel, id) => ask({ type: "RevokeInviteLink", channel, id }),
  acceptInvite: (code) => ask({ type: "AcceptInvite", code }),
  setRole: (channel, username, role) => ask({ type: "SetRole", channel, username, role }),
  kick: (channel, username, reason) => ask({ type: "Kick", channel, username, reason }),
  ban: (channel, target, options) => ask({ type: "Ban", channel, ...target, ...options }),
  unban: (channel, target) => ask({ type: "Unban", channel, ...target }),
  mute: (channel, username, options) => ask({ type: "Mute", channel, username, ...options }),
  unmute: (channel, username) => ask({ type: "Unmute", channel, username }),
  block: (username) => ask({ type: "Block", username }),
  unblock: (username) => ask({ type: "Unblock", username }),
  blocked: ask({ type: "ListBlocked" }),
  describe: (channel) => ask({ type: "Describe", channel }),
  audit: (channel, before) => ask({ type: "Audit", channel, before }),
})
