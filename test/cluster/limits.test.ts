/** What somebody may do is the same over all nodes as at one. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { gatheredFor } from "../../src/peers/LinkedPeers.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { Settings } from "../../src/testing/TestServer.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import { calm, member2, nextTurn } from "../suites/transportWorld.ts"

/** On the test clock, with all channels at the third node: nothing comes back for the time that a slow machine takes. */
const world = (settings: Settings, body: (cluster: Cluster) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  Effect.scoped(
    Effect.flatMap(
      cluster(3, () => 2, { ...calm, ...settings }),
      body,
    ),
  ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

/** What one node tells, the others know. */
const told = Effect.andThen(TestClock.adjust(gatheredFor), nextTurn)

let last = 0

/** Whether somebody may say something. */
const says = (client: TestClient2) =>
  client.ask({ type: "Publish", channel: "den", id: `m${++last}`, content: "hello" }, "Published").pipe(
    Effect.as(true),
    Effect.catchTag("Unexpected", ({ message }) =>
      message.includes("RateLimited") ? Effect.succeed(false) : Effect.die(message),
    ),
  )

const many = (client: TestClient2, tries: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: tries }), () => says(client)),
    (may) => may.filter(Boolean).length,
  )

const messages = (burst: number, perSecond = 0.01) => ({ hub: { ...calm.hub, publishing: { burst, perSecond } } })

describe("limits over nodes", () => {
  it.effect(
    "a user with sessions at three nodes says as much as one bucket lets, but for what is said while nodes are told",
    world(messages(20), ({ servers }) =>
      Effect.gen(function* () {
        const [one, two, three] = yield* Effect.forEach(servers, (server) => member2(server, "ann", "den"))
        assert.strictEqual(yield* many(one!, 5), 5)
        yield* told
        // Nobody has said anything here: how the others stand is known behind the first.
        assert.strictEqual(yield* many(two!, 1), 1)
        yield* told
        yield* told
        assert.strictEqual(yield* many(three!, 1), 1)
        yield* told
        yield* told
        assert.strictEqual(yield* many(two!, 4), 4)
        yield* told
        // Nine are left for all.
        assert.strictEqual(yield* many(three!, 20), 9)
        yield* told
        assert.strictEqual(yield* many(one!, 3), 0)
        assert.strictEqual(yield* many(two!, 3), 0)
      }),
    ),
  )

  it.effect(
    "what was said at once at all of them is too much by as much, and is paid back",
    world(messages(5, 1), ({ servers }) =>
      Effect.gen(function* () {
        const clients = yield* Effect.forEach(servers, (server) => member2(server, "ann", "den"))
        const counts = yield* Effect.forEach(clients, (client) => many(client, 9))
        assert.deepStrictEqual(counts, [5, 5, 5])
        yield* told
        yield* told
        // Ten are owed, and one more is needed.
        yield* TestClock.adjust("10.8 seconds")
        for (const client of clients) assert.strictEqual(yield* many(client, 1), 0)
        yield* TestClock.adjust("0.2 seconds")
        assert.strictEqual(yield* many(clients[0]!, 2), 1)
      }),
    ),
  )

  it.effect(
    "what nodes could not tell each other is known as soon as there is a link again",
    world(messages(10), ({ nodes, servers }) =>
      Effect.gen(function* () {
        nodes.cut(0, 1)
        const [one, two] = yield* Effect.forEach(servers, (server) => member2(server, "ann", "den"))
        assert.strictEqual(yield* many(one!, 4), 4)
        assert.strictEqual(yield* many(two!, 4), 4)
        yield* told
        nodes.heal(0, 1)
        assert.strictEqual(yield* many(one!, 1), 1)
        yield* told
        yield* told
        assert.strictEqual(yield* many(two!, 3), 1)
      }),
    ),
  )

  const wrong = { username: "ann", password: Redacted.make("not ann's"), address: "192.0.2.1" }
  const right = { ...wrong, password: Redacted.make("ann's password") }

  it.effect(
    "wrong passwords count at every node, for the account and for the address",
    world({ logins: { perAccount: 5, perAddress: 7, window: Duration.minutes(15) } }, ({ servers }) =>
      Effect.gen(function* () {
        const [one, two, three] = servers.map(({ accounts }) => accounts)
        yield* one!.signIn(right)
        const attempt = (at: typeof one, name: string) =>
          Effect.tap(
            Effect.map(Effect.flip(at!.signIn({ ...wrong, username: name })), ({ _tag }) => _tag),
            () => told,
          )
        yield* one!.signIn({ ...right, username: "bob" })
        yield* told
        for (const at of [one, two, three, one, two])
          assert.strictEqual(yield* attempt(at, "ann"), "InvalidCredentials")
        assert.strictEqual(yield* attempt(three, "ann"), "TooManyLogins")
        assert.strictEqual(yield* attempt(one, "ann"), "TooManyLogins")
        for (const at of [three, one]) assert.strictEqual(yield* attempt(at, "bob"), "InvalidCredentials")
        assert.strictEqual(yield* attempt(two, "bob"), "TooManyLogins")
        yield* TestClock.adjust("16 minutes")
        yield* two!.signIn(right)
      }),
    ),
  )

  it.effect(
    "names registered from an address count together",
    world({ accounts: { registrations: { burst: 3, perHour: 1 } } }, ({ servers }) =>
      Effect.gen(function* () {
        const register = (node: number, username: string) =>
          servers[node]!.accounts.signIn({ ...right, username }).pipe(
            Effect.as("registered"),
            Effect.catch(({ _tag }) => Effect.succeed(_tag)),
            Effect.tap(() => Effect.andThen(told, told)),
          )
        assert.strictEqual(yield* register(0, "ann"), "registered")
        assert.strictEqual(yield* register(1, "bob"), "registered")
        assert.strictEqual(yield* register(0, "cleo"), "registered")
        assert.strictEqual(yield* register(0, "dora"), "TooManyRegistrations")
        assert.strictEqual(yield* register(1, "dora"), "TooManyRegistrations")
      }),
    ),
  )
})
