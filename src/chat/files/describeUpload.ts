import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { operation, sending } from "../Operation.ts"
import { type FileRequest, withOwnFile } from "../internal/files.ts"
import { type UploadView, viewOf } from "./views.ts"

/** How far a file has come that the caller sends. */
export const describeUpload = operation(
  "describeUpload",
  "reading",
  [...sending, "NotSupported", "NoSuchFile"],
  (chat, caller, request: FileRequest): Effect.Effect<UploadView, RequestError> =>
    withOwnFile(chat, caller, request, (_, file) => Effect.succeed(viewOf(file))),
)
