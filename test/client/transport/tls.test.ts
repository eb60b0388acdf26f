import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type { AddressInfo } from "node:net"
import * as net from "node:net"
import * as tls from "node:tls"
import type { Address } from "../../../src/client/Address.ts"
import * as NodeDialer from "../../../src/client/transport/NodeDialer.ts"
import type { TlsOptions } from "../../../src/client/transport/TlsOptions.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { eventually } from "../../suites/transportWorld.ts"
import { authority } from "../../transport/tls/pairs.ts"
import * as Gateway from "../Gateway.ts"

const service = TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

const ca = authority()
const localhost = ca.issue("localhost")

/** TLS before whatever listens on this port, and the names in the certificates that clients have shown. */
const tunnel = (port: number, options: tls.TlsOptions = {}) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: tls.Server; readonly shown: Array<unknown> }>((resume) => {
        const shown: Array<unknown> = []
        const server = tls.createServer({ ...localhost, ...options }, (near) => {
          shown.push(near.getPeerCertificate().subject?.CN)
          const far = net.connect(port, "127.0.0.1")
          near.pipe(far)
          far.pipe(near)
          for (const socket of [near, far]) {
            socket.on("error", () => {})
            socket.on("close", () => [near, far].forEach((end) => end.destroy()))
          }
        })
        server.on("tlsClientError", () => {})
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, shown })))
      }),
      ({ server }) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
        }),
    ),
    ({ server, shown }) => ({ port: (server.address() as AddressInfo).port, shown }),
  )

const signIn = (address: Address, tls?: TlsOptions) =>
  Effect.scoped(
    Effect.flatMap(NodeDialer.connect(address, { tls }), (session) =>
      session.signIn({ username: "ann", password: Redacted.make("correct horse") }),
    ),
  )

const ways: ReadonlyArray<readonly [string, (host: string, port: number) => Address]> = [
  ["tls", (host, port) => ({ over: "tls", host, port })],
  ["wss", (host, port) => ({ over: "websocket", host, url: `wss://${host}:${port}/ws` })],
]

for (const [name, to] of ways) {
  describe(`over ${name}`, () => {
    const door = Effect.gen(function* () {
      const { address } = yield* TestServer
      return name === "tls" ? address!.port : (yield* Gateway.open({ service: address! })).port
    })

    it.live("signs in to a server whose certificate it trusts, and to no other", () =>
      Effect.gen(function* () {
        const port = yield* door
        const own = yield* tunnel(port)
        assert.strictEqual((yield* signIn(to("localhost", own.port), { ca: ca.cert })).username, "ann")
        const fail = (options?: TlsOptions, host = "localhost", { port } = own) =>
          Effect.map(Effect.flip(signIn(to(host, port), options)), ({ _tag, message, reason }) => {
            assert.strictEqual(_tag, "ConnectError")
            return `${reason}: ${message}`
          })
        const unknown = "UnknownAuthority: its certificate is of an authority that is not trusted here"
        assert.strictEqual(yield* fail(), unknown)
        assert.strictEqual(yield* fail({ ca: authority("Another").cert }), unknown)
        assert.match(
          yield* fail({ ca: ca.cert }, "127.0.0.1"),
          /^WrongName: its certificate is for (localhost|other names)$/,
        )
        const expired = yield* tunnel(port, ca.issue("localhost", undefined, -1))
        assert.match(yield* fail({ ca: ca.cert }, "localhost", expired), /^OutOfDate: /)
        const { key } = ca.client("bob")
        assert.match(yield* fail({ ca: ca.cert, cert: ca.client("ann").cert, key }), /^CertificateUnusable: /)
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("shows a certificate of its own", () =>
      Effect.gen(function* () {
        const { port, shown } = yield* tunnel(yield* door, { ca: ca.cert, requestCert: true })
        const { username } = yield* signIn(to("localhost", port), { ca: ca.cert, ...ca.client("ann") })
        assert.strictEqual(username, "ann")
        assert.deepStrictEqual(shown, ["ann"])
        const without = yield* Effect.flip(signIn(to("localhost", port), { ca: ca.cert }))
        assert.deepInclude(without, { _tag: "ConnectError", reason: "CertificateRefused" })
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("knows what speaks no TLS", () =>
      Effect.gen(function* () {
        const { port } = yield* Gateway.open({ service: { host: "127.0.0.1", port: 1 } })
        const error = yield* Effect.flip(signIn(to("127.0.0.1", port)))
        assert.deepInclude(error, { _tag: "ConnectError", reason: "NotNatter" })
      }).pipe(Effect.scoped, Effect.provide(service)),
    )

    it.live("leaves nothing behind when dialling is given up", () =>
      Effect.gen(function* () {
        const sockets = new Set<net.Socket>()
        const silent = yield* Effect.acquireRelease(
          Effect.callback<net.Server>((resume) => {
            const server = net.createServer((socket) => {
              sockets.add(socket)
              // Without reading it would not see the end.
              socket.resume()
              socket.on("error", () => {})
              socket.on("close", () => sockets.delete(socket))
            })
            server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.sync(() => void server.close()),
        )
        const { port } = silent.address() as AddressInfo
        const dialling = Effect.scoped(NodeDialer.connect(to("127.0.0.1", port)))
        const met = eventually(
          "the server is dialled",
          Effect.sync(() => sockets.size === 1),
        )
        yield* Effect.raceFirst(dialling, met)
        yield* eventually(
          "the socket is closed",
          Effect.sync(() => sockets.size === 0),
        )
      }).pipe(Effect.scoped),
    )
  })
}
