/** The service, as somebody else's client meets it over a WebSocket: subprotocols, compression and how it ends. */
import { assert, describe } from "@effect/vitest"
import { decode, encode } from "@msgpack/msgpack"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { catalog, Disconnect, type DisconnectReason } from "../../../src/domain/Disconnect.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"
import { Sessions } from "../../../src/session/Sessions.ts"
import type { TestServer } from "../../../src/testing/TestServer.ts"
import { ConnectionLimits } from "../../../src/transport/ConnectionLimits.ts"
import * as HttpDoor from "../../../src/transport/http/HttpDoor.ts"
import * as Place from "../../../src/transport/Place.ts"
import * as PlaceListener from "../../../src/transport/PlaceListener.ts"
import * as WebSocketDoor from "../../../src/transport/websocket/WebSocketDoor.ts"
import { files, trust } from "../../suites/secureWorlds.ts"
import { alone, live, nobodyLeft, stoppable, tcp } from "../../suites/transportWorld.ts"
import { type Client, connect, parsed, until } from "./client.ts"
import * as frames from "./frames.ts"

const v2 = "natter.v2.json"
const login = { type: "Login", ref: 1, username: "ann", password: "a" }
const hello = { type: "Connect", client_id: "test", version: "2.0" }

describe("subprotocols", () => {
  live("natter.v2.json is version 2 from the first frame on, in text", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, [v2])
      assert.strictEqual(ann.socket.protocol, v2)
      ann.send(login)
      const said = yield* ann.next
      assert.isFalse(said.binary)
      assert.deepInclude(parsed(said), { type: "LoggedIn", ref: 1, username: "ann" })
    }),
  )

  live("a Connect is answered all the same", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, [v2])
      ann.send(hello)
      assert.strictEqual((yield* until(ann, "Connect"))["codec"], "json")
      ann.send(login)
      yield* until(ann, "LoggedIn")
    }),
  )

  live("natter.v2.msgpack is the same in binary, Connect or not", tcp.layer(), (server) =>
    Effect.gen(function* () {
      for (const first of [[], [hello]]) {
        const ann = yield* connect(server.address, ["natter.v2.msgpack"])
        for (const frame of [...first, login]) ann.send(encode(frame))
        for (const type of [...first.map(({ type }) => type), "LoggedIn"]) {
          const { binary, bytes } = yield* ann.next
          assert.isTrue(binary)
          assert.deepInclude(decode(bytes) as object, { type })
        }
      }
    }),
  )

  live("natter.v1 is version 1, in text", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, ["natter.v1"])
      ann.send({ type: "Login", username: "ann", password: "a" })
      const said = yield* ann.next
      assert.isFalse(said.binary)
      assert.deepInclude(parsed(said), { type: "LoginResponse" })
    }),
  )

  live("the first that is known is taken, and none is version 1 until a Connect", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, ["chat.v9", "natter.v1", v2])
      assert.strictEqual(ann.socket.protocol, "natter.v1")
      const bob = yield* connect(server.address)
      assert.strictEqual(bob.socket.protocol, "")
      bob.send({ ...hello, codecs: ["msgpack"] })
      assert.deepInclude(parsed(yield* bob.next), { type: "Connect", codec: "msgpack" })
      bob.send(encode({ ...login, username: "bob" }))
      const said = yield* bob.next
      assert.isTrue(said.binary)
      assert.deepInclude(decode(said.bytes) as object, { type: "LoggedIn" })
    }),
  )

  for (const [protocol, message] of [
    [v2, encode(login)],
    ["natter.v1", encode(login)],
    ["natter.v2.msgpack", JSON.stringify(login)],
  ] as const) {
    live(`what is of the other kind ends ${protocol} with 1003`, tcp.layer(), (server) =>
      Effect.gen(function* () {
        const ann = yield* connect(server.address, [protocol])
        ann.send(message)
        assert.strictEqual((yield* ann.closed)[0], 1003)
        assert.lengthOf(ann.said, 0)
        yield* nobodyLeft(server)
      }),
    )
  }

  alone("all of it is the same in TLS", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* stoppable(tcp.layer({ tls: files }))
      const options = { ...trust, secure: true }
      const ann = yield* connect(server.address, [v2], options)
      ann.send(login)
      yield* until(ann, "LoggedIn")
      const stopping = yield* Effect.forkChild(stop)
      assert.deepInclude(yield* until(ann, "Disconnect"), { code: 4000 })
      assert.deepStrictEqual(yield* ann.closed, [4000, "The server is shutting down"])
      yield* Fiber.join(stopping)
    }),
  )
})

describe("permessage-deflate", () => {
  const perMessageDeflate = { threshold: 10 }
  const compressing = { websocket: { compression: true } }

  live("is not spoken where nobody said so", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, [v2], { perMessageDeflate })
      assert.strictEqual(ann.socket.extensions, "")
    }),
  )

  live("carries a conversation, beside others that do without", tcp.layer(compressing), (server) =>
    Effect.gen(function* () {
      const all: Array<Client> = []
      for (const [username, options] of [
        ["ann", { perMessageDeflate }],
        ["bob", { perMessageDeflate }],
        ["cat", {}],
      ] as const) {
        const client = yield* connect(server.address, [v2], options)
        client.send({ ...login, username })
        yield* until(client, "LoggedIn")
        client.send({ type: "Join", ref: 2, channel: "den" })
        yield* until(client, "Joined")
        all.push(client)
      }
      const [ann, bob, cat] = all as [Client, Client, Client]
      assert.strictEqual(ann.socket.extensions, "permessage-deflate")
      const before = [bob, cat].map(({ raw }) => raw.bytesRead)
      const content = "the same again, and ".repeat(300)
      ann.send({ type: "Publish", ref: 3, channel: "den", id: "1", content })
      for (const client of all) assert.strictEqual((yield* until(client, "Message"))["content"], content)
      const [compressed, plain] = [bob, cat].map(({ raw }, at) => raw.bytesRead - before[at]!)
      assert.isBelow(compressed!, 1000)
      assert.isAbove(plain!, content.length)
    }),
  )

  live("what unpacks to more than a frame may have ends with 1009", tcp.layer(compressing), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, [v2], { perMessageDeflate })
      ann.send(Buffer.alloc(8_000_000, " ").toString())
      assert.strictEqual((yield* ann.closed)[0], 1009)
      assert.lengthOf(ann.said, 0)
    }),
  )
})

describe("what is against RFC 6455 ends with its code, and no frame before", () => {
  const tooLarge = defaults.session.maxFrameBytes + 1
  const cases: ReadonlyArray<readonly [what: string, code: number, bytes: Uint8Array]> = [
    ["a frame without a mask", 1002, frames.text("{}", { mask: undefined })],
    ["a reserved bit", 1002, frames.text("{}", { reserved: 4 })],
    ["a reserved opcode", 1002, frames.frame({ opcode: 3, payload: "{}" })],
    ["a fragment of nothing", 1002, frames.more("{}")],
    ["a ping in fragments", 1002, frames.ping("x", { final: false })],
    ["a ping that is too long", 1002, frames.ping("x".repeat(126))],
    ["a close code that nobody may send", 1002, frames.close(1005)],
    ["a close frame of one byte", 1002, frames.frame({ opcode: 8, payload: "x" })],
    ["binary where text was agreed on", 1003, frames.binary("{}")],
    ["text that is not UTF-8", 1007, frames.text(Uint8Array.of(0x22, 0xff))],
    ["the same, before the message is complete", 1007, frames.text(Uint8Array.of(0xc0), { final: false })],
    ["a reason that is not UTF-8", 1007, frames.close(1000, Uint8Array.of(0xff))],
    ["a length that is too large", 1009, frames.text("{}", { length: tooLarge, lengthBytes: 8 })],
  ]
  for (const [what, code, bytes] of cases) {
    live(what, tcp.layer(), (server) =>
      Effect.gen(function* () {
        const ann = yield* connect(server.address, [v2])
        ann.raw.write(bytes)
        const [closeCode, reason] = yield* ann.closed
        assert.strictEqual(closeCode, code)
        assert.isAbove(reason.length, 0)
        assert.lengthOf(ann.said, 0)
        yield* nobodyLeft(server)
      }),
    )
  }

  live("who closes is answered with the same code", tcp.layer(), (server) =>
    Effect.gen(function* () {
      for (const [code, expected] of [
        [1000, 1000],
        [1001, 1001],
        [4510, 4510],
        [undefined, 1005],
      ] as const) {
        const ann = yield* connect(server.address, [v2])
        ann.socket.close(code)
        assert.deepStrictEqual(yield* ann.closed, [expected, ""])
        assert.lengthOf(ann.said, 0)
      }
      yield* nobodyLeft(server)
    }),
  )
})

/** A place of its own, where whoever comes by WebSocket is told this. */
const telling = Effect.fnUntraced(function* (server: TestServer["Service"], disconnect: Disconnect) {
  const opened = Effect.gen(function* () {
    const door = yield* WebSocketDoor.make(defaults.websocket, defaults.proxies)
    const http = yield* HttpDoor.make(defaults.http, { requests: [], upgrades: [door.upgrade] })
    const [place] = Result.getOrThrow(Place.parse("ws://127.0.0.1:0"))
    return yield* PlaceListener.make(place!, defaults.tcp, { http }).listen
  })
  const { refuse, ...sessions } = server.sessions
  const told = Sessions.of({ ...sessions, refuse, run: (connection) => refuse(connection, disconnect) })
  return yield* opened.pipe(
    Effect.provideService(Sessions, told),
    Effect.provideService(ConnectionLimits, server.limits),
  )
})

describe("every reason of a disconnect is the code of the close frame, behind the goodbye", () => {
  // Of a connection that is lost nobody can be told.
  const reasons = (Object.keys(catalog) as Array<DisconnectReason>).filter((reason) => reason !== "ConnectionLost")
  live("in all of the subprotocols", tcp.layer(), (server) =>
    Effect.gen(function* () {
      for (const reason of reasons) {
        const { code, message, reconnect } = catalog[reason]
        const address = yield* telling(server, new Disconnect({ reason }))
        for (const protocol of [v2, "natter.v2.msgpack", "natter.v1"]) {
          const client = yield* connect(address, [protocol])
          assert.deepStrictEqual(yield* client.closed, [code, message])
          assert.lengthOf(client.said, 1)
          const [said] = client.said
          if (protocol === "natter.v1") assert.include(Buffer.from(said!.bytes).toString(), message)
          else {
            const goodbye = protocol === v2 ? parsed(said!) : (decode(said!.bytes) as object)
            assert.deepInclude(goodbye, { type: "Disconnect", code, reason, message, reconnect })
          }
        }
      }
    }),
  )

  live("a longer text is cut to whole characters", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const detail = "schöne Grüße, ".repeat(20)
      const address = yield* telling(server, new Disconnect({ reason: "Refused", detail }))
      const client = yield* connect(address, [v2])
      const [code, reason] = yield* client.closed
      assert.strictEqual(code, 4511)
      assert.isTrue(detail.startsWith(reason))
      assert.isAtLeast(Buffer.byteLength(reason), 122)
      assert.strictEqual(parsed(client.said[0]!)["message"], detail)
    }),
  )

  const hasty = { session: { loginTimeout: Duration.millis(100) } }
  live("who does not sign in", tcp.layer(hasty), (server) =>
    Effect.gen(function* () {
      const client = yield* connect(server.address, [v2])
      assert.deepStrictEqual(yield* client.closed, [4005, "Not signed in in time"])
      assert.deepInclude(parsed(client.said[0]!), { type: "Disconnect", reason: "LoginTimeout" })
    }),
  )

  live("who says goodbye", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* connect(server.address, [v2])
      ann.send(login)
      yield* until(ann, "LoggedIn")
      ann.send({ type: "Disconnect" })
      assert.strictEqual((yield* ann.closed)[0], 4510)
    }),
  )

  live("over the limits", tcp.layer({ connections: { total: 1 } }), (server) =>
    Effect.gen(function* () {
      yield* connect(server.address, [v2])
      const late = yield* connect(server.address, [v2])
      assert.deepStrictEqual(yield* late.closed, [4003, "The server has no room for more connections"])
      assert.deepInclude(parsed(late.said[0]!), { reason: "ServerFull" })
    }),
  )
})
