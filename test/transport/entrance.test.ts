/** What a socket is taken for by its first bytes, and what becomes of one that says nothing. */
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Link from "../../src/testing/Link.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { eventually, live, member1, nobodyLeft, stoppable, tcp, alone } from "../suites/transportWorld.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"

/** All that is said, until the other side has said all. */
const all = (link: Link.Link): Effect.Effect<string> => {
  const parts: Array<Uint8Array> = []
  return Effect.forever(Effect.map(link.pull, (bytes) => parts.push(bytes))).pipe(
    Effect.ignore,
    Effect.map(() => Buffer.concat(parts).toString()),
  )
}

const text = (...lines: ReadonlyArray<string>) => Buffer.from(lines.map((line) => `${line}\r\n`).join(""))
const hasty = { session: { loginTimeout: Duration.millis(100) } }

describe("the first byte", () => {
  live("tells HTTP, which is answered as HTTP", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      yield* link.send(text("GET /nothing HTTP/1.1", "Host: localhost", "Connection: close", ""))
      const answer = yield* all(link)
      assert.match(answer, /^HTTP\/1\.1 404 Not Found\r\n/)
      assert.match(answer, /Content-Type: application\/problem\+json\r\n/)
      assert.match(
        answer,
        /"title":"Not Found","status":404,"detail":"there is nothing here: .*"code":103,"reason":"NoSuchPath"/,
      )
      yield* nobodyLeft(server)
    }),
  )

  live("may come alone, and the rest of it later", tcp.layer(), (server) =>
    Effect.gen(function* () {
      for (const request of [text("GET / HTTP/1.1", "Host: localhost", "Connection: close", "")]) {
        const link = yield* server.connect()
        for (const byte of request) yield* link.send(Uint8Array.of(byte))
        assert.match(yield* all(link), /^HTTP\/1\.1 404 /)
      }
      yield* member1(server, "ann")
    }),
  )

  live("may be followed by what is no HTTP after all, which is told so", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const link = yield* server.connect()
      yield* link.send(text("SSH-2.0-OpenSSH_9.2"))
      assert.match(yield* all(link), /^HTTP\/1\.1 400 Bad Request\r\n/)
      yield* nobodyLeft(server)
    }),
  )

  live("of TLS is a length where no TLS is spoken", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      yield* client.sendRaw(Uint8Array.of(0x16, 3, 1, 2, 0))
      assert.strictEqual((yield* client.expect("Error")).code, 413)
      assert.deepStrictEqual(yield* client.ended, { clean: true })
    }),
  )
})

describe("who says nothing", () => {
  live("is told so after the time for signing in", tcp.layer(hasty), (server) =>
    Effect.gen(function* () {
      const client = yield* server.client1
      assert.deepInclude(yield* client.expect("Error"), { code: 408 })
      assert.deepStrictEqual(yield* client.ended, { clean: true })
      yield* nobodyLeft(server)
    }),
  )

  live("costs no session, and leaves nothing behind when it goes", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const links = yield* Effect.forEach(Array.from({ length: 20 }), () => server.connect())
      yield* eventually(
        "they are counted",
        Effect.sync(() => server.limits.open() === 20),
      )
      assert.strictEqual(server.sessions.count(), 0)
      for (const [n, { abort, end }] of links.entries()) yield* n % 2 === 0 ? abort : end
      yield* nobodyLeft(server)
    }),
  )

  alone("does not hold up the end, and hears of it", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(tcp.layer())
      const silent = yield* server.client1
      yield* eventually(
        "it is there",
        Effect.sync(() => server.limits.open() === 1),
      )
      const stopping = yield* Effect.forkChild(stop)
      assert.strictEqual((yield* silent.expect("Error")).code, 503)
      yield* silent.ended
      assert.isTrue(Option.isSome(yield* Effect.timeoutOption(Fiber.join(stopping), "3 seconds")))
    }),
  )
})

describe("behind a proxy that is trusted", () => {
  const trusting = {
    proxies: { ...defaults.proxies, trusted: Result.getOrThrow(TrustedNetworks.parse("loopback")) },
    connections: { perAddress: 1 },
  }

  live("the address that it names counts for the limits, over every protocol", tcp.layer(trusting), (server) =>
    Effect.gen(function* () {
      const header = text("PROXY TCP4 192.0.2.1 203.0.113.1 50000 8080")
      const ann = yield* server.client1
      yield* ann.sendRaw(header)
      yield* ann.send({ type: "Login", username: "ann", password: "a" })
      yield* ann.expect("LoginResponse")
      const second = yield* server.client1
      yield* second.sendRaw(header)
      yield* second.send({ type: "Ping" })
      assert.strictEqual((yield* second.expect("Error")).code, 429)
      const http = yield* server.connect()
      yield* http.send(Buffer.concat([header, text("GET / HTTP/1.1", "Host: localhost", "Connection: close", "")]))
      // Requests have places of their own.
      assert.match(yield* all(http), /^HTTP\/1\.1 404 /)
    }),
  )
})
