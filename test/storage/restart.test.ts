import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlAccounts from "../../src/storage/SqlAccounts.ts"
import * as SqlChannels from "../../src/storage/SqlChannels.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { restart } from "../suites/restart.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)
const kept = Layer.mergeAll(SqlHistory.layer, SqlChannels.layer, SqlAccounts.layer)

// Each run opens the database anew, once for all that is kept: two that open a new one at once are in each other's way.
restart({
  name: "a service on SQLite",
  make: Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "natter-test-" })).pipe(
    Effect.provide(platform),
    Effect.map((folder) =>
      kept.pipe(Layer.provide(Sqlite.layer()), Layer.provide(DataFolder.layer(folder)), Layer.provide(platform)),
    ),
  ),
})

restart({
  name: "a service on Postgres",
  make: Effect.map(emptyDatabase, (url) => kept.pipe(Layer.provide(Postgres.layer({ url })))),
})
