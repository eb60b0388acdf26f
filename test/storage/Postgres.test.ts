import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import { History } from "../../src/history/History.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlAccounts from "../../src/storage/SqlAccounts.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { accountStore } from "../suites/accountStore.ts"
import { append, everything, general, messages, said, seq } from "../suites/historyWorld.ts"

accountStore(
  "in Postgres",
  Layer.fresh(
    Layer.unwrap(Effect.map(emptyDatabase, (url) => Layer.provide(SqlAccounts.layer, Postgres.layer({ url })))),
  ),
)

const history = (url: Redacted.Redacted) =>
  Layer.fresh(SqlHistory.layer.pipe(Layer.provideMerge(Postgres.layer({ url }))))

describe("Postgres", () => {
  it.effect("says which database can't be used and why, and keeps the password to itself", () =>
    Effect.gen(function* () {
      const refused = (url: string) =>
        Postgres.layer({ url: Redacted.make(url) }).pipe(Layer.fresh, Layer.build, Effect.scoped, Effect.flip)
      const closed = yield* refused("postgres://natter:secret@127.0.0.1:1/chat")
      assert.strictEqual(closed._tag, "PostgresError")
      assert.include(closed.message, `The database "postgres://127.0.0.1:1/chat" can't be used: `)
      assert.notInclude(JSON.stringify(closed), "secret")
      const missing = Redacted.value(yield* emptyDatabase).replace("/postgres?", "/nowhere?")
      assert.include((yield* refused(missing)).message, '(database "nowhere" does not exist)')
      assert.include(closed.message, "(connect ECONNREFUSED 127.0.0.1:1)")
      const strange = yield* refused("mysql://natter:secret@127.0.0.1/chat")
      assert.include(strange.message, "mysql")
      assert.notInclude(strange.message, "secret")
      assert.notInclude((yield* refused("secret")).message, "secret")
    }),
  )

  it.effect("refuses a database that a newer version has written", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      yield* Effect.provide(
        Effect.flatMap(SqlClient, (sql) => sql`INSERT INTO migrations (migration_id, name) VALUES (9999, 'later')`),
        history(url),
      )
      const error = yield* Effect.flip(Effect.scoped(Layer.build(history(url))))
      assert.include(error.message, "newer Natter")
    }),
  )

  it.effect("is brought up to date once by many services that start at the same moment", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const done = yield* Effect.forEach(
        [1, 2, 3, 4],
        (at) =>
          Effect.provide(
            Effect.flatMap(History, (history) => append(history, general, [said(1, `by ${at}`)])),
            history(url),
          ).pipe(Effect.exit),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(done.filter(Exit.isSuccess).length, 1, JSON.stringify(done))
    }),
  )

  it.effect("uses as many connections at once as it may: ten, or as many as it was told", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      for (const [maxConnections, expected] of [
        [undefined, 10],
        [2, 2],
      ] as const) {
        const used = yield* Effect.gen(function* () {
          const sql = yield* SqlClient
          const backend = sql<{ pid: number; name: string }>`SELECT pg_backend_pid() AS pid,
            current_setting('application_name') AS name FROM pg_sleep(0.05)`
          return (yield* Effect.all(Array.from({ length: 30 }).fill(backend) as ReadonlyArray<typeof backend>, {
            concurrency: "unbounded",
          })).flat()
        }).pipe(Effect.provide(Layer.fresh(Postgres.layer({ url, maxConnections }))))
        assert.strictEqual(new Set(used.map(({ pid }) => pid)).size, expected)
        assert.deepStrictEqual([...new Set(used.map(({ name }) => name))], ["natter"])
      }
    }),
  )

  it.effect("hands out whole numbers as numbers, and what it is given", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const [row] = yield* sql`SELECT ${1}::bigint AS small, ${2 ** 53 - 1}::bigint AS large, ${-5}::bigint AS below,
        COUNT(*) AS count, ARRAY[1::bigint, 2] AS many, NULL::bigint AS none`
      assert.deepStrictEqual(
        { ...row },
        { small: 1, large: 2 ** 53 - 1, below: -5, count: 1, many: [1, 2], none: null },
      )
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(emptyDatabase, history)))),
  )

  it.effect("a message is as safe as is said: less where less is wanted, and made safe by loading", () =>
    Effect.gen(function* () {
      const log = yield* History
      const batch = (at: number) => ({ after: seq(at - 1), entries: [said(at)] })
      assert.strictEqual(yield* log.append(general, { ...batch(1), durability: "disk" }), "disk")
      assert.strictEqual(yield* log.append(general, { ...batch(2), durability: "memory" }), "memory")
      // What one statement asks for is not what the next one gets.
      assert.strictEqual(yield* log.append(general, { ...batch(3), durability: "disk" }), "disk")
      yield* append(log, general, [said(4)], "memory")
      const sql = yield* SqlClient
      // Up to here; other tests write to the same server meanwhile.
      const [written] = yield* sql<{ readonly lsn: string }>`SELECT pg_current_wal_insert_lsn()::text AS lsn`
      assert.strictEqual((yield* log.load(general, 0)).durability, "disk")
      const [flushed] = yield* sql`SELECT pg_current_wal_flush_lsn() >= ${written!.lsn}::pg_lsn AS yes`
      assert.deepStrictEqual({ ...flushed }, { yes: true })
    }).pipe(Effect.provide(Layer.unwrap(Effect.map(emptyDatabase, history)))),
  )

  it.effect("of two services with one channel, the one that was away has no word any more", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const here = yield* Effect.provide(History, yield* Layer.build(history(url)))
      const there = yield* Effect.provide(History, yield* Layer.build(history(url)))
      yield* append(here, general, messages(1, 3))
      const batch = (n: number, content: string) => ({
        after: seq(n),
        entries: [said(n + 1, content)],
        durability: "disk" as const,
      })
      yield* there.append(general, batch(3, "there"))
      assert.strictEqual((yield* Effect.flip(here.append(general, batch(3, "here")))).reason, "Conflict")
      assert.deepStrictEqual((yield* everything(here, general)).slice(3), [said(4, "there")])
    }),
  )

  it.effect("is another history once it was told so, as docs/BACKUP.md says, and stays that", () =>
    Effect.gen(function* () {
      const page = fs.readFileSync(`${import.meta.dirname}/../../docs/BACKUP.md`, "utf8")
      const statement = /^psql "\$NATTER_POSTGRES_URL" --command "(.*)"$/mu.exec(page)![1]!
      const url = yield* emptyDatabase
      const identity = Effect.gen(function* () {
        const log = yield* History
        return (yield* log.load(general, 0)).history
      }).pipe(Effect.provide(history(url)))
      const before = yield* identity
      const sql = yield* PgClient.makeClient({ url })
      yield* sql.unsafe(statement)
      const after = yield* identity
      assert.notStrictEqual(after, before)
      assert.strictEqual(yield* identity, after)
      assert.lengthOf(yield* sql`SELECT id FROM history_identity`, 1)
    }).pipe(Effect.provide(Reactivity.layer)),
  )

  it.effect("waits at loading for what is still on its way", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const log = yield* Effect.provide(History, yield* Layer.build(history(url)))
      yield* append(log, general, [said(1)])
      const other = yield* PgClient.makeClient({ url })
      const loaded = yield* other`UPDATE logs SET seq = 7`.pipe(
        Effect.andThen(Effect.forkScoped(log.load(general, 0), { startImmediately: true })),
        // Until it stands in the queue.
        Effect.tap(
          other`SELECT 1 FROM pg_locks WHERE NOT granted`.pipe(Effect.repeat({ until: (rows) => rows.length > 0 })),
        ),
        other.withTransaction,
        Effect.flatMap(Fiber.join),
      )
      assert.strictEqual(loaded.seq, seq(7))
    }).pipe(Effect.provide(Reactivity.layer)),
  )

  it.effect("does not wait for ever for a database that does not answer, and takes back what it asked", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const log = yield* Effect.provide(History, yield* Layer.build(history(url)))
      yield* append(log, general, [said(1)])
      const other = yield* PgClient.makeClient({ url })
      const waiting = (rows: ReadonlyArray<unknown>) => rows.length > 0
      const error = yield* other`UPDATE logs SET seq = seq`.pipe(
        Effect.andThen(Effect.forkScoped(Effect.flip(append(log, general, [said(2)])), { startImmediately: true })),
        Effect.tap(other`SELECT 1 FROM pg_locks WHERE NOT granted`.pipe(Effect.repeat({ until: waiting }))),
        Effect.tap(TestClock.adjust("16 seconds")),
        Effect.flatMap(Fiber.join),
        other.withTransaction,
      )
      assert.deepInclude(error, { reason: "Unsure", operation: "append", trouble: "away" })
      assert.strictEqual((yield* log.load(general, 0)).seq, seq(1))
      yield* append(log, general, [said(2)])
    }).pipe(Effect.provide(Reactivity.layer)),
  )
})
