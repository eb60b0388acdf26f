/**
 * The version negotiation. A client that wants more than version 1 starts with `Connect`; the
 * server answers with `Connect` and what was chosen. Always JSON, whatever is chosen, and a
 * superset of the chapter's `Connect`, so that its clients negotiate version 1 without knowing it.
 */
import * as Schema from "effect/Schema"
import { text, textUpTo, u32 } from "./internal/field.ts"

const names = Schema.Array(textUpTo(32)).check(Schema.isMaxLength(16))

/** What the client can do. Names the server does not know are passed over. */
export const ConnectRequest = Schema.Struct({
  type: Schema.Literal("Connect"),
  client_id: text,
  /** The highest version the client speaks: "1.0" or "2.0". */
  version: text,
  /** The lowest it would accept; by default the same as `version`. */
  min_version: Schema.optionalKey(text),
  /** Codecs, the best first: "msgpack", "json". By default JSON. */
  codecs: Schema.optionalKey(names),
  /** Compressions, the best first: "deflate". By default none. */
  compression: Schema.optionalKey(names),
  capabilities: Schema.optionalKey(names),
})
export type ConnectRequest = typeof ConnectRequest.Type

/** What was chosen. A version 1 client gets the first three fields only. */
export const ConnectReply = Schema.Struct({
  type: Schema.Literal("Connect"),
  client_id: text,
  version: text,
  codec: Schema.optionalKey(Schema.Literals(["json", "msgpack"])),
  compression: Schema.optionalKey(Schema.NullOr(Schema.Literals(["deflate"]))),
  capabilities: Schema.optionalKey(names),
  /** Bytes of the largest frame the server reads. */
  max_frame_bytes: Schema.optionalKey(u32),
  /** Milliseconds of silence after which the server pings. */
  ping_after: Schema.optionalKey(u32),
  /** Milliseconds within which a ping must be answered. */
  pong_within: Schema.optionalKey(u32),
})
export type ConnectReply = typeof ConnectReply.Type
