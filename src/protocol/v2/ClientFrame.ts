/** What a version 2 client sends. A surplus field is an error: it is a typing mistake or a newer protocol. */
import * as Schema from "effect/Schema"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import { ChannelName } from "../../domain/ChannelName.ts"
import { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import { Durability } from "../../domain/Durability.ts"
import {
  maxCursorLength,
  maxHits,
  maxPage,
  maxPasswordLength,
  maxReactionLength,
  maxReasonLength,
  maxSearchLength,
  maxTokenLength,
} from "../../domain/Limits.ts"
import { FileId } from "../../domain/FileId.ts"
import { HistoryId } from "../../domain/HistoryId.ts"
import { MessageId } from "../../domain/MessageId.ts"
import * as Reaction from "../../domain/Reaction.ts"
import { Seq } from "../../domain/Seq.ts"
import { Status, StatusText } from "../../domain/Status.ts"
import { Topic } from "../../domain/Topic.ts"
import { Username } from "../../domain/Username.ts"
import { field, optional, text, textUpTo, timestamp, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"
import * as Files from "./ClientFileFrame.ts"
import * as Invites from "./ClientInviteFrame.ts"

const ref = optional(u64, "Chosen by the client; the reply or the error to this frame carries the same.")

export const Login = frame(
  "Login",
  { description: "Sign in by name and password.", reply: "LoggedIn" },
  {
    ref,
    username: text,
    password: optional(
      textUpTo(maxPasswordLength),
      "Left out, or empty, by who has shown the client certificate of the account.",
    ),
    invite: optional(textUpTo(128), "An invitation code, where registration needs one."),
    register: optional(
      Schema.Boolean,
      "False: signs in to an account that is there, and makes none. A name without one is answered like a wrong password. Where it is true, `LoggedIn` says whether the account was made.",
    ),
  },
)
export const Authenticate = frame(
  "Authenticate",
  {
    description:
      "Sign in by a session token from an earlier `LoggedIn`, an access token, or a token of an outside issuer.",
    reply: "LoggedIn",
  },
  { ref, token: textUpTo(maxTokenLength) },
)
export const Join = frame(
  "Join",
  { description: "Enter a channel. The newcomer gets the event too.", reply: "Joined", event: "Presence" },
  {
    ref,
    channel: ChannelName,
    id: optional(
      ChannelId,
      "The `id` that `Joined` had: enters that channel, whatever it is called by now, and never makes one. For who has " +
        "the capability `resume`.",
    ),
    history: optional(
      HistoryId,
      "The `history` that `Joined` had, beside `id`: a service that began anew, or was brought back from a copy, and knows " +
        "no such channel goes by the name, as for who comes for the first time.",
    ),
  },
)
export const Leave = frame(
  "Leave",
  {
    description: "Leave a channel. The members are told after a grace time, if it was the user's last session there.",
    reply: "Left",
    event: "Presence",
  },
  { ref, channel: ChannelName },
)
export const ListChannels = frame(
  "ListChannels",
  { description: "The open channels by name, a page at a time.", reply: "Channels" },
  { ref, after: optional(ChannelName, "Continue behind this name.") },
)
export const SetTopic = frame(
  "SetTopic",
  { description: "Say what a channel is about. The sender gets the event too.", reply: "Ok", event: "TopicChanged" },
  { ref, channel: ChannelName, topic: Topic },
)
export const Publish = frame(
  "Publish",
  { description: "Say something to a channel. The sender gets the event too.", reply: "Published", event: "Message" },
  {
    ref,
    channel: ChannelName,
    id: field(MessageId, "Made by the client, new for each message: sent again, it is stored only once."),
    content: field(text, "May be empty where there is a file."),
    file: optional(FileId, "One that the sender has uploaded to this channel, and that is whole."),
    reply_to: optional(Seq, "The place of the message in this channel that it answers."),
  },
)
const id = field(MessageId, "Made by the client, new for each request: sent again, it is done only once.")
const target = field(Seq, "The place of the message.")
export const Edit = frame(
  "Edit",
  {
    description: "Say something else in a message of one's own. The sender gets the event too.",
    reply: "Published",
    event: "Edited",
  },
  { ref, channel: ChannelName, id, target, content: text },
)
export const Delete = frame(
  "Delete",
  { description: "Take a message away: one's own, or as a moderator any.", reply: "Published", event: "Deleted" },
  { ref, channel: ChannelName, id, target },
)
export const React = frame(
  "React",
  { description: "React to a message, or take the reaction back.", reply: "Published", event: "Reacted" },
  {
    ref,
    channel: ChannelName,
    id,
    target,
    reaction: field(
      textUpTo(Reaction.maxGivenLength),
      `One emoji, or 1 to ${maxReactionLength} visible characters. Forms that look the same, as emoji with and without a ` +
        "variation selector, are one reaction, which is told in one form.",
    ),
    on: optional(Schema.Boolean, "False takes it back. Default: true."),
  },
)
export const Read = frame(
  "Read",
  {
    description: "I have read up to here; it never goes back. From the first time on, the channel counts in `Unread`.",
    reply: "Ok",
    event: "ReadMarker",
  },
  { ref, channel: ChannelName, seq: Seq },
)
const limit = optional(
  u32.check(Schema.isBetween({ minimum: 1, maximum: maxPage })),
  `At most this many, 1 to ${maxPage}. Default: ${maxPage}.`,
)
export const History = frame(
  "History",
  {
    description: "A page of a channel that one may read, from one of four ends; without any, the latest.",
    reply: "HistoryPage",
  },
  {
    ref,
    channel: ChannelName,
    after: optional(Seq, "The entries behind this place; 0 for all from the oldest on."),
    before: optional(Seq, "The entries before this place, the latest of them."),
    since: optional(timestamp, "The entries from this moment on, in milliseconds since 1970."),
    until: optional(timestamp, "The entries up to this moment, the latest of them."),
    limit,
  },
)
export const Search = frame(
  "Search",
  {
    description:
      "Messages with all these words, in the channels that concern one: those one is in, and those in `Unread`.",
    reply: "SearchResult",
  },
  {
    ref,
    text: field(
      textUpTo(maxSearchLength),
      'Words, all of which a message has or begins a word with, "phrases" in quotes, and filters: `from:`, `in:`, `before:`, `after:`, `has:file`, `has:link`.',
    ),
    channel: optional(ChannelName, "Only there; one need not be in it."),
    before: optional(textUpTo(maxCursorLength), "Continue behind the `next` of the page before."),
    limit: optional(u32.check(Schema.isBetween({ minimum: 1, maximum: maxHits })), "At most this many. Default: 20."),
  },
)
export const ListUnread = frame(
  "ListUnread",
  { description: "What is new in the channels that count for me, direct conversations among them.", reply: "Unread" },
  { ref, after: optional(textUpTo(maxCursorLength), "Continue behind the `next` of the page before.") },
)
const username = field(Username, "Whose account.")
const reason = optional(textUpTo(maxReasonLength), "Why; those who are told of it, and the audit log, get it.")
const duration = optional(u64, "Milliseconds that it lasts. Default: without end.")
export const CreateChannel = frame(
  "CreateChannel",
  { description: "Make a channel and own it.", reply: "Ok" },
  {
    ref,
    channel: ChannelName,
    access: optional(ChannelAccess, "Default: public."),
    topic: optional(Topic),
    durability: optional(Durability, "How safe a message is before it is acknowledged. Default: the server's."),
  },
)
export const Configure = frame(
  "Configure",
  {
    description: "Change who may enter and speak, and how. What is left out stays.",
    reply: "Ok",
    event: "ChannelChanged",
  },
  {
    ref,
    channel: ChannelName,
    access: optional(ChannelAccess),
    archived: optional(Schema.Boolean, "Whether it can only be read any more."),
    slow_mode: optional(u32, "Milliseconds that a member has to wait between two messages; 0 for none."),
    durability: optional(Durability),
  },
)
export const RenameChannel = frame(
  "RenameChannel",
  { description: "Give a channel another name. Its members and its history stay.", reply: "Ok", event: "Renamed" },
  { ref, channel: ChannelName, name: ChannelName },
)
export const DeleteChannel = frame(
  "DeleteChannel",
  {
    description: "Remove a channel with all that was said there. For administrators of the service.",
    reply: "Ok",
    event: "Left",
  },
  { ref, channel: ChannelName },
)
export const Invite = frame(
  "Invite",
  {
    description: "Let somebody into a private channel. The user's sessions get the event.",
    reply: "Ok",
    event: "Invited",
  },
  { ref, channel: ChannelName, username },
)
export const SetRole = frame(
  "SetRole",
  { description: "Say what somebody may do in a channel.", reply: "Ok", event: "RoleChanged" },
  { ref, channel: ChannelName, username, role: optional(ChannelRole, "Without one: a stranger again.") },
)
export const Kick = frame(
  "Kick",
  { description: "Throw somebody out of a channel, who may come back.", reply: "Ok", event: "Kicked" },
  { ref, channel: ChannelName, username, reason },
)
export const Ban = frame(
  "Ban",
  { description: "Keep an account, or a range of addresses, out of a channel.", reply: "Ok", event: "Kicked" },
  {
    ref,
    channel: ChannelName,
    username: optional(Username, "Whose account; this or `address`."),
    address: optional(AddressRange),
    duration,
    reason,
  },
)
export const Unban = frame(
  "Unban",
  { description: "Let it in again.", reply: "Ok" },
  { ref, channel: ChannelName, username: optional(Username), address: optional(AddressRange) },
)
export const Mute = frame(
  "Mute",
  { description: "Let somebody listen only.", reply: "Ok" },
  { ref, channel: ChannelName, username, duration, reason },
)
export const Unmute = frame(
  "Unmute",
  { description: "Let somebody speak again.", reply: "Ok" },
  { ref, channel: ChannelName, username },
)
export const Block = frame(
  "Block",
  { description: "Want no direct messages from somebody. Nobody is told.", reply: "Ok" },
  { ref, username },
)
export const Unblock = frame("Unblock", { description: "Want them again.", reply: "Ok" }, { ref, username })
export const ListBlocked = frame(
  "ListBlocked",
  { description: "Those whose direct messages one does not want.", reply: "Blocked" },
  { ref },
)
export const Describe = frame(
  "Describe",
  { description: "What a channel is, and who may do what there.", reply: "ChannelInfo" },
  { ref, channel: ChannelName },
)
export const Audit = frame(
  "Audit",
  { description: "What was done in a channel by those who have rights there; for them.", reply: "AuditLog" },
  { ref, channel: ChannelName, before: optional(u64, "Continue behind the `next` of the page before.") },
)
export const Typing = frame(
  "Typing",
  {
    description: "I am typing. Passed on at most once in a while, by default 2 s, and not to the user's own sessions.",
    event: "UserTyping",
  },
  { channel: ChannelName },
)
export const SetStatus = frame(
  "SetStatus",
  {
    description: "Set how present I am, in every channel. The sender gets the event too.",
    reply: "Ok",
    event: "Presence",
  },
  {
    ref,
    status: Status,
    text: optional(StatusText, "A short line beside the status."),
    age: optional(
      u64,
      "Milliseconds since the user wished it: one that was wished later, elsewhere, stays. Default: 0. For who has the " +
        "capability `resume`.",
    ),
  },
)
export const Ping = frame(
  "Ping",
  { description: "Are you there?", reply: "Pong" },
  { sequence: optional(u32, "The answer has the same.") },
)
export const Pong = frame(
  "Pong",
  { description: "The answer to the server's `Ping`." },
  { sequence: optional(u32, "The ping's.") },
)
export const Disconnect = frame(
  "Disconnect",
  { description: "Goodbye. The connection ends behind the reply.", reply: "Disconnect" },
  { reason: optional(textUpTo(256)) },
)

export const all = [
  Login,
  Authenticate,
  Join,
  Leave,
  ListChannels,
  SetTopic,
  Publish,
  Edit,
  Delete,
  React,
  Read,
  History,
  Search,
  ListUnread,
  CreateChannel,
  Configure,
  RenameChannel,
  DeleteChannel,
  Invite,
  ...Invites.all,
  SetRole,
  Kick,
  Ban,
  Unban,
  Mute,
  Unmute,
  Block,
  Unblock,
  ListBlocked,
  Describe,
  Audit,
  Typing,
  SetStatus,
  ...Files.all,
  Ping,
  Pong,
  Disconnect,
] as const

export const ClientFrame = Schema.Union(all)
export type ClientFrame = typeof ClientFrame.Type
/** The client frame of one type: `ClientFrameOf<"Join">`. */
export type ClientFrameOf<Type extends ClientFrame["type"]> = Extract<ClientFrame, { readonly type: Type }>
