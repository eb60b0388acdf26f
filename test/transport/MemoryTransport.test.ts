import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { pull } from "../../src/session/Connection.ts"
import * as MemoryTransport from "../../src/testing/MemoryTransport.ts"

const goodbye = new Disconnect({ reason: "Goodbye" })

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)
const ending = <A>(pull: Effect.Effect<A, { readonly clean: boolean }>) =>
  Effect.map(Effect.flip(pull), ({ clean }) => (clean ? "clean" : "broken"))

describe("the transport in memory", () => {
  it.effect("carries bytes both ways in order, a batch as one write", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make()
      yield* link.send(bytes(1, 2))
      yield* link.send(bytes(3))
      assert.deepStrictEqual([...(yield* pull(connection))], [1, 2])
      assert.deepStrictEqual([...(yield* pull(connection))], [3])
      assert.isTrue(connection.send([bytes(4), bytes(5, 6)]))
      assert.deepStrictEqual([...(yield* link.pull)], [4, 5, 6])
    }),
  )

  it.effect("splits what is sent as it is told, both ways", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make({ split: MemoryTransport.piecesOf(2) })
      yield* link.send(bytes(1, 2, 3))
      assert.deepStrictEqual([...(yield* pull(connection))], [1, 2])
      assert.deepStrictEqual([...(yield* pull(connection))], [3])
      connection.send([bytes(4), bytes(5, 6)])
      assert.deepStrictEqual([...(yield* link.pull)], [4, 5])
    }),
  )

  it.effect("holds a writer back until the other reads", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make({ capacity: 4 })
      assert.isTrue(connection.send([bytes(1, 2, 3, 4)]))
      assert.isFalse(connection.send([bytes(5)]))
      assert.strictEqual(connection.backlog(), 1)
      const waiting = yield* Effect.forkChild(connection.drained, { startImmediately: true })
      assert.isUndefined(waiting.pollUnsafe())
      yield* link.pull
      yield* Fiber.join(waiting)
      assert.strictEqual(connection.backlog(), 0)
      assert.strictEqual(link.unread(), 1)
      const sending = yield* Effect.forkChild(link.send(bytes(1, 2, 3, 4, 5)), { startImmediately: true })
      assert.isUndefined(sending.pollUnsafe())
      yield* pull(connection)
      yield* Fiber.join(sending)
    }),
  )

  it.effect("ends one side and goes on with the other", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make()
      yield* link.send(bytes(1))
      yield* link.end
      yield* pull(connection)
      assert.strictEqual(yield* ending(pull(connection)), "clean")
      assert.isTrue(connection.send([bytes(2)]))
      yield* connection.close(goodbye)
      yield* connection.abort
      assert.deepStrictEqual([...(yield* link.pull)], [2])
      assert.strictEqual(yield* ending(link.pull), "clean")
    }),
  )

  it.effect("closes when the other has ended its side too", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make()
      connection.send([bytes(1)])
      const closing = yield* Effect.forkChild(connection.close(goodbye), { startImmediately: true })
      assert.isUndefined(closing.pollUnsafe())
      yield* link.send(bytes(9, 9, 9))
      yield* link.pull
      // A socket that reads the end ends its own side.
      assert.strictEqual(yield* ending(link.pull), "clean")
      yield* Fiber.join(closing)
      assert.isFalse(connection.send([bytes(2)]))
      assert.strictEqual(link.closedFor(), goodbye)
    }),
  )

  it.effect("breaks for both, and what was under way is lost", () =>
    Effect.gen(function* () {
      for (const side of ["connection", "link"] as const) {
        const ends = MemoryTransport.make({ capacity: 1 })
        const { connection, link } = ends
        yield* link.send(bytes(1))
        connection.send([bytes(2, 3)])
        yield* ends[side].abort
        assert.strictEqual(yield* ending(pull(connection)), "broken")
        assert.strictEqual(yield* ending(link.pull), "broken")
        assert.strictEqual(yield* ending(connection.drained), "broken")
        assert.isFalse(connection.send([bytes(4)]))
      }
    }),
  )

  it.effect("cut, nothing arrives and nobody is told", () =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make({ capacity: 2 })
      yield* link.cut
      yield* link.send(bytes(1))
      assert.isTrue(connection.send([bytes(1)]))
      const pulling = yield* Effect.forkChild(pull(connection), { startImmediately: true })
      const listening = yield* Effect.forkChild(link.pull, { startImmediately: true })
      yield* link.abort
      assert.isUndefined(pulling.pollUnsafe())
      assert.strictEqual(yield* ending(Fiber.join(listening)), "broken")
      assert.isFalse(connection.send([bytes(2, 3)]))
      yield* connection.abort
      assert.strictEqual(yield* ending(Fiber.join(pulling)), "broken")
    }),
  )
})
