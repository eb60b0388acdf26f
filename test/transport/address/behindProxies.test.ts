/** Behind proxies of every kind: whose limits, bans and log lines they are, and that no stranger can choose. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { Proxy } from "../../../src/proxy/Proxy.ts"
import { defaults, type ServerSettings } from "../../../src/server/ServerSettings.ts"
import { pull } from "../../../src/session/Connection.ts"
import * as Link from "../../../src/testing/Link.ts"
import * as SseLink from "../../../src/testing/internal/SseLink.ts"
import { overWebSocket, upgrade } from "../../../src/testing/internal/webSocket.ts"
import * as TestClient from "../../../src/testing/TestClient.ts"
import { type Settings, TestServer } from "../../../src/testing/TestServer.ts"
import { TrustedNetworks } from "../../../src/domain/TrustedNetworks.ts"
import { SocketConnection } from "../../../src/transport/SocketConnection.ts"
import { alone, live, nobodyLeft, user2, withServer } from "../../suites/transportWorld.ts"
import { authority, folder } from "../tls/pairs.ts"

type Server = TestServer["Service"]
type Opening = Effect.Effect<Link.Link, unknown, Scope.Scope>

const trusting = (trusted: string, more: Partial<ServerSettings["proxies"]> = {}): Settings => ({
  proxies: { ...defaults.proxies, trusted: Result.getOrThrow(TrustedNetworks.parse(trusted)), ...more },
})

const v1 = (from: string): Uint8Array =>
  Buffer.from(
    `PROXY ${from.includes(":") ? "TCP6" : "TCP4"} ${from} ${from.includes(":") ? "::1" : "127.0.0.1"} 1 2\r\n`,
  )

const head2 = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12]

/** Of IPv4. */
const v2 = (from: string): Uint8Array =>
  Buffer.concat([Buffer.from(head2), Buffer.from(from.split(".").map(Number)), Buffer.from([127, 0, 0, 1, 0, 1, 0, 2])])

const at = ({ address }: Server) => address!

/** Over TCP, behind these bytes. */
const behind = (server: Server, ...bytes: ReadonlyArray<Uint8Array>): Opening =>
  Effect.tap(Link.tcp(at(server)), (link) => link.send(Buffer.concat(bytes)))

const inWebSocket = (link: Link.Link, ...headers: ReadonlyArray<string>): Opening =>
  Effect.map(upgrade(link, { path: "/ws", headers }), (upgraded) => overWebSocket(upgraded))

const overTls = (server: Server, first: Uint8Array): Opening =>
  Effect.gen(function* () {
    const raw = yield* Effect.acquireRelease(
      Effect.sync(() => Net.connect({ ...at(server), noDelay: true, allowHalfOpen: true })),
      (raw) => Effect.sync(() => raw.destroy()),
    )
    raw.write(first)
    const secure = yield* Effect.callback<Tls.TLSSocket, Error>((resume) => {
      const socket = Tls.connect({ socket: raw, rejectUnauthorized: false })
      socket.on("error", (error) => resume(Effect.fail(error)))
      socket.once("secureConnect", () => resume(Effect.succeed(socket)))
    })
    const connection = new SocketConnection("tls", secure, { carrier: raw })
    return {
      pull: pull(connection),
      send: (bytes) => Effect.suspend(() => (connection.send([bytes]) ? Effect.void : connection.drained)),
      end: Effect.sync(() => secure.end()),
      abort: connection.abort,
    }
  })

/** A way in: how one comes through a proxy that says where one is from. */
interface Way {
  readonly name: string
  readonly open: (server: Server, from: string) => Opening
  readonly tls?: true
}

const ways: ReadonlyArray<Way> = [
  { name: "TCP behind a PROXY header, version 1", open: (server, from) => behind(server, v1(from)) },
  { name: "TCP behind a PROXY header, version 2", open: (server, from) => behind(server, v2(from)) },
  { name: "TLS behind a PROXY header", tls: true, open: (server, from) => overTls(server, v2(from)) },
  {
    name: "a WebSocket behind a PROXY header",
    open: (server, from) => Effect.flatMap(behind(server, v1(from)), inWebSocket),
  },
  {
    name: "a secure WebSocket behind a PROXY header",
    tls: true,
    open: (server, from) => Effect.flatMap(overTls(server, v1(from)), inWebSocket),
  },
  {
    name: "a WebSocket with X-Forwarded-For",
    open: (server, from) => Link.websocket({ headers: [`X-Forwarded-For: 198.51.100.66, ${from}`] })(at(server)),
  },
  {
    name: "a WebSocket with several lines of Forwarded",
    open: (server, from) =>
      Link.websocket({ headers: ['Forwarded: for="198.51.100.66', `Forwarded: for="${from}:4711";proto=https`] })(
        at(server),
      ),
  },
  {
    name: "a WebSocket with X-Forwarded-For behind a PROXY header of another proxy",
    open: (server, from) =>
      Effect.flatMap(behind(server, v2("127.0.0.9")), (link) => inWebSocket(link, `X-Forwarded-For: ${from}`)),
  },
  {
    name: "Server-Sent Events with Forwarded",
    open: (server, from) => SseLink.sse(at(server), { headers: { forwarded: `for=${from}` } }),
  },
  {
    name: "Server-Sent Events with X-Real-IP",
    open: (server, from) => SseLink.sse(at(server), { headers: { "x-real-ip": from } }),
  },
]

const pair = authority().issue("localhost")

/** With a certificate, where that is needed. */
const serving = (
  settings: Settings,
  { tls }: Way,
  body: (server: Server) => Effect.Effect<void, unknown, Scope.Scope>,
) =>
  Effect.gen(function* () {
    const files = tls ? yield* folder({ "cert.pem": pair.cert, "key.pem": pair.key }) : undefined
    const encrypted = files === undefined ? {} : { tls: { cert: files.at("cert.pem"), key: files.at("key.pem") } }
    yield* withServer(TestServer.layerTcp({ ...settings, ...encrypted }), body)()
  })

const answerTo = (link: Link.Link) =>
  Effect.gen(function* () {
    const client = TestClient.v1(link)
    yield* client.send({ type: "Ping" })
    const frame = yield* client.next
    return frame.type === "Error" ? frame.code : frame.type
  })

for (const way of ways) {
  describe(`over ${way.name}`, () => {
    alone("the limit of connections from one address is that of whoever is behind the proxy", () =>
      serving({ ...trusting("loopback"), connections: { perAddress: 2 } }, way, (server) =>
        Effect.gen(function* () {
          const from = (address: string) => Effect.flatMap(way.open(server, address), answerTo)
          assert.strictEqual(yield* from("192.0.2.7"), "Pong")
          assert.strictEqual(yield* from("192.0.2.7"), "Pong")
          assert.strictEqual(yield* from("192.0.2.7"), 429)
          assert.strictEqual(yield* from("192.0.2.8"), "Pong")
        }),
      ),
    )

    it.live("a ban of addresses holds for whoever is behind the proxy, and the log names the same address", () => {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ fiber, message }) => {
        logged.push([String(message), fiber.getRef(References.CurrentLogAnnotations)["address"]])
      })
      return serving({ ...trusting("loopback"), log: "Info" }, way, (server) =>
        Effect.gen(function* () {
          yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
          const enter = Effect.fnUntraced(function* (from: string, name: string, password = `${name}'s`) {
            const client = yield* TestClient.v2(yield* way.open(server, from))
            yield* client.send({ type: "Login", ref: 1, username: name, password })
            return { client, answer: yield* client.next }
          })
          const { client: root } = yield* enter("203.0.113.5", "root")
          yield* root.ask({ type: "Join", channel: "den" }, "Joined")
          yield* root.ask({ type: "Ban", channel: "den", address: "192.0.2.0/24" }, "Ok")
          const join = (client: TestClient.TestClient2) =>
            Effect.andThen(client.send({ type: "Join", ref: 2, channel: "den" }), client.next)
          const banned = yield* join((yield* enter("192.0.2.7", "ann")).client)
          assert.deepInclude(banned, { type: "Error", name: "Banned" })
          const let1 = yield* join((yield* enter("203.0.113.7", "bob")).client)
          assert.deepInclude(let1, { type: "Joined" })
          const { answer } = yield* enter("203.0.113.99", "root", "wrong")
          assert.deepInclude(answer, { type: "Error", name: "InvalidCredentials" })
          assert.deepInclude(logged, ["sign-in refused", "203.0.113.99"])
        }),
      ).pipe(Effect.provideService(References.MinimumLogLevel, "Info"), Effect.provide(Logger.layer([logger])))
    })
  })
}

const everything = (link: Link.Link): Effect.Effect<string> => {
  const parts: Array<Uint8Array> = []
  return Effect.forever(Effect.map(link.pull, (bytes) => parts.push(bytes))).pipe(
    Effect.ignore,
    Effect.map(() => Buffer.concat(parts).toString("latin1")),
  )
}
const ping = Buffer.from([0, 0, 0, 15, ...Buffer.from('{"type":"Ping"}')])
const request = (...headers: ReadonlyArray<string>) =>
  Buffer.from(["GET /ws HTTP/1.1", "Host: localhost", "Connection: close", ...headers, "", ""].join("\r\n"))

describe("a stranger", () => {
  const distant = { ...trusting("10.0.0.0/8"), connections: { perAddress: 1 } }

  live("cannot send a PROXY header: those bytes are no protocol", TestServer.layerTcp(distant), (server) =>
    Effect.gen(function* () {
      assert.match(yield* everything(yield* behind(server, v1("192.0.2.7"), ping)), /^HTTP\/1\.1 400 /)
      const frame = yield* everything(yield* behind(server, v2("192.0.2.7"), ping))
      assert.match(frame, /"type":"Error"/)
      assert.notMatch(frame, /Pong/)
      yield* nobodyLeft(server)
    }),
  )

  live("is who it is, whatever it writes into its headers", TestServer.layerTcp(distant), (server) =>
    Effect.gen(function* () {
      const headers = ["X-Forwarded-For: 192.0.2.7", "Forwarded: for=192.0.2.8", "X-Real-IP: 192.0.2.9"]
      // From this machine: as many as there are, and nobody asks whether the headers agree.
      for (let n = 0; n < 3; n++) {
        assert.strictEqual(yield* answerTo(yield* Link.websocket({ headers })(at(server))), "Pong")
        const events = yield* SseLink.sse(at(server), { headers: { "x-forwarded-for": "192.0.2.7" } })
        assert.strictEqual(yield* answerTo(events), "Pong")
      }
    }),
  )

  live(
    "behind a proxy is who the proxy says, whatever it writes itself",
    TestServer.layerTcp({ ...trusting("loopback"), connections: { perAddress: 1 } }),
    (server) =>
      Effect.gen(function* () {
        const open = (n: number) =>
          Effect.flatMap(behind(server, v2("192.0.2.7")), (link) =>
            inWebSocket(link, `X-Forwarded-For: 198.51.100.${n}`, `Forwarded: for=198.51.100.${n + 100}`),
          )
        assert.strictEqual(yield* answerTo(yield* open(1)), "Pong")
        assert.strictEqual(yield* answerTo(yield* open(2)), 429)
        // A second PROXY header is the stranger's own.
        assert.match(
          yield* everything(yield* behind(server, v1("192.0.2.8"), v1("192.0.2.9"), ping)),
          /^HTTP\/1\.1 400 /,
        )
      }),
  )

  live(
    "cannot be this machine, to which no limit applies",
    TestServer.layerTcp({ ...trusting("loopback, 192.0.2.1"), connections: { perAddress: 1 } }),
    (server) =>
      Effect.gen(function* () {
        const open = (n: number) =>
          Effect.flatMap(behind(server, v2("192.0.2.7")), (link) => inWebSocket(link, `X-Forwarded-For: 127.0.0.${n}`))
        assert.strictEqual(yield* answerTo(yield* open(1)), "Pong")
        assert.strictEqual(yield* answerTo(yield* open(2)), 429)
      }),
  )
})

describe("a proxy that is trusted", () => {
  const loopback = TestServer.layerTcp({ ...trusting("loopback"), connections: { perAddress: 1 } })

  live("may say nothing, or speak for itself", loopback, (server) =>
    Effect.gen(function* () {
      const local = Buffer.from(v2("192.0.2.7"))
      local[12] = 0x20
      for (const first of [Buffer.alloc(0), local, Buffer.from("PROXY UNKNOWN\r\n")]) {
        assert.strictEqual(yield* answerTo(yield* behind(server, first)), "Pong")
        assert.strictEqual(yield* answerTo(yield* Effect.flatMap(behind(server, first), inWebSocket)), "Pong")
      }
    }),
  )

  live("is not what the limit of requests is about, but whoever is behind it", loopback, (server) =>
    Effect.gen(function* () {
      const status = (from: string) =>
        Effect.gen(function* () {
          const get = Buffer.from("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
          const link = yield* behind(server, v2(from), get)
          return Buffer.from(yield* link.pull)
            .toString()
            .slice(9, 12)
        })
      for (let n = 0; n < 4; n++) assert.strictEqual(yield* status("192.0.2.7"), "404")
      assert.strictEqual(yield* status("192.0.2.7"), "429")
      assert.strictEqual(yield* status("192.0.2.8"), "404")
    }),
  )

  live("may say it byte by byte", loopback, (server) =>
    Effect.gen(function* () {
      for (const header of [v1("192.0.2.7"), v2("192.0.2.8")]) {
        const link = yield* Link.tcp(at(server))
        for (const byte of Buffer.concat([header, ping])) yield* link.send(Uint8Array.of(byte))
        assert.strictEqual((yield* TestClient.v1(link).next).type, "Pong")
      }
    }),
  )

  it.live("is cut off with a line in the log that says why, and not with one for each time", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    const settings: Settings = { ...trusting("loopback"), log: "Warn" }
    return withServer(TestServer.layerTcp(settings), (server) =>
      Effect.gen(function* () {
        for (let n = 0; n < 20; n++) yield* everything(yield* behind(server, Buffer.from("PROXY TCP4\r\n")))
        assert.deepStrictEqual(lines, [
          "cut a connection from the proxy 127.0.0.1: not a PROXY header: TCP4 takes two addresses and two ports, with one space before each",
        ])
      }),
    )().pipe(Effect.provideService(References.MinimumLogLevel, "Warn"), Effect.provide(Logger.layer([logger])))
  })

  live("is cut off where it begins a header and writes none", loopback, (server) =>
    Effect.gen(function* () {
      const wrong = Buffer.from(v2("192.0.2.7"))
      wrong[12] = 0x31
      for (const first of [Buffer.from("PROXY TCP4 1.2.3.4\r\n"), Buffer.alloc(200, "PROXY "), wrong]) {
        assert.strictEqual(yield* everything(yield* behind(server, first, ping)), "")
      }
      yield* nobodyLeft(server)
    }),
  )

  live(
    "is not waited for without end",
    TestServer.layerTcp({ ...trusting("loopback"), session: { loginTimeout: Duration.millis(100) } }),
    (server) =>
      Effect.gen(function* () {
        for (const first of [
          Buffer.from("PROXY TCP4 192.0"),
          Buffer.from(v2("192.0.2.7")).subarray(0, 20),
          v1("::1"),
        ]) {
          assert.match(yield* everything(yield* behind(server, first)), /408/)
        }
        yield* nobodyLeft(server)
      }),
  )

  live(
    "has to send a header where one is required",
    TestServer.layerTcp(trusting("loopback", { protocol: "required" })),
    (server) =>
      Effect.gen(function* () {
        for (const first of [ping, request(), Buffer.from("PROXYTCP4")]) {
          assert.strictEqual(yield* everything(yield* behind(server, first)), "")
        }
        assert.strictEqual(yield* answerTo(yield* behind(server, v1("192.0.2.7"))), "Pong")
      }),
  )

  live("sends none where none is expected", TestServer.layerTcp(trusting("loopback", { protocol: "off" })), (server) =>
    Effect.gen(function* () {
      assert.match(yield* everything(yield* behind(server, v1("192.0.2.7"))), /^HTTP\/1\.1 400 /)
      assert.strictEqual(yield* answerTo(yield* behind(server, Buffer.alloc(0))), "Pong")
    }),
  )

  live("is refused where its headers contradict each other, and told how to mend it", loopback, (server) =>
    Effect.gen(function* () {
      const headers = ["X-Forwarded-For: 192.0.2.7", "Forwarded: for=192.0.2.8"]
      const upgradeTo = request("Upgrade: websocket", ...headers)
        .toString()
        .replace("Connection: close", "Connection: upgrade")
      const events = request(...headers)
        .toString()
        .replace("/ws", "/sse")
      for (const asked of [upgradeTo, events]) {
        const answer = yield* everything(yield* behind(server, Buffer.from(asked)))
        assert.match(
          answer,
          /^HTTP\/1\.1 400 [^]*Forwarded and X-Forwarded-For name different clients: [^]*proxies\.header/,
        )
      }
    }),
  )

  for (const introduce of ["v1", "v2"] as const) {
    alone(`is a real one, which sends version ${introduce}: it is whoever has connected to it`, () =>
      withServer(TestServer.layerTcp(trusting("127.0.0.1")), (server) =>
        Effect.gen(function* () {
          yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
          const proxy = yield* Proxy.make({ target: at(server), introduce })
          const root = yield* user2(server, "root")
          yield* root.ask({ type: "Join", channel: "den" }, "Joined")
          yield* root.ask({ type: "Ban", channel: "den", address: "127.0.0.5" }, "Ok")
          const joined = (localAddress: string, name: string) =>
            Effect.gen(function* () {
              const raw = yield* Effect.acquireRelease(
                Effect.sync(() => Net.connect({ ...proxy.address, localAddress, allowHalfOpen: true })),
                (raw) => Effect.sync(() => raw.destroy()),
              )
              const connection = new SocketConnection("tcp", raw)
              const client = yield* TestClient.v2({
                pull: pull(connection),
                send: (bytes) => Effect.sync(() => void connection.send([bytes])),
                end: Effect.sync(() => raw.end()),
                abort: connection.abort,
              })
              yield* client.ask({ type: "Login", username: name, password: "secret" }, "LoggedIn")
              yield* client.send({ type: "Join", ref: 2, channel: "den" })
              return (yield* client.next).type
            })
          assert.strictEqual(yield* joined("127.0.0.5", "ann"), "Error")
          assert.strictEqual(yield* joined("127.0.0.6", "bob"), "Joined")
        }),
      )(),
    )
  }
})

describe("a page behind a proxy that has another name and TLS", () => {
  const asked = (server: Server, ...headers: ReadonlyArray<string>) => {
    const opened = request(
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    )
    const bytes = Buffer.from(opened.toString().replace("Connection: close", "Connection: upgrade"))
    return Effect.flatMap(behind(server, bytes), (link) =>
      Effect.map(link.pull, (answer) => Buffer.from(answer).toString("latin1").split("\r\n")[0]!.slice(9, 12)),
    )
  }
  const told = ["X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example.org"]

  live("is from the same origin where the proxy says so", TestServer.layerTcp(trusting("loopback")), (server) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* asked(server, "Origin: https://chat.example.org", ...told), "101")
      assert.strictEqual(
        yield* asked(server, "Origin: https://chat.example.org", "Forwarded: proto=https;host=chat.example.org"),
        "101",
      )
      assert.strictEqual(yield* asked(server, "Origin: http://chat.example.org", ...told), "403")
      assert.strictEqual(yield* asked(server, "Origin: https://evil.example.org", ...told), "403")
      assert.strictEqual(yield* asked(server, "Origin: https://chat.example.org"), "403")
    }),
  )

  live("is not, where nobody trusts whoever says so", TestServer.layerTcp(trusting("10.0.0.0/8")), (server) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* asked(server, "Origin: https://chat.example.org", ...told), "403")
      assert.strictEqual(yield* asked(server, "Origin: http://localhost", ...told), "101")
    }),
  )
})
