import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Nodes } from "../../src/hub/nodes/Nodes.ts"
import { MemoryNodes } from "../../src/testing/MemoryNodes.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { onService, run } from "./overHttp.ts"

/** One of two nodes; the other, which owns the rest, is not there. */
const oneOfTwo = Layer.unwrap(
  Effect.map(
    MemoryNodes.make({ nodes: 2, ownerOf: (partition) => (partition < 3 || partition === 7 ? 0 : 1) }),
    (nodes) => TestServer.layerTcp().pipe(Layer.provide(Layer.succeed(Nodes, nodes.node(0)))),
  ),
).pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

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
