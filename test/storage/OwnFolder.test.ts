import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import { headerOf, misfit, runFile } from "../../src/storage/internal/databaseFile.ts"
import * as OwnFolder from "../../src/storage/OwnFolder.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)
const makeFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()).pipe(
  Effect.provide(platform),
)

/** The database of a folder, as a service has it open, until `end`. */
const open = Effect.fnUntraced(function* (folder: string) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = OwnFolder.layer({ busyTimeout: 50 }).pipe(
    Layer.provide(DataFolder.layer(folder)),
    Layer.provide(platform),
    Layer.fresh,
  )
  const sql = yield* Effect.provide(SqlClient, yield* Layer.buildWithScope(layer, scope))
  return { sql, end: Scope.close(scope, Exit.void) }
})

/** What the file says of itself, and what lies beside it. */
const marks = (folder: string) => {
  const header = headerOf(`${folder}/natter.db`)
  const beside = runFile(`${folder}/natter.db`)
  return {
    inside: typeof header === "object" ? header.mark : header,
    beside: fs.existsSync(beside) ? fs.readFileSync(beside, "utf8").trim().split("\n").map(Number) : undefined,
  }
}

/** The files as they are at this moment: what a service leaves that is killed. */
const killed = Effect.fnUntraced(function* (from: string) {
  const folder = yield* makeFolder
  for (const file of fs.readdirSync(from)) fs.copyFileSync(`${from}/${file}`, `${folder}/${file}`)
  return folder
})

/** Somebody who reads the database for long, as `natter backup` does with a large one. */
const reading = Effect.fnUntraced(function* (folder: string) {
  const db = yield* Effect.acquireRelease(
    Effect.sync(() => new DatabaseSync(`${folder}/natter.db`, { readOnly: true })),
    (db) => Effect.sync(() => db.close()),
  )
  db.exec("BEGIN")
  db.prepare("SELECT COUNT(*) FROM accounts").get()
})

describe("the database of a service's own folder", () => {
  it.live("has a mark of its run while it is open, another one each time, and none when it is closed", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const seen: Array<number> = []
      for (let run = 0; run < 3; run++) {
        const { end } = yield* open(folder)
        const { beside, inside } = marks(folder)
        assert.isNumber(inside)
        assert.deepStrictEqual(beside, [inside])
        seen.push(inside as number)
        yield* end
        assert.deepStrictEqual(marks(folder), { inside: 0, beside: undefined })
      }
      assert.notInclude(seen, 0)
      assert.strictEqual(new Set(seen).size, 3)
    }).pipe(Effect.scoped),
  )

  it.live("is started on again where the service was killed while somebody else was reading it", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      yield* Effect.flatMap(open(folder), ({ end }) => end)
      yield* reading(folder)
      const { end, sql } = yield* open(folder)
      yield* sql`CREATE TABLE mine (n INTEGER)`
      const left = yield* killed(folder)
      yield* end
      const again = yield* open(left)
      assert.deepStrictEqual(yield* again.sql`SELECT n FROM mine`, [])
      yield* again.end
      assert.deepStrictEqual(marks(left), { inside: 0, beside: undefined })
    }).pipe(Effect.scoped),
  )

  it.live("is started on again where the service ended while somebody else was reading it", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const { end, sql } = yield* open(folder)
      yield* sql`CREATE TABLE mine (n INTEGER)`
      yield* Effect.scoped(Effect.andThen(reading(folder), end))
      assert.isUndefined(misfit(`${folder}/natter.db`))
      const again = yield* open(folder)
      assert.deepStrictEqual(yield* again.sql`SELECT n FROM mine`, [])
      yield* again.end
      assert.deepStrictEqual(marks(folder), { inside: 0, beside: undefined })
    }).pipe(Effect.scoped),
  )
})
