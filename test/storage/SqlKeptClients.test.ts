import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import * as SqlKeptClients from "../../src/storage/SqlKeptClients.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { keptClients } from "../suites/keptClients.ts"

keptClients("in SQLite", SqlKeptClients.layer.pipe(Layer.provide(Sqlite.layerFile({ file: ":memory:" }))))

keptClients(
  "in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => Layer.provide(SqlKeptClients.layer, Postgres.layer({ url })))),
)
