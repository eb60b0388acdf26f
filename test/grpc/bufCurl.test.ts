/** What another's program finds out by itself: which calls there are, and how to make them. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../src/testing/TestServer.ts"
import { isThere, run } from "./bufCurl.ts"

const at = Effect.map(TestServer, ({ address }) => `http://${address!.host}:${address!.port}`)

const call = (protocol: string, method: string, data: object, ...more: ReadonlyArray<string>) =>
  Effect.flatMap(at, (url) =>
    run([
      "curl",
      "--protocol",
      protocol,
      ...(protocol === "grpc" ? ["--http2-prior-knowledge"] : []),
      "--reflect",
      "--data",
      JSON.stringify(data),
      ...more,
      `${url}/natter.v1.Chat/${method}`,
    ]),
  )

layer(TestServer.layerTcp())("buf curl, by reflection", (it) => {
  it.effect.skipIf(!isThere)("lists the services and their calls", () =>
    Effect.gen(function* () {
      const url = yield* at
      const services = yield* run(["curl", "--list-services", "--http2-prior-knowledge", url])
      assert.strictEqual(services.code, 0, services.errors)
      for (const name of ["natter.v1.Chat", "grpc.health.v1.Health"]) assert.include(services.out, name)
      const methods = yield* run(["curl", "--list-methods", "--http2-prior-knowledge", url])
      assert.include(methods.out, "natter.v1.Chat/Publish")
    }),
  )

  for (const protocol of ["grpc", "grpcweb", "connect"]) {
    it.effect.skipIf(!isThere)(`calls over ${protocol}, and is told why not`, () =>
      Effect.gen(function* () {
        // Reflection is a stream in both directions, which takes HTTP/2.
        const h2 = protocol === "grpc" ? [] : ["--http2-prior-knowledge"]
        const login = yield* call(protocol, "Login", { username: `u-${protocol}`, password: "a long password" }, ...h2)
        assert.strictEqual(login.code, 0, login.errors)
        const { token } = JSON.parse(login.out) as { readonly token: string }
        const header = ["--header", `authorization: Bearer ${token}`, ...h2]
        const made = yield* call(protocol, "CreateChannel", { channel: protocol }, ...header)
        assert.strictEqual(made.code, 0, made.errors)
        const said = { channel: protocol, id: "one", content: "hello" }
        const published = yield* call(protocol, "Publish", said, ...header)
        assert.deepInclude(JSON.parse(published.out), { channel: protocol, id: "one", seq: "1" })
        const refused = yield* call(protocol, "Describe", { channel: "nowhere" }, ...header)
        assert.notStrictEqual(refused.code, 0)
        const { code, details } = JSON.parse(refused.errors) as {
          code: string
          details: ReadonlyArray<{ readonly value: string }>
        }
        assert.strictEqual(code, "not_found")
        // It knows the messages of the call alone: the others are as they came.
        assert.include(Buffer.from(details[0]!.value, "base64").toString(), "NoSuchChannel")
      }),
    )
  }
})
