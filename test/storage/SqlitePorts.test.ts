import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { MessagePort, Worker } from "node:worker_threads"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { SqlitePorts } from "../../src/storage/SqlitePorts.ts"

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()).pipe(
  Effect.provide(NodeFileSystem.layer),
)

/** A database with a table of notes, and what it takes to join it. */
const owner = Effect.gen(function* () {
  const threads: Array<Worker> = []
  const note = (worker: Worker) => void threads.push(worker)
  process.on("worker", note)
  yield* Effect.addFinalizer(() => Effect.sync(() => process.off("worker", note)))
  const file = `${yield* temporaryFolder}/notes.db`
  const context = yield* Layer.build(Layer.fresh(Sqlite.layerFile({ file })))
  const sql = yield* Effect.provide(SqlClient, context)
  const ports = yield* Effect.provide(SqlitePorts, context)
  yield* sql`CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT)`
  const port = Effect.suspend((): Effect.Effect<MessagePort, { readonly message: string }> => {
    const opened = ports?.open()
    return opened === undefined ? Effect.fail({ message: "not now" }) : Effect.succeed(opened)
  })
  const joined = Layer.build(Layer.fresh(Sqlite.layerJoined("notes", port)))
  return {
    ...notes(sql),
    join: Effect.flatMap(joined, (context) => Effect.provide(Effect.map(SqlClient, notes), context)),
    kill: Effect.promise(() => threads.at(-1)!.terminate()),
  }
})

const notes = (sql: SqlClient) => ({
  sql,
  add: (n: number, text = "") => sql`INSERT INTO notes VALUES (${n}, ${text})`,
  count: Effect.map(sql<{ n: number }>`SELECT COUNT(*) AS n FROM notes`, ([row]) => row!.n),
})

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n)
const all = { concurrency: "unbounded" } as const
const quiet = Effect.provide(Logger.layer([]))

describe("a SQLite database that several threads ask", () => {
  it.live("answers each what it asked, however many ask at once", () =>
    Effect.gen(function* () {
      const first = yield* owner
      const others = [yield* first.join, yield* first.join]
      yield* Effect.forEach(
        [first, ...others],
        ({ add, sql }, who) =>
          Effect.forEach(
            numbers(200, 1000 * who),
            (n) =>
              Effect.gen(function* () {
                yield* add(n, `${who}`)
                const rows = yield* sql<{ n: number; text: string }>`SELECT n, text FROM notes WHERE n = ${n}`
                assert.deepStrictEqual(rows, [{ n, text: `${who}` }])
              }),
            all,
          ),
        all,
      )
      for (const { count } of others) assert.strictEqual(yield* count, 600)
    }).pipe(Effect.scoped),
  )

  it.live("a statement of one that fails is its own affair", () =>
    Effect.gen(function* () {
      const first = yield* owner
      const other = yield* first.join
      yield* first.add(1)
      const [failed, ...added] = yield* Effect.all(
        [Effect.exit(other.add(1)), ...numbers(20, 2).map((n) => Effect.exit(first.add(n)))],
        all,
      )
      assert.isTrue(Exit.isFailure(failed!))
      assert.isTrue(added.every(Exit.isSuccess))
    }).pipe(Effect.scoped),
  )

  it.live("a transaction of one has the database to itself, and the others wait", () =>
    Effect.gen(function* () {
      const first = yield* owner
      const other = yield* first.join
      const begun = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const transaction = yield* Effect.forkChild(
        other.sql.withTransaction(
          Effect.gen(function* () {
            yield* other.add(1)
            yield* Deferred.succeed(begun, undefined)
            yield* Deferred.await(goOn)
            yield* other.add(2)
            return yield* Effect.fail("undone")
          }),
        ),
      )
      yield* Deferred.await(begun)
      const waiting = yield* Effect.forkChild(Effect.all([first.add(1, "first"), first.count], all))
      yield* Deferred.succeed(goOn, undefined)
      assert.isTrue(Exit.isFailure(yield* Fiber.await(transaction)))
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* other.count, 1)
    }).pipe(Effect.scoped),
  )

  it.live("a transaction is undone with the thread whose it is, and the others go on", () =>
    Effect.gen(function* () {
      const first = yield* owner
      const own = yield* Scope.make()
      const other = yield* Scope.provide(first.join, own)
      const begun = yield* Deferred.make<void>()
      const unfinished = other
        .add(1)
        .pipe(Effect.andThen(Deferred.succeed(begun, undefined)), Effect.andThen(Effect.never))
      yield* Effect.forkChild(other.sql.withTransaction(unfinished))
      yield* Deferred.await(begun)
      const waiting = yield* Effect.forkChild(first.add(2))
      yield* Scope.close(own, Exit.void)
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* first.count, 1)
    }).pipe(Effect.scoped),
  )

  it.live("all of them find it again when its thread has ended", () =>
    Effect.gen(function* () {
      const first = yield* owner
      const other = yield* first.join
      yield* other.add(1)
      yield* first.kill
      const again = <A, E>(effect: Effect.Effect<A, E>) => Effect.eventually(Effect.delay(effect, "10 millis"))
      assert.strictEqual(yield* again(first.count), 1)
      assert.strictEqual(yield* again(other.count), 1)
      yield* other.add(2)
      assert.strictEqual(yield* first.count, 2)
    }).pipe(Effect.scoped, quiet),
  )

  it.live("who asks a database that was closed is told so", () =>
    Effect.gen(function* () {
      const own = yield* Scope.make()
      const first = yield* Scope.provide(owner, own)
      const other = yield* first.join
      yield* other.add(1)
      yield* Scope.close(own, Exit.void)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(other.count)))
    }).pipe(Effect.scoped, quiet),
  )
})
