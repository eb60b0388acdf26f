/**
 * The bytes of files in storage that speaks as S3 does: below the prefix `uploads/` has what is still coming, by id, and
 * `contents/` what is whole, by its hash. What one bucket has below one prefix is one service's alone.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { FileId } from "../domain/FileId.ts"
import { Sha256 } from "../domain/Sha256.ts"
import { FileStore } from "../files/FileStore.ts"
import type { FileStoreShape } from "../files/FileStoreShape.ts"
import * as s3Client from "./internal/s3Client.ts"
import * as s3Drafts from "./internal/s3Drafts.ts"
import type { S3Settings } from "./S3Settings.ts"

const isFileId = Schema.is(FileId)
const isSha256 = Schema.is(Sha256)

/** As a browser saves it, whatever letters are in the name (RFC 6266). */
const disposition = (name: string): string => {
  if (/^[\w .-]+$/.test(name)) return `attachment; filename="${name}"`
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename*=UTF-8''${encoded}`
}

const make = Effect.fnUntraced(function* (settings: S3Settings) {
  const bucket = yield* s3Client.make(settings)
  const drafts = s3Drafts.make(bucket, `${settings.prefix}uploads/`)
  const contents = `${settings.prefix}contents/`
  const mark = `${settings.prefix}owner`
  const keyOf = (content: Sha256) => `${contents}${content}`

  const service: FileStoreShape = {
    append: drafts.append,
    readDraft: (id, size) => (size === 0 ? Stream.empty : drafts.read(id, size)),
    keep: (id, content, size) =>
      Effect.flatMap(bucket.sizeOf(keyOf(content)), (there) =>
        there === size ? Effect.void : drafts.keep(id, keyOf(content), size),
      ),
    drop: drafts.drop,
    read: (content, range) => (range.from >= range.to ? Stream.empty : bucket.read(keyOf(content), range)),
    remove: (content) => bucket.remove(keyOf(content)),
    drafts: Stream.filter(drafts.all, isFileId),
    contents: bucket.list(contents).pipe(
      Stream.map(({ key }) => key.slice(contents.length)),
      Stream.filter(isSha256),
    ),
    owner: Effect.flatMap(bucket.sizeOf(mark), (size) =>
      size === undefined
        ? Effect.undefined
        : Effect.map(Stream.runCollect(bucket.read(mark, { from: 0, to: size })), (pieces) =>
            Buffer.concat(pieces).toString().trim(),
          ),
    ),
    claim: (owner) => bucket.put(mark, Buffer.from(owner)),
    address: (content, { mediaType, name }) =>
      bucket.address(keyOf(content), { disposition: disposition(name), type: mediaType }),
  }
  return service
})

/** The bytes of files in a bucket. It is not asked for anything before there is something to do. */
export const layer = (settings: S3Settings): Layer.Layer<FileStore> => Layer.effect(FileStore, make(settings))
