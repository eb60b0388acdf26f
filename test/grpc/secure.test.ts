/** In TLS, with those who ask for HTTP/2 alone, with those who know nothing else than HTTP/1.1, and with those who know both. */
import { createClient } from "@connectrpc/connect"
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node"
import { assert, layer } from "@effect/vitest"
import { credentials } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Tls from "node:tls"
import { Chat } from "../../src/grpc/generated/natter/v1/chat_pb.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { files, trust } from "../suites/secureWorlds.ts"
import { chatAt, signedIn } from "./grpcJs.ts"

/** What is agreed on with somebody who offers these. */
const agreed = (ALPNProtocols: ReadonlyArray<string>) =>
  Effect.flatMap(TestServer, ({ address }) =>
    Effect.callback<string | false | null>((resume) => {
      const socket = Tls.connect({
        port: address!.port,
        host: "127.0.0.1",
        ...trust,
        ALPNProtocols: [...ALPNProtocols],
      })
      socket.once("secureConnect", () => {
        const { alpnProtocol } = socket
        socket.once("close", () => resume(Effect.succeed(alpnProtocol)))
        socket.destroy()
      })
      socket.on("error", () => {})
    }),
  )

layer(TestServer.layerTcp({ tls: files }), { excludeTestServices: true })("gRPC in TLS", (it) => {
  it.effect("is agreed on with those who know nothing else", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* agreed(["h2"]), "h2")
      assert.strictEqual(yield* agreed(["h2", "http/1.1"]), "http/1.1")
      assert.strictEqual(yield* agreed(["http/1.1"]), "http/1.1")
    }),
  )

  it.effect("calls, and has sessions", () =>
    Effect.gen(function* () {
      const { address, sessions } = yield* TestServer
      const client = yield* chatAt(`localhost:${address!.port}`, credentials.createSsl(Buffer.from(trust.ca)))
      const session = client.both("Session", yield* signedIn(client, "ann"))
      assert.deepInclude(yield* session.until("logged_in"), { username: "ann" })
      assert.strictEqual(sessions.count(), 1)
      session.end()
      yield* session.ended
    }).pipe(Effect.scoped),
  )

  for (const [name, transport] of [
    ["gRPC", createGrpcTransport],
    ["gRPC-Web over HTTP/1.1", createGrpcWebTransport],
  ] as const) {
    it.effect(`${name}, by another client`, () =>
      Effect.gen(function* () {
        const { address } = yield* TestServer
        const baseUrl = `https://localhost:${address!.port}`
        const nodeOptions = { ca: trust.ca }
        const client = createClient(
          Chat,
          transport === createGrpcTransport
            ? createGrpcTransport({ baseUrl, nodeOptions })
            : createGrpcWebTransport({ baseUrl, nodeOptions, httpVersion: "1.1" }),
        )
        const login = { username: name.replace(/\W/g, ""), password: "a long password" }
        assert.isDefined((yield* Effect.promise(() => client.login(login))).token)
      }),
    )
  }
})
