import * as Data from "effect/Data"
import type { StoreTrouble } from "../domain/StoreTrouble.ts"

/**
 * The history could not be read or written.
 *
 * - `Unavailable`: nothing was stored; trying again makes sense.
 * - `Unsure`: nobody knows whether it was stored. Before appending again, `load` to find out.
 * - `Conflict`: somebody else has appended to the channel, so nothing was stored. `load` before appending again.
 * - `Duplicate`: one of the ids has been stored before, so nothing was stored now; `known` says which.
 * - `Fenced`: somebody else has the channel by now, so nothing was stored, and nothing will be with this `Fence`.
 */
export class HistoryError extends Data.TaggedError("HistoryError")<{
  readonly reason: "Unavailable" | "Unsure" | "Conflict" | "Duplicate" | "Fenced"
  readonly operation: string
  /** Why, where the store knows; otherwise it had too much to do. */
  readonly trouble?: StoreTrouble | undefined
  readonly cause?: unknown
}> {}
