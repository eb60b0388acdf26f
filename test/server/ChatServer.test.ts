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
import { accountsLayer } from "../../src/server/FolderAccounts.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"

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
const start = Effect.fnUntraced(function* (settings: typeof defaults) {
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
