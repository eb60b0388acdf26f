import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { createHmac } from "node:crypto"
import * as net from "node:net"
import { encodeFrame, FrameReader } from "../../src/cluster/internal/frames.ts"
import * as NodeAddress from "../../src/cluster/NodeAddress.ts"
import { type Engine, join, makeWorld, until } from "./engines.ts"

const secret = "a secret of this test"
const settings = { secret: Redacted.make(secret) }

/** As it is in a greeting. */
const framed = (message: object): Buffer => {
  const bytes = Buffer.from(JSON.stringify(message))
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

interface Raw {
  readonly heard: Array<string>
  readonly say: (text: string) => void
  readonly isClosed: () => boolean
}

/**
 * A node that is written by hand, and greets as those did that knew of no versions: what it says and hears are bytes. Its
 * address is above that of all others, so nobody waits for it to be dialed.
 */
const greet = (engine: Engine) =>
  Effect.acquireRelease(
    Effect.callback<Raw & { readonly socket: net.Socket }>((resume) => {
      const place = NodeAddress.parse(engine.address)!
      const socket = net.connect({ ...place })
      const self = "127.0.0.2:1#abcdef"
      const heard: Array<string> = []
      const reader = new FrameReader()
      let received = 0
      let step = 0
      let buffer = Buffer.alloc(0)
      let closed = false
      const takeGreeting = (): { readonly nonce: string } | undefined => {
        if (buffer.length < 2 || buffer.length < 2 + buffer.readUInt16BE()) return undefined
        const end = 2 + buffer.readUInt16BE()
        const message = JSON.parse(buffer.toString("utf8", 2, end)) as { readonly nonce: string }
        buffer = buffer.subarray(end)
        step++
        return message
      }
      socket.on("error", () => {})
      socket.on("close", () => (closed = true))
      socket.on("data", (bytes) => {
        buffer = Buffer.concat([buffer, bytes])
        if (step === 0) {
          const challenge = takeGreeting()
          if (challenge === undefined) return
          const said = ["dials", challenge.nonce, "mine", "link", self]
          const proof = createHmac("sha256", secret).update(JSON.stringify(said)).digest("base64")
          socket.write(framed({ kind: "link", node: self, nonce: "mine", proof }))
          return
        }
        if (step === 1) {
          if (takeGreeting() === undefined) return
          socket.write(encodeFrame("ping", 0))
          const say = (text: string) => void socket.write(encodeFrame("batch", received, text))
          resume(Effect.succeed({ heard, say, isClosed: () => closed, socket }))
        }
        const rest = buffer
        buffer = Buffer.alloc(0)
        reader.read(rest, ({ kind, text }) => {
          if (kind === "ping") socket.write(encodeFrame("pong", received))
          if (kind !== "batch") return
          received++
          heard.push(text)
          socket.write(encodeFrame("ack", received))
        })
      })
    }),
    ({ socket }) => Effect.sync(() => void socket.destroy()),
  )

describe("nodes of two releases", () => {
  it.live(
    "are linked where one says nothing of versions, and what the other does not know cuts no link",
    () =>
      Effect.gen(function* () {
        const one = yield* join(yield* makeWorld, settings)
        const raw = yield* greet(one)
        yield* until(() => one.linked.size === 1)
        const command = { type: "Command", link: 3, command: { type: "Pin", request: 9 } }
        raw.say(
          JSON.stringify([{ type: "Wave" }, { type: "Ask", request: 5 }, command, { type: "Brought", request: 1 }]),
        )
        yield* until(() => one.received.length === 1)
        assert.deepStrictEqual(one.received[0]?.message, { type: "Brought", request: 1 })
        yield* until(() => raw.heard.join().includes('"request":9'))
        const answers = raw.heard.flatMap((text) => JSON.parse(text) as ReadonlyArray<unknown>)
        assert.deepStrictEqual(answers, [
          { type: "NotUnderstood", request: 5 },
          { type: "NotUnderstood", request: 9, link: 3 },
        ])
        assert.isFalse(raw.isClosed())
        assert.strictEqual(one.linked.size, 1)
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "are linked where they speak one version in common",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const one = yield* join(world, { ...settings, speaks: { min: 1, max: 2 } })
        const other = yield* join(world, { ...settings, speaks: { min: 2, max: 3 } })
        yield* until(() => one.linked.has(other.nodes.self) && other.linked.has(one.nodes.self))
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "do not start beside each other where they speak none, and say what to do",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const one = yield* join(world, settings)
        const exit = yield* Effect.exit(join(world, { ...settings, speaks: { min: 2, max: 3 } }))
        assert.isTrue(Exit.isFailure(exit))
        assert.match(
          String(exit),
          /is of another release: it speaks version 1 of what nodes say to each other, and this node versions 2 to 3: stop all nodes/,
        )
        assert.strictEqual(one.linked.size, 0)
      }).pipe(Effect.scoped),
    30_000,
  )
})
