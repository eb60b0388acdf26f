/** Whatever is sent, or not, on the way in, and wherever it ends: it is answered or cut, and nothing of it is left. */
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Link from "../../src/testing/Link.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { files, trust } from "../suites/secureWorlds.ts"
import { alone, eventually, live, member1, nextTurn, nobodyLeft, stoppable, tcp } from "../suites/transportWorld.ts"
import * as frames from "./websocket/frames.ts"

type Server = TestServer["Service"]

const text = (...lines: ReadonlyArray<string>) => Buffer.from(lines.map((line) => `${line}\r\n`).join(""))
const headers = [
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
]
const upgrade = text("GET /ws HTTP/1.1", ...headers, "Sec-WebSocket-Protocol: natter.v2.json", "")
const get = text("GET /nothing HTTP/1.1", "Host: localhost", "")

/** All that is said, until the other side has said all. */
const all = (link: Link.Link): Effect.Effect<string> => {
  const parts: Array<Uint8Array> = []
  return Effect.forever(Effect.map(link.pull, (bytes) => parts.push(bytes))).pipe(
    Effect.ignore,
    Effect.map(() => Buffer.concat(parts).toString("latin1")),
  )
}

/** Reads until this has come. */
const hear = Effect.fnUntraced(function* (link: Link.Link, what: RegExp) {
  let heard = ""
  while (!what.test(heard)) heard += Buffer.from(yield* link.pull).toString("latin1")
  return heard
})

/** Nothing is connected, nothing is being asked, and who comes now is served. */
const unharmed = Effect.fnUntraced(function* (server: Server) {
  yield* nobodyLeft(server)
  const { requests } = server.limits
  yield* eventually(
    "no request is open",
    Effect.sync(() => requests.taken + requests.refusing === 0),
  )
  yield* Effect.scoped(member1(server, "neighbour"))
})

/** No stage may wait longer than this in a test. */
const hasty = {
  tls: { ...files, handshakeTimeout: Duration.millis(200) },
  session: { loginTimeout: Duration.millis(200), frames: undefined },
  http: { headersTimeout: Duration.millis(200), requestTimeout: Duration.millis(300), keepAlive: Duration.millis(200) },
  proxies: { ...defaults.proxies, trusted: Result.getOrThrow(TrustedNetworks.parse("loopback")) },
}

/** How frames of HTTP/2 begin: a length of three bytes, and a type. */
const settingsFrame = "\0\0.\u0004"
const goAwayFrame = "\0\0.\u0007"

const hello = Buffer.from("160301020001000001fc0303", "hex")

/** What was sent when it stops. */
const stages: ReadonlyArray<readonly [name: string, bytes: Uint8Array]> = [
  ["before the first byte", Buffer.alloc(0)],
  ["inside a PROXY header", Buffer.from("PROXY TCP4 192.0.2.1 ")],
  ["inside one of version 2", Buffer.from("0d0a0d0a000d0a515549540a21", "hex")],
  ["behind a PROXY header", text("PROXY TCP4 192.0.2.1 203.0.113.1 50000 8080")],
  ["in a TLS handshake", hello],
  ["behind the first byte of one", hello.subarray(0, 1)],
  ["in a length prefix", Uint8Array.of(0, 0)],
  ["in a frame", Uint8Array.of(0, 0, 0, 9, 0x7b)],
  ["behind a letter", Buffer.from("G")],
  ["in the headers", get.subarray(0, -2)],
  ["in a body", text("POST /nothing HTTP/1.1", "Host: localhost", "Content-Length: 100", "", "x")],
  ["behind an answer", get],
  ["in an upgrade", upgrade.subarray(0, -2)],
  ["behind an upgrade", upgrade],
  ["in the header of a message", Buffer.concat([upgrade, frames.text("{}").subarray(0, 3)])],
  ["in a message", Buffer.concat([upgrade, frames.text('{"type":"Ping"}', { final: false })])],
  ["in a stream of events", text("GET /sse HTTP/1.1", "Host: localhost", "")],
]

describe.each([
  ["over TCP", Link.tcp],
  ["over TLS", Link.tls(trust)],
] as const)("who stops %s", (_name, connect) => {
  live("leaves nothing behind, in whatever stage", tcp.layer({ ...hasty, sse: { resume: Duration.zero } }), (server) =>
    Effect.forEach(
      stages,
      ([stage, bytes]) =>
        Effect.gen(function* () {
          const begin = Effect.gen(function* () {
            const link = yield* connect(server.address!)
            if (bytes.byteLength > 0) yield* link.send(bytes)
            return link
          })
          // Broken off at once, and after a moment; ended, and read to its end; never ended, and read to its end.
          yield* (yield* begin).abort
          const later = yield* begin
          yield* nextTurn
          yield* nextTurn
          yield* later.abort
          const polite = yield* begin
          yield* polite.end
          const staying = yield* begin
          const ends = Effect.timeoutOption(Effect.all([all(polite), all(staying)], { concurrency: 2 }), "8 seconds")
          assert.isTrue(Option.isSome(yield* ends), `${stage}: it is not cut`)
        }),
      { concurrency: "unbounded", discard: true },
    ).pipe(Effect.scoped, Effect.andThen(unharmed(server))),
  )
})

describe("HTTP that is not as it should be", () => {
  const cases: ReadonlyArray<readonly [what: string, bytes: Uint8Array, answer: RegExp]> = [
    ["HTTP/1.0", text("GET /nothing HTTP/1.0", ""), /^HTTP\/1\.1 404 .*Connection: close/s],
    ["a WebSocket by HTTP/1.0", text("GET /ws HTTP/1.0", ...headers, ""), /^HTTP\/1\.1 400 /],
    ["HEAD", text("HEAD /nothing HTTP/1.1", "Host: x", "Connection: close", ""), /^HTTP\/1\.1 404 .*\r\n\r\n$/s],
    ["OPTIONS", text("OPTIONS * HTTP/1.1", "Host: x", "Connection: close", ""), /^HTTP\/1\.1 404 /],
    ["CONNECT", text("CONNECT example.org:443 HTTP/1.1", "Host: example.org", ""), /^HTTP\/1\.1 [45]\d\d /],
    ["no Host", text("GET /nothing HTTP/1.1", ""), /^HTTP\/1\.1 400 /],
    ["a preface of HTTP/2 like none", Buffer.from("PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n"), /^HTTP\/1\.1 400 /],
    // The settings of the other side, and the end where no stream is opened.
    [
      "HTTP/2 without a stream",
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      new RegExp(`^${settingsFrame}.*${goAwayFrame}`, "s"),
    ],
    ["huge headers", text("GET / HTTP/1.1", "Host: x", `X: ${"x".repeat(20_000)}`, ""), /^HTTP\/1\.1 431 /],
    [
      "an absolute target",
      text("GET http://localhost/ws HTTP/1.1", ...headers, ""),
      /^HTTP\/1\.1 101 Switching Protocols\r\n/,
    ],
    ["an upgrade elsewhere", text("GET /nothing HTTP/1.1", ...headers, ""), /^HTTP\/1\.1 404 /],
    [
      "an upgrade with a body",
      text("GET /ws HTTP/1.1", ...headers, "Content-Length: 4", "", "body"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "an upgrade with chunks",
      text("GET /ws HTTP/1.1", ...headers, "Transfer-Encoding: chunked", "", "0", ""),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "two lengths",
      text("POST / HTTP/1.1", "Host: x", "Content-Length: 1", "Content-Length: 2", "", "x"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a length and chunks",
      text("POST / HTTP/1.1", "Host: x", "Content-Length: 1", "Transfer-Encoding: chunked", "", "0", ""),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "an upgrade to HTTP/2",
      text("GET /nothing HTTP/1.1", "Host: x", "Upgrade: h2c", "Connection: Upgrade, close", ""),
      /^HTTP\/1\.1 404 /,
    ],
    [
      "an Expect",
      text("POST /nothing HTTP/1.1", "Host: x", "Expect: 100-continue", "Content-Length: 1", "Connection: close", ""),
      /404 /,
    ],
  ]
  live("is told so", tcp.layer(hasty), (server) =>
    Effect.forEach(
      cases,
      ([what, bytes, answer]) =>
        Effect.gen(function* () {
          const link = yield* server.connect()
          yield* link.send(bytes)
          const heard = yield* all(link)
          assert.match(heard, answer, what)
          assert.notMatch(heard, /natter\/|node:|at .*\.ts/, what)
        }),
      { concurrency: "unbounded", discard: true },
    ).pipe(Effect.scoped, Effect.andThen(unharmed(server))),
  )

  live(
    "requests behind one another are answered in their order, and a WebSocket among them is none",
    tcp.layer(hasty),
    (server) =>
      Effect.gen(function* () {
        const link = yield* server.connect()
        yield* link.send(Buffer.concat([get, get, get, upgrade, frames.text('{"type":"Ping","sequence":7}')]))
        const heard = yield* all(link)
        assert.deepStrictEqual(heard.match(/HTTP\/1\.1 \d+/g), [
          ...Array.from({ length: 3 }, () => "HTTP/1.1 404"),
          "HTTP/1.1 400",
        ])
      }).pipe(Effect.scoped, Effect.andThen(unharmed(server))),
  )

  live("a second upgrade is no frame", tcp.layer(hasty), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      yield* link.send(Buffer.concat([upgrade, upgrade]))
      const heard = yield* all(link)
      assert.lengthOf(heard.match(/HTTP\/1\.1/g)!, 1)
      assert.include(heard, "\x03\xea")
    }).pipe(Effect.scoped, Effect.andThen(unharmed(server))),
  )

  live("an upgrade behind a stream of events that goes on", tcp.layer(hasty), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      yield* link.send(Buffer.concat([text("GET /sse HTTP/1.1", "Host: localhost", ""), upgrade]))
      yield* all(link)
    }).pipe(Effect.scoped, Effect.andThen(unharmed(server))),
  )

  live("byte by byte, with time between", tcp.layer({ ...hasty, session: {} }), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      for (const byte of upgrade) {
        yield* link.send(Uint8Array.of(byte))
        if (byte === 10) yield* nextTurn
      }
      assert.match(yield* hear(link, /\r\n\r\n/), /^HTTP\/1\.1 101 /)
    }).pipe(Effect.scoped, Effect.andThen(unharmed(server))),
  )
})

describe("at the end", () => {
  alone("neither a connection that is kept for requests nor one in a stage holds it up", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(tcp.layer({ tls: files }))
      for (const connect of [Link.tcp, Link.tls(trust)]) {
        for (const [, bytes] of stages) {
          const link = yield* connect(server.address!)
          if (bytes.byteLength > 0) yield* link.send(bytes)
        }
      }
      const kept = yield* server.connect()
      yield* kept.send(get)
      yield* hear(kept, /"status":404/)
      const { limits } = server
      yield* eventually(
        "they are there",
        Effect.sync(() => server.sessions.count() > 0 && limits.requests.taken > 4),
      )
      assert.isTrue(Option.isSome(yield* Effect.timeoutOption(stop, "8 seconds")))
      yield* eventually(
        "their places are free",
        Effect.sync(() => limits.open() + limits.requests.taken + limits.requests.refusing === 0),
      )
      assert.strictEqual(server.sessions.count(), 0)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(server.connect())))
    }),
  )
})
