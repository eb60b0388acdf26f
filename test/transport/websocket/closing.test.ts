/** Whatever breaks the rules of WebSocket, done to a whole service: it says by its close frame what was wrong, and goes. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ServerFrames } from "../../../src/testing/internal/webSocket.ts"
import type * as Link from "../../../src/testing/Link.ts"
import type { TestServer } from "../../../src/testing/TestServer.ts"
import { live, nobodyLeft, tcp } from "../../suites/transportWorld.ts"
import { type Case, cases } from "./cases.ts"
import { join, ping, text, utf8 } from "./frames.ts"

const head = (...more: ReadonlyArray<string>) =>
  utf8(
    [
      "GET /ws HTTP/1.1",
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...more,
      "\r\n",
    ].join("\r\n"),
  )

/** Everything until the server has ended its side, or until there is enough of it. */
const heard = (link: Link.Link, enough: (bytes: Buffer) => boolean = () => false): Effect.Effect<Buffer> =>
  Effect.gen(function* () {
    let bytes = Buffer.alloc(0)
    while (!enough(bytes)) {
      const next = yield* Effect.orElseSucceed(link.pull, () => undefined)
      if (next === undefined) break
      bytes = Buffer.concat([bytes, next])
    }
    return bytes
  })

/** What the server says behind its handshake. */
const framesOf = (bytes: Buffer) => new ServerFrames().push(bytes.subarray(bytes.indexOf("\r\n\r\n") + 4))

/** Sends the bytes right behind the request or, every other time, behind its answer. */
const provoke = (server: TestServer["Service"], bytes: Uint8Array, atOnce: boolean) =>
  Effect.gen(function* () {
    const link = yield* server.connect()
    if (atOnce) {
      yield* link.send(join(head(), bytes))
      return framesOf(yield* heard(link))
    }
    yield* link.send(head())
    const answer = yield* heard(link, (so) => so.includes("\r\n\r\n"))
    yield* link.send(bytes)
    return framesOf(Buffer.concat([answer, yield* heard(link)]))
  }).pipe(Effect.scoped)

const codeOf = (payload: Uint8Array) => (payload.byteLength < 2 ? undefined : payload[0]! * 256 + payload[1]!)

const isOfTheRules = (one: Case) =>
  one.options === undefined && one.fails?.code !== undefined && one.bodies === undefined

describe("a service", () => {
  live("says by its close frame which rule was broken, and nothing else", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const wrong = cases.filter(isOfTheRules)
      assert.isAbove(wrong.length, 200)
      const check = ({ bytes, fails, name }: Case, index: number) =>
        Effect.map(provoke(server, bytes, index % 2 === 0), (frames) => {
          const others = frames.filter(({ opcode }) => opcode !== 0x8a && opcode !== 0x88)
          assert.lengthOf(others, 0, name)
          const last = frames.at(-1)!
          assert.strictEqual(last.opcode, 0x88, name)
          assert.strictEqual(codeOf(last.payload), fails!.code, name)
          assert.isAbove(last.payload.byteLength, 20, name)
        })
      yield* Effect.forEach(wrong, check, { concurrency: 8, discard: true })
      yield* nobodyLeft(server)
    }),
  )

  live(
    "tells what is no frame of its own in its own words, and closes with the code of its own",
    tcp.layer(),
    (server) =>
      Effect.gen(function* () {
        const frames = yield* provoke(server, text(""), false)
        assert.deepStrictEqual(
          frames.map(({ opcode }) => opcode),
          [0x81, 0x88],
        )
        assert.strictEqual(codeOf(frames[1]!.payload), 4500)
        yield* nobodyLeft(server)
      }),
  )

  live("answers a close with its own code, and a ping before it", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const closes = cases.filter(
        ({ control, options }) => options === undefined && control?.at(-1)?.startsWith("close"),
      )
      for (const [index, { bytes, control, name }] of closes.entries()) {
        const frames = yield* provoke(server, join(ping("last"), bytes), index % 2 === 0)
        assert.strictEqual(Buffer.from(frames[0]!.payload).toString(), "last", name)
        const said = control!.at(-1)!.split(" ")[1]
        assert.strictEqual(codeOf(frames.at(-1)!.payload), said === undefined ? undefined : Number(said), name)
      }
      yield* nobodyLeft(server)
    }),
  )

  live("answers ten pings one by one, and of ten thousand at once the last", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      const pings = (count: number) => join(...Array.from({ length: count }, (_, index) => ping(`${index}`)))
      yield* link.send(join(head(), pings(10)))
      const said = (bytes: Buffer) => framesOf(bytes).map(({ payload }) => Buffer.from(payload).toString())
      const ten = yield* heard(link, (so) => said(so).length >= 10)
      assert.deepStrictEqual(
        said(ten),
        Array.from({ length: 10 }, (_, index) => `${index}`),
      )
      yield* link.send(pings(10_000))
      const pongs = yield* heard(link, (so) => so.includes("9999"))
      assert.isBelow(said(Buffer.concat([ten, pongs])).length, 1000)
    }),
  )

  live("says what is missing in a request for its WebSocket", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ask = (request: string) =>
        Effect.gen(function* () {
          const link = yield* server.connect()
          yield* link.send(utf8(`${request}\r\nConnection: close\r\n\r\n`))
          return (yield* heard(link)).toString()
        }).pipe(Effect.scoped)
      assert.match(
        yield* ask("GET /ws HTTP/1.1\r\nHost: localhost"),
        /^HTTP\/1\.1 426 .*Upgrade: websocket\r\nConnection: close, Upgrade\r\n/s,
      )
      assert.match(yield* ask("POST /ws HTTP/1.1\r\nHost: localhost"), /^HTTP\/1\.1 405 .*Allow: GET\r\n/s)
      assert.match(
        yield* ask("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket"),
        /^HTTP\/1\.1 400 .*Connection/s,
      )
      yield* nobodyLeft(server)
    }),
  )
})
