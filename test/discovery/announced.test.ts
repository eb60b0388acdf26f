/** A server that is announced is found, under a name of its own, as long as it is there. */
import { assert, describe, it } from "@effect/vitest"
import * as DnsPacket from "dns-packet"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { announce } from "../../src/discovery/Announcer.ts"
import { discover } from "../../src/discovery/Discoverer.ts"
import * as Multicast from "../../src/discovery/Multicast.ts"
import { MemoryNetwork } from "./memoryNetwork.ts"

const chat = { name: "Chat on den", port: 7777, tls: true }
const within = Duration.seconds(2)

const announced = Effect.fnUntraced(function* (
  network: MemoryNetwork,
  address: string,
  advertised = chat,
  addresses: ReadonlyArray<string> = [address],
) {
  const wire = yield* network.join(address)
  return yield* Effect.forkScoped(announce(wire, advertised, "den", addresses))
})

const looked = Effect.fnUntraced(function* (network: MemoryNetwork, port = 40_000) {
  const wire = yield* network.join("10.0.0.9", port)
  const fiber = yield* Effect.forkScoped(discover(wire, within))
  yield* TestClock.adjust(within)
  return yield* Fiber.join(fiber)
})

describe("a server that is announced", () => {
  it.effect("is found with name, address and TLS", () =>
    Effect.gen(function* () {
      const network = new MemoryNetwork()
      const name = yield* announced(network, "10.0.0.1", chat, ["10.0.0.1", "fd00::1"])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(name), "Chat on den")
      assert.deepStrictEqual(yield* looked(network), [{ name: "Chat on den", host: "10.0.0.1", port: 7777, tls: true }])
      // One that hears everybody finds it as well.
      assert.lengthOf(yield* looked(network, 5353), 1)
    }).pipe(Effect.scoped),
  )

  it.effect("has the next name where its own is taken, at whatever time both come", () =>
    Effect.gen(function* () {
      for (const apart of [0, 100, 300, 5000]) {
        const network = new MemoryNetwork()
        const first = yield* announced(network, "10.0.0.1")
        yield* TestClock.adjust(Duration.millis(apart))
        const second = yield* announced(network, "10.0.0.2", { ...chat, port: 7778 })
        yield* TestClock.adjust("5 seconds")
        const names = [yield* Fiber.join(first), yield* Fiber.join(second)]
        assert.deepStrictEqual(names.toSorted(), ["Chat on den", "Chat on den (2)"], `${apart} ms apart`)
        const found = yield* looked(network)
        assert.deepStrictEqual(found.map(({ name }) => name).toSorted(), ["Chat on den", "Chat on den (2)"])
      }
    }).pipe(Effect.scoped),
  )

  it.effect("takes itself back when it ends", () =>
    Effect.gen(function* () {
      const network = new MemoryNetwork()
      const scope = yield* Scope.make()
      yield* Effect.provideService(announced(network, "10.0.0.1"), Scope.Scope, scope)
      yield* TestClock.adjust("5 seconds")
      yield* Scope.close(scope, Exit.void)
      const last = DnsPacket.decode(Buffer.from(network.sent.at(-1)!.bytes))
      assert.isTrue(last.answers!.every((answer) => "ttl" in answer && answer.ttl === 0))
      assert.deepStrictEqual(yield* looked(network), [])
    }).pipe(Effect.scoped),
  )

  it.effect("says the same to everybody once a second, however many ask, and answers a flood of others in part", () =>
    Effect.gen(function* () {
      const network = new MemoryNetwork()
      yield* announced(network, "10.0.0.1")
      yield* TestClock.adjust("5 seconds")
      const before = network.sent.length
      const question = DnsPacket.encode({ type: "query", questions: [{ name: "_natter._tcp.local", type: "PTR" }] })
      const asks = Effect.fnUntraced(function* (port: number) {
        const wire = yield* network.join("10.0.0.7", port)
        for (let time = 0; time < 50; time++) {
          yield* wire.send(question)
          yield* Effect.yieldNow
        }
        yield* TestClock.adjust(1)
      })
      const answers = () => network.sent.slice(before).filter(({ from }) => from === "10.0.0.1").length
      yield* asks(5353)
      assert.strictEqual(answers(), 1)
      yield* asks(40_001)
      assert.strictEqual(answers(), 33)
    }).pipe(Effect.scoped),
  )

  it.live("is found over the network of this machine", () =>
    Effect.gen(function* () {
      const network = { address: "127.0.0.1", netmask: "255.0.0.0", addresses: ["127.0.0.1"] }
      const port = 45_353
      const name = `Chat ${process.pid}`
      const wire = yield* Multicast.open(network, { hears: "everybody", port })
      yield* announce(wire, { ...chat, name }, "den", network.addresses)
      const asker = yield* Multicast.open(network, { hears: "answers", port })
      const found = yield* discover(asker, Duration.millis(1500))
      assert.deepInclude(found, { name, host: "127.0.0.1", port: 7777, tls: true })
    }).pipe(Effect.scoped),
  )
})
