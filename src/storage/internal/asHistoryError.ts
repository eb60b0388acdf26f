import * as Effect from "effect/Effect"
import type { SqlError, SqlErrorReason } from "effect/sql/SqlError"
import type { DialectShape } from "../Dialect.ts"
import { HistoryError } from "../../history/HistoryError.ts"
import { troubleOf } from "./trouble.ts"

/** An error that the database reports means that nothing was stored. Without such a report nobody knows. */
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

/** Turns an error of the database into one of the history. */
export const asHistoryError =
  (operation: string, dialect: Pick<DialectShape, "leavesDoubt">) =>
  <A, R>(effect: Effect.Effect<A, SqlError | HistoryError, R>): Effect.Effect<A, HistoryError, R> =>
    Effect.mapError(effect, (error) =>
      error._tag === "HistoryError"
        ? error
        : new HistoryError({
            reason: reasonOf(error.reason, dialect),
            operation,
            trouble: troubleOf(error),
            cause: error,
          }),
    )
