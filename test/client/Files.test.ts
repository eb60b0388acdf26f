import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { RequestError } from "../../src/domain/RequestError.ts"
import type { Address } from "../../src/client/Address.ts"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { FileChanged } from "../../src/client/Files.ts"
import * as NodeDialer from "../../src/client/transport/NodeDialer.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { files as certificate, trust } from "../suites/secureWorlds.ts"
import { bytesOf, collect, hashOf, roundTrip, sourceOf } from "./files.ts"

const settings = { accounts: { mode: "guest" } } as const
const world = TestServer.layerMemory(settings).pipe(
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
)

const clientOf = Effect.fnUntraced(function* (username: string, options: Partial<Client.ClientOptions> = {}) {
  const way = yield* memoryDialer
  const client = yield* Effect.provideService(
    Client.make({ credentials: { username, password: Redacted.make("secret") }, ...options }),
    Dialer,
    way.dialer,
  )
  yield* client.join("lobby")
  return { client, way }
})

const test = (name: string, body: Effect.Effect<void, unknown, TestServer | Scope.Scope>, service = world) =>
  it.effect(name, () => body.pipe(Effect.scoped, Effect.provide(service)))

/** On the real clock: what takes its time is not late for it. */
const live = (name: string, body: Effect.Effect<void, unknown, TestServer | Scope.Scope>) =>
  it.live(name, () => body.pipe(Effect.scoped, Effect.provide(world)))

/** Comes back soon, but not before the server has noticed that it is gone. */
const backoff = { base: Duration.millis(300), cap: Duration.millis(300) }

const withAccounts = TestServer.layerMemory().pipe(
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
)

const reasonOf = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(effect), (error) => (error as unknown as RequestError).reason)

describe.each(["json", "msgpack"] as const)("in %s", (codec) => {
  for (const size of [0, 1, 32 * 1024, 32 * 1024 + 1, 5_000_000]) {
    test(
      `a file of ${size} bytes is sent, said and read`,
      Effect.gen(function* () {
        const bytes = bytesOf(size)
        const { client } = yield* clientOf("ann", { codec })
        const events = yield* client.subscribe
        const { come, file } = yield* roundTrip(client, "lobby", bytes)
        assert.deepStrictEqual<unknown>(file, {
          id: file.id,
          name: "tea.bin",
          size,
          media_type: "application/octet-stream",
          sha256: hashOf(bytes),
        })
        assert.isTrue(come.equals(bytes))
        const [message] = yield* events.pipe(
          Stream.filter((event) => event.type === "Message"),
          Stream.take(1),
          Stream.runCollect,
        )
        assert.deepStrictEqual(message?.file, file)
        const [entry] = yield* Stream.runCollect(Stream.take(client.entries("lobby"), 1))
        assert.deepInclude(entry, { file })
      }),
    )
  }

  live(
    "an upload whose connection is lost again and again goes on where it was",
    Effect.gen(function* () {
      const bytes = bytesOf(3_000_000)
      const { client, way } = yield* clientOf("ann", { codec, backoff })
      let cuts = 0
      let resent = 0
      const source = sourceOf(bytes)
      const sending = client.upload("lobby", {
        ...source,
        read: (offset) => {
          resent += offset
          way.cutAfter(900_000, "toServer")
          cuts++
          return source.read(offset)
        },
      })
      const file = yield* sending
      assert.strictEqual(file.sha256, hashOf(bytes))
      assert.isAtLeast(cuts, 3)
      assert.isAbove(resent, 0)
    }),
  )

  live(
    "a download whose connection is lost again and again goes on behind the last byte",
    Effect.gen(function* () {
      const bytes = bytesOf(6_000_000)
      const { client, way } = yield* clientOf("ann", { codec, backoff })
      const file = yield* client.upload("lobby", sourceOf(bytes))
      yield* client.publish("lobby", "", { file: file.id })
      const dials = way.dials()
      let next = 1_000_000
      const come = yield* Effect.scoped(
        Effect.flatMap(
          client.download("lobby", file.id, {
            onProgress: (at) => {
              if (at < next) return
              next = at + 1_000_000
              way.cutAfter(100_000, "toClient")
            },
          }),
          ({ bytes }) => collect(bytes),
        ),
      )
      assert.isTrue(come.equals(bytes))
      assert.isAtLeast(way.dials() - dials, 3)
    }),
  )
})

describe("an upload", () => {
  test(
    "says how far it is, and is gone on with by another process",
    Effect.gen(function* () {
      const bytes = bytesOf(5_000_000)
      const seen: Array<number> = []
      let started = ""
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { client } = yield* clientOf("ann")
          const sending = yield* Effect.forkChild(
            client.upload("lobby", sourceOf(bytes), {
              onStarted: (file) => (started = file),
              onProgress: (at) => void seen.push(at),
            }),
          )
          while ((seen.at(-1) ?? 0) === 0) yield* Effect.yieldNow
          yield* Fiber.interrupt(sending)
          // Its place is free, and it is still there.
          assert.strictEqual((yield* client.upload("lobby", sourceOf(bytesOf(10)))).size, 10)
        }),
      )
      const { client } = yield* clientOf("ann")
      let from = -1
      const source = sourceOf(bytes)
      const rest = {
        ...source,
        read: (offset: number) => {
          from = offset
          return source.read(offset)
        },
      }
      const file = yield* client.upload("lobby", rest, { resume: started })
      assert.deepStrictEqual([file.id, file.sha256], [started, hashOf(bytes)])
      assert.isAtLeast(from, seen.at(-1)!)
      assert.deepStrictEqual(
        seen,
        seen.toSorted((a, b) => a - b),
      )
    }),
    withAccounts,
  )

  test(
    "fails where the file is not what it was, and leaves nothing",
    Effect.gen(function* () {
      const bytes = bytesOf(100_000)
      const { client } = yield* clientOf("ann")
      for (const [size, name] of [
        [99_999, "more"],
        [100_001, "less"],
      ] as const) {
        let file = ""
        const source = { ...sourceOf(bytes), name, size }
        const error = yield* Effect.flip(client.upload("lobby", source, { onStarted: (id) => (file = id) }))
        assert.instanceOf(error, FileChanged)
        assert.strictEqual(yield* reasonOf(client.upload("lobby", source, { resume: file })), "NoSuchFile")
      }
      const wrong = sourceOf(bytes, { sha256: hashOf(bytesOf(1)) })
      assert.strictEqual(yield* reasonOf(client.upload("lobby", wrong)), "HashMismatch")
    }),
  )

  test(
    "fails with the program's own error",
    Effect.gen(function* () {
      const { client } = yield* clientOf("ann")
      const source = {
        ...sourceOf(bytesOf(10)),
        read: () => Stream.concat(Stream.make(bytesOf(4)), Stream.fail("the disk is gone" as const)),
      }
      assert.strictEqual(yield* Effect.flip(client.upload("lobby", source)), "the disk is gone")
    }),
  )

  test(
    "is refused where one is not, and gone on with under the channel's new name",
    Effect.gen(function* () {
      const { client } = yield* clientOf("ann")
      assert.strictEqual(yield* reasonOf(client.upload("den", sourceOf(bytesOf(1)))), "NotMember")
      assert.strictEqual(yield* reasonOf(client.upload("lobby", sourceOf(bytesOf(1)), { resume: "x" })), "NoSuchFile")
    }),
  )

  test(
    "six at once are all sent, and none of the six read waits for ever",
    Effect.gen(function* () {
      const { client } = yield* clientOf("ann")
      const sizes = [100_001, 100_002, 100_003, 100_004, 100_005, 100_006]
      const files = yield* Effect.forEach(sizes, (size) => roundTrip(client, "lobby", bytesOf(size)), {
        concurrency: "unbounded",
      })
      files.forEach(({ come }, n) => assert.isTrue(come.equals(bytesOf(sizes[n]!))))
    }),
  )
})

describe("a download", () => {
  test(
    "goes on with what is there already, and checks the whole",
    Effect.gen(function* () {
      const bytes = bytesOf(300_000)
      const { client } = yield* clientOf("ann")
      const { id } = yield* client.upload("lobby", sourceOf(bytes))
      yield* client.publish("lobby", "", { file: id })
      const from = (before: Uint8Array) =>
        Effect.scoped(
          Effect.flatMap(
            client.download("lobby", id, { offset: before.length, before: Stream.make(before) }),
            ({ bytes }) => collect(bytes),
          ),
        )
      assert.isTrue((yield* from(bytes.subarray(0, 100_000))).equals(bytes.subarray(100_000)))
      assert.strictEqual(yield* reasonOf(from(bytesOf(100_000))), "HashMismatch")
    }),
  )

  test(
    "is held back by who reads it, and given up with its scope",
    Effect.gen(function* () {
      const bytes = bytesOf(8_000_000)
      const { client, way } = yield* clientOf("ann")
      const { id } = yield* client.upload("lobby", sourceOf(bytes))
      yield* client.publish("lobby", "", { file: id })
      const before = way.passed().toClient
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { bytes } = yield* client.download("lobby", id)
          yield* Stream.runDrain(Stream.take(bytes, 1))
          // Whatever is asked meanwhile is answered.
          for (let n = 0; n < 10; n++) yield* client.channels()
          // In base64, the window and what was taken.
          assert.isBelow(way.passed().toClient - before, 5_000_000)
        }),
      )
      assert.strictEqual((yield* roundTrip(client, "lobby", bytesOf(10))).come.length, 10)
    }),
  )

  test(
    "is refused where there is no such file",
    Effect.gen(function* () {
      const { client } = yield* clientOf("ann")
      const file = "01935530-1b2c-7d3e-8f40-a1b2c3d4e5f6"
      assert.strictEqual(yield* reasonOf(Effect.scoped(client.download("lobby", file))), "NoSuchFile")
    }),
  )
})

const ways: ReadonlyArray<readonly [string, "json" | "msgpack", (port: number) => Address]> = [
  ["TLS", "msgpack", (port) => ({ over: "tls", host: "localhost", port })],
  ["TLS", "json", (port) => ({ over: "tls", host: "localhost", port })],
  [
    "a WebSocket over TLS",
    "msgpack",
    (port) => ({ over: "websocket", host: "127.0.0.1", url: `wss://localhost:${port}/ws` }),
  ],
  ["TCP", "msgpack", (port) => ({ host: "127.0.0.1", port })],
  ["a WebSocket", "msgpack", (port) => ({ over: "websocket", host: "127.0.0.1", url: `ws://127.0.0.1:${port}/ws` })],
  ["a WebSocket", "json", (port) => ({ over: "websocket", host: "127.0.0.1", url: `ws://127.0.0.1:${port}/ws` })],
  ["Server-Sent Events", "json", (port) => ({ over: "sse", host: "127.0.0.1", url: `http://127.0.0.1:${port}/sse` })],
]

describe.each(ways)("over %s, in %s", (way, codec, addressOf) => {
  it.live("a file is sent and read", () =>
    Effect.gen(function* () {
      const { address } = yield* TestServer
      const bytes = bytesOf(3_000_000)
      const client = yield* Client.make({
        credentials: { username: "ann", password: Redacted.make("secret") },
        codec,
      }).pipe(Effect.provide(NodeDialer.layer(addressOf(address!.port), trust)))
      yield* client.join("lobby")
      const { come } = yield* roundTrip(client, "lobby", bytes)
      assert.isTrue(come.equals(bytes))
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerTcp({ ...settings, ...(way.includes("TLS") ? { tls: certificate } : {}) })),
      Effect.provideService(References.MinimumLogLevel, "None"),
    ),
  )
})
