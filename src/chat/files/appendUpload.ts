import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Incoming } from "../../files/FilesShape.ts"
import { unless, whole } from "../internal/checks.ts"
import { operation, sending } from "../Operation.ts"
import { type FileRequest, withOwnFile } from "../internal/files.ts"
import { type UploadView, viewOf } from "./views.ts"

export type AppendUpload = FileRequest & Incoming

/**
 * Takes in more of a file, behind what has come. Whoever is cut off asks `describeUpload` where to go on. It is whole with
 * the last byte: then it was compared with the hash that was announced, and scanned, and can be said with a message.
 */
export const appendUpload = operation(
  "appendUpload",
  "reading",
  [
    ...sending,
    "NotSupported",
    "InvalidFrame",
    "NoSuchFile",
    "FileTooLarge",
    "WrongOffset",
    "UploadTaken",
    "HashMismatch",
    "FileRefused",
  ],
  (chat, caller, request: AppendUpload): Effect.Effect<UploadView, RequestError> =>
    unless(whole("offset", request.offset), () =>
      withOwnFile(chat, caller, request, (files, file) => Effect.map(files.append(file, request), viewOf)),
    ),
)
