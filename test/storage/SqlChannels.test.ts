import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { maxBlocked, maxChannels, type NewChannel } from "../../src/channels/ChannelRecord.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { Epochs } from "../../src/history/Epochs.ts"
import type { Dialect } from "../../src/storage/Dialect.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlChannels from "../../src/storage/SqlChannels.ts"
import * as SqlEpochs from "../../src/storage/SqlEpochs.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { channelStore } from "../suites/channelStore.ts"
import { alice } from "../suites/historyWorld.ts"

const inSqlite = SqlChannels.layer.pipe(Layer.provideMerge(Sqlite.layerFile({ file: ":memory:" })))

channelStore("in SQLite", inSqlite)
channelStore(
  "in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => SqlChannels.layer.pipe(Layer.provide(Postgres.layer({ url }))))),
)

const channel = (name: string): NewChannel => ({
  id: ChannelId.make(`id of ${name}`),
  name: ChannelName.make(name),
  access: "public",
  topic: Topic.make(""),
  durability: undefined,
  createdAt: 7,
  owner: alice,
})
const act = { timestamp: 8, by: alice, action: "create" }

const inBoth: ReadonlyArray<readonly [string, Layer.Layer<SqlClient | Dialect, unknown>]> = [
  ["SQLite", Sqlite.layerFile({ file: ":memory:" })],
  ["Postgres", Layer.unwrap(Effect.map(emptyDatabase, (url) => Postgres.layer({ url })))],
]
for (const [name, database] of inBoth) {
  it.effect(`nobody changes channels in ${name} by a claim that is not the last`, () =>
    Effect.gen(function* () {
      const store = yield* ChannelStore
      const epochs = yield* Epochs
      const claimed = (partition: number) =>
        Effect.map(epochs.claim([partition], "a node"), (given) => ({ partition, epoch: given.get(partition)! }))
      const stale = yield* claimed(7)
      const { id } = channel("den")
      yield* store.create(channel("den"), act, stale)
      yield* store.change(id, [{ type: "Topic", topic: Topic.make("tea") }], act, stale)
      yield* claimed(8)
      yield* store.change(id, [{ type: "Topic", topic: Topic.make("coffee") }], act, stale)
      const fence = yield* claimed(7)
      const before = yield* store.get(id)
      for (const [operation, late] of Object.entries({
        create: store.create(channel("attic"), act, stale),
        change: store.change(id, [{ type: "Topic", topic: Topic.make("late") }], act, stale),
        remove: store.remove(id, stale),
      })) {
        assert.deepInclude(yield* Effect.flip(late), { reason: "Fenced", operation })
      }
      assert.deepStrictEqual(yield* store.get(id), before)
      assert.lengthOf(yield* store.audit(id, { limit: 9 }), 3)
      assert.isTrue(Option.isNone(yield* store.get(channel("attic").id)))
      yield* store.remove(id, fence)
      assert.isTrue(Option.isNone(yield* store.get(id)))
    }).pipe(Effect.provide(Layer.merge(SqlChannels.layer, SqlEpochs.layer).pipe(Layer.provide(database)))),
  )
}

describe("channels in SQL", () => {
  it.effect("are so many at most, archived ones not counted; there is always room for the lobby", () =>
    Effect.gen(function* () {
      const store = yield* ChannelStore
      const sql = yield* SqlClient
      yield* sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${maxChannels})
        INSERT INTO channels (id, name, access, topic, created_at, archived)
        SELECT 'c' || i, 'c' || i, 'public', '', 0, i = 7 FROM n`
      yield* store.create(channel("den"), act)
      const full = yield* Effect.flip(store.create(channel("attic"), act))
      assert.deepInclude(full, { reason: "Full", operation: "create" })
      assert.isTrue(Option.isNone(yield* store.get(channel("attic").id)))
      assert.isEmpty(yield* store.audit(channel("attic").id, { limit: 9 }))
      yield* store.create(channel("lobby"), act)
      yield* store.remove(ChannelId.make("c1"))
      yield* store.remove(ChannelId.make("c2"))
      yield* store.create(channel("attic"), act)
    }).pipe(Effect.provide(inSqlite)),
  )

  it.effect("say whom somebody has blocked, the first thousand by their ids", () =>
    Effect.gen(function* () {
      const store = yield* ChannelStore
      const sql = yield* SqlClient
      const row = (
        channel: string,
      ) => sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
        INSERT INTO channel_sanctions (channel, kind, subject, user_id, user_name, by_id, by_name)
        SELECT ${channel} || i, 'ban', 'user ' || (10000 - i), 10000 - i, 'u', ${alice.id}, 'alice' FROM n`
      yield* row("@")
      yield* row("den")
      const blocked = yield* store.blocked(alice.id, 0)
      assert.deepStrictEqual(
        blocked.map(({ id }) => Number(id)),
        Array.from({ length: maxBlocked }, (_, n) => 8500 + n),
      )
    }).pipe(Effect.provide(inSqlite)),
  )

  it.effect("leave nothing behind of what could not be written whole, and say what failed", () =>
    Effect.gen(function* () {
      const store = yield* ChannelStore
      const sql = yield* SqlClient
      yield* store.create(channel("den"))
      const { id } = channel("den")
      yield* sql`ALTER TABLE channel_audit RENAME TO lost`
      const failed = { reason: "Unavailable", trouble: "away" } as const
      assert.deepInclude(yield* Effect.flip(store.create(channel("attic"), act)), { ...failed, operation: "create" })
      const change = store.change(id, [{ type: "Topic", topic: Topic.make("tea") }], act)
      assert.deepInclude(yield* Effect.flip(change), { ...failed, operation: "change" })
      assert.deepInclude(yield* Effect.flip(store.remove(id)), { ...failed, operation: "remove" })
      assert.deepInclude(yield* Effect.flip(store.audit(id, { limit: 9 })), { ...failed, operation: "audit" })
      yield* sql`ALTER TABLE lost RENAME TO channel_audit`
      assert.isTrue(Option.isNone(yield* store.get(channel("attic").id)))
      const den = Option.getOrThrow(yield* store.get(id))
      assert.deepStrictEqual([den.topic, [...den.roles.keys()]], [Topic.make(""), [alice.id]])
      // A row that makes no sense is nobody's fault who asks.
      yield* sql`UPDATE channels SET access = 'whatever'`
      const senseless = yield* Effect.flip(store.find(channel("den").name))
      assert.deepInclude(senseless, { reason: "Unavailable", operation: "find", trouble: undefined })
      assert.strictEqual((yield* Effect.flip(store.get(id))).operation, "get")
      assert.strictEqual((yield* Effect.flip(store.list({ for: "everybody", limit: 9 }))).operation, "list")
      for (const table of ["channels", "channel_sanctions"]) yield* sql`DROP TABLE ${sql(table)}`
      assert.strictEqual((yield* Effect.flip(store.readable(alice.id, [id], 0))).operation, "readable")
      assert.strictEqual((yield* Effect.flip(store.blocked(alice.id, 0))).operation, "blocked")
    }).pipe(Effect.provide(inSqlite)),
  )
})
