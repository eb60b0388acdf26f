import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import * as Topic from "../../src/domain/Topic.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import {
  accountsLayer,
  AccountStore,
  ChannelStore,
  type Dialect,
  FolderInUse,
  History,
  HistorySettings,
  defaults,
  PostgresStorage,
  SqliteStorage,
} from "../../src/storage/index.ts"
import * as SqlChannels from "../../src/storage/SqlChannels.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { alice, append, everything, general, messages, said } from "../suites/historyWorld.ts"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
)

type Storage = Layer.Layer<History | ChannelStore | SqlClient | Dialect, unknown>

/** What a shop keeps beside what is said about its orders. */
const orders = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS shop_orders (id TEXT PRIMARY KEY, channel TEXT NOT NULL)`
  return {
    add: (id: string) => Effect.asVoid(sql`INSERT INTO shop_orders ${sql.insert({ id, channel: general })}`),
    /** Its own rows joined with Natter's. */
    discussed: sql<{ readonly id: string; readonly last: number }>`SELECT shop_orders.id, logs.seq AS last
      FROM shop_orders JOIN logs ON logs.channel = shop_orders.channel ORDER BY shop_orders.id`,
    count: Effect.map(sql`SELECT id FROM shop_orders`, (rows) => rows.length),
  }
})

/** `storage` is called for each start: what was kept the last time is there again. */
const embedded = (name: string, place: Effect.Effect<() => Storage, never, Scope.Scope>) =>
  describe(`natter/storage over ${name}`, () => {
    it.effect("keeps own tables beside Natter's, in one transaction where that is wanted", () =>
      Effect.gen(function* () {
        const storage = yield* place
        yield* Effect.gen(function* () {
          const shop = yield* orders
          yield* append(yield* History, general, [said(1), said(2)])
          yield* shop.add("a")
          const sql = yield* SqlClient
          const taken = yield* shop.add("b").pipe(Effect.andThen(shop.add("a")), sql.withTransaction, Effect.flip)
          assert.strictEqual(taken._tag, "SqlError")
        }).pipe(Effect.provide(Layer.fresh(storage())))
        yield* Effect.gen(function* () {
          const shop = yield* orders
          assert.strictEqual(yield* shop.count, 1)
          const [order] = yield* shop.discussed
          assert.deepStrictEqual({ ...order }, { id: "a", last: 2 })
          assert.deepStrictEqual(yield* everything(yield* History, general), [said(1), said(2)])
        }).pipe(Effect.provide(Layer.fresh(storage())))
      }),
    )

    it.effect("makes a hub durable", () =>
      Effect.gen(function* () {
        const storage = yield* place
        const run = <A, E>(use: (hub: Hub["Service"]) => Effect.Effect<A, E, ChannelStore | History>) =>
          Effect.flatMap(Hub, use).pipe(Effect.provide(Layer.fresh(Layer.provideMerge(Hub.layer, storage()))))
        yield* run(() =>
          Effect.flatMap(ChannelStore, (channels) =>
            channels.create({
              id: general,
              name: ChannelName.make("kitchen"),
              access: "public",
              topic: Topic.none,
              durability: undefined,
              createdAt: 0,
              owner: alice,
            }),
          ),
        )
        const found = yield* run(() =>
          Effect.flatMap(ChannelStore, (channels) => channels.find(ChannelName.make("kitchen"))),
        )
        assert.deepStrictEqual(Option.getOrThrow(found).roles.get(alice.id)?.user, alice)
      }),
    )

    it.effect("keeps as much as the settings say", () =>
      Effect.gen(function* () {
        const storage = yield* place
        const few = Layer.provide(storage(), Layer.succeed(HistorySettings, { ...defaults, maxEntries: 10 }))
        yield* Effect.gen(function* () {
          const history = yield* History
          yield* append(history, general, messages(1, 50))
          while ((yield* history.prune({ entries: 0, ids: 0 })) > 0);
          assert.deepStrictEqual(yield* everything(history, general), messages(41, 50))
        }).pipe(Effect.provide(Layer.fresh(few)))
      }),
    )

    it.effect("has accounts for whoever wants them", () =>
      Effect.gen(function* () {
        const storage = yield* place
        const accounts = yield* Effect.flatMap(AccountStore, (store) => store.list({ limit: 10 })).pipe(
          Effect.provide(Layer.fresh(Layer.provide(accountsLayer, storage()))),
        )
        assert.deepStrictEqual(accounts, [])
      }),
    )
  })

embedded(
  "SQLite in a folder",
  Effect.map(
    temporaryFolder,
    (folder) => () => SqliteStorage.layer({ folder: `${folder}/chat`, synchronous: "normal" }),
  ),
)
embedded(
  "SQLite in a file",
  Effect.map(temporaryFolder, (folder) => () => SqliteStorage.layer({ file: `${folder}/own.db` })),
)
embedded(
  "Postgres",
  Effect.map(emptyDatabase, (url: Redacted.Redacted) => () => PostgresStorage.layer({ url, maxConnections: 3 })),
)

describe("natter/storage", () => {
  it("takes no database but those that Dialect describes: anything else is a type error", () => {
    // The type of `asks` is `false` for a layer to which a SqlClient is enough.
    const isAsked = <A, E, R>(_: Layer.Layer<A, E, R>, asks: Dialect extends R ? true : false) => assert.isTrue(asks)
    isAsked(accountsLayer, true)
    isAsked(SqlHistory.layer, true)
    isAsked(SqlChannels.layer, true)
  })

  it.effect("lets one hub at a time into a folder", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const open = Layer.build(Layer.fresh(SqliteStorage.layer({ folder })))
      yield* open
      const error = yield* Effect.flip(Effect.scoped(open))
      assert.instanceOf(error, FolderInUse)
    }),
  )
})
