import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import * as SqlSigningKeys from "../../src/storage/SqlSigningKeys.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { signingKeys } from "../suites/signingKeys.ts"

signingKeys("in SQLite", SqlSigningKeys.layer.pipe(Layer.provide(Sqlite.layerFile({ file: ":memory:" }))))

signingKeys(
  "in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => Layer.provide(SqlSigningKeys.layer, Postgres.layer({ url })))),
)
