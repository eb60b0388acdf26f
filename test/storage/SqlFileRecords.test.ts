import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { FileRecords } from "../../src/files/FileRecords.ts"
import type { FileStoreError } from "../../src/files/FileStoreError.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlFileRecords from "../../src/storage/SqlFileRecords.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { fileRecordsSuite, record, sha } from "../suites/fileRecords.ts"
import { fileId } from "../suites/fileStore.ts"
import { alice, general } from "../suites/historyWorld.ts"

const inSqlite = SqlFileRecords.layer.pipe(Layer.provideMerge(Sqlite.layerFile({ file: ":memory:" })))

fileRecordsSuite("in SQLite", inSqlite)
fileRecordsSuite(
  "in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => SqlFileRecords.layer.pipe(Layer.provide(Postgres.layer({ url }))))),
)

describe("records of files in SQL", () => {
  it.effect("say what failed, and why where that is known", () =>
    Effect.gen(function* () {
      const records = yield* FileRecords
      const sql = yield* SqlClient
      yield* records.add(record(1))
      assert.strictEqual((yield* Effect.flip(records.add(record(1)))).operation, "add")
      yield* sql`DROP TABLE files`
      yield* sql`DROP TABLE files_identity`
      const page = { limit: 1 }
      for (const [operation, asked] of Object.entries({
        identity: records.identity,
        add: records.add(record(2)),
        get: records.get(fileId(1)),
        change: records.change(fileId(1), { received: 1 }),
        usage: records.usage(alice.id),
        expired: records.expired(1, page),
        of: records.of(general, page),
        remove: records.remove(fileId(1)),
        used: records.used([sha(1)]),
        coming: records.coming([fileId(1)]),
      })) {
        assert.deepInclude(yield* Effect.flip<unknown, FileStoreError, never>(asked), {
          operation,
          trouble: "away",
        })
      }
    }).pipe(Effect.provide(inSqlite)),
  )
})
