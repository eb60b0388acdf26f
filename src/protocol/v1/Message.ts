/**
 * Version 1: the chapter's chat protocol and, beside it, the five messages of its
 * "Working with Network Data". One union for both directions, as in Rust.
 *
 * Field order is the order on the wire. Unknown fields are ignored, as serde ignores them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { field, optional, text, u32, u64, u8 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"

/** Rust's `Option<String>`: written as null when there is nothing, and may be left out when read. */
const optionalText = Schema.NullOr(text).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

export const Login = frame(
  "Login",
  {
    description: "Sign in. On success a `UserList` follows the reply, and the others get the event.",
    from: "client",
    reply: "LoginResponse",
    event: "UserJoined",
  },
  { username: text, password: text },
)
export const LoginResponse = frame(
  "LoginResponse",
  { description: "Signed in, or, with `success` false, why not.", from: "server" },
  { success: Schema.Boolean, message: text, token: optionalText },
)
export const ChatMessage = frame(
  "ChatMessage",
  { description: "Say something. The sender gets it back, too.", event: "ChatMessage" },
  {
    from: field(text, "Who said it. A client sends anything: the server fills it in."),
    content: text,
    timestamp: field(u64, "Seconds since 1970. A client sends 0: the server fills it in."),
  },
)
export const UserJoined = frame("UserJoined", { description: "Somebody came.", from: "server" }, { username: text })
export const UserLeft = frame("UserLeft", { description: "Somebody went.", from: "server" }, { username: text })
export const UserList = frame(
  "UserList",
  { description: "Who is here.", from: "server" },
  { users: Schema.Array(text) },
)
export const FileTransferRequest = frame(
  "FileTransferRequest",
  {
    description: "Offer a file to the others. They are shown the same.",
    reply: "FileTransferResponse",
    event: "FileTransferRequest",
  },
  {
    filename: text,
    size: field(u64, "Bytes."),
    from: field(text, "Whose file it is. A client sends anything: the server fills it in."),
    transfer_id: optional(text, "By which an answer may name the offer. The server adds it to what it shows."),
  },
)
export const FileTransferResponse = frame(
  "FileTransferResponse",
  { description: "Whether the file is wanted. With `accept` both sides are told the id of the transfer." },
  {
    accept: Schema.Boolean,
    transfer_id: field(optionalText, "Of a client: which offer it answers; without it the last that it was shown."),
  },
)
export const FileChunk = frame(
  "FileChunk",
  { description: "A piece of the file, from who has offered it to those who take it.", event: "FileChunk" },
  { transfer_id: text, chunk_id: field(u32, "0, then one more each time."), data: Schema.Array(u8) },
)
export const FileTransferComplete = frame(
  "FileTransferComplete",
  { description: "The file is through, or will not be.", event: "FileTransferComplete" },
  { transfer_id: text, success: Schema.Boolean },
)
// The chat protocol's `Ping` is bare, the other one's has a `sequence`: here it may have one.
export const Ping = frame(
  "Ping",
  { description: "Are you there?", reply: "Pong" },
  { sequence: optional(u32, "The answer has the same.") },
)
export const Pong = frame("Pong", { description: "I am." }, { sequence: optional(u32, "The ping's.") })
export const Error = frame(
  "Error",
  { description: "Something went wrong.", from: "server" },
  { code: field(u32, "One of HTTP's status codes."), message: text },
)

export const Connect = frame(
  "Connect",
  { description: "The first frame of a client that names its version.", reply: "Connect" },
  { client_id: text, version: text },
)
export const Data = frame(
  "Data",
  { description: "Bytes. The server sends them back.", reply: "Data" },
  { payload: Schema.Array(u8) },
)
export const Disconnect = frame(
  "Disconnect",
  { description: "Goodbye. The connection ends behind the reply.", reply: "Disconnect" },
  { reason: text },
)

/** The 13 of the chat protocol. */
export const chat = [
  Login,
  LoginResponse,
  ChatMessage,
  UserJoined,
  UserLeft,
  UserList,
  FileTransferRequest,
  FileTransferResponse,
  FileChunk,
  FileTransferComplete,
  Ping,
  Pong,
  Error,
] as const

/** The five of "Working with Network Data", whose `Ping` and `Pong` must have a `sequence`. */
export const networkData = [
  Connect,
  Schema.Struct({ type: Schema.Literal("Ping"), sequence: u32 }),
  Schema.Struct({ type: Schema.Literal("Pong"), sequence: u32 }),
  Data,
  Disconnect,
] as const

/** All that a version 1 connection may carry. */
export const all = [...chat, Connect, Data, Disconnect] as const

export const Message = Schema.Union(all)
export type Message = typeof Message.Type
