import * as Data from "effect/Data"

/**
 * It could not be stored or read.
 *
 * - `Unavailable`: nothing was stored; trying again makes sense.
 * - `Unsure`: it may have been stored. Whoever appends has to load again before going on.
 * - `Conflict`: somebody else has appended. Likewise.
 * - `Duplicate`: one of the ids was stored before, so nothing was stored now; `known` says which.
 */
export class HistoryError extends Data.TaggedError("HistoryError")<{
  readonly reason: "Unavailable" | "Unsure" | "Conflict" | "Duplicate"
  readonly operation: string
  readonly cause?: unknown
}> {}
