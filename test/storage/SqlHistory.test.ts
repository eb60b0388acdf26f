import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import { TestClock } from "effect/testing"
import { DatabaseSync } from "node:sqlite"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryError } from "../../src/history/HistoryError.ts"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlEpochs from "../../src/storage/SqlEpochs.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { historySuite } from "../suites/history.ts"
import {
  alice,
  append,
  bob,
  carol,
  deleted,
  dice,
  edited,
  everything,
  general,
  id,
  messages,
  random,
  reacted,
  outdatedAt,
  said,
  seq,
  settings,
  timeOf,
} from "../suites/historyWorld.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "natter-test-" }),
).pipe(Effect.provide(platform))

const stores = Layer.merge(SqlHistory.layer, SqlEpochs.layer)

const inFolder = (folder: string, options?: Parameters<typeof Sqlite.layer>[0]) =>
  stores.pipe(
    Layer.provideMerge(Sqlite.layer(options)),
    Layer.provide(DataFolder.layer(folder)),
    Layer.provide(platform),
    Layer.fresh,
  )

// Nothing here is about the disk, but for what says that it is: a commit does not wait for it.
const inSqlite = Layer.unwrap(Effect.map(temporaryFolder, (folder) => inFolder(folder, { synchronous: "normal" })))

const inPostgres = Layer.unwrap(
  Effect.map(emptyDatabase, (url) => stores.pipe(Layer.provideMerge(Postgres.layer({ url })), Layer.fresh)),
)

historySuite("History in SQLite", inSqlite)
historySuite("History in Postgres", inPostgres)

const channels = [general, random]

/** Batches of anything that a channel stores, for two channels. */
const batches = (roll: (sides: number) => number): ReadonlyArray<readonly [ChannelId, ReadonlyArray<Entry>]> => {
  const last = new Map<ChannelId, number>()
  /** Messages that are not deleted. */
  const there = new Map<ChannelId, Array<number>>(channels.map((channel) => [channel, []]))
  const words = [
    "tea",
    "Tea",
    "coffee",
    "grüße",
    "你好",
    "x1",
    "the",
    "\u{1f600}",
    "don't",
    "(maybe)",
    "ＴＥＡ++",
    "http://a",
  ]
  const text = () => Array.from({ length: roll(5) }, () => words[roll(words.length)]).join(" ")
  let minute = 0
  return Array.from({ length: 120 }, () => {
    const channel = channels[roll(2)]!
    const entries = Array.from({ length: 1 + roll(6) }, (_, n) => {
      const at = (last.get(channel) ?? 0) + n + 1
      minute += roll(3)
      const from = [alice, bob, carol][roll(3)]!
      const rest = { from, timestamp: timeOf(minute), id: id(`${at}`) }
      const targets = there.get(channel)!
      const chosen = roll(targets.length)
      const target = targets[chosen]
      const kind = roll(8)
      if (target !== undefined && kind === 0) return edited(at, target, text(), rest)
      if (target !== undefined && kind === 1) {
        targets.splice(chosen, 1)
        return deleted(at, target, rest)
      }
      // Now and then to what is no message, or is deleted.
      if (kind <= 3)
        return reacted(at, roll(9) > 0 ? (target ?? 0) : roll(at), ["+1", "❤️", "no"][roll(3)]!, roll(3) > 0, rest)
      targets.push(at)
      return said(at, text(), rest)
    })
    last.set(channel, entries.at(-1)!.seq)
    return [channel, entries] as const
  })
}

/** All that can be read, asked in the same way of each. */
const answers = (history: History["Service"], roll: (sides: number) => number) =>
  Effect.gen(function* () {
    const found: Array<unknown> = []
    const upTo = seq(Number.MAX_SAFE_INTEGER)
    for (const channel of channels) {
      const { durability: _, ...loaded } = yield* history.load(channel, timeOf(roll(200)))
      found.push(loaded, yield* everything(history, channel, 1 + roll(40)))
      const limit = 1 + roll(50)
      const moment = timeOf(roll(250))
      for (const range of [
        { after: seq(roll(200)) },
        { before: seq(roll(200)) },
        { since: moment },
        { until: moment },
      ]) {
        found.push(yield* history.page(channel, { ...range, limit, upTo: roll(3) === 0 ? seq(roll(200)) : upTo }))
      }
      found.push(
        yield* history.messages(
          channel,
          Array.from({ length: 20 }, () => seq(roll(250))),
        ),
      )
    }
    for (const text of ["tea", "coffee the", "GRÜSSE", "grüße", "你好", "好", "x1 t", "don", "don't", "t*", "tea++"]) {
      found.push(yield* history.search({ channels, text, limit: 1 + roll(20) }))
      const [since, until] = [timeOf(roll(150)), timeOf(100 + roll(150))]
      const from = [["ALICE"], ["bob", "nobody"], []][roll(3)]!
      const first = yield* history.search({
        channels,
        text: roll(2) === 0 ? text : "",
        since,
        from,
        limit: 1 + roll(20),
      })
      found.push(first, yield* history.search({ channels, text: "", until, from, before: first.next, limit: 9 }))
      found.push(yield* history.search({ channels, text, phrases: [text.toUpperCase()], limit: 9 }))
      found.push(yield* history.search({ channels, text: "t", phrases: [], link: true, limit: 3 }))
    }
    for (const user of [alice, bob, carol]) found.push(yield* history.markers(user.id, { limit: 10 }))
    return found
  })

/** What is absent is absent or undefined: JSON knows no difference. Each history has a name of its own. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, value: unknown) => (key === "history" ? undefined : value)))

const agrees = (name: string, layer: Layer.Layer<History, unknown>) =>
  it.effect(`History in ${name} answers as the one in memory does, whatever is stored`, () =>
    Effect.gen(function* () {
      const [stored, remembered] = yield* Effect.all([
        Effect.provide(History, yield* Layer.build(layer)),
        Effect.provide(History, yield* Layer.build(Layer.fresh(History.layerMemory))),
      ])
      const both = [stored, remembered]
      const roll = dice(42)
      for (const [n, [channel, entries]] of batches(dice(7)).entries()) {
        for (const history of both) yield* append(history, channel, entries)
        const reader = { user: [alice, bob, carol][roll(3)]!.id, read: seq(roll(200)) }
        const marked = yield* Effect.forEach(both, (history) => history.mark(channel, [reader]))
        assert.deepStrictEqual(marked[0], marked[1])
        if (n % 10 !== 9) continue
        const seed = roll(1_000_000)
        const [here, there] = yield* Effect.forEach(both, (history) => answers(history, dice(seed)))
        assert.deepStrictEqual(plain(here), plain(there), `after ${n + 1} batches`)
      }
    }),
  )
agrees("SQLite", inSqlite)
agrees("Postgres", inPostgres)

describe("History in SQL", () => {
  /** Everything that history asks, once. */
  const use = Effect.gen(function* () {
    const history = yield* History
    const upTo = seq(99)
    yield* append(history, general, [
      ...messages(1, 20),
      edited(21, 1, "x"),
      deleted(22, 2),
      reacted(23, 3, "+1", true),
    ])
    yield* history.load(general, 0)
    yield* history.known(general, [{ user: alice.id, id: id("m1") }])
    yield* history.messages(general, [seq(1)])
    yield* history.page(general, { after: seq(3), limit: 5, upTo })
    yield* history.page(general, { before: seq(3), limit: 5, upTo })
    yield* history.page(general, { since: timeOf(3), limit: 5, upTo })
    yield* history.page(general, { until: timeOf(3), limit: 5, upTo })
    yield* history.search({ channels, text: "tea", limit: 5 })
    const filters = { from: ["ann"], since: 1, until: 2, file: true, link: true, phrases: ["more tea"] }
    const before = { timestamp: 1, channel: general, seq: seq(1) }
    yield* history.search({ channels, text: "tea", ...filters, before, limit: 5 })
    yield* history.search({ channels, text: "", ...filters, before, limit: 5 })
    yield* history.search({ channels, text: "", from: ["ann"], limit: 5 })
    yield* history.mark(general, [{ user: bob.id, read: seq(1) }])
    yield* history.touch(general, [bob.id])
    yield* history.markers(bob.id, { limit: 10 })
    yield* history.prune(outdatedAt(timeOf(10)))
  })

  /** How the database goes about each of the statements. */
  const plans = (explain: string, prepare: (sql: SqlClient) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      const statements = new Map<string, ReadonlyArray<unknown>>()
      const note: Statement.Transformer = (statement) =>
        Effect.sync(() => {
          const [text, params] = statement.compile()
          statements.set(text, params)
          return statement
        })
      yield* Effect.provideService(use, Statement.CurrentTransformer, note)
      const sql = yield* SqlClient
      assert.isAtLeast(statements.size, 14)
      return yield* prepare(sql).pipe(
        Effect.andThen(
          Effect.forEach(statements, ([text, params]) =>
            Effect.map(sql.unsafe(`${explain} ${text}`, params), (rows) => ({ text, plan: JSON.stringify(rows) })),
          ),
        ),
        sql.withTransaction,
      )
    })

  it.effect("finds everything by an index in SQLite", () =>
    Effect.gen(function* () {
      for (const { plan, text } of yield* plans("EXPLAIN QUERY PLAN", () => Effect.void)) {
        // What was just read may be gone through.
        const read = [...plan.matchAll(/(?:CO-ROUTINE|MATERIALIZE) (\w+)/gu)].map(([, name]) => name)
        const scanned = [...plan.matchAll(/SCAN (e|m|r|entries|ids|markers|reactions)\b/gu)].map(([, name]) => name)
        assert.deepStrictEqual(
          scanned.filter((name) => !read.includes(name)),
          [],
          `${text} ${plan}`,
        )
      }
    }).pipe(Effect.provide(inSqlite)),
  )

  it.effect("finds everything by an index in Postgres", () =>
    Effect.gen(function* () {
      // So few rows are read faster as a whole: it is asked whether there is another way.
      for (const { plan, text } of yield* plans("EXPLAIN", (sql) => sql`SET LOCAL enable_seqscan = off`)) {
        assert.notMatch(plan, /Seq Scan on (entries|ids|markers|reactions)/u, text)
      }
    }).pipe(Effect.provide(inPostgres)),
  )

  it.effect("says of SQLite what is true: on disk only where each commit waits for the disk", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const stored = (options: Parameters<typeof Sqlite.layer>[0], at: number) =>
        Effect.gen(function* () {
          const history = yield* History
          const batch = { after: seq(at - 1), entries: [said(at)], durability: "disk" as const }
          return [yield* history.append(general, batch), (yield* history.load(general, 0)).durability]
        }).pipe(Effect.provide(inFolder(folder, options)))
      assert.deepStrictEqual(yield* stored({ synchronous: "full" }, 1), ["disk", "disk"])
      assert.deepStrictEqual(yield* stored({ synchronous: "normal" }, 2), ["memory", "memory"])
      const nowhere = SqlHistory.layer.pipe(Layer.provide(Sqlite.layerFile({ file: ":memory:", synchronous: "full" })))
      const { durability } = yield* Effect.provide(
        Effect.flatMap(History, (history) => history.load(general, 0)),
        nowhere,
      )
      assert.strictEqual(durability, "memory")
    }),
  )

  it.effect("is there when the file is opened again", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const entries = [said(1, "tea"), edited(2, 1, "more tea"), reacted(3, 1, "+1", true), said(4)]
      yield* Effect.provide(
        Effect.flatMap(History, (history) => append(history, general, entries)),
        inFolder(folder),
      )
      yield* Effect.gen(function* () {
        const history = yield* History
        const { ids, recent, seq: last } = yield* history.load(general, 0)
        assert.strictEqual(last, seq(4))
        assert.lengthOf(ids, 4)
        assert.deepStrictEqual(recent.slice(1), entries.slice(1))
        assert.lengthOf((yield* history.search({ channels, text: "more tea", limit: 9 })).hits, 1)
        const again = { after: seq(4), entries: [said(5, "", { id: id("m1") })], durability: "disk" as const }
        assert.strictEqual((yield* Effect.flip(history.append(general, again))).reason, "Duplicate")
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("says that nothing was stored while another process holds the file, and goes on after it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const history = yield* History
        yield* append(history, general, [said(1)])
        const other = new DatabaseSync(`${folder}/natter.db`)
        other.exec("BEGIN IMMEDIATE")
        const error = yield* Effect.flip(append(history, general, [said(2)]))
        assert.strictEqual(error.reason, "Unavailable")
        assert.strictEqual((yield* history.load(general, 0)).seq, seq(1))
        other.exec("ROLLBACK")
        other.close()
        yield* append(history, general, [said(2)])
      }).pipe(Effect.provide(inFolder(folder, { busyTimeout: 50 })))
    }),
  )

  it.effect("says that nothing was stored where there is no room, and goes on when there is", () =>
    Effect.gen(function* () {
      const history = yield* History
      const sql = yield* SqlClient
      yield* append(history, general, [said(1)])
      const [pages] = yield* sql<{ readonly page_count: number }>`PRAGMA page_count`
      yield* sql`PRAGMA max_page_count = ${sql.literal(String(pages!.page_count))}`
      const large = [said(2, "x".repeat(60_000)), edited(3, 1, "y"), said(4, "x".repeat(60_000))]
      assert.strictEqual((yield* Effect.flip(append(history, general, large))).reason, "Unavailable")
      assert.deepStrictEqual(yield* everything(history, general), [said(1)])
      yield* sql`PRAGMA max_page_count = 1000000`
      yield* append(history, general, large)
      assert.lengthOf(yield* everything(history, general), 4)
    }).pipe(Effect.provide(inSqlite)),
  )

  const inBoth: ReadonlyArray<readonly [string, Layer.Layer<History, unknown>]> = [
    ["SQLite", inSqlite],
    ["Postgres", inPostgres],
  ]
  for (const [name, layer] of inBoth) {
    it.effect(`removes in ${name} in steps, from all channels in turn, and says how many it were`, () =>
      Effect.gen(function* () {
        const history = yield* History
        const many = Array.from({ length: 5 }, (_, n) => ChannelId.make(`c${n}`))
        for (const [n, channel] of many.entries()) yield* append(history, channel, messages(1, 100 * n + 1))
        const firsts = Effect.forEach(many, (channel) =>
          Effect.map(history.load(channel, 0), ({ first }) => Number(first)),
        )
        // Of 301 and 401, as many as were too old: the others are young, or fewer than are kept.
        assert.strictEqual(yield* history.prune({ entries: timeOf(151), ids: 0 }), 1 + 101 + 150 + 150 + 150)
        assert.deepStrictEqual(yield* firsts, [2, 102, 151, 151, 151])
        assert.strictEqual(yield* history.prune({ entries: timeOf(151), ids: 0 }), 0)
        yield* append(history, many[0]!, [said(2, "again", { timestamp: timeOf(200) })])
        assert.strictEqual(yield* history.prune({ entries: timeOf(200), ids: timeOf(250) }), 49 * 3)
        assert.deepStrictEqual(yield* firsts, [2, 102, 200, 200, 200])
        const known = yield* Effect.forEach(many, (channel) =>
          Effect.map(history.load(channel, 0), ({ ids }) => ids.map(({ seq }) => Number(seq))),
        )
        assert.deepStrictEqual(
          known.map((ids) => [ids[0], ids.length]),
          [
            [undefined, 0],
            [undefined, 0],
            [undefined, 0],
            [250, 52],
            [250, 152],
          ],
        )
      }).pipe(Effect.provide(layer)),
    )
  }

  const lasting: ReadonlyArray<
    readonly [string, Effect.Effect<Layer.Layer<History | SqlClient, unknown>, unknown, Scope.Scope>, string]
  > = [
    ["SQLite", Effect.map(temporaryFolder, (folder) => inFolder(folder, { synchronous: "normal" })), "'shanghai'"],
    [
      "Postgres",
      Effect.map(emptyDatabase, (url) => Layer.fresh(Layer.provideMerge(stores, Postgres.layer({ url })))),
      "'shanghai'::tsvector",
    ],
  ]
  for (const [name, database, words] of lasting) {
    it.effect(`indexes in ${name} what is old in steps, the newest first, and goes on where it ended`, () =>
      Effect.gen(function* () {
        const layer = yield* database
        const found = Effect.flatMap(History, (history) =>
          Effect.map(history.search({ channels, text: "上海", limit: 1000 }), ({ hits }) =>
            hits.map(({ message }) => Number(message.seq)),
          ),
        )
        yield* Effect.gen(function* () {
          const history = yield* History
          yield* append(
            history,
            general,
            Array.from({ length: 200 }, (_, n) => said(n + 1, `我家在上海 ${n + 1}`)),
          )
          yield* append(history, general, [said(201, "plain")])
          yield* Effect.flatMap(
            SqlClient,
            (sql) => sql`UPDATE entries SET words = ${sql.literal(words)} WHERE seq <= 200`,
          )
          assert.deepStrictEqual(yield* found, [])
        }).pipe(Effect.provide(layer))
        // It ends after its first step: the clock stands still.
        for (const count of [64, 128]) {
          yield* Effect.gen(function* () {
            let seqs = yield* found
            while (seqs.length < count) seqs = yield* found
            assert.deepStrictEqual(
              seqs,
              Array.from({ length: count }, (_, n) => 200 - n),
            )
          }).pipe(Effect.provide(layer))
        }
        yield* Effect.gen(function* () {
          // Several nodes do it at the same time.
          if (name === "Postgres") yield* Layer.build(Layer.fresh(layer))
          yield* append(yield* History, general, [edited(202, 2, "我家在北京"), deleted(203, 3)])
          while ((yield* found).length < 198) yield* TestClock.adjust("1 second")
          assert.deepStrictEqual((yield* found).slice(-2), [4, 1])
        }).pipe(Effect.scoped, Effect.provide(layer))
      }),
    )
  }

  it.effect("removes so many entries and ids in one call at most, and the rest in the next", () =>
    Effect.gen(function* () {
      const history = yield* History
      const sql = yield* SqlClient
      yield* sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)
        INSERT INTO entries (channel, seq, type, id, user_id, user_name, timestamp, content)
        SELECT ${general}, i, 'Edited', 'm' || i, 'u', 'u', i, 'x' FROM n`
      const left = Effect.forEach(["entries", "ids"], (table) =>
        Effect.map(sql<{ n: number }>`SELECT COUNT(*) AS n FROM ${sql(table)}`, (rows) => rows[0]!.n),
      )
      assert.deepStrictEqual(yield* left, [17_000, 17_000])
      const all = { entries: 20_000, ids: 20_000 }
      assert.strictEqual(yield* history.prune(all), 128 * 128)
      assert.deepStrictEqual(yield* left, [616, 616])
      assert.strictEqual(yield* history.prune(all), 616)
      assert.deepStrictEqual(yield* left, [0, 0])
    }).pipe(Effect.provide(inSqlite)),
  )

  const severalForms = Effect.gen(function* () {
    const history = yield* History
    const sql = yield* SqlClient
    yield* append(history, general, [said(1), said(2)])
    const stored = [alice, bob].flatMap(({ id, name }) =>
      ["\u{1f44d}", "\u{1f44d}\ufe0f"].map((reaction) => ({ id, name, reaction })),
    )
    for (const [n, { id, name, reaction }] of stored.entries()) {
      yield* sql`INSERT INTO entries (channel, seq, type, id, user_id, user_name, timestamp, target, reaction, is_on)
        VALUES (${general}, ${3 + n}, 'Reacted', ${`r${n}`}, ${id}, ${name}, ${timeOf(3)}, 1, ${reaction}, 1)`
    }
    yield* sql`UPDATE logs SET seq = 6 WHERE channel = ${general}`
    const reactions = Effect.map(history.messages(general, [seq(1)]), ([message]) =>
      message?.reactions?.map(({ reaction, users }) => [reaction, ...users.map(({ name }) => name)].join(" ")),
    )
    assert.deepStrictEqual(yield* reactions, ["\u{1f44d} alice bob"])
    yield* append(history, general, [reacted(7, 1, "\u{1f44d}", false)])
    assert.deepStrictEqual(yield* reactions, ["\u{1f44d} bob"])
    yield* append(history, general, [reacted(8, 1, "\u{1f44d}\ufe0f", false, { from: bob })])
    assert.isUndefined(yield* reactions)
  })
  it.effect("shows reactions stored in several forms as one, in SQLite", () => Effect.provide(severalForms, inSqlite))
  it.effect("shows reactions stored in several forms as one, in Postgres", () =>
    Effect.provide(severalForms, inPostgres),
  )

  it.effect("keeps what was done to messages until it is far too much", () =>
    Effect.gen(function* () {
      const history = yield* History
      const sql = yield* SqlClient
      yield* append(history, general, messages(1, 5))
      const more = (from: number, to: number) => sql`
        WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
        INSERT INTO entries (channel, seq, type, user_id, user_name, timestamp, target, reaction, is_on)
        SELECT ${general}, i, 'Reacted', 'u', 'u', ${timeOf(5)}, 1, '+1', 0 FROM n`
      yield* more(6, 100_010)
      const pruned = Effect.gen(function* () {
        while ((yield* history.prune({ entries: 0, ids: 0 })) > 0);
        return Number((yield* history.load(general, 0)).first)
      })
      assert.strictEqual(yield* pruned, 1)
      yield* more(100_011, 100_012)
      assert.strictEqual(yield* pruned, 3)
    }).pipe(Effect.provide(Layer.provide(inSqlite, settings({ maxEntries: 10 })))),
  )

  it.effect("goes on removing what is too old after it could not for a while", () => {
    const lines: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
    return Effect.gen(function* () {
      const history = yield* History
      const sql = yield* SqlClient
      yield* append(history, general, messages(1, 3))
      yield* sql`ALTER TABLE ids RENAME TO lost`
      yield* TestClock.adjust("2 minutes")
      while (!lines.some((line) => line.includes("Old history could not be removed"))) yield* sql`SELECT 1`
      yield* sql`ALTER TABLE lost RENAME TO ids`
      while ((yield* history.load(general, 0)).first !== seq(4)) yield* TestClock.adjust("1 minute")
    }).pipe(Effect.provide(Layer.provide(inSqlite, settings({ maxAge: Duration.seconds(30) }))), (test) =>
      TestClock.setTime(timeOf(4)).pipe(Effect.andThen(test), Effect.provide(logger)),
    )
  })

  it.effect("says that it could not be opened where its database is not what it was", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Sqlite.layerFile({ file: ":memory:" }))
      yield* Effect.provide(
        Effect.flatMap(SqlClient, (sql) => sql`DROP TABLE history_identity`),
        context,
      )
      const error = yield* Effect.flip(Layer.build(Layer.provide(SqlHistory.layer, Layer.succeedContext(context))))
      assert.deepInclude(error, { _tag: "HistoryError", reason: "Unavailable", operation: "open" })
      assert.instanceOf(error.cause, SqlError)
    }).pipe(Effect.scoped),
  )

  it.effect("says which operation has failed, and why", () =>
    Effect.gen(function* () {
      const history = yield* History
      const sql = yield* SqlClient
      for (const table of ["logs", "ids", "markers", "entries"]) yield* sql`DROP TABLE ${sql(table)}`
      const batch = { after: seq(0), entries: [said(1)], durability: "disk" } as const
      const upTo = seq(9)
      const asked: Readonly<Record<string, Effect.Effect<unknown, HistoryError>>> = {
        load: history.load(general, 0),
        known: history.known(general, [{ user: alice.id, id: id("m1") }]),
        append: history.append(general, batch),
        messages: history.messages(general, [seq(1)]),
        page: history.page(general, { after: seq(0), limit: 1, upTo }),
        search: history.search({ channels, text: "tea", limit: 1 }),
        mark: history.mark(general, [{ user: bob.id, read: seq(1) }]),
        touch: history.touch(general, [bob.id]),
        markers: history.markers(bob.id, { limit: 1 }),
        remove: history.remove(general),
        prune: history.prune({ entries: 0, ids: 0 }),
      }
      for (const [operation, effect] of Object.entries(asked)) {
        const error = yield* Effect.flip(effect)
        assert.deepInclude(error, { reason: "Unavailable", operation, trouble: "away" })
      }
    }).pipe(Effect.provide(inSqlite)),
  )

  it.effect("removes by itself what is too old, and its rows with it", () =>
    Effect.gen(function* () {
      const history = yield* History
      const sql = yield* SqlClient
      yield* append(history, general, [...messages(1, 600), reacted(601, 1, "+1", true), edited(602, 2, "x")])
      const left = Effect.forEach(["entries", "ids", "reactions"], (table) =>
        Effect.map(sql<{ n: number }>`SELECT COUNT(*) AS n FROM ${sql(table)}`, (rows) => rows[0]!.n),
      )
      assert.deepStrictEqual(yield* left, [602, 602, 1])
      while ((yield* left).some((n) => n > 0)) yield* TestClock.adjust("10 minutes")
      // Nor is a word left in the index, which still fits the table.
      assert.isEmpty(yield* sql`SELECT rowid FROM entry_words WHERE entry_words MATCH 'text'`)
      yield* sql`INSERT INTO entry_words (entry_words, rank) VALUES ('integrity-check', 1)`
      assert.strictEqual((yield* history.load(general, 0)).first, seq(603))
    }).pipe(Effect.provide(Layer.provide(inSqlite, settings({ maxAge: Duration.hours(1) }))), (test) =>
      Effect.andThen(TestClock.setTime(timeOf(0)), test),
    ),
  )
})
