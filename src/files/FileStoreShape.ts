import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { FileId } from "../domain/FileId.ts"
import type { Sha256 } from "../domain/Sha256.ts"
import type { FileStoreError } from "./FileStoreError.ts"

type Stored<A> = Effect.Effect<A, FileStoreError>
type Bytes = Stream.Stream<Uint8Array, FileStoreError>

/** Bytes from one place up to another, which is not among them. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** The methods of `FileStore`. */
export interface FileStoreShape {
  /**
   * Writes bytes of a draft behind so many that it has; there need be no draft yet at 0. What it has beyond them is
   * dropped first: it was written and never acknowledged. Succeeds once they survive a power cut, where the store can.
   */
  readonly append: (
    draft: FileId,
    offset: number,
    bytes: ReadonlyArray<Uint8Array>,
    /** That they are safe later will do: with the next that does not say so, or when it is kept. */
    later?: boolean,
  ) => Stored<void>
  /** The first bytes of a draft, so many. */
  readonly readDraft: (draft: FileId, size: number) => Bytes
  /**
   * Makes the first bytes of a draft, so many, the content of this hash, all or nothing, unless that is there already. The
   * draft stays until it is dropped, so that this can be done again. A file without bytes has no draft.
   */
  readonly keep: (draft: FileId, content: Sha256, size: number) => Stored<void>
  /** Removes a draft, if there is one. */
  readonly drop: (draft: FileId) => Stored<void>
  /** `reuse`: whoever takes them is done with a piece before taking the next, whose memory may be the same. */
  readonly read: (content: Sha256, range: ByteRange, reuse?: boolean) => Bytes
  /** Removes a content, if it is there. Whoever is reading it gets the rest, or an error. */
  readonly remove: (content: Sha256) => Stored<void>
  /** What there is: for whoever looks for what nobody refers to. */
  readonly drafts: Stream.Stream<FileId, FileStoreError>
  readonly contents: Stream.Stream<Sha256, FileStoreError>
  /** The mark of the database whose files are kept here; undefined where there is none yet. */
  readonly owner: Stored<string | undefined>
  /** Puts the mark of a database, in the place of the one that there is. */
  readonly claim: (owner: string) => Stored<void>
  /** An address at which anybody gets a content for a few minutes, without this service; undefined where there is none. */
  readonly address:
    | ((content: Sha256, as: { readonly name: string; readonly mediaType: string }) => Stored<string>)
    | undefined
}
