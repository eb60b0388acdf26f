import * as Effect from "effect/Effect"
import type { SqlError, SqlErrorReason } from "effect/sql/SqlError"
import type { DialectShape } from "../Dialect.ts"
import { HistoryError } from "../../history/HistoryError.ts"

/** The database said what it did not do. What has no such word from it may be done. */
const reasonOf = (
  reason: SqlErrorReason,
  { leavesDoubt }: Pick<DialectShape, "leavesDoubt">,
): HistoryError["reason"] => {
  if (reason._tag === "UniqueViolation") return reason.constraint.includes("ids") ? "Duplicate" : "Conflict"
  // Nothing was sent yet.
  if (reason.operation === "connect") return "Unavailable"
  const { cause } = reason
  const inDoubt = typeof cause === "object" && cause !== null && leavesDoubt(cause)
  return reason._tag === "ConnectionError" || inDoubt ? "Unsure" : "Unavailable"
}

/** What the database says, as far as it concerns whoever keeps a history. */
export const asHistoryError =
  (operation: string, dialect: Pick<DialectShape, "leavesDoubt">) =>
  <A, R>(effect: Effect.Effect<A, SqlError | HistoryError, R>): Effect.Effect<A, HistoryError, R> =>
    Effect.mapError(effect, (error) =>
      error._tag === "HistoryError"
        ? error
        : new HistoryError({ reason: reasonOf(error.reason, dialect), operation, cause: error }),
    )
