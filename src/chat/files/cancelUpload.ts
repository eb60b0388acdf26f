import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import { operation, posting } from "../Operation.ts"
import { type FileRequest, withOwnFile } from "../internal/files.ts"

const isPosted = () =>
  new RequestError({
    reason: "Forbidden",
    detail: "A message carries this file: delete that, and the file goes with it",
  })

/** A file is not to come after all, or not to be said. */
export const cancelUpload = operation(
  "cancelUpload",
  "reading",
  [...posting, "NotSupported", "NoSuchFile"],
  (chat, caller, request: FileRequest): Effect.Effect<void, RequestError> =>
    withOwnFile(chat, caller, request, (files, file) =>
      file.posted ? Effect.fail(isPosted()) : files.remove(file.id),
    ),
)
