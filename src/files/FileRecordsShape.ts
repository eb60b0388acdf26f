import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { FileId } from "../domain/FileId.ts"
import type { Sha256 } from "../domain/Sha256.ts"
import type { UserId } from "../domain/User.ts"
import type { FileRecord } from "./FileRecord.ts"
import type { FileStoreError } from "./FileStoreError.ts"

type Stored<A> = Effect.Effect<A, FileStoreError>

/** What is changed of a record; what is not named stays. */
export type RecordChange = Partial<Pick<FileRecord, "received" | "whole" | "posted" | "sha256" | "expiresAt">>

/** What one user's files amount to. */
interface Usage {
  /** Bytes, those included that are still to come. */
  readonly bytes: number
  /** Files that are not whole. */
  readonly uploads: number
}

/** The methods of `FileRecords`. */
export interface FileRecordsShape {
  /** Which records these are, as long as there are any: what the store of their files is marked with. */
  readonly identity: Stored<string>
  /** Adds one whose id is new. */
  readonly add: (record: FileRecord) => Stored<void>
  readonly get: (id: FileId) => Stored<Option.Option<FileRecord>>
  /** Succeeds with whether there is one. */
  readonly change: (id: FileId, change: RecordChange) => Stored<boolean>
  readonly usage: (user: UserId) => Stored<Usage>
  /** Those that expired before this moment, behind an id, in the order of their ids. */
  readonly expired: (
    before: number,
    page: { readonly after?: FileId | undefined; readonly limit: number },
  ) => Stored<ReadonlyArray<FileRecord>>
  /** Those of a channel, likewise. */
  readonly of: (
    channel: ChannelId,
    page: { readonly after?: FileId | undefined; readonly limit: number },
  ) => Stored<ReadonlyArray<FileRecord>>
  /** Removes a record, if it expired before this moment; always without one. Succeeds with what it was, if it is gone by this. */
  readonly remove: (id: FileId, before?: number) => Stored<Option.Option<FileRecord>>
  /** Those of these contents that a whole file refers to. */
  readonly used: (contents: ReadonlyArray<Sha256>) => Stored<ReadonlyArray<Sha256>>
  /** Those of these ids whose files are still to come. */
  readonly coming: (ids: ReadonlyArray<FileId>) => Stored<ReadonlyArray<FileId>>
}
