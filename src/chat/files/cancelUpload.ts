import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import { operation, sending } from "../Operation.ts"
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
  [...sending, "NotSupported", "NoSuchFile"],
  (chat, caller, request: FileRequest): Effect.Effect<void, RequestError> =>
    withOwnFile(chat, caller, request, (files, file) =>
      // A service that was killed as the message was stored has not noted it.
      Effect.flatMap(file.posted ? Effect.succeed(true) : files.isCarried(file), (carried) =>
        carried ? Effect.fail(isPosted()) : files.remove(file.id),
      ),
    ),
)
