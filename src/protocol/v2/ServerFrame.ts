/** What a version 2 client receives: replies (with the `ref` of their request) and events. */
import * as Schema from "effect/Schema"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import { ChannelName } from "../../domain/ChannelName.ts"
import { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import { Durability } from "../../domain/Durability.ts"
import { HistoryId } from "../../domain/HistoryId.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Role } from "../../domain/Role.ts"
import { Seq } from "../../domain/Seq.ts"
import { Status, StatusText } from "../../domain/Status.ts"
import { Topic } from "../../domain/Topic.ts"
import { UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { field, optional, text, timestamp, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"
import { Entry, fields, PastMessage } from "./Entry.ts"
import * as Files from "./ServerFileFrame.ts"
import * as Invites from "./ServerInviteFrame.ts"

const ref = optional(u64, "The request's.")

const userId = optional(UserId, "Whose name that is.")
const byId = optional(UserId, "The id of who did it.")

/** One user in a channel, however many devices. */
export const Member = Schema.Struct({
  username: Username,
  status: Status,
  text: optional(StatusText, "A short line beside the status."),
}).annotate({ title: "Member", description: "one user in a channel, however many devices" })
export type Member = typeof Member.Type

/** One line of `Channels`. */
const ChannelEntry = Schema.Struct({
  channel: ChannelName,
  topic: Topic,
  count: field(u32, "Users present."),
}).annotate({ title: "ChannelEntry", description: "a channel as `Channels` lists it" })

export const LoggedIn = frame(
  "LoggedIn",
  { description: "Signed in." },
  {
    ref,
    user_id: UserId,
    username: Username,
    role: Role,
    session: field(text, "Names this session in logs and lists; not a secret."),
    token: optional(
      text,
      "Signs in again without the password, by `Authenticate`. That of a guest brings the same guest back. Absent after `Authenticate`.",
    ),
    registered: optional(
      Schema.Boolean,
      "True: there was no account of this name, and now there is. Only told where `register` was said.",
    ),
  },
)
export const Joined = frame(
  "Joined",
  {
    description:
      "The channel as it stands: the members up to here; the messages behind `seq` follow as events. Without `ref`: " +
      "somebody is about to speak in a direct conversation.",
  },
  {
    ref,
    channel: ChannelName,
    topic: Topic,
    seq: field(Seq, "The last entry's; the next has `seq + 1`. What is behind the last one seen is in history."),
    first: optional(Seq, "The oldest entry that history has; `seq + 1` where it has none. Absent: 1, nothing is gone."),
    role: optional(ChannelRole, "Yours there; absent for strangers."),
    access: optional(ChannelAccess, "Who may enter and speak. Absent: public."),
    archived: optional(Schema.Literal(true), "True where nobody can say anything any more."),
    slow_mode: optional(u32, "Milliseconds that a member has to wait between two messages."),
    count: field(u32, "Users present."),
    members: field(Schema.Array(Member), "Who they are; empty in a channel so large that it only counts."),
    presence: field(u64, "Which state of the presence `members` shows: `Presence` events up to it are already in."),
    id: optional(
      ChannelId,
      "The channel's for ever, whatever it is called: `Join` takes it, to come back to this one.",
    ),
    history: optional(
      HistoryId,
      "Which history the places are of. Another one than before: they began anew, and what was read is not what is there.",
    ),
  },
)
export const Left = frame(
  "Left",
  { description: "Out of the channel, by request or, without `ref`, by the server." },
  { ref, channel: ChannelName },
)
export const Channels = frame(
  "Channels",
  { description: "One page of the channels." },
  {
    ref,
    channels: Schema.Array(ChannelEntry),
    next: optional(ChannelName, "Where the next page starts: pass it as `after`. Absent on the last page."),
  },
)
export const Ok = frame("Ok", { description: "Done; there is nothing more to say." }, { ref })
export const Published = frame(
  "Published",
  { description: "The message, edit, deletion or reaction has its place and is as safe as `durability` says." },
  {
    ref,
    channel: ChannelName,
    id: field(MessageId, "The request's."),
    seq: Seq,
    timestamp: field(timestamp, "Milliseconds since 1970, UTC."),
    durability: Durability,
  },
)
export const Message = frame(
  "Message",
  { description: "Somebody said something." },
  { channel: ChannelName, ...fields.Message },
)
export const Edited = frame(
  "Edited",
  { description: "A message says something else now." },
  { channel: ChannelName, ...fields.Edited },
)
export const Deleted = frame(
  "Deleted",
  { description: "A message is gone: its author, or a moderator, took it away." },
  { channel: ChannelName, ...fields.Deleted },
)
export const Reacted = frame(
  "Reacted",
  { description: "Somebody reacted to a message, or took a reaction back." },
  { channel: ChannelName, ...fields.Reacted },
)
export const ReadMarker = frame(
  "ReadMarker",
  {
    description:
      "A user has read up to here. Told to the user's own sessions, and to everybody where at most 32 users are present.",
  },
  { channel: ChannelName, username: Username, user_id: userId, seq: Seq },
)
export const Presence = frame(
  "Presence",
  { description: "Who came, went or changed since state `version - 1`; or, with `full`, who is here at all." },
  {
    channel: ChannelName,
    version: field(u64, "One more each time. Pass over those up to `Joined`'s `presence`; after a gap `full` follows."),
    count: field(u32, "Users present."),
    joined: optional(Schema.Array(Member), "To be added or replaced; it may be known already, or the receiver."),
    left: optional(Schema.Array(Username), "To be removed."),
    changed: optional(Schema.Array(Member), "To be replaced."),
    full: optional(Schema.Boolean, "True: `joined` is everybody, forget what was known."),
  },
)
export const UserTyping = frame(
  "UserTyping",
  { description: "Somebody is typing; it holds for 6 s." },
  {
    channel: ChannelName,
    username: Username,
    user_id: userId,
    stopped: optional(Schema.Boolean, "True: not any more, as who was muted meanwhile."),
  },
)
export const TopicChanged = frame(
  "TopicChanged",
  { description: "The channel is about something else now." },
  { channel: ChannelName, topic: Topic, by: Username, by_id: byId },
)
export const Renamed = frame(
  "Renamed",
  { description: "The channel has another name from here on; those in it stay in it." },
  {
    channel: field(ChannelName, "Its name up to here."),
    name: field(ChannelName, "Its name now."),
    by: Username,
    by_id: byId,
  },
)
export const ChannelChanged = frame(
  "ChannelChanged",
  { description: "Who may enter and speak, and how, has changed." },
  {
    channel: ChannelName,
    access: ChannelAccess,
    archived: Schema.Boolean,
    slow_mode: field(u32, "Milliseconds that a member has to wait between two messages; 0 for none."),
    durability: Durability,
    by: Username,
    by_id: byId,
  },
)
export const RoleChanged = frame(
  "RoleChanged",
  { description: "Somebody may do more or less in the channel." },
  {
    channel: ChannelName,
    username: Username,
    role: optional(ChannelRole, "Absent: a stranger now."),
    by: Username,
    by_id: byId,
  },
)
export const Kicked = frame(
  "Kicked",
  { description: "Somebody was thrown out; told to everybody, the one who goes too, who gets `Left` behind it." },
  { channel: ChannelName, username: Username, by: Username, by_id: byId, reason: optional(text) },
)
export const Invited = frame(
  "Invited",
  { description: "You may enter a private channel now." },
  { channel: ChannelName, by: Username, by_id: byId },
)
export const HistoryPage = frame(
  "HistoryPage",
  { description: "Entries of a channel in their order. A page also ends at 32 Ki characters of content." },
  {
    ref,
    channel: ChannelName,
    entries: Schema.Array(Entry),
    first: field(Seq, "The oldest entry that history has: what is before it is gone."),
    more: field(Schema.Boolean, "Whether there are more in the direction asked for."),
  },
)
const Hit = Schema.Struct({ channel: ChannelName, message: PastMessage }).annotate({
  title: "Hit",
  description: "a message that was found, and where",
})
export const SearchResult = frame(
  "SearchResult",
  { description: "Messages that have all the words, the newest first." },
  { ref, hits: Schema.Array(Hit), next: optional(text, "Where the next page starts: pass it as `before`.") },
)
const UnreadChannel = Schema.Struct({
  channel: ChannelName,
  read: field(Seq, "Up to here it was read."),
  last: field(Seq, "The last entry's place."),
  unread: field(u32, "Messages behind `read` that others said."),
}).annotate({ title: "UnreadChannel", description: "a channel that counts for the user, and what is new there" })
export const Unread = frame(
  "Unread",
  { description: "One page of the channels that count for the user." },
  {
    ref,
    channels: Schema.Array(UnreadChannel),
    next: optional(text, "Where the next page starts: pass it as `after`."),
  },
)
const RoleEntry = Schema.Struct({ username: Username, role: ChannelRole }).annotate({
  title: "RoleEntry",
  description: "somebody with a role in a channel",
})
const Sanction = Schema.Struct({
  kind: Schema.Literals(["ban", "mute"]),
  username: optional(Username),
  address: optional(AddressRange, "A range of addresses, where it is not one user."),
  until: optional(timestamp, "When it ends; absent where it does not."),
  by: optional(Username),
  reason: optional(text),
}).annotate({ title: "Sanction", description: "a ban or a mute in force" })
export const ChannelInfo = frame(
  "ChannelInfo",
  { description: "What a channel is, and who may do what there." },
  {
    ref,
    channel: ChannelName,
    topic: Topic,
    access: ChannelAccess,
    archived: Schema.Boolean,
    slow_mode: field(u32, "Milliseconds that a member has to wait between two messages; 0 for none."),
    durability: field(Durability, "How safe a message is before it is acknowledged."),
    created: optional(timestamp, "Milliseconds since 1970, UTC."),
    role: optional(ChannelRole, "Yours."),
    roles: field(
      Schema.Array(RoleEntry),
      "Owners and moderators; for those, and in private channels, members too; 1000 at most.",
    ),
    sanctions: optional(Schema.Array(Sanction), "For owners and moderators; the latest 400."),
    more: optional(Schema.Boolean, "There are more roles or sanctions than are listed."),
  },
)
const AuditEntry = Schema.Struct({
  number: field(u64, "One more each time."),
  timestamp: field(timestamp, "Milliseconds since 1970, UTC."),
  by: Username,
  action: text,
  username: optional(Username, "Whom it concerned."),
  detail: optional(text),
}).annotate({ title: "AuditEntry", description: "what somebody did with the rights of an owner or a moderator" })
export const AuditLog = frame(
  "AuditLog",
  { description: "One page of what was done with rights, the latest first." },
  { ref, channel: ChannelName, entries: Schema.Array(AuditEntry), next: optional(u64, "Pass it as `before`.") },
)
export const Blocked = frame(
  "Blocked",
  { description: "The users that you want no direct messages from." },
  { ref, usernames: Schema.Array(Username) },
)
export const Ping = frame(
  "Ping",
  { description: "To be answered by `Pong` with the same `sequence`.", reply: "Pong" },
  { sequence: optional(u32) },
)
export const Pong = frame(
  "Pong",
  { description: "The answer to the client's `Ping`." },
  { sequence: optional(u32, "The ping's.") },
)
export const Error = frame(
  "Error",
  { description: "A request failed; the session goes on. From the catalog of request errors." },
  {
    ref,
    code: u32,
    name: text,
    message: text,
    retryable: field(Schema.Boolean, "Whether the same request may succeed later."),
    retry_after: optional(u32, "Milliseconds to wait before trying again."),
    field: optional(text, "The field that was wrong, where it was a field."),
  },
)
export const Disconnect = frame(
  "Disconnect",
  { description: "The session ends. From the catalog of disconnects." },
  {
    code: u32,
    reason: text,
    message: text,
    reconnect: field(Schema.Boolean, "Whether coming back makes sense."),
    reconnect_within: optional(u32, "Milliseconds: come back at a random moment within this window."),
  },
)

export const all = [
  LoggedIn,
  Joined,
  Left,
  Channels,
  Ok,
  Published,
  Message,
  Edited,
  Deleted,
  Reacted,
  ReadMarker,
  Presence,
  UserTyping,
  TopicChanged,
  Renamed,
  ChannelChanged,
  RoleChanged,
  Kicked,
  Invited,
  ...Invites.all,
  HistoryPage,
  SearchResult,
  Unread,
  ChannelInfo,
  AuditLog,
  Blocked,
  ...Files.all,
  Ping,
  Pong,
  Error,
  Disconnect,
] as const

export const ServerFrame = Schema.Union(all)
export type ServerFrame = typeof ServerFrame.Type
/** The server frame of one type: `ServerFrameOf<"Joined">`. */
export type ServerFrameOf<Type extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: Type }>
