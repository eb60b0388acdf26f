import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlEpochs from "../../src/storage/SqlEpochs.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { epochsSuite } from "../suites/epochs.ts"

epochsSuite("epochs in SQLite", SqlEpochs.layer.pipe(Layer.provide(Sqlite.layerFile({ file: ":memory:" }))))
epochsSuite(
  "epochs in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => Layer.provide(SqlEpochs.layer, Postgres.layer({ url })))),
)
