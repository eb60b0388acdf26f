import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { maxGivenLength } from "../../domain/Limits.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Sha256 } from "../../domain/Sha256.ts"
import type { FileRecord } from "../../files/FileRecord.ts"
import { short, unless, whole } from "../internal/checks.ts"
import { operation, sending } from "../Operation.ts"
import { withFiles } from "../internal/files.ts"
import { type UploadView, viewOf } from "./views.ts"

export interface StartUpload {
  readonly channel: ChannelName
  /** What the file is called; a path before it, and what could do harm in a name, goes. */
  readonly name: string
  /** Bytes that are to come. */
  readonly size: number
  /** What the sender takes it for. */
  readonly mediaType?: string | undefined
  /** Of the whole, where it is known: what has come is compared with it. */
  readonly sha256?: Sha256 | undefined
}

/** A place for a file in a channel, from where on it can be sent, and then be said with a message. */
export const startUpload = operation(
  "startUpload",
  "visits",
  [...sending, "NotSupported", "InvalidFrame", "FileTooLarge", "FileQuota", "TooManyUploads"],
  (chat, caller, { channel, ...file }: StartUpload): Effect.Effect<UploadView, RequestError> =>
    unless(
      whole("size", file.size) ??
        short("name", file.name, maxGivenLength) ??
        short("media_type", file.mediaType, maxGivenLength),
      () =>
        withFiles(chat, caller, channel, "publish", (files, channel) => {
          const starting = files.start({ ...file, user: caller.by.user.id, channel })
          // Of nothing all has come.
          const none = (started: FileRecord) => files.append(started, { offset: 0, bytes: Stream.empty })
          return Effect.map(file.size > 0 ? starting : Effect.flatMap(starting, none), viewOf)
        }),
    ),
)
