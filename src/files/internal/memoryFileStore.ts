import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FileId } from "../../domain/FileId.ts"
import type { Sha256 } from "../../domain/Sha256.ts"
import type { FileStoreShape } from "../FileStoreShape.ts"
import { FileStoreError } from "../FileStoreError.ts"

/** Bytes in a piece that is read. */
const piece = 64 * 1024

const pieces = (operation: string, find: () => Uint8Array | undefined, from: number, to: number) =>
  Stream.suspend(() => {
    const bytes = find()
    if (bytes === undefined || bytes.length < to) return Stream.fail(new FileStoreError({ operation, lost: true }))
    const starts = Array.from({ length: Math.ceil((to - from) / piece) }, (_, n) => from + n * piece)
    return Stream.map(Stream.fromIterable(starts), (start) => bytes.slice(start, Math.min(start + piece, to)))
  })

/** Every operation is one synchronous step, and so all or nothing. */
export const make: Effect.Effect<FileStoreShape> = Effect.sync(() => {
  const drafts = new Map<FileId, Uint8Array>()
  const contents = new Map<Sha256, Uint8Array>()
  const none = new Uint8Array()

  return {
    append: (id, offset, bytes) =>
      Effect.suspend(() => {
        const draft = drafts.get(id) ?? none
        if (draft.length < offset) return Effect.fail(new FileStoreError({ operation: "append", lost: true }))
        drafts.set(id, new Uint8Array(Buffer.concat([draft.subarray(0, offset), ...bytes])))
        return Effect.void
      }),
    readDraft: (id, size) => pieces("readDraft", () => drafts.get(id) ?? none, 0, size),
    keep: (id, content, size) =>
      Effect.suspend(() => {
        const draft = drafts.get(id) ?? none
        if (!contents.has(content)) {
          if (draft.length < size) return Effect.fail(new FileStoreError({ operation: "keep", lost: true }))
          contents.set(content, draft.slice(0, size))
        }
        return Effect.void
      }),
    drop: (id) => Effect.sync(() => void drafts.delete(id)),
    read: (content, { from, to }) => pieces("read", () => contents.get(content), from, to),
    remove: (content) => Effect.sync(() => void contents.delete(content)),
    drafts: Stream.suspend(() => Stream.fromIterable([...drafts.keys()])),
    contents: Stream.suspend(() => Stream.fromIterable([...contents.keys()])),
    address: undefined,
  }
})
