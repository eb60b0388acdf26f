import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import * as Topic from "../../src/domain/Topic.ts"
import { spelling, Username } from "../../src/domain/Username.ts"
import { History } from "../../src/history/History.ts"
import type { Dialect } from "../../src/storage/Dialect.ts"
import * as HistoryIdentity from "../../src/storage/HistoryIdentity.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlAccounts from "../../src/storage/SqlAccounts.ts"
import * as SqlChannels from "../../src/storage/SqlChannels.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import {
  alice,
  append,
  bob,
  deleted,
  edited,
  everything,
  general,
  messages,
  random,
  reacted,
  said,
  seq,
} from "../suites/historyWorld.ts"

/** The databases that versions before have left: one for each migration but the last. */
const folder = `${import.meta.dirname}/../fixtures/storage`
const left = (dialect: string) =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(`.${dialect}.sql`))
    .map((name) => ({ version: Number.parseInt(name, 10), text: fs.readFileSync(`${folder}/${name}`, "utf8") }))

const stores = (database: Layer.Layer<SqlClient | Dialect, { readonly message: string }>) =>
  Layer.fresh(Layer.mergeAll(SqlAccounts.layer, SqlHistory.layer, SqlChannels.layer).pipe(Layer.provideMerge(database)))

type Given = (text: string) => Effect.Effect<ReturnType<typeof stores>, unknown, Scope.Scope>

const inSqlite: Given = (text) =>
  Effect.gen(function* () {
    const file = `${yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()}/natter.db`
    const db = new DatabaseSync(file)
    db.exec(text)
    db.close()
    return stores(Sqlite.layerFile({ file }))
  }).pipe(Effect.provide(NodeFileSystem.layer))

const inPostgres: Given = (text) =>
  Effect.gen(function* () {
    const url = yield* emptyDatabase
    const sql = yield* PgClient.makeClient({ url })
    for (const statement of text.split(/;\n\n/u)) yield* sql.unsafe(statement)
    return stores(Postgres.layer({ url }))
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer))

const versions = Effect.flatMap(
  SqlClient,
  (sql) => sql<{ readonly version: number }>`SELECT migration_id AS version FROM migrations ORDER BY migration_id`,
).pipe(Effect.map((rows) => rows.map(({ version }) => Number(version))))

/** What the first version kept. */
const accountsAreThere = Effect.gen(function* () {
  const store = yield* AccountStore
  const accounts = yield* store.list({ limit: 10 })
  assert.deepStrictEqual(
    accounts.map(({ createdAt, disabled, id, name, role }) => [id, name, role, disabled, createdAt].join(" ")),
    ["u-alice Alice admin false 1700000000000", "u-bob Böb 🐙 member true 1700000001000"],
  )
  const { passwordHash } = Option.getOrThrow(yield* store.find("alice"))
  assert.strictEqual(Redacted.value(passwordHash), "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$QWxpY2U")
  const tokens = yield* store.tokens({ limit: 10 })
  assert.deepStrictEqual(
    tokens.map(({ expiresAt, id, label, revokedAt, scope }) => ({ expiresAt, id, label, revokedAt, scope })),
    [
      { expiresAt: 1_900_000_000_000, id: "t-1", label: null, revokedAt: null, scope: null },
      { expiresAt: null, id: "t-2", label: "robot", revokedAt: 1_700_000_004_000, scope: null },
    ],
  )
  const found = Option.getOrThrow(yield* store.findToken("print of t-1"))
  assert.strictEqual(found.account.id, accounts[0]!.id)
})

/** What the second version kept beside them. */
const historyIsThere = Effect.gen(function* () {
  const history = yield* History
  const heart = reacted(5, 1, "❤️", true, { from: bob })
  assert.deepStrictEqual(yield* everything(history, general), [
    { ...said(1, "The tea is ready"), reactions: [{ reaction: heart.reaction, users: [bob] }] },
    { ...said(2, "just coffee"), edited: seq(7) },
    { ...said(3, ""), deleted: true },
    edited(4, 3, ""),
    heart,
    deleted(6, 3),
    edited(7, 2, "just coffee"),
    said(8, "last", { from: bob }),
  ])
  const { ids } = yield* history.load(general, 0)
  assert.lengthOf(ids, 8)
  for (const [user, read] of [
    [alice, 8],
    [bob, 1],
  ] as const) {
    const markers = yield* history.markers(user.id, { limit: 10 })
    assert.deepStrictEqual(
      markers.map(({ channel, read }) => [channel, read]),
      [[general, seq(read)]],
    )
  }
  const found = (text: string) =>
    Effect.map(history.search({ channels: [general], text, limit: 10 }), ({ hits }) => hits.length)
  assert.deepStrictEqual([yield* found("just coffee"), yield* found("nobody"), yield* found("böb")], [1, 0, 0])
})

/** What the third version kept beside them. */
const channelsAreThere = Effect.gen(function* () {
  const store = yield* ChannelStore
  const den = Option.getOrThrow(yield* store.find(ChannelName.make("den")))
  assert.deepInclude(den, { id: ChannelId.make("den-1"), access: "private", slowMode: 5000, unused: false })
  assert.deepStrictEqual(
    [...den.roles.values()].map(({ role, user }) => [user.name, role]),
    [[Username.make("Alice"), "owner"]],
  )
  // A ban of addresses that an owner has put goes on holding.
  assert.deepStrictEqual(
    [...den.sanctions.values()].map(({ subject }) => subject),
    [{ address: AddressRange.make("192.0.2.0/24") }],
  )
  assert.lengthOf(yield* store.audit(den.id, { limit: 9 }), 2)
  assert.isTrue(Option.getOrThrow(yield* store.find(ChannelName.make("attic"))).archived)
})

/** What the fourteenth version indexed by its own rules: it finds by whole words what is not ASCII, and now by the rules of today. */
const everythingIsFound = Effect.gen(function* () {
  const history = yield* History
  const kitchen = ChannelId.make("kitchen")
  const found = (text: string) =>
    Effect.map(history.search({ channels: [kitchen], text, limit: 10 }), ({ hits }) =>
      hits.map(({ message }) => Number(message.seq)),
    )
  assert.deepStrictEqual(yield* found("deploy"), [4])
  while ((yield* found("上海")).length === 0) yield* TestClock.adjust("1 second")
  const cases = [
    ["caf\u00e9", [2]],
    ["हिन्दी", [3]],
    ["ह न द", []],
    ["STRASSE", [5]],
    ["👍", [5]],
  ] as const
  for (const [text, seqs] of cases) assert.deepStrictEqual<unknown>(yield* found(text), seqs, text)
  yield* append(history, kitchen, [edited(6, 1, "我家在北京")])
  assert.deepStrictEqual([yield* found("上海"), yield* found("北京")], [[], [1]])
})

const migrations = (name: string, dialect: string, given: Given) =>
  describe(`migrations in ${name}`, () => {
    for (const { text, version } of left(dialect)) {
      it.effect(`bring a database of version ${version} up to date, with all that is in it`, () =>
        Effect.gen(function* () {
          const database = yield* given(text)
          yield* Effect.gen(function* () {
            const done = yield* versions
            assert.deepStrictEqual(
              done,
              Array.from(done, (_, n) => n + 1),
            )
            assert.isAbove(done.length, version)
            yield* accountsAreThere
            if (version >= 2) yield* historyIsThere
            if (version >= 3) yield* channelsAreThere
            if (version >= 14) yield* everythingIsFound
            yield* append(yield* History, random, messages(1, 3))
          }).pipe(Effect.provide(database))
          const historyId = Effect.flatMap(History, (history) =>
            Effect.map(history.load(general, 0), ({ history }) => history),
          )
          const id = yield* Effect.provide(historyId, database)
          assert.isNotEmpty(id)
          // As at the next start.
          yield* Effect.gen(function* () {
            assert.strictEqual(yield* historyId, id)
            const before = yield* versions
            yield* Migrations.run
            assert.deepStrictEqual(yield* versions, before)
            yield* accountsAreThere
            assert.deepStrictEqual(yield* everything(yield* History, random), messages(1, 3))
            yield* HistoryIdentity.renew
          }).pipe(Effect.provide(database))
          // A copy that was brought back is another history.
          assert.notStrictEqual(yield* Effect.provide(historyId, database), id)
        }),
      )
    }

    it.effect("let accounts and channels live on whose names have become one", () =>
      Effect.gen(function* () {
        const account = (id: string, name: string, key: string, at: number) =>
          `('${id}', '${name}', '${key}', 'member', 'x', 0, ${at})`
        const accounts = [
          account("u-2", "аnn", "аnn", 2),
          account("u-1", "Ann", "ann", 1),
          account("u-3", "a1", "a1", 3),
          account("u-4", "al", "al", 4),
        ]
        const channel = (id: string, name: string, at: number) => `('${id}', '${name}', 'public', '', ${at})`
        const third = left(dialect)
          .find(({ version }) => version === 3)!
          .text.trimEnd()
        const database = yield* given(
          [
            third.replace(/;$/, ""),
            `INSERT INTO accounts (id, name, name_key, role, password_hash, disabled, created_at) VALUES ${accounts.join()}`,
            `INSERT INTO channels (id, name, access, topic, created_at) VALUES ${[
              channel("c-1", "tea", 0),
              channel("c-3", "Tea", 3),
              channel("c-2", "Lobby", 1),
            ].join()}`,
          ].join(";\n\n"),
        )
        yield* Effect.gen(function* () {
          const store = yield* AccountStore
          const found = (name: string) =>
            Effect.map(store.find(name), (found) => Option.getOrUndefined(Option.map(found, ({ id }) => String(id))))
          // Each in its own spelling; any other is the older one's.
          for (const [name, id] of [
            ["ANN", "u-1"],
            ["аnn", "u-2"],
            ["АNN", "u-2"],
            ["a1", "u-3"],
            ["al", "u-4"],
            ["aI", "u-3"],
            ["nobody", undefined],
          ] as const) {
            assert.strictEqual(yield* found(name), id, name)
          }
          const pages: Array<string> = []
          for (let after: string | undefined; ;) {
            const [account] = yield* store.list({ after, limit: 1 })
            if (account === undefined) break
            pages.push(account.id)
            after = spelling(account.name)
          }
          assert.sameMembers(pages, ["u-1", "u-2", "u-3", "u-4", "u-alice", "u-bob"])
          const channels = yield* ChannelStore
          for (const [name, id] of [
            ["tea", "c-1"],
            ["Tea", "c-3"],
            ["Lobby", "c-2"],
          ] as const) {
            const record = Option.getOrThrow(yield* channels.find(ChannelName.make(name)))
            assert.strictEqual(String(record.id), id)
          }
          const make = (name: string) =>
            channels.create({
              id: ChannelId.make(`new ${name}`),
              name: ChannelName.make(name),
              access: "public",
              topic: Topic.none,
              durability: undefined,
              createdAt: 5,
              owner: undefined,
            })
          assert.strictEqual((yield* Effect.flip(make("TEA"))).reason, "Exists")
          yield* make("lobby")
        }).pipe(Effect.provide(database))
      }),
    )

    it.effect("have been written down: a database of each version but the last is tested", () =>
      Effect.gen(function* () {
        const done = yield* Effect.provide(versions, yield* given("SELECT 1"))
        assert.includeMembers(
          left(dialect).map(({ version }) => version),
          done.slice(0, -1),
        )
      }),
    )

    it.effect("refuse a database that the very next version has written, and leave it alone", () =>
      Effect.gen(function* () {
        const database = yield* given("SELECT 1")
        const next = yield* Effect.gen(function* () {
          const next = Math.max(...(yield* versions)) + 1
          yield* (yield* SqlClient)`INSERT INTO migrations (migration_id, name) VALUES (${next}, 'later')`
          return next
        }).pipe(Effect.provide(database))
        const error = yield* Effect.flip(Effect.scoped(Layer.build(database)))
        assert.include(error.message, `a newer Natter (schema ${next}, this one knows ${next - 1})`)
      }),
    )

    it.effect("leave a database as it was where one of them fails", () =>
      Effect.gen(function* () {
        const [first] = left(dialect)
        const database = yield* given(`${first!.text}\n\nCREATE TABLE reactions (mine TEXT)`)
        const error = yield* Effect.flip(Effect.scoped(Layer.build(database)))
        assert.include(error.message, "2_history")
        const again = yield* Effect.flip(Effect.scoped(Layer.build(database)))
        assert.strictEqual(again.message, error.message)
      }),
    )
  })

it.effect("nodes that start together on an empty Postgres database find it as one", () =>
  Effect.gen(function* () {
    const url = yield* emptyDatabase
    const start = Effect.scoped(Layer.build(Layer.fresh(Postgres.layer({ url }))))
    yield* Effect.all([start, start, start, start], { concurrency: "unbounded" })
    const done = yield* Effect.provide(versions, Layer.fresh(Postgres.layer({ url })))
    assert.deepStrictEqual(
      done,
      Array.from(done, (_, n) => n + 1),
    )
  }),
)

migrations("SQLite", "sqlite", inSqlite)
migrations("Postgres", "postgres", inPostgres)
