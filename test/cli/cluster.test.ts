import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Nodes } from "../../src/hub/nodes/Nodes.ts"
import { MemoryNodes } from "../../src/testing/MemoryNodes.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { user2 } from "../suites/transportWorld.ts"
import { onService, run } from "./overHttp.ts"

/** One of two nodes; the other, which owns the rest, is not there. */
const oneOfTwo = Layer.unwrap(
  Effect.map(
    MemoryNodes.make({ nodes: 2, ownerOf: (partition) => (partition < 3 || partition === 7 ? 0 : 1) }),
    (nodes) => TestServer.layerTcp().pipe(Layer.provide(Layer.succeed(Nodes, nodes.node(0)))),
  ),
).pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

/** Two nodes that listen, and what an administrator does at the first. */
const two = Effect.gen(function* () {
  const { nodes, servers } = yield* cluster(2, undefined, {}, (settings) => TestServer.layerTcp(settings))
  const [{ accounts, address }, other] = servers as [TestServer["Service"], TestServer["Service"]]
  yield* accounts.add({ name: "olga", password: Redacted.make("secret"), role: "admin" })
  const { token } = yield* accounts.createToken("olga", { lifetime: Duration.infinity })
  const at = `127.0.0.1:${address!.port}`
  const drain = (...args: ReadonlyArray<string>) =>
    run(["drain", ...args, "--address", at, "--token", Redacted.value(token)])
  return { nodes, other, drain, at }
})

describe("natter drain --node", () => {
  it.live("has a node end that is asked for at another, and waits until it has gone", () =>
    Effect.gen(function* () {
      const { drain, nodes, other } = yield* two
      yield* user2(other, "ann")
      const ending = yield* Effect.forkChild(drain("--node", "node-1"))
      yield* other.ending
      assert.isUndefined(ending.pollUnsafe())
      nodes.kill(1)
      const { code, stderr } = yield* Fiber.join(ending)
      assert.match(stderr, /the node node-1 has ended after \d+\.\d s; it had 1 session, told to come back later$/)
      assert.strictEqual(code, 0)
    }).pipe(Effect.scoped, Effect.orDie, Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.live("says which nodes there are, and when it has not ended in time", () =>
    Effect.gen(function* () {
      const { drain } = yield* two
      assert.deepInclude(yield* drain("--node", "node-9"), {
        code: 1,
        stderr: "natter: there is no node node-9 now; there are node-0, node-1",
      })
      assert.deepInclude(yield* drain("--node", "node-1", "--within", "100ms"), {
        code: 1,
        stderr: "natter: the node node-1 is still there after 100ms: its log says what it waits for",
      })
      assert.include(
        (yield* run(["drain", "--node", "node-1"])).stderr,
        "with --address where any node of its service is",
      )
    }).pipe(Effect.scoped, Effect.orDie, Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.live(
    "is not for a service that is one node",
    onService(({ person }) =>
      Effect.gen(function* () {
        const olga = yield* person("olga", "admin")
        const { code, stderr } = yield* olga.run("drain", "--node", "127.0.0.1:7001")
        assert.strictEqual(code, 1)
        assert.include(stderr, "This service is one node: cluster.enabled is off")
      }),
    ),
  )
})

describe("natter cluster", () => {
  it.live(
    "says of a service that is one node that it is",
    onService(({ person }) =>
      Effect.gen(function* () {
        const olga = yield* person("olga", "admin")
        const { code, stderr } = yield* olga.run("cluster")
        assert.notStrictEqual(code, 0)
        assert.include(stderr, "This service is one node: cluster.enabled is off")
        const bob = yield* person("bob")
        assert.include((yield* bob.run("cluster")).stderr, "administrators")
      }),
    ),
  )

  it.live("shows the nodes, and who owns what", () =>
    Effect.gen(function* () {
      const { accounts, address } = yield* TestServer
      yield* accounts.add({ name: "olga", password: Redacted.make("secret"), role: "admin" })
      const { token } = yield* accounts.createToken("olga", { lifetime: Duration.infinity })
      const olga = (...args: ReadonlyArray<string>) =>
        run([...args, "--address", `127.0.0.1:${address!.port}`, "--token", Redacted.value(token)])
      const { code, stdout } = yield* olga("cluster")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(
        stdout.split("\n").map((line) => line.trim().split(/ {2,}/)),
        [
          ["NODE", "ANSWERS IN", "USERS", "SESSIONS", "CHANNELS", "WAITING", "OWNS"],
          ["node-0", "0.0 ms", "0", "0", "0", "0", "4 (0-2, 7)"],
        ],
      )
      const rows = (yield* olga("cluster", "--partitions")).stdout.split("\n").map((line) => line.trim().split(/ +/))
      assert.deepStrictEqual(
        rows.map(([partition, , node]) => [partition, node]),
        [["PARTITION", "NODE"], ...["0", "1", "2", "7"].map((partition) => [partition, "node-0"])],
      )
    }).pipe(Effect.provide(oneOfTwo), Effect.scoped, Effect.orDie),
  )
})
