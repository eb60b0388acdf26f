import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as ClientPool from "../../src/client/ClientPool.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"

const world = TestServer.layerMemory().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

const make = Effect.fnUntraced(function* (options: Partial<ClientPool.ClientPoolOptions>) {
  const server = yield* TestServer
  const way = yield* memoryDialer
  const pool = yield* ClientPool.make({
    credentials: { username: "gateway", password: Redacted.make("secret") },
    max: 2,
    ...options,
  }).pipe(Effect.provideService(Dialer, way.dialer))
  return { pool, server, way }
})

const setting = make({ idleFor: Duration.minutes(1) })

describe("ClientPool", () => {
  it.effect("makes clients as they are needed, keeps them, and no more than it may", () =>
    Effect.gen(function* () {
      const { pool, way } = yield* setting
      assert.strictEqual(way.dials(), 0)
      const first = yield* Effect.scoped(pool.get)
      assert.strictEqual(yield* Effect.scoped(pool.get), first)
      assert.strictEqual(way.dials(), 1)

      const third = yield* Effect.scoped(
        Effect.gen(function* () {
          const both = [yield* pool.get, yield* pool.get]
          assert.notStrictEqual(both[0], both[1])
          assert.strictEqual(way.dials(), 2)
          const waiting = yield* Effect.forkDetach(Effect.scoped(pool.get))
          yield* TestClock.adjust("30 seconds")
          assert.strictEqual(waiting.pollUnsafe(), undefined)
          return waiting
        }),
      )
      yield* Fiber.join(third)
      assert.strictEqual(way.dials(), 2)
    }).pipe(Effect.scoped, Effect.provide(world)),
  )

  it.effect("lets those go that nobody needs", () =>
    Effect.gen(function* () {
      const { pool, server } = yield* setting
      yield* Effect.scoped(pool.get)
      assert.strictEqual(server.sessions.count(), 1)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(server.sessions.count(), 0)
    }).pipe(Effect.scoped, Effect.provide(world)),
  )

  it.effect("keeps a client for a minute where nothing else is said", () =>
    Effect.gen(function* () {
      const { pool, server, way } = yield* make({})
      // Counted from its last use.
      for (let uses = 0; uses < 6; uses++) {
        yield* Effect.scoped(pool.get)
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual([server.sessions.count(), way.dials()], [1, 1])
      }
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(server.sessions.count(), 0)
    }).pipe(Effect.scoped, Effect.provide(world)),
  )

  it.effect("fails as its clients do where there is no server", () =>
    Effect.gen(function* () {
      const { pool, way } = yield* make({})
      yield* way.answer(false)
      assert.strictEqual((yield* Effect.flip(Effect.scoped(pool.get))).reason, "Refused")
      yield* way.answer(true)
      assert.strictEqual((yield* (yield* pool.get).state)._tag, "Online")
    }).pipe(Effect.scoped, Effect.provide(world)),
  )

  it.effect("gives nobody a client that has ended", () =>
    Effect.gen(function* () {
      const { pool, server } = yield* setting
      const first = yield* Effect.scoped(pool.get)
      yield* server.accounts.disable("gateway")
      yield* Stream.runDrain(first.states)
      yield* server.accounts.enable("gateway")
      const second = yield* Effect.scoped(pool.get)
      assert.notStrictEqual(second, first)
      assert.strictEqual((yield* second.state)._tag, "Online")
    }).pipe(Effect.scoped, Effect.provide(world)),
  )
})
