import * as Effect from "effect/Effect"
import type { SqlError, SqlErrorReason } from "effect/sql/SqlError"
import { HistoryError } from "../../history/HistoryError.ts"

/** The database said what it did not do. What has no such word from it may be done. */
const reasonOf = (reason: SqlErrorReason): HistoryError["reason"] => {
  if (reason._tag === "UniqueViolation") return reason.constraint.includes("ids") ? "Duplicate" : "Conflict"
  // Nothing was sent yet.
  if (reason.operation === "connect") return "Unavailable"
  return reason._tag === "ConnectionError" || isFatal(reason.cause) ? "Unsure" : "Unavailable"
}

/**
 * Postgres ends the connection with its last error, which can come between the commit and its answer. SQLite's error of
 * the disk (10) says nothing of what the disk holds.
 */
const isFatal = (cause: unknown): boolean => {
  if (typeof cause !== "object" || cause === null) return false
  if ("errcode" in cause && typeof cause.errcode === "number") return (cause.errcode & 0xff) === 10
  return "severity" in cause && (cause.severity === "FATAL" || cause.severity === "PANIC")
}

/** What the database says, as far as it concerns whoever keeps a history. */
export const asHistoryError =
  (operation: string) =>
  <A, R>(effect: Effect.Effect<A, SqlError | HistoryError, R>): Effect.Effect<A, HistoryError, R> =>
    Effect.mapError(effect, (error) =>
      error._tag === "HistoryError"
        ? error
        : new HistoryError({ reason: reasonOf(error.reason), operation, cause: error }),
    )
