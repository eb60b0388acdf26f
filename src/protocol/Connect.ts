/**
 * The version negotiation. A client that wants more than version 1 starts with `Connect`; the
 * server answers with `Connect` and what was chosen. Always JSON, whatever is chosen, and a
 * superset of the chapter's `Connect`, so that its clients negotiate version 1 without knowing it.
 */
import * as Schema from "effect/Schema"
import { field, optional, text, textUpTo, u32 } from "./internal/field.ts"
import { frame } from "./internal/frame.ts"

const names = Schema.Array(textUpTo(32)).check(Schema.isMaxLength(16))

/** What the client can do. Names the server does not know are passed over. */
export const ConnectRequest = frame(
  "Connect",
  { description: "What the client can do. Names the server does not know are passed over.", reply: "Connect" },
  {
    client_id: field(text, "Any name for the client; the answer repeats it."),
    version: field(text, 'The highest version the client speaks: "1.0" or "2.0". Only the major number counts.'),
    min_version: optional(text, "The lowest it would accept; by default the same as `version`."),
    codecs: optional(names, 'Codecs, the best first: "msgpack", "json". By default JSON.'),
    compression: optional(names, 'Compressions, the best first: "deflate". By default none.'),
    capabilities: optional(
      names,
      'What else the client can do: "typing", "status", "resume". Where the answer names "resume", the server takes `id` ' +
        "in `Join` and `age` in `SetStatus`.",
    ),
  },
)
export type ConnectRequest = typeof ConnectRequest.Type

/** What was chosen. A version 1 client gets the first three fields only. */
export const ConnectReply = frame(
  "Connect",
  { description: "What was chosen. A version 1 client gets the first three fields only." },
  {
    client_id: text,
    version: field(text, "The version that is spoken from here on."),
    codec: optional(Schema.Literals(["json", "msgpack"]), "How every frame behind this one is written."),
    compression: optional(
      Schema.NullOr(Schema.Literals(["deflate"])),
      "How every frame behind this one is compressed; null for not at all.",
    ),
    capabilities: optional(names, "Those the client named that the server has, too."),
    max_frame_bytes: optional(u32, "Bytes of the largest frame the server reads."),
    ping_after: optional(u32, "Milliseconds: the longest silence before the server pings."),
    pong_within: optional(u32, "Milliseconds after a ping within which something must come, whatever it is."),
  },
)
export type ConnectReply = typeof ConnectReply.Type
