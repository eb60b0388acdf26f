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
    // One by one: a reader that is slow has one of them, and not all.
    return Stream.map(Stream.fromIterable(starts, { chunkSize: 1 }), (start) =>
      bytes.slice(start, Math.min(start + piece, to)),
    )
  })

/** Bytes that become more: their room grows by doubling, as each piece would otherwise copy all before it. */
class Draft {
  length = 0
  private room = new Uint8Array(0)

  get bytes(): Uint8Array {
    return this.room.subarray(0, this.length)
  }

  /** Drops what is behind this place, and writes there. */
  append(offset: number, pieces: ReadonlyArray<Uint8Array>): void {
    this.length = offset
    for (const piece of pieces) {
      const needed = this.length + piece.length
      if (needed > this.room.length) {
        const larger = new Uint8Array(Math.max(needed, this.room.length * 2))
        larger.set(this.bytes)
        this.room = larger
      }
      this.room.set(piece, this.length)
      this.length = needed
    }
  }
}

/** Every operation is one synchronous step, and so all or nothing. */
export const make: Effect.Effect<FileStoreShape> = Effect.sync(() => {
  const drafts = new Map<FileId, Draft>()
  const contents = new Map<Sha256, Uint8Array>()
  const none = new Uint8Array()
  let mark: string | undefined

  return {
    append: (id, offset, bytes) =>
      Effect.suspend(() => {
        const draft = drafts.get(id) ?? new Draft()
        if (draft.length < offset) return Effect.fail(new FileStoreError({ operation: "append", lost: true }))
        drafts.set(id, draft)
        draft.append(offset, bytes)
        return Effect.void
      }),
    readDraft: (id, size) => pieces("readDraft", () => drafts.get(id)?.bytes ?? none, 0, size),
    keep: (id, content, size) =>
      Effect.suspend(() => {
        const draft = drafts.get(id)?.bytes ?? none
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
    owner: Effect.sync(() => mark),
    claim: (owner) => Effect.sync(() => void (mark = owner)),
    address: undefined,
  }
})
