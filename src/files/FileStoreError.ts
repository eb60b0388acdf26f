import * as Data from "effect/Data"
import type { StoreTrouble } from "../domain/StoreTrouble.ts"

/** Files could not be read or written. Nothing is known about what was written; trying again makes sense. */
export class FileStoreError extends Data.TaggedError("FileStoreError")<{
  readonly operation: string
  /** Why, where the store knows; otherwise it had too much to do. */
  readonly trouble?: StoreTrouble | undefined
  /** What was asked for is not there, or not all of it: trying again makes no sense. */
  readonly lost?: boolean
  readonly cause?: unknown
}> {}
