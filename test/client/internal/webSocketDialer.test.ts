import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Socket from "effect/socket/Socket"
import * as TestClock from "effect/testing/TestClock"
import type { CodecName } from "../../../src/client/CodecName.ts"
import { Codec } from "../../../src/client/Dialer.ts"
import { browserSocket } from "../../../src/client/internal/browserSocket.ts"
import * as webSocketDialer from "../../../src/client/internal/webSocketDialer.ts"

/** A WebSocket of which the test is the network. */
class Fake extends EventTarget {
  readyState = 1
  bufferedAmount = 0
  readonly sent: Array<string | Uint8Array> = []
  readonly subprotocol: string
  constructor(subprotocol: string) {
    super()
    this.subprotocol = subprotocol
  }
  send(data: string | Uint8Array): void {
    this.sent.push(data)
  }
  close(): void {
    this.readyState = 3
  }
  hear(data: string | ArrayBuffer): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data }))
  }
}

const setting = Effect.fnUntraced(function* (
  codec: CodecName = "json",
  bound: { readonly unreadAtMost?: number } = {},
) {
  let fake: Fake | undefined
  const { unreadAtMost = 1000 } = bound
  const { socket } = webSocketDialer.make(
    "there",
    (subprotocol) => (fake = new Fake(subprotocol)) as never,
    (acquire) => Effect.succeed(browserSocket(acquire, unreadAtMost)),
  )
  const open = yield* Effect.provideService(socket, Codec, codec)
  const pull = yield* Socket.readerBytes(open)
  const { write } = yield* open.writer
  return { fake: fake!, pull, write }
})

const bytes = (text: string) => new TextEncoder().encode(text)

describe("a WebSocket", () => {
  it.effect("carries JSON as text and MessagePack as binary messages", () =>
    Effect.gen(function* () {
      const json = yield* setting("json")
      yield* json.write(bytes('{"type":"Ping"}'))
      assert.deepStrictEqual([json.fake.subprotocol, json.fake.sent], ["natter.v2.json", ['{"type":"Ping"}']])
      json.fake.hear("grüße")
      json.fake.hear("👋")
      assert.deepStrictEqual(yield* json.pull, [bytes("grüße"), bytes("👋")])

      const msgpack = yield* setting("msgpack")
      yield* msgpack.write(Uint8Array.of(0x81, 0xa1))
      assert.deepStrictEqual(msgpack.fake.sent, [Uint8Array.of(0x81, 0xa1)])
      assert.strictEqual(msgpack.fake.subprotocol, "natter.v2.msgpack")
      msgpack.fake.hear(Uint8Array.of(1, 2).buffer)
      assert.deepStrictEqual(yield* msgpack.pull, [Uint8Array.of(1, 2)])
    }).pipe(Effect.scoped),
  )

  it.effect("lets a write wait while the network takes nothing, and does not give it more", () =>
    Effect.gen(function* () {
      const { fake, write } = yield* setting()
      fake.bufferedAmount = 64 * 1024
      yield* write(bytes("one"))
      fake.bufferedAmount++
      const waiting = yield* Effect.forkChild(write(bytes("two")), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(fake.sent, ["one"])
      fake.bufferedAmount = 0
      yield* TestClock.adjust("20 millis")
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(fake.sent, ["one", "two"])
    }).pipe(Effect.scoped),
  )

  it.effect("counts a write as done when the network has taken it, or never will", () =>
    Effect.gen(function* () {
      const { fake, write } = yield* setting()
      const writing = yield* Effect.forkChild(
        Effect.suspend(() => {
          fake.send = () => void (fake.bufferedAmount = 1024 * 1024)
          return write(bytes("one"))
        }),
        { startImmediately: true },
      )
      yield* TestClock.adjust("1 minute")
      assert.isUndefined(writing.pollUnsafe())
      // What is given to a closed WebSocket counts as buffered for ever.
      fake.readyState = 2
      yield* TestClock.adjust("20 millis")
      yield* Fiber.join(writing)
    }).pipe(Effect.scoped),
  )

  it.effect("is given nothing while it closes", () =>
    Effect.gen(function* () {
      const { fake, write } = yield* setting()
      for (const readyState of [2, 3]) {
        fake.readyState = readyState
        // Whoever reads hears of the end.
        yield* write(bytes("late"))
      }
      assert.deepStrictEqual(fake.sent, [])
    }).pipe(Effect.scoped),
  )

  it.effect("ends when more comes than is read", () =>
    Effect.gen(function* () {
      const { fake, pull } = yield* setting("json", { unreadAtMost: 10 })
      fake.hear("0123456789")
      assert.deepStrictEqual(yield* pull, [bytes("0123456789")])
      fake.hear("0123456789")
      fake.hear("!")
      yield* pull
      assert.strictEqual((yield* Effect.flip(pull)).reason._tag, "SocketReadError")
    }).pipe(Effect.scoped),
  )

  it.effect("says how it was closed", () =>
    Effect.gen(function* () {
      const { fake, pull } = yield* setting()
      fake.dispatchEvent(Object.assign(new Event("close"), { code: 4001, reason: "too slow" }))
      const { reason } = yield* Effect.flip(pull)
      assert.deepInclude(reason, { _tag: "SocketCloseError", code: 4001, closeReason: "too slow" })
    }).pipe(Effect.scoped),
  )
})
