/** What is posted for a session that another node has, and what that node answers: plain values. */
import * as Schema from "effect/Schema"
import { DisconnectReason } from "../domain/DisconnectReason.ts"

export const PassedPost = Schema.Struct({
  /** Who has it is the session. */
  key: Schema.String,
  /** In base64. Absent: the client says that it has said everything. */
  body: Schema.optional(Schema.String),
  /** The number of its first line; absent: the next. */
  seq: Schema.optional(Schema.Finite),
  /** The last event that has arrived. */
  ack: Schema.optional(Schema.Finite),
})
export interface PassedPost extends Schema.Schema.Type<typeof PassedPost> {}

const kind = <const Kind extends string, const Fields extends Schema.Struct.Fields>(kind: Kind, fields: Fields) =>
  Schema.Struct({ kind: Schema.Literal(kind), ...fields })

export const PostAnswer = Schema.Union([
  /** Its lines were handled. */
  kind("Handled", {}),
  /** Some are missing in front of it. */
  kind("Gap", { expected: Schema.Finite }),
  kind("Ended", { reason: DisconnectReason, detail: Schema.optional(Schema.String) }),
  /** There is no such session. */
  kind("Unknown", {}),
  /** Too many posts of the session are not answered yet. */
  kind("Busy", {}),
])
export type PostAnswer = typeof PostAnswer.Type
