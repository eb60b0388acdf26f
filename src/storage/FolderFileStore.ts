/**
 * The bytes of files in a folder: `uploads/` has what is still coming, by id, and `contents/` what is whole, by its hash.
 * A content comes into being as another name of its upload, so it is there as a whole or not at all.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as RcMap from "effect/RcMap"
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

/** Time that a draft stays open to which nothing is written. */
const idle = Duration.seconds(5)

/** A draft that is open. */
interface Draft {
  readonly file: FileSystem.File
  /** Where the next byte goes, where that is known. */
  end: number | undefined
  /** Whether all of it survives a power cut. */
  isSafe: boolean
}

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

/** In a folder of the data folder, or right there. */
const make = Effect.fnUntraced(function* (inside: "files" | ".") {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const data = yield* DataFolder
  const files = yield* data.folder(inside)
  const uploads = yield* data.folder(path.join(inside, "uploads"))
  const contents = yield* data.folder(path.join(inside, "contents"))

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

  /**
   * Drafts that are written to. Each stays open between two writes, and a while longer than they are apart: as many as files
   * that are being sent. One writes to a draft at a time.
   */
  const drafts = yield* RcMap.make({
    lookup: (id: FileId) =>
      Effect.map(fs.open(draft(id), { flag: "r+" }), (file): Draft => ({ file, end: undefined, isSafe: false })),
    idleTimeToLive: idle,
  })
  /** What is not open any more has lost nothing: it is looked at anew. */
  const closed = (id: FileId) => RcMap.invalidate(drafts, id)

  const made = (id: FileId) =>
    Effect.flatMap(isThere(draft(id)), (found) =>
      found
        ? Effect.void
        : Effect.andThen(
            Effect.andThen(closed(id), Effect.scoped(fs.open(draft(id), { flag: "w", mode: 0o600 }))),
            syncFolder(uploads),
          ),
    )

  /** A draft cut to its first bytes, which it has to have: what one does not have would be filled with zeros. */
  const cut = Effect.fnUntraced(function* (draft: Draft, operation: string, size: number) {
    if (draft.end === size) return
    const found = yield* draft.file.stat
    if (found.size < BigInt(size)) {
      return yield* new FileStoreError({ operation, lost: true, cause: `${found.size} bytes are there, not ${size}` })
    }
    yield* draft.file.truncate(size)
    yield* draft.file.seek(BigInt(size), "start")
    draft.end = size
    draft.isSafe = false
  })

  const write = (operation: string, id: FileId, offset: number, pieces: ReadonlyArray<Uint8Array>, later = false) =>
    Effect.scoped(
      Effect.gen(function* () {
        if (offset === 0) yield* made(id)
        const draft = yield* RcMap.get(drafts, id)
        yield* cut(draft, operation, offset)
        if (pieces.length > 0) {
          draft.isSafe = false
          // Copying is cheaper than going to the disk for each of many small ones.
          const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
          yield* draft.file.writeAll(bytes)
          draft.end = offset + bytes.length
        }
        if (later || draft.isSafe) return
        yield* draft.file.sync
        draft.isSafe = true
      }),
    ).pipe(Effect.onError(() => closed(id)))

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
  const read = (operation: string, file: string, { from, to }: ByteRange, reuse = false) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const opened = yield* fs.open(file, { flag: "r" })
        yield* opened.seek(BigInt(from), "start")
        let at = from
        let memory: Uint8Array | undefined
        type Pull = Effect.Effect<readonly [Uint8Array], PlatformError | FileStoreError | Cause.Done>
        const pull = Effect.suspend((): Pull => {
          if (at === to) return Cause.done()
          const room = (memory ??= Buffer.allocUnsafeSlow(Math.min(chunk, to - at))).subarray(0, to - at)
          if (!reuse) memory = undefined
          return Effect.flatMap(opened.read(room), (count) => {
            const bytes = room.subarray(0, Number(count))
            at += bytes.length
            return bytes.length === 0
              ? Effect.fail(new FileStoreError({ operation, lost: true, cause: `it ends at byte ${at}` }))
              : Effect.succeed([bytes] as const)
          })
        })
        return Stream.fromPull(Effect.succeed(pull))
      }),
    ).pipe(Stream.mapError((error) => (error._tag === "FileStoreError" ? error : toStoreError(operation)(error))))

  const removed = (file: string) => fs.remove(file, { force: true })

  /** All or nothing: a mark that was cut off is another's. */
  const mark = (owner: string) =>
    Effect.gen(function* () {
      const fresh = path.join(files, "owner.new")
      yield* Effect.scoped(
        Effect.flatMap(fs.open(fresh, { flag: "w", mode: 0o600 }), (file) =>
          Effect.andThen(file.writeAll(Buffer.from(`${owner}\n`)), file.sync),
        ),
      )
      yield* fs.rename(fresh, path.join(files, "owner"))
      yield* syncFolder(files)
    })

  const marked = fs.readFileString(path.join(files, "owner")).pipe(
    Effect.map((text): string | undefined => text.trim()),
    Effect.catchIf(
      (error) => codeOf(error) === "ENOENT",
      () => Effect.undefined,
    ),
  )

  const names = (folder: string) => Stream.fromIterableEffect(fs.readDirectory(folder))

  const service: FileStoreShape = {
    append: (id, offset, bytes, later) => stored("append")(write("append", id, offset, bytes, later)),
    readDraft: (id, size) => (size === 0 ? Stream.empty : read("readDraft", draft(id), { from: 0, to: size })),
    keep: (id, content, size) => stored("keep")(keep(id, content, size)),
    drop: (id) => stored("drop")(Effect.andThen(closed(id), removed(draft(id)))),
    read: (content, range, reuse) =>
      range.from >= range.to ? Stream.empty : read("read", placeOf(content), range, reuse),
    remove: (content) => stored("remove")(removed(placeOf(content))),
    drafts: names(uploads).pipe(Stream.filter(isFileId), Stream.mapError(toStoreError("drafts"))),
    contents: names(contents).pipe(
      Stream.filter((name) => isShelf.test(name)),
      Stream.flatMap((shelf) => names(path.join(contents, shelf))),
      Stream.filter(isSha256),
      Stream.mapError(toStoreError("contents")),
    ),
    owner: stored("owner")(marked),
    claim: (owner) => stored("claim")(mark(owner)),
    address: undefined,
  }
  return service
})

/** The bytes of files in the data folder. Fails where it cannot be made. */
export const layer: Layer.Layer<FileStore, DataFolderError, DataFolder | FileSystem.FileSystem | Path.Path> =
  Layer.effect(FileStore, make("files"))

/** The same in a folder that has nothing else, and that several nodes may share. */
export const layerIn = (folder: string): Layer.Layer<FileStore, DataFolderError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(FileStore, make(".")).pipe(Layer.provide(DataFolder.layer(folder)))
