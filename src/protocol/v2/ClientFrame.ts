/** What a version 2 client sends. A surplus field is an error: it is a typing mistake or a newer protocol. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { maxPasswordLength } from "../../domain/Limits.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Status, StatusText } from "../../domain/Status.ts"
import { Topic } from "../../domain/Topic.ts"
import { field, optional, text, textUpTo, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"

const ref = optional(u64, "Chosen by the client; the reply or the error to this frame carries the same.")

export const Login = frame(
  "Login",
  { description: "Sign in by name and password.", reply: "LoggedIn" },
  {
    ref,
    username: text,
    password: textUpTo(maxPasswordLength),
    invite: optional(textUpTo(128), "An invitation code, where registration needs one."),
  },
)
export const Authenticate = frame(
  "Authenticate",
  { description: "Sign in by a session token from an earlier `LoggedIn`.", reply: "LoggedIn" },
  { ref, token: textUpTo(256) },
)
export const Join = frame(
  "Join",
  { description: "Enter a channel. The newcomer gets the event too.", reply: "Joined", event: "Presence" },
  { ref, channel: ChannelName },
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
    content: text,
  },
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
  { ref, status: Status, text: optional(StatusText, "A short line beside the status.") },
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
