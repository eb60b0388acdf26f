/**
 * The bytes of files in a folder: `uploads/` has what is still coming, by id, and `contents/` what is whole, by its hash.
 * A content comes into being as another name of its upload, so it is there as a whole or not at all.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { FileId } from "../domain/FileId.ts"
import { Sha256 } from "../domain/Sha256.ts"
import { FileStore } from "../files/FileStore.ts"
import type { ByteRange, FileStoreShape } from "../files/FileStoreShape.ts"
import { FileStoreError } from "../files/FileStoreError.ts"
import { DataFolder, type DataFolderError } from "./DataFolder.ts"

/** Bytes that are read at once. */
const chunk = 256 * 1024

/** What the contents are sorted by. */
const isShelf = /^[0-9a-f]{2}$/
const isFileId = Schema.is(FileId)
const isSha256 = Schema.is(Sha256)

/** The errors of a file system by which it says that there is no room, or none for files of this size. */
const full = ["ENOSPC", "EDQUOT", "EFBIG"]

const codeOf = ({ reason }: PlatformError): string => {
  const cause = Predicate.hasProperty(reason, "cause") ? reason.cause : undefined
  return Predicate.hasProperty(cause, "code") ? String(cause.code) : ""
}

const toStoreError =
  (operation: string) =>
  (cause: PlatformError): FileStoreError =>
    new FileStoreError({
      operation,
      trouble: full.includes(codeOf(cause)) ? "full" : undefined,
      lost: codeOf(cause) === "ENOENT",
      cause,
    })

const make = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const data = yield* DataFolder
  const uploads = yield* data.folder("files/uploads")
  const contents = yield* data.folder("files/contents")

  const stored =
    (operation: string) =>
    <A>(effect: Effect.Effect<A, PlatformError | FileStoreError>): Effect.Effect<A, FileStoreError> =>
      Effect.mapError(effect, (error) => (error._tag === "FileStoreError" ? error : toStoreError(operation)(error)))

  const draft = (id: FileId) => path.join(uploads, id)
  /** Not all in one folder: some file systems find little in one of a million names. */
  const shelf = (content: Sha256) => path.join(contents, content.slice(0, 2))
  const placeOf = (content: Sha256) => path.join(shelf(content), content)

  /** What a folder holds is as safe as its files are only once it is synced itself. */
  const syncFolder = (folder: string) =>
    Effect.scoped(Effect.flatMap(fs.open(folder, { flag: "r" }), (opened) => opened.sync))

  const isThere = (file: string) => fs.exists(file)

  /** A file cut to its first bytes, which it has to have: what one does not have would be filled with zeros. */
  const cut = (file: FileSystem.File, operation: string, size: number) =>
    Effect.flatMap(file.stat, (found): Effect.Effect<void, FileStoreError | PlatformError> =>
      found.size < BigInt(size)
        ? Effect.fail(
            new FileStoreError({ operation, lost: true, cause: `${found.size} bytes are there, not ${size}` }),
          )
        : file.truncate(size),
    )

  const write = (operation: string, id: FileId, offset: number, pieces: ReadonlyArray<Uint8Array>, later = false) =>
    Effect.scoped(
      Effect.gen(function* () {
        const isNew = offset === 0 && !(yield* isThere(draft(id)))
        const file = yield* fs.open(draft(id), { flag: isNew ? "w+" : "r+", mode: 0o600 })
        yield* cut(file, operation, offset)
        yield* file.seek(BigInt(offset), "start")
        // Copying is cheaper than going to the disk for each of many small ones.
        if (pieces.length > 0) yield* file.writeAll(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))
        if (!later) yield* file.sync
        if (isNew) yield* syncFolder(uploads)
      }),
    )

  /** Also where it is there already, the folders are synced: whoever made it may have ended before. */
  const keep = (id: FileId, content: Sha256, size: number) =>
    Effect.gen(function* () {
      const place = placeOf(content)
      if (!(yield* isThere(place))) {
        yield* fs.makeDirectory(shelf(content), { recursive: true, mode: 0o700 })
        yield* write("keep", id, size, [])
        yield* fs.link(draft(id), place)
      }
      yield* syncFolder(shelf(content))
      yield* syncFolder(contents)
    })

  /** Fails where it is shorter than what is to be read of it. */
  const read = (operation: string, file: string, { from, to }: ByteRange) =>
    Stream.suspend(() => {
      let at = from
      return fs.stream(file, { offset: from, bytesToRead: to - from, chunkSize: chunk }).pipe(
        Stream.tap((bytes) => Effect.sync(() => void (at += bytes.length))),
        Stream.mapError(toStoreError(operation)),
        Stream.concat(
          Stream.unwrap(
            Effect.suspend(() =>
              at === to
                ? Effect.succeed(Stream.empty)
                : Effect.fail(new FileStoreError({ operation, lost: true, cause: `it ends at byte ${at}` })),
            ),
          ),
        ),
      )
    })

  const removed = (file: string) => fs.remove(file, { force: true })

  const names = (folder: string) => Stream.fromIterableEffect(fs.readDirectory(folder))

  const service: FileStoreShape = {
    append: (id, offset, bytes, later) => stored("append")(write("append", id, offset, bytes, later)),
    readDraft: (id, size) => (size === 0 ? Stream.empty : read("readDraft", draft(id), { from: 0, to: size })),
    keep: (id, content, size) => stored("keep")(keep(id, content, size)),
    drop: (id) => stored("drop")(removed(draft(id))),
    read: (content, range) => (range.from >= range.to ? Stream.empty : read("read", placeOf(content), range)),
    remove: (content) => stored("remove")(removed(placeOf(content))),
    drafts: names(uploads).pipe(Stream.filter(isFileId), Stream.mapError(toStoreError("drafts"))),
    contents: names(contents).pipe(
      Stream.filter((name) => isShelf.test(name)),
      Stream.flatMap((shelf) => names(path.join(contents, shelf))),
      Stream.filter(isSha256),
      Stream.mapError(toStoreError("contents")),
    ),
    address: undefined,
  }
  return service
})

/** The bytes of files in the data folder. Fails where it cannot be made. */
export const layer: Layer.Layer<FileStore, DataFolderError, DataFolder | FileSystem.FileSystem | Path.Path> =
  Layer.effect(FileStore, make)
