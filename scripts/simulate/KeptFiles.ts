/** What the disk has of files, read all at once. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Sha256 } from "../../src/domain/Sha256.ts"
import type { FileRecord } from "../../src/files/FileRecord.ts"
import type { FileStore } from "../../src/files/FileStore.ts"
import type { FileStoreError } from "../../src/files/FileStoreError.ts"

type Store = FileStore["Service"]

/** Undefined where not all of it can be read. */
export const all = <A>(stream: Stream.Stream<A, FileStoreError>): ReadonlyArray<A> | undefined =>
  Effect.runSync(
    Effect.match(Stream.runCollect(stream), {
      onSuccess: (items): ReadonlyArray<A> => items,
      onFailure: () => undefined,
    }),
  )

const contentIn = (store: Store, content: Sha256, size: number): Buffer | undefined => {
  const pieces = all(store.read(content, { from: 0, to: size }))
  return pieces && Buffer.concat(pieces)
}

/** Whether these first bytes of a file are on the disk. */
export const isKept = (store: Store, { id, sha256, size, whole }: FileRecord, bytes: Uint8Array): boolean => {
  if (whole) return sha256 !== undefined && contentIn(store, sha256, size)?.equals(bytes) === true
  const pieces = all(store.readDraft(id, bytes.length))
  return pieces !== undefined && Buffer.concat(pieces).equals(bytes)
}
