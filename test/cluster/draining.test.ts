/** A node that ends among others: its clients are told to be back at once, since the others take them. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import { TestServer } from "../../src/testing/TestServer.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { calm, user2 } from "../suites/transportWorld.ts"

const settings = { ...calm, accounts: { mode: "guest" as const } }

/** Those who were told to go may stay for a while. */
const over = (stopping: Fiber.Fiber<void>) => Effect.andThen(TestClock.adjust("30 seconds"), Fiber.join(stopping))

describe("the clients of a node that ends", () => {
  it.effect("are told to be back at once, where others go on", () =>
    Effect.gen(function* () {
      const { servers, stop } = yield* cluster(2, () => 1, settings)
      const ann = yield* user2(servers[0]!, "ann")
      const stopping = yield* Effect.forkChild(stop(0), { startImmediately: true })
      assert.deepInclude(yield* ann.until("Disconnect"), { reason: "Draining", reconnect_within: 500 })
      yield* over(stopping)
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.effect("go as fast as the others take them, and the rest when it shows that nobody comes", () =>
    Effect.gen(function* () {
      const { servers, stop } = yield* cluster(2, () => 1, settings)
      yield* Effect.forEach(Array.from({ length: 80 }), (_, n) => user2(servers[0]!, `user${n}`))
      const left = Effect.map(servers[0]!.hub.stats, ({ sessions }) => sessions)
      const stopping = yield* Effect.forkChild(stop(0), { startImmediately: true })
      yield* TestClock.adjust("50 millis")
      assert.strictEqual(yield* left, 16)
      yield* Effect.forEach(Array.from({ length: 6 }), (_, n) => user2(servers[1]!, `user${n}`))
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(yield* left, 10)
      yield* over(stopping)
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.live("are refused at its door from then on, so that what is in front of the nodes goes to another", () =>
    Effect.gen(function* () {
      const session = { goodbyeTimeout: Duration.millis(300) }
      const { servers, stop } = yield* cluster(2, () => 1, { ...settings, session }, TestServer.layerTcp)
      const ann = yield* user2(servers[0]!, "ann")
      const stopping = yield* Effect.forkChild(stop(0), { startImmediately: true })
      yield* ann.until("Disconnect")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(user2(servers[0]!, "bob"))))
      yield* user2(servers[1]!, "ann")
      yield* Fiber.interrupt(stopping)
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.effect("come back within the time that was set where there is no other node", () =>
    Effect.gen(function* () {
      const { servers, stop } = yield* cluster(1, () => 0, settings)
      const ann = yield* user2(servers[0]!, "ann")
      const stopping = yield* Effect.forkChild(stop(0), { startImmediately: true })
      assert.deepInclude(yield* ann.until("Disconnect"), { reason: "Draining", reconnect_within: 5000 })
      yield* over(stopping)
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
  )
})
