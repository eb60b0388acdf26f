import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { byteStream } from "../../../src/client/byteStream.ts"
import * as Link from "../../../src/client/internal/Link.ts"
import { frame } from "../../../src/protocol/Framing.ts"
import { withSettable } from "../../suites/settableClock.ts"
import * as Scripted from "../ScriptedDialer.ts"

const setting = Effect.gen(function* () {
  const { accept, dialer, open } = yield* Scripted.make()
  const link = yield* Link.open(yield* dialer.socket, byteStream.reader())
  return { link, peer: yield* accept, open }
})

const bytes = (text: string) => frame(Buffer.from(text))
const text = (body: Uint8Array) => Buffer.from(body).toString()
/** Half of a frame, and the other half. */
const halves = (text: string) => {
  const whole = bytes(text)
  return [whole.subarray(0, 5), whole.subarray(5)] as const
}

describe("Link", () => {
  it.effect("reads whole frames, however they come", () =>
    Effect.gen(function* () {
      const { link, peer } = yield* setting
      const [begin, rest] = halves("three")
      yield* peer.sendRaw(Buffer.concat([bytes("one"), bytes("two")]), begin)
      yield* peer.sendRaw(rest)
      assert.deepStrictEqual([yield* link.take, yield* link.take, yield* link.take].map(text), ["one", "two", "three"])
      assert.strictEqual(link.received(), 3 * 4 + "onetwothree".length)
    }).pipe(Effect.scoped),
  )

  it.effect("reads what came before it broke, and no more", () =>
    Effect.gen(function* () {
      const { link, peer } = yield* setting
      yield* peer.sendRaw(Buffer.concat([bytes("one"), new Uint8Array(4), bytes("two")]))
      assert.strictEqual(text(yield* link.take), "one")
      for (const again of [1, 2]) {
        const end = yield* Effect.flip(link.take)
        assert.deepInclude(end, { reason: "MalformedFrame", detail: "a frame's length must not be 0" }, `${again}`)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("reads frames of a mebibyte, and none that are longer", () =>
    Effect.gen(function* () {
      const longest = yield* setting
      yield* longest.peer.sendRaw(frame(new Uint8Array(1024 * 1024)))
      assert.strictEqual((yield* longest.link.take).byteLength, 1024 * 1024)
      yield* longest.peer.sendRaw(frame(new Uint8Array(1024 * 1024 + 1)))
      assert.deepInclude(yield* Effect.flip(longest.link.take), { reason: "MalformedFrame" })
    }).pipe(Effect.scoped),
  )

  it.effect("knows whether it was closed properly, between two frames", () =>
    Effect.gen(function* () {
      for (const [code, partial, closed] of [
        [1000, false, true],
        [1005, false, true],
        [1006, false, false],
        [1000, true, false],
      ] as const) {
        const { link, peer } = yield* setting
        assert.isFalse(link.closed())
        yield* peer.sendRaw(bytes("one"))
        yield* link.take
        if (partial) yield* peer.sendRaw(halves("two")[0])
        yield* peer.end(code)
        assert.deepInclude(yield* Effect.flip(link.take), { _tag: "Disconnect", reason: "ConnectionLost" })
        assert.strictEqual(link.closed(), closed, `${code} ${partial}`)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("writes one frame after the other, and knows when", () =>
    Effect.gen(function* () {
      const { link, peer } = yield* setting
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(link.spokeAt(), 0)
      yield* link.write(bytes('{"type":"a"}'))
      assert.strictEqual(link.spokeAt(), 3000)
      assert.deepStrictEqual(yield* peer.next, { type: "a" })
      yield* peer.takes(false)
      const stuck = yield* Effect.forkChild(link.write(bytes('{"type":"b"}')), { startImmediately: true })
      yield* peer.takes(true)
      yield* TestClock.adjust("1 second")
      // While one waits for the network, the next is not given to it.
      const behind = yield* Effect.forkChild(link.write(bytes('{"type":"c"}')), { startImmediately: true })
      assert.isUndefined(behind.pollUnsafe())
      assert.strictEqual(link.spokeAt(), 3000)
      yield* Fiber.interrupt(stuck)
      yield* Fiber.join(behind)
      assert.deepStrictEqual(yield* peer.next, { type: "c" })
    }).pipe(Effect.scoped),
  )

  it.effect("knows since when nothing has come, wherever the clock is set", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        const { link, peer } = yield* setting
        const silent = yield* Effect.forkChild(link.silent(Duration.seconds(10)), { startImmediately: true })
        yield* TestClock.adjust("6 seconds")
        set(60_000)
        yield* peer.sendRaw(bytes("one"))
        yield* link.take
        assert.strictEqual(link.heardAt(), 6000)
        yield* TestClock.adjust("9999 millis")
        assert.isUndefined(silent.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(silent)
        yield* link.silent(Duration.seconds(10))
      }),
    ).pipe(Effect.scoped),
  )

  it.effect("knows when a frame comes in pieces", () =>
    Effect.gen(function* () {
      const { link, peer } = yield* setting
      assert.strictEqual(link.piecemealAt(), Number.NEGATIVE_INFINITY)
      const waiting = yield* Effect.forkChild(link.piecemeal, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* peer.sendRaw(bytes("whole"))
      yield* link.take
      assert.isUndefined(waiting.pollUnsafe())
      assert.strictEqual(link.piecemealAt(), Number.NEGATIVE_INFINITY)
      yield* TestClock.adjust("1 second")
      const [begin, rest] = halves("two")
      yield* peer.sendRaw(begin)
      const taking = yield* Effect.forkChild(link.take, { startImmediately: true })
      yield* Fiber.join(waiting)
      assert.strictEqual(link.piecemealAt(), 2000)
      // Waited for anew: until the next one.
      const next = yield* Effect.forkChild(link.piecemeal, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* peer.sendRaw(rest)
      yield* Fiber.join(taking)
      assert.isUndefined(next.pollUnsafe())
      assert.strictEqual(link.piecemealAt(), 2000)
    }).pipe(Effect.scoped),
  )

  it.effect("is closed with its scope", () =>
    Effect.gen(function* () {
      const { open, peer } = yield* Effect.scoped(setting)
      assert.strictEqual(open(), 0)
      assert.isUndefined(yield* peer.next)
    }),
  )
})
