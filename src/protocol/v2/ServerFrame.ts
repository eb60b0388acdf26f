/** What a version 2 client receives: replies (with the `ref` of their request) and events. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Role } from "../../domain/Role.ts"
import { Seq } from "../../domain/Seq.ts"
import { Status, StatusText } from "../../domain/Status.ts"
import { Topic } from "../../domain/Topic.ts"
import { UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { field, optional, text, timestamp, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"

const ref = optional(u64, "The request's.")

/** One user in a channel, however many devices. */
export const Member = Schema.Struct({
  username: Username,
  status: Status,
  text: optional(StatusText, "A short line beside the status."),
}).annotate({ title: "Member", description: "one user in a channel, however many devices" })
export type Member = typeof Member.Type

/** How safe an acknowledged message is: in memory, on disk, or on several machines. */
export const Durability = Schema.Literals(["memory", "disk", "replicated"]).annotate({
  title: "Durability",
  description: "how safe an acknowledged message is: in memory, on disk, or on several machines",
})
export type Durability = typeof Durability.Type

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
      "Signs in again without the password, by `Authenticate`. Absent for guests and after `Authenticate`.",
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
    seq: field(Seq, "The last message's, but for what waits in a direct conversation; the next has `seq + 1`."),
    count: field(u32, "Users present."),
    members: field(Schema.Array(Member), "Who they are; empty in a channel so large that it only counts."),
    presence: field(u64, "Which state of the presence `members` shows: `Presence` events up to it are already in."),
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
  { description: "The message has its place and is as safe as `durability` says." },
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
  {
    channel: ChannelName,
    seq: Seq,
    id: optional(MessageId, "The sender's id for it; absent where the sender speaks version 1."),
    from: Username,
    content: text,
    timestamp: field(timestamp, "Milliseconds since 1970, UTC."),
  },
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
  { channel: ChannelName, username: Username },
)
export const TopicChanged = frame(
  "TopicChanged",
  { description: "The channel is about something else now." },
  { channel: ChannelName, topic: Topic, by: Username },
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
  Presence,
  UserTyping,
  TopicChanged,
  Ping,
  Pong,
  Error,
  Disconnect,
] as const

export const ServerFrame = Schema.Union(all)
export type ServerFrame = typeof ServerFrame.Type
/** The server frame of one type: `ServerFrameOf<"Joined">`. */
export type ServerFrameOf<Type extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: Type }>
