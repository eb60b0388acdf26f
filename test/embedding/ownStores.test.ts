import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Hub } from "../../src/embedding/index.ts"
import {
  AccountStore,
  ChannelStore,
  ChatServer,
  defaults,
  History,
  type ServerSettings,
  TcpListener,
} from "../../src/server/index.ts"
import { accountsLayer, SqliteStorage } from "../../src/storage/index.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"

const settings: ServerSettings = {
  ...defaults,
  tcp: { ...defaults.tcp, port: 0 },
  accounts: { ...defaults.accounts, mode: "guest" },
}
const quiet = Layer.succeed(References.MinimumLogLevel, "Error")

/** A guest comes over TCP and says something, which the program inside finds. */
const visit = Effect.fnUntraced(function* (id: string) {
  const { addresses } = yield* ChatServer
  const client = yield* Effect.flatMap(Link.tcp(addresses.at(-1)!.address), TestClient.v2)
  yield* client.ask({ type: "Login", username: "ann", password: "secret" }, "LoggedIn")
  yield* client.ask({ type: "Join", channel: "lobby" }, "Joined")
  yield* client.ask({ type: "Publish", channel: "lobby", id, content: "hello" }, "Published")
  const hub = yield* Hub
  const bot = yield* hub.as({ name: "bot" })
  return (yield* bot.history("lobby")).entries.map((entry) => ("content" in entry ? entry.content : ""))
}, Effect.scoped)

describe("the service on stores of one's own", () => {
  it.live("in memory, behind two listeners", () =>
    Effect.gen(function* () {
      assert.lengthOf((yield* ChatServer).addresses, 2)
      assert.deepStrictEqual(yield* visit("1"), ["hello"])
    }).pipe(
      Effect.provide(
        ChatServer.layerOn(settings, [TcpListener.make(settings.tcp), TcpListener.make(settings.tcp)]).pipe(
          Layer.provide([AccountStore.layerMemory, ChannelStore.layerMemory, History.layerMemory]),
          Layer.provide(quiet),
        ),
      ),
    ),
  )

  it.live("in SQLite, with tables of one's own beside", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))),
        (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
      )
      const chat = ChatServer.layerOn(settings).pipe(
        Layer.provide(accountsLayer),
        Layer.provideMerge(SqliteStorage.layer({ folder })),
        Layer.provide(quiet),
        Layer.fresh,
      )
      for (const said of [["hello"], ["hello", "hello"]]) {
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient
          yield* sql`CREATE TABLE IF NOT EXISTS shop_visits (at INTEGER NOT NULL)`
          yield* sql`INSERT INTO shop_visits ${sql.insert({ at: 1 })}`
          assert.lengthOf(yield* sql`SELECT * FROM shop_visits`, said.length)
          assert.deepStrictEqual(yield* visit(`${said.length}`), said)
        }).pipe(Effect.provide(chat))
      }
    }),
  )
})
