import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"
import { accountsLayer } from "../../src/server/Storage.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { emptyDatabase } from "../postgres/database.ts"

const login = (username: string, password: string) => ({ type: "Login", username, password }) as const
const cheapHashes = { memory: 64, passes: 1, parallelism: 1, atOnce: 2, maxWaiting: 256 }

/** The settings of a server that keeps everything in a folder of its own. */
const folder = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-"))),
    (data) => Effect.sync(() => fs.rmSync(data, { recursive: true })),
  ),
  (data) => ({ ...defaults, data: path.join(data, "made", "on first start"), tcp: { ...defaults.tcp, port: 0 } }),
)

const withCheapHashes = Layer.provide(Layer.succeed(PasswordHash.Settings, cheapHashes))

/** A server in a scope of its own, and how to stop it. */
const start = Effect.fnUntraced(function* (settings: ServerSettings) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = withCheapHashes(Layer.fresh(ChatServer.layer(settings)))
  const { address } = Context.get(yield* Layer.buildWithScope(layer, scope), ChatServer)
  return {
    client: Effect.flatMap(Link.tcp(address), (link) => TestClient.v2(link)),
    stop: Scope.close(scope, Exit.void),
  }
})

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

describe("the whole service", () => {
  it.live("knows its accounts and tokens again after a restart", () =>
    Effect.gen(function* () {
      const settings = yield* folder
      const first = yield* start(settings)
      const client = yield* first.client
      const { token, user_id } = yield* client.ask(login("ann", "secret"), "LoggedIn")
      yield* client.send({ type: "Disconnect" })
      yield* client.until("Disconnect")
      yield* client.ended
      yield* first.stop

      const second = yield* start(settings)
      const thief = yield* second.client
      yield* thief.send(login("ann", "guess"))
      assert.strictEqual((yield* thief.expect("Error")).name, "InvalidCredentials")
      yield* thief.link.abort
      const again = yield* second.client
      const loggedIn = yield* again.ask({ type: "Authenticate", token: token! }, "LoggedIn")
      assert.strictEqual(loggedIn.user_id, user_id)
      yield* again.link.abort
    }).pipe(Effect.scoped, quietly),
  )

  const say = (id: string) => ({ type: "Publish", channel: "den", id, content: id }) as const
  const kept: ReadonlyArray<readonly [string, Effect.Effect<Partial<ServerSettings>>]> = [
    ["in its folder", Effect.succeed({})],
    [
      "in Postgres",
      Effect.map(emptyDatabase, (url) => ({
        storage: {
          ...defaults.storage,
          kind: "postgres",
          postgres: { ...defaults.storage.postgres, url, maxConnections: 5 },
        },
      })),
    ],
  ]
  it.live.each(kept)("has what was said again after a restart, %s", ([, storage]) =>
    Effect.gen(function* () {
      const settings = { ...(yield* folder), ...(yield* storage) }
      const first = yield* start(settings)
      const client = yield* first.client
      yield* client.ask(login("ann", "secret"), "LoggedIn")
      yield* client.ask({ type: "Join", channel: "den" }, "Joined")
      const { durability } = yield* client.ask(say("1"), "Published")
      assert.strictEqual(durability, "disk")
      yield* client.ask(say("2"), "Published")
      yield* client.link.abort
      yield* first.stop

      const second = yield* start(settings)
      const again = yield* second.client
      yield* again.ask(login("ann", "secret"), "LoggedIn")
      assert.strictEqual((yield* again.ask({ type: "Join", channel: "den" }, "Joined")).seq, 2)
      assert.strictEqual((yield* again.ask(say("2"), "Published")).seq, 2)
      assert.strictEqual((yield* again.ask(say("3"), "Published")).seq, 3)
      const { entries } = yield* again.ask({ type: "History", channel: "den", after: 0 }, "HistoryPage")
      assert.deepStrictEqual(
        entries.map((entry) => entry.type === "Message" && entry.content),
        ["1", "2", "3"],
      )
      yield* again.link.abort
      yield* second.stop
    }).pipe(Effect.scoped, quietly),
  )

  it.live("forgets everything where it keeps things in memory only", () =>
    Effect.gen(function* () {
      const settings = { ...(yield* folder), storage: { ...defaults.storage, kind: "memory" } } as const
      for (let run = 0; run < 2; run++) {
        const server = yield* start(settings)
        const client = yield* server.client
        yield* client.ask(login("ann", `secret ${run}`), "LoggedIn")
        assert.strictEqual((yield* client.ask({ type: "Join", channel: "den" }, "Joined")).seq, 0)
        assert.strictEqual((yield* client.ask(say("1"), "Published")).durability, "memory")
        yield* client.link.abort
        yield* server.stop
      }
      assert.isFalse(fs.existsSync(settings.data))
    }).pipe(Effect.scoped, quietly),
  )

  it.live("ends the sessions of an account that another process disables", () =>
    Effect.gen(function* () {
      const settings = yield* folder
      const server = yield* start(settings)
      const client = yield* server.client
      yield* client.ask(login("ann", "secret"), "LoggedIn")
      yield* Effect.flatMap(Accounts, (accounts) => accounts.disable("ann")).pipe(
        Effect.provide(withCheapHashes(Layer.fresh(accountsLayer(settings)))),
      )
      assert.strictEqual((yield* client.expect("Disconnect")).reason, "AccountDisabled")
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }).pipe(Effect.scoped, quietly),
  )

  it.live("does not start when its folder cannot be had", () =>
    Effect.gen(function* () {
      const settings = yield* folder
      fs.mkdirSync(path.dirname(settings.data), { recursive: true })
      fs.writeFileSync(settings.data, "a file")
      const exit = yield* Effect.exit(Effect.scoped(start(settings)))
      assert.isTrue(Exit.isFailure(exit))
    }).pipe(Effect.scoped, quietly),
  )
})
