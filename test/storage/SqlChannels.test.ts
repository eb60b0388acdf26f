import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlChannels from "../../src/storage/SqlChannels.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { channelStore } from "../suites/channelStore.ts"

channelStore("in SQLite", SqlChannels.layer.pipe(Layer.provide(Sqlite.layerFile({ file: ":memory:" }))))
channelStore(
  "in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => SqlChannels.layer.pipe(Layer.provide(Postgres.layer({ url }))))),
)
