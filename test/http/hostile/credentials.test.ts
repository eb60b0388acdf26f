/** Who proves nothing is told so, the same whatever it asks for; and what proves something is told to nobody else. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Layer from "effect/Layer"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { problemIn, sane } from "./asking.ts"
import { endpoints, pathOf } from "./endpoints.ts"
import { json, member, password } from "./members.ts"

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

layer(TestServer.layerTcp({ hub: { publishing: undefined } }))("credentials", (it) => {
  it.effect("without them nothing is done, and nothing is said of what is there", () =>
    Effect.gen(function* () {
      const { anybody, ask } = yield* member("ann")
      yield* ask({ method: "POST", path: "/api/v1/channels", headers: json, body: '{"channel":"den"}' })
      for (const endpoint of endpoints.filter(({ isPrivate }) => isPrivate)) {
        const texts = new Set<string>()
        const right = endpoint.params?.sample(1) ?? {}
        // What is there and what is not, what is right and what is wrong.
        for (const params of [
          { ...right, channel: "den", username: "ann" },
          { ...right, channel: "nowhere" },
        ]) {
          for (const body of endpoint.payload === undefined
            ? [undefined]
            : [JSON.stringify(endpoint.payload.sample(1)), "{"]) {
            const path = pathOf(endpoint, params)
            const asked = { method: endpoint.method, path, headers: { ...json, "If-None-Match": "*" } }
            const answered = yield* anybody(body === undefined ? asked : { ...asked, body })
            sane(answered, endpoint.name)
            assert.strictEqual(answered.status, 401, endpoint.name)
            assert.match(answered.headers["www-authenticate"]!, /^Bearer realm="natter"/)
            texts.add(problemIn(answered, endpoint.name).detail)
          }
        }
        assert.strictEqual(texts.size, 1, endpoint.name)
      }
    }),
  )

  it.effect("that are almost right are not, and none is repeated", () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      const { anybody, token, user } = yield* member("bob")
      const { tokenId } = yield* server.accounts.authenticate(Redacted.make(token), "192.0.2.1")
      const jwt = Redacted.value((yield* server.accessTokens.issue({ user, tokenId: tokenId! })).token)
      const [header = "", payload = "", signature = ""] = jwt.split(".")
      const { kid } = JSON.parse(Buffer.from(header, "base64url").toString())
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString())
      const path = "/api/v1/unread"
      for (const good of [token, jwt]) {
        const answered = yield* anybody({ method: "GET", path, headers: { Authorization: `Bearer ${good}` } })
        assert.strictEqual(answered.status, 200, answered.text)
      }
      const wrong = [
        "Bearer",
        "Bearer ",
        token,
        `Basic ${Buffer.from(`bob:${password}`).toString("base64")}`,
        `Token ${token}`,
        `Bearer ${token}x`,
        `Bearer ${token.slice(0, -1)}`,
        `Bearer x${token}`,
        `Bearer ${token} ${token}`,
        `Bearer ${token},${token}`,
        `Bearer ${token.toUpperCase()}`,
        `Bearer "${token}"`,
        `Bearer ${"x".repeat(10_000)}`,
        "Bearer nat_",
        "Bearer null",
        "Bearer ' OR '1'='1",
        "Bearer ..",
        "Bearer a.b.c",
        `Bearer ${part({ alg: "none", typ: "at+jwt", kid })}.${payload}.`,
        `Bearer ${part({ alg: "none", typ: "at+jwt", kid })}.${payload}.${signature}`,
        `Bearer ${part({ alg: "HS256", typ: "at+jwt", kid })}.${payload}.${signature}`,
        `Bearer ${part({ alg: "EdDSA", typ: "at+jwt", kid: "../../etc/passwd" })}.${payload}.${signature}`,
        `Bearer ${part({ alg: "EdDSA", typ: "at+jwt", kid, jku: "http://127.0.0.1/keys" })}.${payload}.${signature}`,
        `Bearer ${part({ alg: "EdDSA", typ: "at+jwt", kid, crit: ["x"] })}.${payload}.${signature}`,
        `Bearer ${header}.${part({ ...claims, role: "admin", exp: claims.exp + 1 })}.${signature}`,
        `Bearer ${header}.${payload}.`,
        `Bearer ${header}.${payload}`,
        `Bearer ${header}.${payload}.${"A".repeat(86)}`,
      ]
      for (const authorization of wrong) {
        const answered = yield* anybody({ method: "GET", path, headers: { Authorization: authorization } })
        sane(answered, authorization)
        assert.strictEqual(answered.status, 401, authorization)
        for (const secret of [token, jwt, signature, password]) assert.notInclude(answered.text, secret, authorization)
      }
      // Not where it would be written down on the way.
      for (const name of ["access_token", "token", "authorization"]) {
        const answered = yield* anybody({ method: "GET", path: `${path}?${name}=${token}` })
        assert.strictEqual(answered.status, 401)
        assert.notInclude(answered.text, token)
      }
      yield* server.accounts.revokeToken(tokenId!)
      const texts = new Set<string>()
      for (const revoked of [token, jwt, `${token.slice(0, -2)}xx`]) {
        const answered = yield* anybody({ method: "GET", path, headers: { Authorization: `Bearer ${revoked}` } })
        assert.strictEqual(answered.status, 401)
        texts.add(problemIn(answered, "revoked").detail)
      }
      assert.strictEqual(texts.size, 1, "one that is revoked is told from one that never was")
    }),
  )
})

const lines: Array<string> = []
const listening = Logger.layer([
  Logger.make(({ fiber, ...options }) => void lines.push(Logger.formatJson.log({ fiber, ...options }))),
])
/** The server says all that it can say. */
const talkative = TestServer.layerTcp({ log: "Trace", api: { accessLog: true } }).pipe(
  Layer.provideMerge(listening),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "Trace")),
)

layer(talkative)("a log", (it) => {
  it.effect("has no credential in it, whatever is asked, and nothing that begins another line", () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      const { anybody, ask, token, user } = yield* member("cat")
      const { tokenId } = yield* server.accounts.authenticate(Redacted.make(token), "192.0.2.1")
      const jwt = Redacted.value((yield* server.accessTokens.issue({ user, tokenId: tokenId! })).token)
      const hook = `/api/v1/hooks/${"a".repeat(24)}/natw_${"b".repeat(43)}`
      const secrets = [token, jwt, password, "s3cret-of-a-body"]
      const body = JSON.stringify({ password, token, current_password: "s3cret-of-a-body" })
      for (const secret of secrets) {
        for (const path of [
          "/api/v1/unread",
          "/api/v1/nothing",
          `/api/v1/unread?token=${encodeURIComponent(secret)}`,
          "/nothing",
          "/sse",
        ]) {
          for (const method of ["GET", "POST", "OPTIONS"]) {
            const headers = {
              ...json,
              Authorization: `Bearer ${secret}`,
              Cookie: `natter=${secret}`,
              "X-Request-Id": "a\tb",
            }
            if (path !== "/sse" || method !== "GET")
              yield* anybody({ method, path, headers, ...(method === "POST" ? { body } : {}) })
          }
        }
        yield* anybody({ method: "POST", path: "/api/v1/channels", headers: json, body })
        for (const end of ["", "/", "/x"]) {
          for (const method of ["GET", "POST"]) yield* anybody({ method, path: `${hook}${end}`, headers: json })
        }
        yield* ask({ method: "POST", path: "/api/v1/channels", headers: json, body })
        yield* ask({ method: "POST", path: "/api/v1/channels", headers: json, body: `${body}x` })
        yield* ask({ method: "GET", path: "/api/v1/%0d%0a%1b[31mX/%00/%c2%85" })
      }
      assert.isAbove(lines.filter((line) => line.includes("/api/v1/unread")).length, 3)
      for (const line of lines) {
        for (const secret of [...secrets, "b".repeat(43)]) assert.notInclude(line, secret)
        assert.notMatch(line, /\p{Cc}/u)
      }
    }),
  )
})
