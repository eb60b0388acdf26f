import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { freshHistoryId } from "../../history/freshHistoryId.ts"

/** Which history this is: one row. A copy that is brought back gets another (`storage/HistoryIdentity`). */
export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`CREATE TABLE history_identity (id TEXT NOT NULL)`
  yield* sql`INSERT INTO history_identity (id) VALUES (${yield* freshHistoryId})`
})
