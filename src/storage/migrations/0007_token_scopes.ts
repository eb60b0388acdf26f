import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

/** What a token is for, as JSON; NULL for everything. And since when a channel has its name, if it had another before. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`ALTER TABLE tokens ADD COLUMN scope TEXT`
  yield* sql`ALTER TABLE channels ADD COLUMN renamed_at BIGINT`
})
