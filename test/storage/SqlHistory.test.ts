import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { historySuite } from "../suites/history.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "natter-test-" }),
).pipe(Effect.provide(platform))

const inFolder = (folder: string) =>
  SqlHistory.layer.pipe(
    Layer.provideMerge(Sqlite.layer()),
    Layer.provide(DataFolder.layer(folder)),
    Layer.provide(platform),
  )

const inPostgres = Layer.unwrap(
  Effect.map(emptyDatabase, (url) => SqlHistory.layer.pipe(Layer.provideMerge(Postgres.layer({ url })))),
)

historySuite("History in SQLite", Layer.unwrap(Effect.map(temporaryFolder, inFolder)))
historySuite("History in Postgres", inPostgres)
