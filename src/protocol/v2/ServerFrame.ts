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
import { text, timestamp, u32, u64 } from "../internal/field.ts"

const ref = Schema.optionalKey(u64)

/** One user in a channel, however many devices. */
export const Member = Schema.Struct({
  username: Username,
  status: Status,
  text: Schema.optionalKey(StatusText),
})
export type Member = typeof Member.Type

/** How safe an acknowledged message is: in memory, on disk, or on several machines. */
export const Durability = Schema.Literals(["memory", "disk", "replicated"])
export type Durability = typeof Durability.Type

/** Signed in. */
export const LoggedIn = Schema.Struct({
  type: Schema.Literal("LoggedIn"),
  ref,
  user_id: UserId,
  username: Username,
  role: Role,
  session: text,
  /** Signs in again without the password, by `Authenticate`. Absent for guests and after `Authenticate`. */
  token: Schema.optionalKey(text),
})
/** The channel as it stands: the members up to here, the messages from `seq` on follow as events. */
export const Joined = Schema.Struct({
  type: Schema.Literal("Joined"),
  ref,
  channel: ChannelName,
  topic: Topic,
  /** The last message's; the next has `seq + 1`. */
  seq: Seq,
  /** Users present. */
  count: u32,
  /** Who they are; empty in a channel so large that it only counts. */
  members: Schema.Array(Member),
  /** Which state of the presence `members` shows: `Presence` events up to it are already in. */
  presence: u64,
})
/** Out of the channel, by request or, without `ref`, by the server. */
export const Left = Schema.Struct({ type: Schema.Literal("Left"), ref, channel: ChannelName })
/** One page of the channels. */
export const Channels = Schema.Struct({
  type: Schema.Literal("Channels"),
  ref,
  channels: Schema.Array(Schema.Struct({ channel: ChannelName, topic: Topic, count: u32 })),
  /** Where the next page starts: pass it as `after`. Absent on the last page. */
  next: Schema.optionalKey(ChannelName),
})
/** Done; there is nothing more to say. */
export const Ok = Schema.Struct({ type: Schema.Literal("Ok"), ref })
/** The message has its place and is as safe as `durability` says. */
export const Published = Schema.Struct({
  type: Schema.Literal("Published"),
  ref,
  channel: ChannelName,
  id: MessageId,
  seq: Seq,
  timestamp,
  durability: Durability,
})
/** Somebody said something. */
export const Message = Schema.Struct({
  type: Schema.Literal("Message"),
  channel: ChannelName,
  seq: Seq,
  /** The sender's id for it; absent where the sender speaks version 1. */
  id: Schema.optionalKey(MessageId),
  from: Username,
  content: text,
  timestamp,
})
/** Who came, went or changed since state `version - 1`; or, with `full`, who is here at all. */
export const Presence = Schema.Struct({
  type: Schema.Literal("Presence"),
  channel: ChannelName,
  /** 1, 2, 3 …: a client that misses one, or has this one already, knows. */
  version: u64,
  count: u32,
  joined: Schema.optionalKey(Schema.Array(Member)),
  left: Schema.optionalKey(Schema.Array(Username)),
  changed: Schema.optionalKey(Schema.Array(Member)),
  /** True: `joined` is everybody, forget what was known. */
  full: Schema.optionalKey(Schema.Boolean),
})
/** Somebody is typing; it holds for 6 s. */
export const UserTyping = Schema.Struct({
  type: Schema.Literal("UserTyping"),
  channel: ChannelName,
  username: Username,
})
export const TopicChanged = Schema.Struct({
  type: Schema.Literal("TopicChanged"),
  channel: ChannelName,
  topic: Topic,
  by: Username,
})
/** To be answered by `Pong`. */
export const Ping = Schema.Struct({ type: Schema.Literal("Ping"), sequence: Schema.optionalKey(u32) })
export const Pong = Schema.Struct({ type: Schema.Literal("Pong"), sequence: Schema.optionalKey(u32) })
/** A request failed; the session goes on. From the catalog of request errors. */
export const Error = Schema.Struct({
  type: Schema.Literal("Error"),
  ref,
  code: u32,
  name: text,
  message: text,
  retryable: Schema.Boolean,
  /** Milliseconds to wait before trying again. */
  retry_after: Schema.optionalKey(u32),
  /** The field that was wrong, where it was a field. */
  field: Schema.optionalKey(text),
})
/** The session ends. From the catalog of disconnects. */
export const Disconnect = Schema.Struct({
  type: Schema.Literal("Disconnect"),
  code: u32,
  reason: text,
  message: text,
  /** Whether coming back makes sense. */
  reconnect: Schema.Boolean,
  /** Milliseconds: come back at a random moment within this window. */
  reconnect_within: Schema.optionalKey(u32),
})

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
