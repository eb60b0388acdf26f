import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { StorageError } from "../../accounts/AccountError.ts"
import { troubleOf } from "./trouble.ts"

/** Callers learn whether trying again may help; what the database said stays the cause. */
export const asStorageError = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<A, Exclude<E, SqlError | Schema.SchemaError> | StorageError, R> =>
  Effect.mapError(effect, (error) =>
    isSqlError(error)
      ? new StorageError({ retryable: error.isRetryable, trouble: troubleOf(error), cause: error })
      : Schema.isSchemaError(error)
        ? new StorageError({ retryable: false, cause: error })
        : (error as Exclude<E, SqlError | Schema.SchemaError>),
  )
