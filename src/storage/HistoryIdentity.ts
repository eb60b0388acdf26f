/** Which history a database holds, of all its channels: what clients compare the places they know with. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { HistoryId } from "../domain/HistoryId.ts"
import { freshHistoryId } from "../history/freshHistoryId.ts"

export const read: Effect.Effect<HistoryId | undefined, SqlError, SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ readonly id: HistoryId }>`SELECT id FROM history_identity`
  return row?.id
})

/**
 * Says that the history is not what clients have read: for whoever brings back a copy, which has lost what was said since,
 * and will give the same places to other entries. To be run while no service uses the database.
 */
export const renew: Effect.Effect<void, SqlError, SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`UPDATE history_identity SET id = ${yield* freshHistoryId}`
})
