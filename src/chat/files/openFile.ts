import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { RequestError } from "../../domain/RequestError.ts"
import type { FileRecord } from "../../files/FileRecord.ts"
import type { ByteRange } from "../../files/FileStoreShape.ts"
import { operation, reading } from "../Operation.ts"
import { type FileRequest, noSuchFile, withReadableFile } from "../internal/files.ts"

export interface OpenFile extends FileRequest {
  /** Whether an address outside will do, where the files are kept at one. */
  readonly elsewhere?: boolean | undefined
}

/** A file that can be read now. */
export interface OpenedFile extends Pick<FileRecord, "id" | "name" | "size" | "mediaType" | "createdAt"> {
  readonly sha256: NonNullable<FileRecord["sha256"]>
  /** All bytes, or those from one place up to another, which is not among them; see `FileStore.read` for `reuse`. */
  readonly read: (range?: ByteRange, reuse?: boolean) => Stream.Stream<Uint8Array, RequestError>
  /** Where else they can be had for a few minutes, by anybody who has this. */
  readonly address: string | undefined
}

/** Opens a file for whoever may read the channel in which a message carries it. */
export const openFile = operation(
  "openFile",
  "reading",
  [...reading, "NotSupported", "NoSuchFile"],
  (chat, caller, request: OpenFile): Effect.Effect<OpenedFile, RequestError> =>
    withReadableFile(chat, caller, request, (files, file) => {
      const { createdAt, id, mediaType, name, sha256, size } = file
      if (sha256 === undefined) return Effect.fail(noSuchFile())
      const opened = {
        id,
        name,
        size,
        mediaType,
        createdAt,
        sha256,
        read: (range?: ByteRange, reuse?: boolean) => files.read(file, range, reuse),
      }
      const address = request.elsewhere === true ? files.address(file) : Effect.undefined
      return Effect.map(address, (address) => ({ ...opened, address }))
    }),
)
