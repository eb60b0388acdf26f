/**
 * What is still coming, as objects: each is named by its draft and by the place of its first byte. What comes is an object
 * of its own right away, since it has to be safe before it is acknowledged; when there is enough of it for a part it
 * becomes one object, in the place of the first. So parts can be copied by the storage itself when all has come.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FileId } from "../../domain/FileId.ts"
import { FileStoreError } from "../../files/FileStoreError.ts"
import type { Bucket, Part } from "./s3Client.ts"

/** Bytes that a part has to have, unless it is the last. */
const leastPart = 5 * 1024 * 1024
/** Bytes of small objects that become one. */
const together = 8 * 1024 * 1024
/** Drafts of which it is remembered what there is. */
const maxKnown = 1000
/** Objects that are removed at once. */
const removing = 8

interface Piece {
  readonly key: string
  readonly from: number
  readonly to: number
}

type Stored<A> = Effect.Effect<A, FileStoreError>

const lengthOf = (pieces: ReadonlyArray<Piece>): number => pieces.reduce((sum, { from, to }) => sum + to - from, 0)

/** Those at the end that are no parts yet. */
const smallOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> =>
  pieces.slice(pieces.findLastIndex(({ from, to }) => to - from >= leastPart) + 1)

export const make = (bucket: Bucket, prefix: string) => {
  const folderOf = (id: FileId) => `${prefix}${id}/`
  const keyOf = (id: FileId, from: number) => `${folderOf(id)}${String(from).padStart(16, "0")}`
  const known = new Map<FileId, ReadonlyArray<Piece>>()

  const remember = (id: FileId, pieces: ReadonlyArray<Piece>): void => {
    known.delete(id)
    for (const [oldest] of known) if (known.size >= maxKnown) known.delete(oldest)
    known.set(id, pieces)
  }

  const removeAll = (keys: ReadonlyArray<string>): Stored<void> =>
    Effect.forEach(keys, bucket.remove, { concurrency: removing, discard: true })

  /** What there is, without gaps. What became part of another object before a crash, and was not removed, goes. */
  const found = (id: FileId): Stored<ReadonlyArray<Piece>> =>
    Effect.gen(function* () {
      const listed = yield* Stream.runCollect(bucket.list(folderOf(id)))
      const all = listed
        .map(({ key, size }): Piece => {
          const from = Number(key.slice(folderOf(id).length))
          return { key, from, to: from + size }
        })
        .toSorted((one, other) => one.from - other.from)
      const pieces: Array<Piece> = []
      const surplus: Array<string> = []
      for (const piece of all) {
        if (piece.from === (pieces.at(-1)?.to ?? 0) && piece.to > piece.from) pieces.push(piece)
        else surplus.push(piece.key)
      }
      yield* removeAll(surplus)
      remember(id, pieces)
      return pieces
    })

  /** What is known here is believed as far as it goes to where something is to be: another node may have brought more. */
  const endingAt = (id: FileId, size: number): Stored<ReadonlyArray<Piece>> =>
    Effect.suspend(() => {
      const pieces = known.get(id)
      return pieces === undefined || (pieces.at(-1)?.to ?? 0) !== size ? found(id) : Effect.succeed(pieces)
    })

  /** After a failure nothing is known of what there is. */
  const forgetting = <A>(id: FileId, doing: Stored<A>): Stored<A> =>
    Effect.onError(doing, () => Effect.sync(() => known.delete(id)))

  const bytesOf = (pieces: ReadonlyArray<Piece>): Stored<Uint8Array> =>
    Effect.map(
      Effect.forEach(pieces, ({ from, key, to }) => Stream.runCollect(bucket.read(key, { from: 0, to: to - from }))),
      (bytes) => Buffer.concat(bytes.flat()),
    )

  /** The first bytes, so many, of which the last piece may have more. */
  const first = (operation: string, pieces: ReadonlyArray<Piece>, size: number): Stored<ReadonlyArray<Piece>> => {
    const end = pieces.at(-1)?.to ?? 0
    if (end < size) {
      return Effect.fail(new FileStoreError({ operation, lost: true, cause: `${end} bytes are there, not ${size}` }))
    }
    return Effect.succeed(
      pieces.filter(({ from }) => from < size).map((piece) => ({ ...piece, to: Math.min(piece.to, size) })),
    )
  }

  /** Leaves the first bytes, so many. */
  const cut = (id: FileId, size: number): Stored<ReadonlyArray<Piece>> =>
    Effect.gen(function* () {
      const pieces = yield* endingAt(id, size)
      const left = yield* first("append", pieces, size)
      if ((pieces.at(-1)?.to ?? 0) === size) return pieces
      // From the end, so that no gap is left where this ends halfway.
      yield* Effect.forEach(pieces.slice(left.length).toReversed(), ({ key }) => bucket.remove(key), { discard: true })
      const last = left.at(-1)
      if (last !== undefined && pieces[left.length - 1]!.to > size) {
        yield* bucket.put(last.key, yield* bytesOf([last]))
      }
      return left
    })

  /** Makes one object of the small ones at the end, once there is enough for a part. They are safe: more has come since. */
  const joined = (id: FileId, believed: ReadonlyArray<Piece>): Stored<ReadonlyArray<Piece>> =>
    Effect.gen(function* () {
      if (lengthOf(smallOf(believed)) < together) return believed
      // What is put in the place of others has to have all of them.
      const pieces = yield* found(id)
      const small = smallOf(pieces)
      const [head, ...others] = small
      if (head === undefined || lengthOf(small) < together) return pieces
      yield* bucket.put(head.key, yield* bytesOf(small))
      yield* removeAll(others.map(({ key }) => key))
      return [...pieces.slice(0, pieces.length - small.length), { ...head, to: small.at(-1)!.to }]
    })

  const append = (id: FileId, offset: number, bytes: ReadonlyArray<Uint8Array>): Stored<void> =>
    forgetting(
      id,
      Effect.gen(function* () {
        const pieces = yield* joined(id, yield* cut(id, offset))
        remember(id, pieces)
        const whole = Buffer.concat(bytes)
        if (whole.length === 0) return
        const key = keyOf(id, offset)
        yield* bucket.put(key, whole)
        remember(id, [...pieces, { key, from: offset, to: offset + whole.length }])
      }),
    )

  const read = (id: FileId, size: number): Stream.Stream<Uint8Array, FileStoreError> =>
    found(id).pipe(
      Effect.flatMap((pieces) => first("readDraft", pieces, size)),
      Effect.map(Stream.fromIterable),
      Stream.unwrap,
      Stream.flatMap(({ from, key, to }) => bucket.read(key, { from: 0, to: to - from })),
    )

  /** Parts of 5 MiB at least, but for the last: what is large enough is copied, the rest goes through here. */
  const partsOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Part> => {
    const parts: Array<Part> = []
    let small: Array<Piece> = []
    for (const [n, piece] of pieces.entries()) {
      const length = piece.to - piece.from
      const isLast = n === pieces.length - 1
      if (small.length === 0 && (length >= leastPart || isLast)) {
        parts.push({ copy: piece.key, range: { from: 0, to: length } })
        continue
      }
      small.push(piece)
      if (lengthOf(small) < leastPart && !isLast) continue
      parts.push({ bytes: bytesOf(small) })
      small = []
    }
    return parts
  }

  const keep = (id: FileId, key: string, size: number): Stored<void> =>
    forgetting(
      id,
      Effect.gen(function* () {
        const pieces = yield* first("keep", size === 0 ? [] : yield* found(id), size)
        if (size <= together) yield* bucket.put(key, yield* bytesOf(pieces))
        else yield* bucket.assemble(key, partsOf(pieces))
      }),
    )

  const drop = (id: FileId): Stored<void> =>
    forgetting(
      id,
      Effect.gen(function* () {
        const listed = yield* Stream.runCollect(bucket.list(folderOf(id)))
        yield* removeAll(listed.map(({ key }) => key))
        known.delete(id)
      }),
    )

  return { append, read, keep, drop, all: bucket.folders(prefix) }
}
