/** What operators see and do is of all nodes, whichever of them they ask. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { NodeId } from "../../src/domain/NodeId.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { client } from "../../src/http/index.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { type Cluster, cluster } from "../suites/clusterWorld.ts"
import { eventually, user2 } from "../suites/transportWorld.ts"

/** Three nodes that listen, and somebody who may ask each of them. */
const world =
  (
    body: (
      world: Cluster & { readonly ask: (node: number) => Effect.Effect<Olga, unknown> },
    ) => Effect.Effect<void, unknown, Scope.Scope>,
  ) =>
  () =>
    Effect.gen(function* () {
      const nodes = yield* cluster(3, undefined, { proxies }, (settings) => TestServer.layerTcp(settings))
      const [{ accounts }] = nodes.servers as [TestServer["Service"]]
      const olga = yield* accounts.add({ name: "olga", password: Redacted.make("olga's password"), role: "admin" })
      const { token } = yield* accounts.issueToken(olga)
      yield* body({ ...nodes, ask: (node) => olgaAt(nodes.servers[node]!, token) })
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))

const olgaAt = (server: TestServer["Service"], token: Redacted.Redacted) =>
  client({ url: `http://127.0.0.1:${server.address!.port}`, token })
type Olga = Effect.Success<ReturnType<typeof olgaAt>>

/** Somebody who comes through a proxy, from there. */
const from = Effect.fnUntraced(function* (address: string, server: TestServer["Service"]) {
  const link = yield* server.connect()
  yield* link.send(Buffer.from(`PROXY TCP4 ${address} 127.0.0.1 1 2\r\n`))
  const there = yield* TestClient.v2(link)
  yield* there.ask({ type: "Login", username: `from-${address}`, password: "a password" }, "LoggedIn")
  return there
})

const proxies = { trusted: Result.getOrThrow(TrustedNetworks.parse("127.0.0.0/8")) }

const page = { query: {} }

describe("operating several nodes", () => {
  it.live(
    "sessions are listed of all nodes, and say at which they are",
    world(({ ask, servers }) =>
      Effect.gen(function* () {
        for (const [n, server] of servers.entries()) yield* user2(server, `ann${n}`)
        yield* user2(servers[2]!, "ann0")
        const seen = yield* Effect.forEach([0, 1, 2], (node) =>
          Effect.flatMap(ask(node), ({ service }) => service.sessions(page)),
        )
        const rows = seen.map(({ sessions }) => sessions.map(({ node, user }) => `${user.name} ${node ?? ""}`))
        assert.sameMembers([...rows[0]!], ["ann0 node-0", "ann1 node-1", "ann2 node-2", "ann0 node-2"])
        assert.deepStrictEqual(rows[1], rows[0])
        assert.deepStrictEqual(rows[2], rows[0])
        const { service } = yield* ask(1)
        const { sessions } = yield* service.sessions({ query: { username: "ann0" } })
        assert.sameMembers(
          sessions.map(({ node }) => node),
          ["node-0", "node-2"],
        )
      }),
    ),
    20_000,
  )

  it.live(
    "their pages go on at another node, and end",
    world(({ ask, servers }) =>
      Effect.gen(function* () {
        for (let n = 0; n < 150; n++) yield* user2(servers[n % 3]!, `ann${n % 7}`)
        const found: Array<string> = []
        let after: number | undefined
        let asked = 0
        do {
          const { service } = yield* ask(asked++ % 3)
          const { next, sessions } = yield* service.sessions({ query: after === undefined ? {} : { after } })
          found.push(...sessions.map(({ id }) => id))
          after = next
        } while (after !== undefined && asked < 10)
        assert.lengthOf(found, 150)
        assert.strictEqual(new Set(found).size, 150)
        assert.strictEqual(asked, 2)
      }),
    ),
    30_000,
  )

  it.live(
    "a session of another node is ended, and noted with whose it was",
    world(({ ask, servers }) =>
      Effect.gen(function* () {
        const ann = yield* user2(servers[2]!, "ann")
        const { service } = yield* ask(0)
        const { sessions } = yield* service.sessions({ query: { username: "ann" } })
        yield* service.disconnect({ params: { id: sessions[0]!.id } })
        assert.deepInclude(yield* ann.until("Disconnect"), { reason: "Dismissed" })
        const { entries } = yield* service.audit({ query: {} })
        assert.deepInclude(entries[0], { action: "disconnect", username: "ann", detail: sessions[0]!.id })
        const again = yield* Effect.flip(service.disconnect({ params: { id: sessions[0]!.id } }))
        assert.deepInclude(again, { reason: "NoSuchSession" })
      }),
    ),
    20_000,
  )

  it.live(
    "a node that is named is told to end, and no other; which there are is told",
    world(({ ask, servers }) =>
      Effect.gen(function* () {
        yield* user2(servers[1]!, "ann")
        const { service } = yield* ask(0)
        const { nodes } = yield* service.nodes()
        assert.sameMembers(
          nodes.map(({ node }) => node),
          ["node-0", "node-1", "node-2"],
        )
        assert.deepInclude(yield* service.drain({ query: { node: "node-1" } }), { sessions: 1 })
        yield* servers[1]!.ending
        for (const other of [servers[0]!, servers[2]!]) {
          assert.isTrue(Option.isNone(yield* Effect.timeoutOption(other.ending, "20 millis")))
        }
        assert.deepInclude(yield* Effect.flip(service.drain({ query: { node: "node-9" } })), { reason: "InvalidFrame" })
        const { entries } = yield* service.audit({ query: {} })
        assert.deepInclude(entries[0], { action: "drain", detail: "node-1" })
      }),
    ),
    20_000,
  )

  it.live(
    "an embedded hub counts what is at its node, and is told what is at each",
    world(({ servers }) =>
      Effect.gen(function* () {
        for (const [n, server] of servers.entries()) {
          for (let more = 0; more <= n; more++) {
            const client = yield* user2(server, `ann${more}`)
            yield* client.ask({ type: "Join", channel: `den-${n}-${more}` }, "Joined")
          }
        }
        for (const [n, { hub }] of servers.entries()) {
          assert.deepInclude(yield* hub.stats, { users: n + 1, sessions: n + 1, memberships: n + 1 })
          const nodes = (yield* hub.nodes) ?? []
          assert.strictEqual(nodes[0]?.node, `node-${n}`)
          const sessions = new Map(nodes.map(({ node, standing }) => [node, standing?.sessions]))
          assert.deepStrictEqual(
            [0, 1, 2].map((node) => sessions.get(NodeId.make(`node-${node}`))),
            [1, 2, 3],
          )
          const channels = nodes.reduce((sum, { standing }) => sum + (standing?.channels ?? 0), 0)
          assert.strictEqual(channels, 6)
        }
      }),
    ),
    20_000,
  )

  it.effect("an embedded hub of a service that is one node is told of no nodes", () =>
    Effect.gen(function* () {
      const { hub } = yield* TestServer
      assert.isUndefined(yield* hub.nodes)
    }).pipe(Effect.provide(TestServer.layerMemory({}))),
  )

  it.live(
    "who comes from an address that is banned ends at every node, and is let in at none",
    world(({ ask, servers }) =>
      Effect.gen(function* () {
        const clients = yield* Effect.forEach(servers, (server) => from("192.0.2.7", server))
        const [bob] = yield* Effect.forEach(servers, (server) => from("192.0.2.99", server))
        const address = AddressRange.make("192.0.2.0/28")
        const { service } = yield* ask(1)
        assert.deepInclude(yield* service.ban({ params: { address }, payload: {} }), { sessions: 3 })
        for (const client of clients) assert.deepInclude(yield* client.until("Disconnect"), { reason: "Refused" })
        yield* bob!.ask({ type: "ListChannels" }, "Channels")
        for (const { accounts } of servers) {
          assert.strictEqual((yield* Effect.flip(accounts.admits("192.0.2.8")))._tag, "AddressBanned")
        }
        yield* service.unban({ params: { address } })
        for (const { accounts } of servers) {
          yield* eventually("let in again", Effect.isSuccess(accounts.admits("192.0.2.8")))
        }
      }),
    ),
    20_000,
  )
})
