/** What all operations on files share. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { FileId } from "../../domain/FileId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { FileRecord } from "../../files/FileRecord.ts"
import type { FilesShape } from "../../files/FilesShape.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"
import { anywhere, asMember } from "./inChannel.ts"

/** A file of a channel, by the name of that. */
export interface FileRequest {
  readonly channel: ChannelName
  readonly file: FileId
}

const notSupported = () => new RequestError({ reason: "NotSupported", detail: "This service takes no files" })

export const noSuchFile = () => new RequestError({ reason: "NoSuchFile", field: "file" })

const located = (
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
  right: "publish" | "read",
): Effect.Effect<ChannelId, RequestError> =>
  (right === "publish" ? asMember : anywhere)(chat, caller, channel, (link) =>
    Effect.map(
      link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right })),
      ({ id }) => id,
    ),
  )

/** Goes on in a channel where the caller has this right. */
export const withFiles = <A>(
  chat: ChatShape,
  caller: Caller,
  channel: ChannelName,
  right: "publish" | "read",
  use: (files: FilesShape, channel: ChannelId) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  Effect.suspend(() => {
    const { files } = chat
    if (files === undefined) return Effect.fail(notSupported())
    return Effect.flatMap(located(chat, caller, channel, right), (id) => use(files, id))
  })

/** Goes on with a file of such a channel. */
const withFile = <A>(
  chat: ChatShape,
  caller: Caller,
  { channel, file: id }: FileRequest,
  right: "publish" | "read",
  use: (files: FilesShape, file: FileRecord) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  withFiles(chat, caller, channel, right, (files, channel) =>
    Effect.flatMap(files.get(id), (found) => {
      const file = Option.getOrUndefined(found)
      // That of another channel is none.
      return file?.channel === channel ? use(files, file) : Effect.fail(noSuchFile())
    }),
  )

/** Goes on with a file that the caller sends: to everybody else there is none. */
export const withOwnFile = <A>(
  chat: ChatShape,
  caller: Caller,
  request: FileRequest,
  use: (files: FilesShape, file: FileRecord) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  withFile(chat, caller, request, "publish", (files, file) =>
    file.user === caller.by.user.id ? use(files, file) : Effect.fail(noSuchFile()),
  )

/** Goes on with a file that the caller may read: one that a message carries, or that the caller has sent. */
export const withReadableFile = <A>(
  chat: ChatShape,
  caller: Caller,
  request: FileRequest,
  use: (files: FilesShape, file: FileRecord) => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> =>
  withFile(chat, caller, request, "read", (files, file) => {
    if (!file.whole) return Effect.fail(noSuchFile())
    return Effect.flatMap(files.isCarried(file), (carried) =>
      carried || (!file.posted && file.user === caller.by.user.id) ? use(files, file) : Effect.fail(noSuchFile()),
    )
  })
