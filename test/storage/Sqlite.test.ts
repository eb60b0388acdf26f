import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { DatabaseSync } from "node:sqlite"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as Statements from "../../src/storage/internal/statements.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()).pipe(
  Effect.provide(platform),
)

const inFolder = (folder: string) =>
  Sqlite.layer().pipe(Layer.provideMerge(DataFolder.layer(folder)), Layer.provideMerge(platform), Layer.fresh)

const memory = Layer.fresh(Sqlite.layerFile({ file: ":memory:" }))

describe("Sqlite", () => {
  it.effect("builds every table in an empty file, once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const tables = Effect.gen(function* () {
        const sql = yield* SqlClient
        const rows = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`
        return rows.map(({ name }) => name).filter((name) => !name.startsWith("sqlite_"))
      }).pipe(Effect.provide(inFolder(folder)))
      const expected = ["account_changes", "accounts", "invites", "migrations", "tokens"]
      const first = yield* tables
      for (const table of expected) assert.include(first, table)
      assert.deepStrictEqual(yield* tables, first)
    }),
  )

  it.effect("refuses a file that a newer version has written", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(
        Effect.flatMap(SqlClient, (sql) => sql`INSERT INTO migrations (migration_id, name) VALUES (9999, 'later')`),
        inFolder(folder),
      )
      const error = yield* Effect.flip(Effect.scoped(Layer.build(inFolder(folder))))
      assert.strictEqual(error._tag, "DatabaseError")
      assert.include(error.message, "newer Natter")
    }),
  )

  it.effect("refuses a file that is no database, and leaves it alone", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(`${folder}/natter.db`, "Dear diary, this is not a database at all.")
      const error = yield* Effect.flip(Effect.scoped(Layer.build(inFolder(folder))))
      assert.strictEqual(error._tag, "DatabaseError")
      assert.include(error.message, `${folder}/natter.db`)
      assert.include(error.message, "not a database")
      assert.include(yield* fs.readFileString(`${folder}/natter.db`), "Dear diary")
    }).pipe(Effect.provide(platform)),
  )

  it.effect("writes ahead, checks foreign keys, and keeps its files private", () =>
    Effect.gen(function* () {
      const folder = `${yield* temporaryFolder}/new/data`
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient
        const fs = yield* FileSystem.FileSystem
        assert.deepStrictEqual({ ...(yield* sql`PRAGMA journal_mode`)[0] }, { journal_mode: "wal" })
        assert.deepStrictEqual({ ...(yield* sql`PRAGMA synchronous`)[0] }, { synchronous: 2 })
        assert.deepStrictEqual({ ...(yield* sql`PRAGMA busy_timeout`)[0] }, { timeout: 5000 })
        const orphan = yield* Effect.flip(
          sql`INSERT INTO tokens (id, kind, fingerprint, user_id, created_at) VALUES ('a', 'session', 'b', 'nobody', 1)`,
        )
        assert.strictEqual(orphan.reason._tag, "ConstraintError")
        const modes = yield* Effect.forEach(["", "/natter.db", "/natter.db-wal", "/natter.db-shm"], (file) =>
          Effect.map(fs.stat(folder + file), ({ mode }) => (mode & 0o777).toString(8)),
        )
        assert.deepStrictEqual(modes, ["700", "600", "600", "600"])
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("waits for the disk unless it is told not to", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const [synchronous, level] of [["full", 2] as const, ["normal", 1] as const]) {
        const file = `${folder}/${synchronous}.db`
        yield* Effect.gen(function* () {
          const [row] = yield* (yield* SqlClient)`PRAGMA synchronous`
          assert.deepStrictEqual({ ...row }, { synchronous: level })
        }).pipe(Effect.provide(Layer.fresh(Sqlite.layerFile({ file, synchronous }))))
      }
    }),
  )

  it.effect("a transaction is all or nothing, also when it is interrupted", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE notes (text TEXT UNIQUE)`
      const count = Effect.map(sql`SELECT text FROM notes`, (rows) => rows.length)
      const failed = yield* sql`INSERT INTO notes VALUES ('a')`.pipe(
        Effect.andThen(sql`INSERT INTO notes VALUES ('a')`),
        sql.withTransaction,
        Effect.flip,
      )
      assert.strictEqual(failed.reason._tag, "UniqueViolation")
      assert.strictEqual(yield* count, 0)
      const stuck = yield* sql`INSERT INTO notes VALUES ('b')`.pipe(
        Effect.andThen(Effect.never),
        sql.withTransaction,
        Effect.forkChild({ startImmediately: true }),
      )
      // Statements from elsewhere wait for the transaction's end instead of joining it.
      const waiting = yield* Effect.forkChild(count, { startImmediately: true })
      yield* Fiber.interrupt(stuck)
      assert.strictEqual(yield* Fiber.join(waiting), 0)
      yield* sql`INSERT INTO notes VALUES ('c')`.pipe(
        Effect.andThen(sql.withTransaction(Effect.fail("inner")).pipe(Effect.ignore)),
        sql.withTransaction,
      )
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(memory)),
  )

  it.effect("a transaction keeps other writers out from its start", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient
        const other = new DatabaseSync(`${folder}/natter.db`, { timeout: 0 })
        const write = () => other.exec("INSERT INTO invites (fingerprint, created_at) VALUES ('a', 1)")
        yield* sql`SELECT fingerprint FROM invites`.pipe(
          Effect.tap(() => Effect.sync(() => assert.throws(write, /locked/))),
          sql.withTransaction,
        )
        write()
        other.close()
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("hands rows out as arrays, too, and turns what SQLite lacks into what it has", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const select = sql`SELECT ${true} AS yes, ${null} AS none, ${12n} AS big, ${new Uint8Array([1])} AS bytes`
      const [row] = yield* select
      assert.deepStrictEqual({ ...row }, { yes: 1, none: null, big: 12, bytes: new Uint8Array([1]) })
      assert.deepStrictEqual(yield* select.values, [[1, null, 12, new Uint8Array([1])]])
      assert.deepStrictEqual({ ...(yield* select)[0] }, { ...row })
    }).pipe(Effect.provide(memory)),
  )

  it.effect("takes what has a value in SQLite, and says of anything else that it has none", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const select = sql.unsafe("SELECT ?, ?, ?, typeof(?)", [false, undefined, new Uint16Array([1]), 1.5])
      assert.deepStrictEqual(yield* select.values, [[0, null, new Uint8Array([1, 0]), "real"]])
      for (const value of [() => 1, Symbol("x"), { n: 1 }, [1], new Date(0)]) {
        const error = yield* Effect.flip(sql.unsafe("SELECT ? AS it", [value]))
        assert.strictEqual(error.reason.message, 'A parameter of "SELECT ? AS it" is no value of SQLite\'s')
        assert.strictEqual(error.reason.operation, "execute")
      }
    }).pipe(Effect.provide(memory)),
  )

  it.effect("runs a statement once without keeping it, as it is, and changes names where it was asked to", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const select = sql`SELECT 1 AS a_b`
      assert.deepStrictEqual({ ...(yield* select.unprepared)[0] }, { a_b: 1 })
      assert.deepStrictEqual(yield* select.values, [[1]])
      const raw = (yield* select.raw) as ReadonlyArray<object>
      assert.deepStrictEqual({ ...raw[0] }, { a_b: 1 })
      const connection = yield* sql.reserve
      const two = "SELECT 1 AS n UNION SELECT 2 ORDER BY n"
      const reversed = <A extends object>(rows: ReadonlyArray<A>): ReadonlyArray<A> => rows.toReversed()
      for (const run of [connection.execute, connection.executeUnprepared]) {
        const numbers = (transform: typeof reversed | undefined) =>
          Effect.map(run(two, [], transform), (rows) => rows.map((row) => Object.values(row as object)[0] as unknown))
        assert.deepStrictEqual(yield* numbers(reversed), [2, 1])
        assert.deepStrictEqual(yield* numbers(undefined), [1, 2])
      }
      assert.deepStrictEqual(yield* connection.executeValuesUnprepared("SELECT 1 AS a_b", []), [[1]])
      const died = yield* Effect.exit(Stream.runDrain(select.stream))
      assert.include(JSON.stringify(died), "SQLite statements can't be streamed")
    }).pipe(Effect.scoped, Effect.provide(memory)),
  )

  it.effect("undoes within a transaction what failed there alone, and everything with the whole", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE notes (n INTEGER PRIMARY KEY)`
      const add = (n: number) => sql`INSERT INTO notes VALUES (${n})`
      const notes = Effect.map(sql`SELECT n FROM notes ORDER BY n`.values, (rows) => rows.flat())
      const failing = (n: number) => Effect.ignore(sql.withTransaction(Effect.andThen(add(n), Effect.fail("no"))))
      yield* Effect.all([add(1), failing(2), sql.withTransaction(add(3)), failing(4), add(5)], {
        discard: true,
      }).pipe(sql.withTransaction)
      assert.deepStrictEqual(yield* notes, [1, 3, 5])
      yield* Effect.all([add(6), sql.withTransaction(add(7)), Effect.fail("no")]).pipe(
        sql.withTransaction,
        Effect.ignore,
      )
      yield* sql.withTransaction(Effect.all([add(8), Effect.die("no")])).pipe(Effect.exit)
      assert.deepStrictEqual(yield* notes, [1, 3, 5])
      // The next one begins at the beginning.
      yield* sql.withTransaction(add(9))
      yield* add(10)
      assert.deepStrictEqual(yield* notes, [1, 3, 5, 9, 10])
    }).pipe(Effect.provide(memory)),
  )

  it.effect("says which file can't be used, and what SQLite said of it", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/nowhere/a.db`
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Sqlite.layerFile({ file })))))
      assert.deepInclude(error, { _tag: "DatabaseError", file, problem: "unable to open database file" })
      assert.deepInclude(error.cause, { code: "ERR_SQLITE_ERROR", errcode: 14 })
      assert.strictEqual(error.message, `The database "${file}" can't be used: unable to open database file`)
    }),
  )

  it.effect("closes with its scope", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(memory, scope)
      const sql = yield* Effect.provide(SqlClient, context)
      yield* sql`SELECT 1`
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      assert.strictEqual((yield* Effect.flip(sql`SELECT 1`))._tag, "SqlError")
    }),
  )

  it("caches statements up to a bound, the ones in use longest", () => {
    const db = new DatabaseSync(":memory:")
    const prepare = Statements.make(db, 2)
    const one = prepare("SELECT 1")
    const two = prepare("SELECT 2")
    assert.strictEqual(prepare("SELECT 1"), one)
    prepare("SELECT 3")
    assert.strictEqual(prepare("SELECT 1"), one)
    assert.notStrictEqual(prepare("SELECT 2"), two)
    db.close()
  })
})
