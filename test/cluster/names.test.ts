/** A name is one user's over all nodes, whoever comes at the same moment. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import { calm, member1, nextTurn, user2 } from "../suites/transportWorld.ts"

const world =
  (
    mode: "guest" | "open",
    body: (cluster: Cluster) => Effect.Effect<void, unknown, Scope.Scope>,
  ): (() => Effect.Effect<void, unknown>) =>
  () =>
    Effect.scoped(
      Effect.flatMap(
        cluster(3, () => 2, { ...calm, accounts: { mode } }),
        body,
      ),
    ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

const settled = Effect.repeat(Effect.andThen(nextTurn, TestClock.adjust("10 millis")), { times: 10 })

const sessionsOf = (servers: ReadonlyArray<TestServer["Service"]>) =>
  Effect.map(
    Effect.forEach(servers, ({ hub }) => hub.stats),
    (stats) => stats.map(({ sessions }) => sessions),
  )

const refused = (server: TestServer["Service"], username: string) =>
  Effect.gen(function* () {
    const client = yield* server.client2()
    const error = yield* client.ask({ type: "Login", username, password: "" }, "Error")
    return error.name
  })

describe("names over nodes", () => {
  it.effect(
    "a guest's is nobody else's at another node",
    world("guest", ({ servers }) =>
      Effect.gen(function* () {
        yield* user2(servers[0]!, "ann")
        yield* settled
        assert.strictEqual(yield* refused(servers[1]!, "Ann"), "UsernameTaken")
        assert.deepStrictEqual(yield* sessionsOf(servers), [1, 0, 0])
      }),
    ),
  )

  it.effect(
    "of two guests who come at the same moment at two nodes one stays, and the other is told why not",
    world("guest", ({ nodes, servers }) =>
      Effect.gen(function* () {
        for (let n = 0; n < 5; n++) {
          const name = `ann${n}`
          // As long as nobody hears of the other it is the same moment.
          nodes.cut(0, 1)
          const one = yield* user2(servers[0]!, name)
          const other = yield* user2(servers[1]!, name)
          nodes.heal(0, 1)
          yield* settled
          const left = yield* sessionsOf(servers)
          assert.strictEqual(left[0]! + left[1]!, 1, JSON.stringify(left))
          const [stays, goes] = left[0] === 1 ? [one, other] : [other, one]
          assert.deepInclude(yield* goes.until("Disconnect"), { reason: "NotAuthenticated" })
          yield* stays.ask({ type: "ListChannels" }, "Channels")
          yield* stays.link.end
          yield* settled
        }
      }),
    ),
  )

  it.effect(
    "who signs in at many nodes at once is there once",
    world("guest", ({ servers }) =>
      Effect.gen(function* () {
        yield* Effect.forEach(servers, (server) => Effect.option(user2(server, "ann")), { concurrency: "unbounded" })
        yield* settled
        const left = yield* sessionsOf(servers)
        assert.strictEqual(
          left.reduce((sum, sessions) => sum + sessions, 0),
          1,
          JSON.stringify(left),
        )
      }),
    ),
  )

  it.effect(
    "of two sessions of version 1, of which each is to be the only one, one stays; of version 2 both do",
    world("open", ({ nodes, servers }) =>
      Effect.gen(function* () {
        nodes.cut(0, 1)
        yield* member1(servers[0]!, "ann")
        yield* member1(servers[1]!, "ann")
        yield* user2(servers[0]!, "bob")
        yield* user2(servers[1]!, "bob")
        nodes.heal(0, 1)
        yield* settled
        assert.deepStrictEqual(yield* sessionsOf(servers), [2, 1, 0])
      }),
    ),
  )

  it.effect(
    "that of a user inside the program at one node is reserved at all",
    world("guest", ({ servers }) =>
      Effect.gen(function* () {
        const [one, two, three] = servers as [TestServer["Service"], TestServer["Service"], TestServer["Service"]]
        yield* one.hub.connect({ name: "robot" })
        const imposter = yield* user2(three, "helper")
        yield* two.hub.as({ name: "helper" })
        yield* settled
        assert.deepInclude(yield* imposter.until("Disconnect"), { reason: "NotAuthenticated" })
        for (const name of ["robot", "helper"]) assert.strictEqual(yield* refused(three, name), "UsernameTaken")
      }),
    ),
  )
})
