/** What a version 2 client sends. A surplus field is an error: it is a typing mistake or a newer protocol. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { maxPasswordLength } from "../../domain/Limits.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Status, StatusText } from "../../domain/Status.ts"
import { Topic } from "../../domain/Topic.ts"
import { text, textUpTo, u32, u64 } from "../internal/field.ts"

/** Chosen by the client; the reply or the error to this frame carries the same. */
const ref = Schema.optionalKey(u64)

/** Sign in by name and password. Answered by `LoggedIn`. */
export const Login = Schema.Struct({
  type: Schema.Literal("Login"),
  ref,
  username: text,
  password: textUpTo(maxPasswordLength),
  /** An invitation code, where registration needs one. */
  invite: Schema.optionalKey(textUpTo(128)),
})
/** Sign in by a session token from an earlier `LoggedIn`. Answered by `LoggedIn`. */
export const Authenticate = Schema.Struct({
  type: Schema.Literal("Authenticate"),
  ref,
  token: textUpTo(256),
})
/** Enter a channel. Answered by `Joined`. */
export const Join = Schema.Struct({ type: Schema.Literal("Join"), ref, channel: ChannelName })
/** Leave a channel. Answered by `Left`. */
export const Leave = Schema.Struct({ type: Schema.Literal("Leave"), ref, channel: ChannelName })
/** The open channels by name, a page at a time. Answered by `Channels`. */
export const ListChannels = Schema.Struct({
  type: Schema.Literal("ListChannels"),
  ref,
  /** Continue behind this name. */
  after: Schema.optionalKey(ChannelName),
})
/** Say what a channel is about. Answered by `Ok`; the members get `TopicChanged`. */
export const SetTopic = Schema.Struct({ type: Schema.Literal("SetTopic"), ref, channel: ChannelName, topic: Topic })
/** Say something to a channel. Answered by `Published`; the members, the sender too, get `Message`. */
export const Publish = Schema.Struct({
  type: Schema.Literal("Publish"),
  ref,
  channel: ChannelName,
  /** Made by the client, new for each message: sent again, it is stored only once. */
  id: MessageId,
  content: text,
})
/** I am typing. Not answered; the members get `UserTyping`, at most one in 2 s. */
export const Typing = Schema.Struct({ type: Schema.Literal("Typing"), channel: ChannelName })
/** Set how present I am, in every channel. Answered by `Ok`. */
export const SetStatus = Schema.Struct({
  type: Schema.Literal("SetStatus"),
  ref,
  status: Status,
  text: Schema.optionalKey(StatusText),
})
/** Answered by `Pong` with the same `sequence`. */
export const Ping = Schema.Struct({ type: Schema.Literal("Ping"), sequence: Schema.optionalKey(u32) })
/** The answer to the server's `Ping`. */
export const Pong = Schema.Struct({ type: Schema.Literal("Pong"), sequence: Schema.optionalKey(u32) })
/** Goodbye. Answered by `Disconnect`, then the connection ends. */
export const Disconnect = Schema.Struct({ type: Schema.Literal("Disconnect"), reason: Schema.optionalKey(textUpTo(256)) })

export const all = [
  Login,
  Authenticate,
  Join,
  Leave,
  ListChannels,
  SetTopic,
  Publish,
  Typing,
  SetStatus,
  Ping,
  Pong,
  Disconnect,
] as const

export const ClientFrame = Schema.Union(all)
export type ClientFrame = typeof ClientFrame.Type
/** The client frame of one type: `ClientFrameOf<"Join">`. */
export type ClientFrameOf<Type extends ClientFrame["type"]> = Extract<ClientFrame, { readonly type: Type }>
