/** Places to listen in, each really opened and talked to: what is spoken there, and what is said to who speaks otherwise. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as path from "node:path"
import * as Link from "../../src/testing/Link.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import * as Place from "../../src/transport/Place.ts"
import { files, trust } from "../suites/secureWorlds.ts"
import { alone, calm, stoppable, tcp } from "../suites/transportWorld.ts"

const socketFile = path.join(path.dirname(files.cert), "listen.sock")
const schemes = ["any", "tcp", "tls", "http", "https"] as const
const listen = Result.getOrThrow(
  Place.parse([...schemes.map((scheme) => `${scheme}://127.0.0.1:0`), `unix:${socketFile}`].join(", ")),
)

type Server = TestServer["Service"]
type Open = ReturnType<typeof Link.tls>

/** Where each of them is open. */
const ways = ({ listening }: Server) => {
  const at = (scheme: (typeof schemes)[number], open: Open) => () =>
    open(listening[1 + schemes.indexOf(scheme)]!.address)
  const secure = Link.tls(trust)
  const file = Link.unix(socketFile)
  return {
    any: at("any", Link.tcp),
    "any, in TLS": at("any", secure),
    "any, by WebSocket": at("any", Link.websocket()),
    "any, by WebSocket in TLS": at("any", Link.websocket({}, secure)),
    tcp: at("tcp", Link.tcp),
    tls: at("tls", secure),
    ws: at("http", Link.websocket()),
    wss: at("https", Link.websocket({}, secure)),
    unix: file,
    "unix, by WebSocket": () => Link.websocket({}, file)({ host: "", port: 0 }),
  }
}

const all = (link: Link.Link): Effect.Effect<string> => {
  const parts: Array<Uint8Array> = []
  return Effect.forever(Effect.map(link.pull, (bytes) => parts.push(bytes))).pipe(
    Effect.ignore,
    Effect.map(() => Buffer.concat(parts).toString("latin1")),
  )
}

const settings = { ...calm, listen, tls: files }

describe("a service that listens in many places", () => {
  alone("is one service, whichever way one comes, and all of it is drained together", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(tcp.layer(settings))
      const clients: Array<TestClient.TestClient2> = []
      for (const [n, open] of Object.values(ways(server)).entries()) {
        const client = yield* TestClient.v2(yield* open())
        yield* client.ask({ type: "Login", username: `user${n}`, password: "x" }, "LoggedIn")
        yield* client.ask({ type: "Join", channel: "den" }, "Joined")
        clients.push(client)
      }
      yield* clients[0]!.send({ type: "Publish", channel: "den", id: "1", content: "hello" })
      for (const client of clients) assert.strictEqual((yield* client.until("Message")).content, "hello")
      const stopping = yield* Effect.forkChild(stop, { startImmediately: true })
      for (const client of clients) assert.strictEqual((yield* client.until("Disconnect")).reason, "Draining")
      for (const client of clients) assert.deepStrictEqual(yield* client.ended, { clean: true })
      yield* Fiber.join(stopping)
    }),
  )

  alone("speaks plainly with nobody where it has to be TLS, not even without a certificate", () =>
    Effect.gen(function* () {
      const { server } = yield* stoppable(tcp.layer({ ...calm, listen }))
      const frame = Buffer.concat([Uint8Array.of(0, 0, 0, 15), Buffer.from('{"type":"Ping"}')])
      for (const scheme of ["tls", "https"] as const) {
        const link = yield* Link.tcp(server.listening[1 + schemes.indexOf(scheme)]!.address)
        yield* link.send(frame)
        assert.match(yield* all(link), /TLS is spoken here/)
      }
    }),
  )

  alone("says what is spoken in a place to who speaks otherwise there", () =>
    Effect.gen(function* () {
      const { server } = yield* stoppable(tcp.layer(settings))
      const get = Buffer.from("GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      const frame = Buffer.concat([Uint8Array.of(0, 0, 0, 15), Buffer.from('{"type":"Ping"}')])
      const hello = Buffer.from("160301020001000001fc0303", "hex")
      const answers: ReadonlyArray<readonly [(typeof schemes)[number], Uint8Array, RegExp]> = [
        ["any", get, /^HTTP\/1\.1 404 /],
        ["http", get, /^HTTP\/1\.1 404 /],
        ["tcp", get, /"type":"Error","code":413/],
        ["tls", get, /^HTTP\/1\.1 400 .*TLS is spoken here/s],
        ["https", get, /^HTTP\/1\.1 400 .*TLS is spoken here/s],
        ["tls", frame, /TLS is spoken here/],
        ["https", frame, /TLS is spoken here/],
        ["http", frame, /^HTTP\/1\.1 400 /],
        ["tcp", hello, /"type":"Error","code":413/],
        ["http", hello, /^HTTP\/1\.1 400 /],
      ]
      for (const [scheme, bytes, answer] of answers) {
        const link = yield* Link.tcp(server.listening[1 + schemes.indexOf(scheme)]!.address)
        yield* link.send(bytes)
        assert.match(yield* all(link), answer, `${scheme}, to ${bytes[0]}`)
      }
    }),
  )
})
