import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { networkInterfaces } from "node:os"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { isLoopback, network } from "../../src/domain/Network.ts"
import { ConnectionLimits } from "../../src/transport/ConnectionLimits.ts"
import { plainAddress } from "../../src/transport/internal/address.ts"
import { eventually, live, memory, nextText, tcp } from "../suites/transportWorld.ts"

type Server = TestServer["Service"]

const from = (server: Server, remoteAddress: string) => Effect.map(server.connect({ remoteAddress }), TestClient.v1)

/** Whether a connection from this address is let in. */
const letsIn = Effect.fnUntraced(function* (server: Server, remoteAddress: string) {
  const client = yield* from(server, remoteAddress)
  yield* client.send({ type: "Ping" })
  return (yield* client.next).type === "Pong"
})

describe("connections from one address", () => {
  const two = memory.layer({ connections: { perAddress: 2 } })

  live("are limited, each address for itself, and refused on the wire", two, (server) =>
    Effect.gen(function* () {
      assert.isTrue(yield* letsIn(server, "192.0.2.1"))
      assert.isTrue(yield* letsIn(server, "192.0.2.1"))
      const third = yield* from(server, "192.0.2.1")
      assert.strictEqual(
        yield* nextText(third),
        '{"type":"Error","code":429,"message":"Too many connections from this address"}',
      )
      assert.deepStrictEqual(yield* third.ended, { clean: true })
      assert.isTrue(yield* letsIn(server, "192.0.2.2"))
    }),
  )

  live("count one IPv6 network as one address", two, (server) =>
    Effect.gen(function* () {
      assert.isTrue(yield* letsIn(server, "2001:db8:0:7::1"))
      assert.isTrue(yield* letsIn(server, "2001:db8:0:7:1:2:3:4"))
      assert.isFalse(yield* letsIn(server, "2001:db8:0:7:ffff::"))
      assert.isTrue(yield* letsIn(server, "2001:db8:0:8::1"))
    }),
  )

  live("are not limited on loopback", two, (server) =>
    Effect.gen(function* () {
      for (const address of ["127.0.0.1", "127.9.9.9", "::1"]) {
        for (let n = 0; n < 4; n++) assert.isTrue(yield* letsIn(server, address))
      }
    }),
  )

  live("make room again when they end", two, (server) =>
    Effect.gen(function* () {
      const first = yield* from(server, "192.0.2.1")
      yield* letsIn(server, "192.0.2.1")
      yield* first.link.abort
      yield* eventually(
        "it is gone",
        Effect.sync(() => server.limits.open() === 1),
      )
      assert.isTrue(yield* letsIn(server, "192.0.2.1"))
    }),
  )

  // Each of them is still being told: none of these clients listens.
  live(
    "are dropped without a word beyond 256 that are being refused",
    memory.layer({ connections: { total: 0 } }),
    (server) =>
      Effect.gen(function* () {
        for (let n = 0; n < 256; n++) yield* server.connect()
        const beyond = yield* from(server, "127.0.0.1")
        assert.deepStrictEqual(yield* beyond.ended, { clean: false })
        assert.strictEqual(server.limits.open(), 256)
      }),
  )
})

describe("ConnectionLimits", () => {
  it.effect("counts what is open, and forgets what has ended", () =>
    Effect.gen(function* () {
      const { admit, open, release } = yield* ConnectionLimits
      const came = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"].map((from) => [from, admit(from)] as const)
      assert.deepStrictEqual(
        came.map(([, admission]) => admission),
        ["Admitted", "TooManyConnections", "Admitted", "ServerFull"],
      )
      assert.strictEqual(open(), 4)
      for (const [from, admission] of came) release(from, admission)
      assert.strictEqual(open(), 0)
      assert.strictEqual(admit("192.0.2.1"), "Admitted")
    }).pipe(
      Effect.provide(
        Layer.provide(ConnectionLimits.layer, Layer.succeed(ConnectionLimits.Settings, { total: 2, perAddress: 1 })),
      ),
    ),
  )
})

describe("an address", () => {
  it("is loopback or not", () => {
    for (const address of ["127.0.0.1", "127.255.255.254", "::1"]) assert.isTrue(isLoopback(address), address)
    for (const address of ["128.0.0.1", "10.0.0.1", "::2", "fe80::1", "localhost", "unknown", ""]) {
      assert.isFalse(isLoopback(address), address)
    }
  })

  it("is plain: the IPv4 peer of a listener for both is IPv4", () => {
    assert.strictEqual(plainAddress("::ffff:192.0.2.1"), "192.0.2.1")
    assert.strictEqual(plainAddress("192.0.2.1"), "192.0.2.1")
    assert.strictEqual(plainAddress("::ffff:1"), "::ffff:1")
  })

  it("counts with its network", () => {
    assert.strictEqual(network("192.0.2.1"), "192.0.2.1")
    const expected = "2001:db8:0:0::/64"
    for (const address of ["2001:db8::1", "2001:db8::", "2001:db8::1:2:3:4", "2001:db8:0:0:1::", "2001:db8::1%eth0"]) {
      assert.strictEqual(network(address), expected, address)
    }
    assert.strictEqual(network("::1"), "0:0:0:0::/64")
    assert.strictEqual(network("1:2:3:4:5:6:7:8"), "1:2:3:4::/64")
  })
})

describe("a TCP listener", () => {
  const talk = (server: Server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.send({ type: "Ping", sequence: 1 })
      yield* client.expect("Pong")
    })

  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address))
  // Where the machine has it.
  if (addresses.includes("::1")) {
    live("listens on IPv6", tcp.layer({ tcp: { host: "::1" } }), (server) => {
      assert.strictEqual(server.address?.host, "::1")
      return talk(server)
    })

    live("listens on IPv6 and IPv4 at once", tcp.layer({ tcp: { host: "::" } }), (server) =>
      Effect.gen(function* () {
        const port = server.address!.port
        for (const host of ["::1", "127.0.0.1"]) {
          yield* talk({ ...server, client1: Effect.map(Link.tcp({ host, port }), TestClient.v1) })
        }
      }),
    )
  }

  live("says what is wrong with a port that is in use", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const port = server.address!.port
      const error = yield* Effect.flip(Effect.scoped(Layer.build(TestServer.layerTcp({ tcp: { port } }))))
      assert.match(error.message, /^127\.0\.0\.1.* is in use already/)
    }),
  )

  live("says what is wrong with an address that is not this machine's", memory.layer(), () =>
    Effect.gen(function* () {
      const host = "192.0.2.1"
      const error = yield* Effect.flip(Effect.scoped(Layer.build(TestServer.layerTcp({ tcp: { host } }))))
      assert.match(error.message, /^192\.0\.2\.1 is no address of this machine/)
    }),
  )
})
