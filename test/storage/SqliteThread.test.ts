import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import { once } from "node:events"
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { setImmediate } from "node:timers/promises"
import type { Worker } from "node:worker_threads"
import * as SqliteDatabase from "../../src/storage/internal/sqliteDatabase.ts"
import { History } from "../../src/history/History.ts"
import type { Outcome, SqliteStatement } from "../../src/storage/internal/sqliteMessages.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { append, general, messages } from "../suites/historyWorld.ts"

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()).pipe(
  Effect.provide(NodeFileSystem.layer),
)

/** A client of a file, with a table of notes, and the thread it is on. */
const client = Effect.fnUntraced(function* (file: string, options?: { readonly busyTimeout: number }) {
  const threads: Array<Worker> = []
  const note = (worker: Worker) => void threads.push(worker)
  process.on("worker", note)
  yield* Effect.addFinalizer(() => Effect.sync(() => process.off("worker", note)))
  const context = yield* Layer.build(Layer.fresh(Sqlite.layerFile({ file, ...options })))
  const sql = yield* Effect.provide(SqlClient, context)
  yield* sql`CREATE TABLE IF NOT EXISTS notes (n INTEGER PRIMARY KEY, text TEXT)`
  const thread = () => threads.at(-1)!
  return {
    sql,
    thread,
    threads,
    add: (n: number, text = "") => sql`INSERT INTO notes VALUES (${n}, ${text})`,
    count: Effect.map(sql<{ n: number }>`SELECT COUNT(*) AS n FROM notes`, ([row]) => row!.n),
    kill: Effect.promise(() => thread().terminate()),
  }
})

const other = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new DatabaseSync(file, { timeout: 0 })),
    (db) => Effect.sync(() => db.close()),
  )

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const all = { concurrency: "unbounded" } as const

describe("SQLite on its thread", () => {
  it.live("serves many at once, and transactions between them", () =>
    Effect.gen(function* () {
      const { add, count, sql } = yield* client(`${yield* temporaryFolder}/a.db`)
      const exits = yield* Effect.forEach(
        numbers(3000),
        (n) =>
          Effect.exit(n % 100 === 0 ? sql.withTransaction(Effect.andThen(add(n), add(n + 10_000))) : add(n - (n % 2))),
        all,
      )
      // Of every pair with the same number, one is refused, and no other with it.
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 1500)
      assert.strictEqual(yield* count, 1500 + 30)
    }),
  )

  it.live("tells that something is stored when others can see it", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const { add } = yield* client(file)
      const db = yield* other(file)
      const find = db.prepare("SELECT 1 FROM notes WHERE n = ?")
      yield* Effect.forEach(numbers(200), (n) => Effect.map(add(n), () => assert.isDefined(find.get(n))), all)
    }),
  )

  it.live("waits for another process without keeping this thread from its work", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const { add, count } = yield* client(file, { busyTimeout: 10_000 })
      const db = yield* other(file)
      db.exec("BEGIN IMMEDIATE")
      const waiting = yield* Effect.forkChild(
        Effect.forEach(numbers(10), (n) => add(n), all),
        {
          startImmediately: true,
        },
      )
      // On this thread: it would never come to this.
      yield* Effect.yieldNow
      db.exec("COMMIT")
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* count, 10)
    }),
  )

  it.live("gives up in the end where another process keeps the lock, and goes on when it is gone", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const { add, count, sql } = yield* client(file, { busyTimeout: 20 })
      const db = yield* other(file)
      db.exec("BEGIN IMMEDIATE")
      const one = add(1)
      const transaction = sql.withTransaction(add(1))
      for (const refused of [one, Effect.asVoid(Effect.all([one, add(2)], all)), transaction]) {
        assert.strictEqual((yield* Effect.flip(refused)).reason._tag, "LockTimeoutError")
      }
      assert.strictEqual(yield* count, 0)
      db.exec("ROLLBACK")
      yield* Effect.all([one, add(2), sql.withTransaction(add(3))], all)
      assert.strictEqual(yield* count, 3)
    }),
  )

  it.live("refuses what a full disk has no room for, whole, and goes on when there is room", () =>
    Effect.gen(function* () {
      const { add, count, sql } = yield* client(`${yield* temporaryFolder}/a.db`)
      const [pages] = yield* sql<{ page_count: number }>`PRAGMA page_count`
      yield* sql.unsafe(`PRAGMA max_page_count = ${pages!.page_count + 20}`)
      const text = "x".repeat(3000)
      const exits = yield* Effect.forEach(numbers(100), (n) => Effect.exit(add(n, text)), all)
      const stored = exits.filter(Exit.isSuccess).length
      assert.isAbove(stored, 5)
      assert.isBelow(stored, 30)
      assert.strictEqual(yield* count, stored)
      const error = yield* Effect.flip(add(200, text))
      assert.include(error.message, "full")
      const transaction = Effect.andThen(Effect.ignore(add(201, text)), add(202))
      // Part of it is gone with the error, so the rest is not kept either.
      assert.strictEqual((yield* Effect.exit(sql.withTransaction(transaction)))._tag, "Failure")
      assert.strictEqual(yield* count, stored)
      yield* sql`PRAGMA max_page_count = 1000000`
      yield* Effect.all([add(203, text), add(204, text), sql.withTransaction(add(205, text))], all)
      assert.strictEqual(yield* count, stored + 3)
    }),
  )

  it.live("fails what was in hand when the thread ends, and opens the file again by itself", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const { add, count, kill, threads } = yield* client(file, { busyTimeout: 500 })
      const db = yield* other(file)
      yield* add(1)
      db.exec("BEGIN IMMEDIATE")
      const inHand = yield* Effect.forkChild(Effect.exit(Effect.flip(add(2))), { startImmediately: true })
      yield* Effect.yieldNow
      yield* kill
      const error = yield* Fiber.join(inHand)
      // It may have been run: whoever asked must not take it for certainly not done.
      assert.isTrue(Exit.isSuccess(error))
      const { reason } = Exit.getSuccess(error).pipe(Option.getOrThrow)
      assert.deepStrictEqual([reason._tag, reason.operation], ["ConnectionError", "execute"])
      db.exec("ROLLBACK")
      assert.strictEqual(yield* count, 1)
      yield* add(3)
      assert.strictEqual(threads.length, 2)
    }),
  )

  it.live("cannot say of a message in hand whether it is stored, when the thread ends", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const threads: Array<Worker> = []
      const note = (worker: Worker) => void threads.push(worker)
      process.on("worker", note)
      yield* Effect.addFinalizer(() => Effect.sync(() => process.off("worker", note)))
      const database = Sqlite.layerFile({ file, busyTimeout: 500 })
      const context = yield* Layer.build(Layer.fresh(SqlHistory.layer.pipe(Layer.provide(database))))
      const history = yield* Effect.provide(History, context)
      const db = yield* other(file)
      db.exec("BEGIN IMMEDIATE")
      const inHand = yield* Effect.forkChild(Effect.flip(append(history, general, messages(1, 2))), {
        startImmediately: true,
      })
      yield* Effect.yieldNow
      yield* Effect.promise(() => threads.at(-1)!.terminate())
      assert.strictEqual((yield* Fiber.join(inHand)).reason, "Unsure")
      db.exec("ROLLBACK")
    }),
  )

  it.live("does not go on with half a transaction when the thread ends within it", () =>
    Effect.gen(function* () {
      const { add, count, kill, sql } = yield* client(`${yield* temporaryFolder}/a.db`)
      const half = Effect.all([add(1), kill, sql.withTransaction(add(2)), add(3)])
      assert.strictEqual((yield* Effect.flip(sql.withTransaction(half)))._tag, "SqlError")
      const tried = Effect.all([add(1), kill, Effect.ignore(sql.withTransaction(add(2))), Effect.ignore(add(3))])
      assert.strictEqual((yield* Effect.flip(sql.withTransaction(tried)))._tag, "SqlError")
      assert.strictEqual(yield* count, 0)
      yield* sql.withTransaction(add(4))
      assert.strictEqual(yield* count, 1)
    }),
  )

  it.live("says so while the file can't be opened again, and is there when it can", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = `${yield* temporaryFolder}/data`
      yield* fs.makeDirectory(folder)
      const { add, count, kill } = yield* client(`${folder}/a.db`)
      yield* add(1)
      yield* fs.rename(folder, `${folder}-gone`)
      yield* kill
      const { reason } = yield* Effect.flip(add(2))
      assert.deepStrictEqual([reason._tag, reason.operation], ["ConnectionError", "connect"])
      yield* fs.rename(`${folder}-gone`, folder)
      assert.strictEqual(yield* Effect.retry(count, { times: 3 }), 1)
    }).pipe(Effect.provide(NodeFileSystem.layer)),
  )

  it.live("finishes what waits when it is closed, and ends its thread", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const scope = yield* Scope.make()
      const { add, thread } = yield* Scope.provide(client(file), scope)
      const ended = once(thread(), "exit")
      const waiting = yield* Effect.forkChild(
        Effect.forEach(numbers(1000), (n) => add(n), all),
        { startImmediately: true },
      )
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(thread().threadId, -1)
      assert.deepStrictEqual(yield* Effect.promise(() => ended), [0])
      yield* Fiber.join(waiting)
      const db = yield* other(file)
      assert.strictEqual(db.prepare("SELECT COUNT(*) AS n FROM notes").get()!["n"], 1000)
      assert.strictEqual((yield* Effect.flip(add(1000))).reason.operation, "connect")
    }),
  )

  it.live("tells all who wait that it can't be opened again, those who wait for room among them", () =>
    Effect.gen(function* () {
      const folder = `${yield* temporaryFolder}/data`
      fs.mkdirSync(folder)
      const scope = yield* Scope.make()
      const { add, kill } = yield* Scope.provide(client(`${folder}/a.db`), scope)
      fs.renameSync(folder, `${folder}-gone`)
      yield* kill
      const waiting = yield* Effect.forEach(numbers(1100), (n) =>
        Effect.forkChild(Effect.flip(add(n)), { startImmediately: true }),
      )
      yield* Scope.close(scope, Exit.void)
      for (const fiber of waiting) {
        const { reason } = yield* Fiber.join(fiber)
        assert.deepStrictEqual([reason._tag, reason.operation], ["ConnectionError", "connect"])
      }
    }),
  )

  it.effect("is opened again ever less often while that fails, and soon again after it went well", () => {
    const lines: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
    return Effect.gen(function* () {
      const folder = `${yield* temporaryFolder}/data`
      fs.mkdirSync(folder)
      const { add, count, kill, threads } = yield* client(`${folder}/a.db`)
      /** The database's thread has its own time. */
      const until = (done: () => boolean) =>
        Effect.promise(async () => {
          while (!done()) await setImmediate()
        })
      const failing = Effect.fnUntraced(function* (pauses: ReadonlyArray<number>) {
        fs.renameSync(folder, `${folder}-gone`)
        yield* kill
        const [logged, started] = [lines.length, threads.length]
        const told = yield* Effect.forkChild(Effect.flip(add(9)), { startImmediately: true })
        yield* until(() => lines.length === logged + 1)
        for (const [n, pause] of pauses.entries()) {
          yield* TestClock.adjust(pause - 1)
          assert.strictEqual(threads.length, started + n)
          yield* TestClock.adjust(1)
          yield* until(() => lines.length === logged + 2 + n)
          assert.strictEqual(threads.length, started + n + 1)
        }
        assert.strictEqual((yield* Fiber.join(told)).reason.operation, "connect")
        fs.renameSync(`${folder}-gone`, folder)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(yield* count, 0)
      })
      yield* failing([100, 200, 400, 800, 1600, 2000, 2000])
      yield* failing([100, 200])
    }).pipe(Effect.provide(logger))
  })

  it.live("begins nothing that nobody waits for any more", () =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const { add, count } = yield* client(file, { busyTimeout: 10_000 })
      const db = yield* other(file)
      db.exec("BEGIN IMMEDIATE")
      const first = yield* Effect.forkChild(add(1), { startImmediately: true })
      yield* Effect.yieldNow
      const second = yield* Effect.forkChild(add(2), { startImmediately: true })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(second)
      db.exec("ROLLBACK")
      yield* Fiber.join(first)
      assert.strictEqual(yield* count, 1)
    }),
  )

  it.live("refuses a parameter that can't be sent, alone", () =>
    Effect.gen(function* () {
      const { add, count, sql } = yield* client(":memory:")
      const bad = sql.unsafe("INSERT INTO notes VALUES (?, ?)", [1, () => 1])
      const exits = yield* Effect.forEach([add(1), bad, add(2)], Effect.exit, all)
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, false, true])
      assert.strictEqual(yield* count, 2)
    }),
  )
})

describe("what waits together for a SQLite database", () => {
  const statement = (sql: string, place: SqliteStatement["place"] = "alone"): SqliteStatement => ({
    sql,
    params: [],
    rows: "objects",
    once: false,
    place,
  })
  const insert = (n: number) => statement(`INSERT INTO notes VALUES (${n})`)

  /** How each went, in the portions in which it was said. */
  const run = (database: SqliteDatabase.SqliteDatabase, statements: ReadonlyArray<SqliteStatement>) => {
    const said: Array<string> = []
    const outcomes: Array<Outcome> = []
    database.run(statements, (portion) => {
      said.push(portion.map(([place]) => place).join(" "))
      for (const [place, outcome] of portion) outcomes[place] = outcome
    })
    return { said, failed: outcomes.flatMap(({ failure }, place) => (failure === undefined ? [] : [place])), outcomes }
  }

  const withDatabase = (use: (database: SqliteDatabase.SqliteDatabase, count: () => unknown) => void) =>
    Effect.gen(function* () {
      const file = `${yield* temporaryFolder}/a.db`
      const database = SqliteDatabase.open({ file, synchronous: "full", busyTimeout: 0 })
      yield* Effect.addFinalizer(() => Effect.sync(() => database.close()))
      run(database, [
        statement("CREATE TABLE notes (n INTEGER PRIMARY KEY)"),
        statement("CREATE TABLE later (n INTEGER REFERENCES notes DEFERRABLE INITIALLY DEFERRED)"),
        statement("CREATE TRIGGER nine BEFORE INSERT ON notes WHEN NEW.n = 9 BEGIN SELECT RAISE(ROLLBACK, 'no'); END"),
      ])
      const db = yield* other(file)
      use(database, () => db.prepare("SELECT COUNT(*) AS n FROM notes").get()!["n"])
    })

  it.effect("is committed once, readers first; one that fails takes no other with it", () =>
    withDatabase((database, count) => {
      const select = statement("SELECT COUNT(*) AS n FROM notes")
      const { failed, outcomes, said } = run(database, [insert(1), select, insert(2), insert(1), insert(3)])
      assert.deepStrictEqual(said, ["1", "0 2 3 4"])
      assert.deepStrictEqual(failed, [3])
      assert.deepStrictEqual(outcomes[1], { rows: [{ n: 0 }].map((row) => Object.assign(Object.create(null), row)) })
      assert.strictEqual(count(), 3)
    }),
  )

  it.effect("waits for the others where it writes, in whatever words, and for nothing where it reads", () =>
    withDatabase((database) => {
      const writes = [
        "INSERT INTO notes VALUES (101)",
        "insert into notes values (102)",
        "\n  UPDATE notes SET n = n + 100 WHERE n = 101",
        "REPLACE INTO notes VALUES (103)",
        "DELETE FROM notes WHERE n = 103",
        "WITH input AS (\n SELECT 104 AS n)\nINSERT INTO notes SELECT n FROM input RETURNING n",
        "with input as (select 105 as n) delete from notes where n in (select n from input)",
      ]
      const reads = [
        "SELECT 'INSERT INTO notes'",
        "SELECT n FROM notes -- UPDATE",
        "WITH input AS (SELECT 1 AS n) SELECT n FROM input",
        "PRAGMA page_count",
        "EXPLAIN DELETE FROM notes",
      ]
      for (const sql of writes) assert.deepStrictEqual(run(database, [statement(sql), insert(1)]).said, ["0 1"], sql)
      for (const sql of reads) assert.deepStrictEqual(run(database, [statement(sql), insert(2)]).said, ["0", "1"], sql)
    }),
  )

  it.effect("comes as objects or as arrays, each time as it was asked for", () =>
    withDatabase((database) => {
      const select = statement("SELECT 1 AS one")
      const rows = (statements: ReadonlyArray<SqliteStatement>) =>
        JSON.stringify(run(database, statements).outcomes.map((outcome) => "rows" in outcome && outcome.rows))
      const arrays = { ...select, rows: "arrays" as const }
      assert.strictEqual(rows([select, arrays, select]), '[[{"one":1}],[[1]],[{"one":1}]]')
      const once = { ...select, once: true }
      assert.strictEqual(rows([once, { ...arrays, once: true }, once]), '[[{"one":1}],[[1]],[{"one":1}]]')
      const failing = { ...insert(1), rows: "arrays" as const }
      assert.deepStrictEqual(run(database, [insert(1)]).failed, [])
      assert.deepStrictEqual(run(database, [failing]).failed, [0])
      assert.strictEqual(rows([statement("INSERT INTO notes VALUES (5) RETURNING n")]), '[[{"n":5}]]')
    }),
  )

  it.effect("leaves no transaction open that nobody has begun as one", () =>
    withDatabase((database, count) => {
      assert.deepStrictEqual(run(database, [statement("BEGIN IMMEDIATE")]).failed, [])
      assert.isFalse(database.inTransaction())
      run(database, [insert(1)])
      assert.strictEqual(count(), 1)
      const begin = statement("BEGIN IMMEDIATE", "control")
      run(database, [begin])
      assert.isTrue(database.inTransaction())
      // What can't be begun twice ends what was begun.
      assert.deepStrictEqual(run(database, [{ ...insert(2), place: "within" }, begin]).failed, [1])
      assert.isFalse(database.inTransaction())
      assert.strictEqual(count(), 1)
    }),
  )

  it.effect("goes on within a transaction behind what failed there", () =>
    withDatabase((database, count) => {
      const within = (n: number) => ({ ...insert(n), place: "within" as const })
      const [begin, commit] = [statement("BEGIN", "control"), statement("COMMIT", "control")]
      const { failed, outcomes } = run(database, [begin, within(1), within(1), within(2), commit, within(3)])
      assert.deepStrictEqual(failed, [2, 5])
      assert.strictEqual(count(), 2)
      assert.deepStrictEqual(outcomes[5], {
        failure: { message: "The transaction has ended before: its changes are undone" },
      })
    }),
  )

  it.effect("is opened as safe as it was asked for, and not at all where the file is something else", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pragma = (database: SqliteDatabase.SqliteDatabase, name: string) => {
        const [outcome] = run(database, [{ ...statement(`PRAGMA ${name}`), rows: "arrays" }]).outcomes
        return outcome !== undefined && "rows" in outcome ? (outcome.rows[0] as ReadonlyArray<unknown>)[0] : undefined
      }
      for (const [synchronous, values] of [
        ["full", ["wal", 2, 2, 1, 1, 1]],
        ["normal", ["wal", 1, 2, 1, 0, 1]],
      ] as const) {
        const database = SqliteDatabase.open({ file: `${folder}/${synchronous}.db`, synchronous, busyTimeout: 7 })
        const names = ["journal_mode", "synchronous", "temp_store", "secure_delete", "fullfsync", "foreign_keys"]
        assert.deepStrictEqual(
          names.map((name) => pragma(database, name)),
          [...values],
        )
        assert.strictEqual(pragma(database, "busy_timeout"), 7)
        database.close()
      }
      const file = `${folder}/letter`
      fs.writeFileSync(file, "Dear diary ".repeat(100))
      assert.throws(() => SqliteDatabase.open({ file, synchronous: "full", busyTimeout: 0 }), /not a database/)
      const open = fs.readdirSync("/proc/self/fd").filter((descriptor) => {
        try {
          return fs.readlinkSync(`/proc/self/fd/${descriptor}`) === file
        } catch {
          return false
        }
      })
      assert.isEmpty(open)
    }),
  )

  it.effect("is tried one by one where a failure has ended the transaction of all", () =>
    withDatabase((database, count) => {
      assert.deepStrictEqual(run(database, [insert(1), insert(9), insert(2)]).failed, [1])
      assert.strictEqual(count(), 2)
    }),
  )

  it.effect("fails together where it can't be committed, and leaves nothing behind", () =>
    withDatabase((database, count) => {
      const orphan = statement("INSERT INTO later VALUES (77)")
      assert.deepStrictEqual(run(database, [insert(1), orphan, insert(2)]).failed, [0, 1, 2])
      assert.isFalse(database.inTransaction())
      assert.strictEqual(count(), 0)
      assert.deepStrictEqual(run(database, [insert(1), insert(2)]).failed, [])
      assert.strictEqual(count(), 2)
      const transaction = [statement("BEGIN", "control"), { ...orphan, place: "within" as const }]
      assert.deepStrictEqual(run(database, [...transaction, statement("COMMIT", "control")]).failed, [2])
      assert.isFalse(database.inTransaction())
    }),
  )

  it.effect("keeps its order around a transaction", () =>
    withDatabase((database, count) => {
      const begin = statement("BEGIN IMMEDIATE", "control")
      const within = { ...insert(3), place: "within" as const }
      const { failed, said } = run(database, [
        insert(1),
        insert(2),
        begin,
        within,
        statement("ROLLBACK", "control"),
        insert(4),
      ])
      assert.deepStrictEqual([failed, said], [[], ["0 1", "2", "3", "4", "5"]])
      assert.strictEqual(count(), 3)
      assert.deepStrictEqual(run(database, [within]).failed, [0])
    }),
  )
})
