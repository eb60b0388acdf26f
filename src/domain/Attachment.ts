import * as Schema from "effect/Schema"
import { FileId } from "./FileId.ts"
import { Sha256 } from "./Sha256.ts"

/** What a message says of the file that it carries. Name and type are those that the sender gave, made harmless. */
export const Attachment = Schema.Struct({
  id: FileId,
  name: Schema.String,
  /** Bytes. */
  size: Schema.Finite,
  mediaType: Schema.String,
  sha256: Sha256,
})
export interface Attachment extends Schema.Schema.Type<typeof Attachment> {}
