import * as Schema from "effect/Schema"

/** Identifies a file that somebody has sent, and the upload that it comes by: a UUID, which nobody can guess. */
export const FileId = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, {
    title: "FileId",
    description: "identifies a file",
    message: "the id of a file, as the server gave it",
  }),
).pipe(Schema.brand("FileId"))
export type FileId = typeof FileId.Type
