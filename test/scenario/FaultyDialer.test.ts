/** Faults of a connection, below the client, on virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import { TestClock } from "effect/testing"
import * as FaultyDialer from "../../src/scenario/internal/FaultyDialer.ts"
import { inject } from "../../src/scenario/internal/injectFault.ts"
import type { Member } from "../../src/scenario/internal/Member.ts"
import { Incident } from "../../src/scenario/index.ts"

/** A dialer whose connections are queues: what arrives over each, and what left. */
const network = Effect.sync(() => {
  const connections: Array<{ arriving: Queue.Queue<string | Uint8Array>; left: Array<unknown> }> = []
  const socket = Effect.gen(function* () {
    const arriving = yield* Queue.unbounded<string | Uint8Array>()
    const left: Array<unknown> = []
    connections.push({ arriving, left })
    return Socket.make({
      reader: Effect.succeed({
        pull: Effect.map(Queue.take(arriving), (chunk) => [chunk] as const) as never,
        upgrade: Effect.die("none") as never,
      }),
      writer: Effect.succeed({
        write: (chunk) => Effect.sync(() => void left.push(chunk)),
        writeAll: (chunks) => Effect.sync(() => void left.push(...chunks)),
      }),
    })
  })
  const faulty = FaultyDialer.make({ address: "there", socket })
  const dial = Effect.gen(function* () {
    const socket = yield* faulty.dialer.socket
    const scope = yield* Scope.make()
    const { pull } = yield* Scope.provide(socket.reader, scope)
    const writer = yield* Scope.provide(socket.writer, scope)
    const heard: Array<unknown> = []
    const reading = yield* Effect.forkScoped(
      Effect.forever(Effect.map(pull, (chunks) => void heard.push(...chunks))).pipe(
        Effect.catch((error) => Effect.succeed(error)),
      ),
    )
    const { arriving, left } = connections.at(-1)!
    return { arrive: (chunk: string | Uint8Array) => Queue.offer(arriving, chunk), heard, left, reading, scope, writer }
  })
  return { ...faulty, dial }
})

const soon = TestClock.adjust("1 millis")

describe("a connection that can be made faulty", () => {
  it.effect("is as it is while nothing is done to it", () =>
    Effect.gen(function* () {
      const { dial, dialer } = yield* network
      assert.strictEqual(dialer.address, "there")
      const { arrive, heard, left, writer } = yield* dial
      yield* arrive("a")
      yield* writer.write("b")
      yield* writer.writeAll(["c", "d"])
      yield* soon
      assert.deepStrictEqual([heard, left], [["a"], ["b", "c", "d"]])
    }),
  )

  it.effect("breaks without a goodbye where it is cut, and can be made again", () =>
    Effect.gen(function* () {
      const { cut, dial } = yield* network
      const [first, second] = [yield* dial, yield* dial]
      yield* Scope.close(second.scope, Exit.void)
      yield* cut
      yield* soon
      const error = yield* Fiber.join(first.reading)
      assert.strictEqual((error as Socket.SocketError).reason._tag, "SocketCloseError")
      assert.strictEqual(((error as Socket.SocketError).reason as Socket.SocketCloseError).code, 1006)
      // One that was closed before is none of those that are cut.
      assert.isUndefined(second.reading.pollUnsafe())
      const third = yield* dial
      yield* third.arrive("x")
      yield* soon
      assert.deepStrictEqual(third.heard, ["x"])
    }),
  )

  it.effect("is refused as by nobody who listens, while that is wanted", () =>
    Effect.gen(function* () {
      const { dial, refuse } = yield* network
      yield* refuse(true)
      const { reason } = yield* Effect.flip(dial)
      assert.strictEqual(reason._tag, "SocketOpenError")
      assert.deepStrictEqual((reason as Socket.SocketOpenError).cause, { code: "ECONNREFUSED" })
      yield* refuse(false)
      yield* dial
    }),
  )

  it.effect("is silent in both directions where it is half open, and later ones are not", () =>
    Effect.gen(function* () {
      const { dial, halfOpen } = yield* network
      const before = yield* dial
      yield* halfOpen
      const after = yield* dial
      for (const { arrive, writer } of [before, after]) {
        yield* arrive("a")
        yield* writer.write("b")
        yield* writer.writeAll(["c"])
      }
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual([before.heard, before.left], [[], []])
      assert.deepStrictEqual([after.heard, after.left], [["a"], ["b", "c"]])
      assert.isUndefined(before.reading.pollUnsafe())
    }),
  )

  it.effect("holds everything back where it is stalled, and then lets it pass", () =>
    Effect.gen(function* () {
      const { dial, stall } = yield* network
      const { arrive, heard, left, writer } = yield* dial
      yield* stall(true)
      yield* arrive("a")
      yield* Effect.forkScoped(Effect.andThen(writer.write("b"), writer.writeAll(["c"])))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual([heard, left], [[], []])
      yield* stall(false)
      yield* soon
      assert.deepStrictEqual([heard, left], [["a"], ["b", "c"]])
    }),
  )

  it.effect("is late by as much as is said, in what arrives", () =>
    Effect.gen(function* () {
      const { delay, dial } = yield* network
      const { arrive, heard, left, writer } = yield* dial
      yield* delay(200)
      yield* arrive("a")
      yield* writer.write("b")
      assert.deepStrictEqual(left, ["b"])
      yield* TestClock.adjust("199 millis")
      assert.deepStrictEqual(heard, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(heard, ["a"])
      yield* delay(0)
      yield* arrive("c")
      yield* soon
      assert.deepStrictEqual(heard, ["a", "c"])
    }),
  )

  it.effect("reads so many bytes a second, of text and of others", () =>
    Effect.gen(function* () {
      const { delay, dial, throttle } = yield* network
      const { arrive, heard } = yield* dial
      yield* throttle(100)
      for (const chunk of ["x".repeat(50), new Uint8Array(200)]) {
        yield* arrive(chunk)
        yield* TestClock.adjust(chunk.length * 10 - 1)
        assert.notInclude(heard, chunk)
        yield* TestClock.adjust("1 millis")
        assert.include(heard, chunk)
      }
      // Beside the delay, not instead of it.
      yield* delay(100)
      yield* arrive("y")
      yield* TestClock.adjust("109 millis")
      assert.lengthOf(heard, 2)
      yield* TestClock.adjust("1 millis")
      assert.lengthOf(heard, 3)
    }),
  )
})

describe("a fault of links", () => {
  const crowd = (name: string, count: number) =>
    Array.from({ length: count }, (_, ordinal) => {
      const calls: Array<unknown> = []
      const note = (...call: ReadonlyArray<unknown>) => Effect.sync(() => void calls.push(call.join(" ")))
      const faultyDialer = {
        cut: note("cut"),
        halfOpen: note("halfOpen"),
        stall: (stalled: boolean) => note("stall", stalled),
        delay: (millis: number) => note("delay", millis),
      }
      return { calls, crowd: { name, count }, faultyDialer, ordinal }
    })

  const calledOf = (members: ReturnType<typeof crowd>) => members.map(({ calls }) => calls.join())
  const injected = (what: Parameters<typeof inject>[0], members: ReturnType<typeof crowd>) =>
    inject(what, members as unknown as ReadonlyArray<Member>)

  it.effect("is one of a share of a crowd, the first ones, and of nobody else", () =>
    Effect.gen(function* () {
      const members = [...crowd("c", 4), ...crowd("d", 2)]
      yield* injected(Incident.cut({ crowd: "c", share: 0.5 }) as never, members)
      yield* injected(Incident.halfOpen({ crowd: "d" }) as never, members)
      assert.deepStrictEqual(calledOf(members), ["cut", "cut", "", "", "halfOpen", "halfOpen"])
      const few = crowd("c", 3)
      // Rounded: one of three.
      yield* injected(Incident.cut({ crowd: "c", share: 0.4 }) as never, few)
      yield* injected(Incident.halfOpen({ crowd: "c", share: 0.1 }) as never, few)
      assert.deepStrictEqual(calledOf(few), ["cut", "", ""])
      yield* injected(Incident.cut({ crowd: "c" }) as never, [{ ...few[0]!, faultyDialer: undefined as never }])
    }),
  )

  it.effect("that lasts is over when its time is, also where it is interrupted", () =>
    Effect.gen(function* () {
      for (const [what, begun, over] of [
        [Incident.stall({ crowd: "c", for: "2 seconds" }), "stall true", "stall false"],
        [Incident.delay({ crowd: "c", by: 50, for: "2 seconds" }), "delay 50", "delay 0"],
      ] as const) {
        const members = crowd("c", 1)
        const running = yield* Effect.forkChild(injected(what as never, members))
        yield* TestClock.adjust("1999 millis")
        assert.deepStrictEqual(calledOf(members), [begun])
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(calledOf(members), [`${begun},${over}`])
        yield* Fiber.join(running)
        const others = crowd("c", 1)
        const stopped = yield* Effect.forkChild(injected(what as never, others))
        yield* soon
        yield* Fiber.interrupt(stopped)
        assert.deepStrictEqual(calledOf(others), [`${begun},${over}`])
      }
    }),
  )
})
