import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { type Connection, pull } from "../../src/session/Connection.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Link from "../../src/testing/Link.ts"
import { ConnectionLimits } from "../../src/transport/ConnectionLimits.ts"
import { SocketConnection } from "../../src/transport/SocketConnection.ts"
import * as TcpListener from "../../src/transport/tcp/TcpListener.ts"
import { defaults } from "../../src/transport/tcp/TcpSettings.ts"
import { eventually } from "../suites/transportWorld.ts"

const goodbye = new Disconnect({ reason: "Goodbye" })

interface Ends {
  readonly connection: Connection
  readonly link: Link.Link
}
type Connected = Effect.Effect<Ends, unknown, Scope.Scope>

/** Both ends of a TCP connection; it is aborted with the test, whatever the test did to it. */
const overTcp: Connected = Effect.gen(function* () {
  const accepted = yield* Deferred.make<Connection>()
  const sessions = Sessions.of({
    run: (connection) =>
      Effect.ensuring(Effect.andThen(Deferred.succeed(accepted, connection), Effect.never), connection.abort),
    refuse: () => Effect.void,
    dismiss: () => Effect.void,
    count: () => 0,
    figures: () => ({
      transports: new Map(),
      waiting: { control: 0, chat: 0, presence: 0, typing: 0, files: 0, leaving: 0 },
    }),
    loginTimeout: Duration.seconds(10),
    draining: Effect.never,
    handingOver: Effect.never,
    drain: () => Effect.void,
  })
  const address = yield* TcpListener.make({ ...defaults, port: 0 }).listen.pipe(
    Effect.provide(Layer.merge(ConnectionLimits.layer, Layer.succeed(Sessions, sessions))),
  )
  const link = yield* Link.tcp(address)
  return { connection: yield* Deferred.await(accepted), link }
})

const fixture = (name: string) => fs.readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url))
// Made for these tests: for `localhost`, valid until 2126, signed by itself.
const secureContext = Tls.createSecureContext({ key: fixture("key"), cert: fixture("certificate") })

/** A socket that is done with its handshake, and the socket below it. */
interface Secure {
  readonly secure: Tls.TLSSocket
  readonly carrier: Net.Socket
}

/** Both ends of a TLS connection. */
const overTls = (connectionOn: (ends: Secure) => Connection): Connected =>
  Effect.gen(function* () {
    const accepted = yield* Deferred.make<Connection>()
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => Net.createServer({ allowHalfOpen: true })),
      (server) => Effect.sync(() => server.close()),
    )
    server.on("connection", (carrier) => {
      const secure = new Tls.TLSSocket(carrier, { isServer: true, secureContext })
      secure.once("secure", () => Deferred.doneUnsafe(accepted, Exit.succeed(connectionOn({ secure, carrier }))))
    })
    yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
    const { port } = server.address() as Net.AddressInfo
    const client = yield* Effect.callback<Secure>((resume) => {
      const carrier = Net.connect({ host: "127.0.0.1", port })
      const secure = Tls.connect({ socket: carrier, rejectUnauthorized: false })
      secure.once("secureConnect", () => resume(Effect.succeed({ secure, carrier })))
    })
    const peer = new SocketConnection("tls", client.secure, { carrier: client.carrier })
    const connection = yield* Effect.acquireRelease(Deferred.await(accepted), (connection) => connection.abort)
    yield* Effect.addFinalizer(() => peer.abort)
    const link: Link.Link = {
      pull: pull(peer),
      send: (bytes) => Effect.suspend(() => (peer.send([bytes]) ? Effect.void : peer.drained)),
      end: Effect.sync(() => client.secure.end()),
      abort: peer.abort,
    }
    return { connection, link }
  })

const onCarrier = ({ carrier, secure }: Secure) => new SocketConnection("tls", secure, { carrier })

const testOn =
  (connected: Connected) => (title: string, body: (ends: Ends) => Effect.Effect<void, unknown, Scope.Scope>) =>
    it.live(title, () => Effect.scoped(Effect.flatMap(connected, body)))

const ending = <A>(pull: Effect.Effect<A, { readonly clean: boolean }>) =>
  Effect.map(Effect.flip(pull), ({ clean }) => (clean ? "clean" : "broken"))

/** Reads to the end: how many bytes came, and how it ended. */
const readAll = (pull: Link.Link["pull"]) =>
  Effect.gen(function* () {
    let bytes = 0
    const end = yield* ending(Effect.forever(Effect.map(pull, (chunk) => (bytes += chunk.byteLength))))
    return { bytes, end }
  })

/** More than the network holds between two ends. */
const much = new Uint8Array(16_000_000)

describe.each<readonly [string, Connected]>([
  ["tcp", overTcp],
  ["tls", overTls(onCarrier)],
])("a connection over %s", (transport, connected) => {
  const test = testOn(connected)

  test("carries bytes both ways, many pieces as well as one", ({ connection, link }) =>
    Effect.gen(function* () {
      assert.strictEqual(connection.transport, transport)
      assert.strictEqual(connection.remoteAddress, "127.0.0.1")
      yield* link.send(Uint8Array.of(1, 2))
      assert.deepStrictEqual([...(yield* pull(connection))], [1, 2])
      const sizes = [1, 100, 20_000, 30_000]
      connection.send(sizes.map((size) => new Uint8Array(size).fill(size % 251)))
      connection.send([Uint8Array.of(7)])
      const expected = Buffer.concat([...sizes.map((size) => Buffer.alloc(size, size % 251)), Uint8Array.of(7)])
      let received = Buffer.alloc(0)
      while (received.byteLength < expected.byteLength) received = Buffer.concat([received, yield* link.pull])
      assert.isTrue(received.equals(expected))
    }))

  test("says when there is no room, and when there is again", ({ connection, link }) =>
    Effect.gen(function* () {
      assert.isFalse(connection.send([much]))
      assert.isAbove(connection.backlog(), 0)
      const waiting = yield* Effect.forkChild(connection.drained, { startImmediately: true })
      const reading = yield* Effect.forkChild(readAll(link.pull), { startImmediately: true })
      yield* Fiber.join(waiting)
      assert.strictEqual(connection.backlog(), 0)
      yield* connection.close(goodbye)
      assert.deepStrictEqual(yield* Fiber.join(reading), { bytes: much.byteLength, end: "clean" })
    }))

  test("is closed when all has left, to a peer too that listens only when it has said everything", ({
    connection,
    link,
  }) =>
    Effect.gen(function* () {
      connection.send([much])
      const closing = yield* Effect.forkChild(connection.close(goodbye), { startImmediately: true })
      yield* link.send(much)
      assert.deepStrictEqual(yield* readAll(link.pull), { bytes: much.byteLength, end: "clean" })
      yield* Fiber.join(closing)
    }))

  test("is closed when the peer has closed its side, too", ({ connection, link }) =>
    Effect.gen(function* () {
      yield* link.end
      assert.strictEqual(yield* ending(pull(connection)), "clean")
      connection.send([much])
      const closing = yield* Effect.forkChild(connection.close(goodbye), { startImmediately: true })
      assert.isUndefined(closing.pollUnsafe())
      assert.deepStrictEqual(yield* readAll(link.pull), { bytes: much.byteLength, end: "clean" })
      yield* Fiber.join(closing)
    }))

  test("takes nothing more when it is closed", ({ connection, link }) =>
    Effect.gen(function* () {
      const closing = yield* Effect.forkChild(connection.close(goodbye), { startImmediately: true })
      assert.isFalse(connection.send([Uint8Array.of(1)]))
      assert.strictEqual(yield* ending(connection.drained), "broken")
      assert.deepStrictEqual(yield* readAll(link.pull), { bytes: 0, end: "clean" })
      yield* Fiber.join(closing)
    }))

  test("is broken at once by an abort, dropping what has not left", ({ connection, link }) =>
    Effect.gen(function* () {
      connection.send([much])
      const waiting = yield* Effect.forkChild(ending(connection.drained), { startImmediately: true })
      yield* connection.abort
      assert.strictEqual(yield* Fiber.join(waiting), "broken")
      const { bytes, end } = yield* readAll(link.pull)
      assert.isBelow(bytes, much.byteLength)
      assert.strictEqual(end, "broken")
      assert.isFalse(connection.send([Uint8Array.of(1)]))
      yield* connection.abort
    }))

  test("hears when the peer breaks it", ({ connection, link }) =>
    Effect.gen(function* () {
      // A reset within the handshake is a mere end to Node's TLS.
      yield* link.send(Uint8Array.of(1))
      yield* pull(connection)
      const waiting = yield* Effect.forkChild(ending(pull(connection)), { startImmediately: true })
      yield* link.abort
      assert.strictEqual(yield* Fiber.join(waiting), "broken")
      yield* eventually(
        "it takes nothing more",
        Effect.sync(() => !connection.send([Uint8Array.of(1)])),
      )
      assert.strictEqual(yield* ending(connection.drained), "broken")
      yield* connection.close(goodbye)
    }))
})

describe("a TLS connection whose socket below is not known", () => {
  const test = testOn(overTls(({ secure }) => new SocketConnection("tls", secure)))

  // Without a reset; what ends in the middle of a frame is no proper end either.
  test("ends at once by an abort, dropping what has not left", ({ connection, link }) =>
    Effect.gen(function* () {
      connection.send([much])
      const waiting = yield* Effect.forkChild(ending(connection.drained), { startImmediately: true })
      yield* connection.abort
      assert.strictEqual(yield* Fiber.join(waiting), "broken")
      assert.isBelow((yield* readAll(link.pull)).bytes, much.byteLength)
      assert.isFalse(connection.send([Uint8Array.of(1)]))
      yield* connection.abort
    }))
})
