import * as Schema from "effect/Schema"
import { fileId } from "./Rules.ts"

/** Identifies a file that somebody has sent, and the upload that it comes by: a UUID, which nobody can guess. */
export const FileId = Schema.String.check(
  Schema.isPattern(fileId.pattern, {
    title: "FileId",
    description: "identifies a file",
    message: fileId.expected,
  }),
).pipe(Schema.brand("FileId"))
export type FileId = typeof FileId.Type
