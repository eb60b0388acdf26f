/**
 * Version 1: the chapter's chat protocol and, beside it, the five messages of its
 * "Working with Network Data". One union for both directions, as in Rust.
 *
 * Field order is the order on the wire. Unknown fields are ignored, as serde ignores them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { text, u32, u64, u8 } from "../internal/field.ts"

/** Rust's `Option<String>`: written as null when there is nothing, and may be left out when read. */
const optionalText = Schema.NullOr(text).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

export const Login = Schema.Struct({ type: Schema.Literal("Login"), username: text, password: text })
export const LoginResponse = Schema.Struct({
  type: Schema.Literal("LoginResponse"),
  success: Schema.Boolean,
  message: text,
  token: optionalText,
})
export const ChatMessage = Schema.Struct({
  type: Schema.Literal("ChatMessage"),
  from: text,
  content: text,
  /** Seconds since 1970. A client sends 0: the server fills it in, and `from` too. */
  timestamp: u64,
})
export const UserJoined = Schema.Struct({ type: Schema.Literal("UserJoined"), username: text })
export const UserLeft = Schema.Struct({ type: Schema.Literal("UserLeft"), username: text })
export const UserList = Schema.Struct({ type: Schema.Literal("UserList"), users: Schema.Array(text) })
export const FileTransferRequest = Schema.Struct({
  type: Schema.Literal("FileTransferRequest"),
  filename: text,
  size: u64,
  from: text,
})
export const FileTransferResponse = Schema.Struct({
  type: Schema.Literal("FileTransferResponse"),
  accept: Schema.Boolean,
  transfer_id: optionalText,
})
export const FileChunk = Schema.Struct({
  type: Schema.Literal("FileChunk"),
  transfer_id: text,
  chunk_id: u32,
  data: Schema.Array(u8),
})
export const FileTransferComplete = Schema.Struct({
  type: Schema.Literal("FileTransferComplete"),
  transfer_id: text,
  success: Schema.Boolean,
})
/** The chat protocol's `Ping` is bare, the other one's has a `sequence`: here it may have one. */
export const Ping = Schema.Struct({ type: Schema.Literal("Ping"), sequence: Schema.optionalKey(u32) })
export const Pong = Schema.Struct({ type: Schema.Literal("Pong"), sequence: Schema.optionalKey(u32) })
/** `code` follows HTTP's status codes. */
export const Error = Schema.Struct({ type: Schema.Literal("Error"), code: u32, message: text })

export const Connect = Schema.Struct({ type: Schema.Literal("Connect"), client_id: text, version: text })
export const Data = Schema.Struct({ type: Schema.Literal("Data"), payload: Schema.Array(u8) })
export const Disconnect = Schema.Struct({ type: Schema.Literal("Disconnect"), reason: text })

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
