/** What all answers of the HTTP API have in common. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Zlib from "node:zlib"
import { History } from "../../src/history/History.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { type Asked, asking } from "./asking.ts"

const root = "/api/v1"

/** Ann, who owns `den`, in which something was said. */
const world = Effect.gen(function* () {
  const { accounts, api, hub } = yield* TestServer
  const ann = yield* accounts.add({ name: "ann", password: Redacted.make("a long password"), role: "member" })
  const { id, token } = yield* accounts.issueToken(ann)
  const actions = yield* hub.as(ann)
  yield* actions.createChannel("den", { durability: "memory" })
  yield* actions.publish("den", "hello ".repeat(500))
  const ask = asking(api)
  const secret = Redacted.value(token)
  return {
    accounts,
    actions,
    ann,
    secret,
    tokenId: id,
    ask: (method: string, path: string, more: Partial<Asked> = {}) =>
      ask({ method, path: root + path, ...more, headers: { Authorization: `Bearer ${secret}`, ...more.headers } }),
    anybody: ask,
  }
})

const served = (settings: Settings = {}) => Effect.provide(TestServer.layerMemory(settings))
const page = "/channels/den/messages"
const get = { Accept: "*/*" }

describe("an answer", () => {
  it.effect("that has not changed is not sent again, and one that has is", () =>
    Effect.gen(function* () {
      const { actions, ask } = yield* world
      const { headers } = yield* ask("GET", page)
      const tag = String(headers.etag)
      assert.match(tag, /^W\/"[\w-]{27}"$/)
      for (const has of [tag, `"other", ${tag}`, "*"]) {
        const again = yield* ask("GET", page, { headers: { "If-None-Match": has } })
        assert.deepStrictEqual([again.status, again.bytes.length, again.headers.etag], [304, 0, tag], has)
      }
      yield* actions.publish("den", "more")
      assert.strictEqual((yield* ask("GET", page, { headers: { "If-None-Match": tag } })).status, 200)
    }).pipe(served()),
  )

  it.effect("is compressed for who wants it, and says so", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const plain = yield* ask("GET", page)
      assert.isUndefined(plain.headers["content-encoding"])
      const codings = [
        ["gzip", "gzip", Zlib.gunzipSync],
        ["br;q=0.5, gzip;q=0.4", "br", Zlib.brotliDecompressSync],
        ["*", "br", Zlib.brotliDecompressSync],
      ] as const
      for (const [accepted, coding, read] of codings) {
        const { bytes, headers } = yield* ask("GET", page, { headers: { "Accept-Encoding": accepted } })
        assert.strictEqual(headers["content-encoding"], coding)
        assert.include(headers.vary, "Accept-Encoding")
        assert.isBelow(bytes.length, 500)
        assert.isTrue(read(bytes).equals(plain.bytes))
      }
      for (const accepted of ["identity", "br;q=0, gzip;q=0", "zstd"]) {
        const { headers } = yield* ask("GET", page, { headers: { "Accept-Encoding": accepted } })
        assert.isUndefined(headers["content-encoding"], accepted)
      }
      const small = yield* ask("GET", "/channels", { headers: { "Accept-Encoding": "gzip" } })
      assert.isUndefined(small.headers["content-encoding"])
    }).pipe(served()),
  )

  it.effect("to HEAD is that to GET without its body; OPTIONS says what there is", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const { headers } = yield* ask("GET", page)
      const head = yield* ask("HEAD", page)
      assert.deepStrictEqual([head.status, head.bytes.length], [200, 0])
      assert.strictEqual(head.headers["content-length"], headers["content-length"])
      const options = yield* ask("OPTIONS", page)
      assert.deepStrictEqual([options.status, options.headers.allow], [204, "GET, POST, HEAD, OPTIONS"])
    }).pipe(served()),
  )

  it.effect("has the client's id of the request, if that is one", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const idOf = (id: string) =>
        Effect.map(
          ask("GET", "/channels", { headers: { "X-Request-Id": id } }),
          ({ headers }) => headers["x-request-id"],
        )
      assert.strictEqual(yield* idOf("a-1:b/c"), "a-1:b/c")
      for (const id of ["a b", 'a"', "a,b", "a;b", "x".repeat(65)]) assert.notStrictEqual(yield* idOf(id), id)
    }).pipe(served()),
  )

  it.effect("says how much more may be asked, and when more than that was", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const first = yield* ask("GET", "/channels")
      assert.strictEqual(first.headers["ratelimit-policy"], '"reading";q=2;w=4')
      assert.strictEqual(first.headers["ratelimit"], '"reading";r=1;t=2')
      yield* ask("GET", "/channels")
      const refused = yield* ask("GET", "/channels")
      assert.deepStrictEqual([refused.status, refused.headers["retry-after"]], [429, "2"])
      assert.deepInclude(refused.json, { reason: "RateLimited", retry_after: 2000 })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* ask("GET", "/channels")).status, 200)
    }).pipe(
      served({
        hub: {
          operations: {
            perAddress: 10,
            kinds: {
              administration: { burst: 9, perSecond: 9 },
              visits: { burst: 9, perSecond: 9 },
              status: { burst: 9, perSecond: 9 },
              reading: { burst: 2, perSecond: 0.5 },
              searches: { burst: 9, perSecond: 9 },
            },
          },
        },
      }),
    ),
  )
})

describe("a page from elsewhere", () => {
  const from = (Origin: string) => ({ headers: { Origin } })

  it.effect("may come in where the setting says so, and ours always", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      for (const origin of ["https://app.example.org", "http://localhost"]) {
        const { headers, status } = yield* ask("GET", "/channels", from(origin))
        assert.deepStrictEqual([status, headers["access-control-allow-origin"]], [200, origin])
        assert.include(headers["access-control-expose-headers"], "ETag")
      }
      const stranger = yield* ask("GET", "/channels", from("https://evil.example.org"))
      assert.deepInclude(stranger.json, { status: 403, reason: "OriginNotAllowed" })
      assert.isUndefined(stranger.headers["access-control-allow-origin"])
    }).pipe(served({ api: { origins: ["https://app.example.org"] } })),
  )

  it.effect("is told what it may send", () =>
    Effect.gen(function* () {
      const { anybody } = yield* world
      const { headers, status } = yield* anybody({
        method: "OPTIONS",
        path: root + page,
        headers: { Origin: "http://localhost", "Access-Control-Request-Method": "POST" },
      })
      assert.strictEqual(status, 204)
      assert.include(headers["access-control-allow-methods"], "POST")
      assert.include(headers["access-control-allow-headers"], "Authorization")
    }).pipe(served()),
  )
})

describe("what is refused", () => {
  it.effect("is so with the status for it, whatever it is", () =>
    Effect.gen(function* () {
      const { ask } = yield* world
      const post = (body: string | object, headers = {}) => ask("POST", page, { body, headers })
      const cases = [
        [ask("GET", "/nowhere"), 404, "NoSuchPath"],
        [ask("GET", "/channels", { headers: { Accept: "text/html" } }), 406, "NotAcceptable"],
        [post("a=b", { "Content-Type": "application/x-www-form-urlencoded" }), 415, "UnsupportedMediaType"],
        [post({ content: "x" }, { "Content-Encoding": "gzip" }), 415, "UnsupportedMediaType"],
        [post({ content: "x".repeat(2000) }), 413, "BodyTooLarge"],
        [post("{"), 400, "InvalidFrame"],
        [post('{"content":"a","__proto__":{}}'), 400, "InvalidFrame"],
        [ask("GET", "/channels/%zz"), 400, "InvalidFrame"],
        [ask("GET", "/channels/%2e%2e%2fetc"), 400, "InvalidFrame"],
        [ask("GET", `${page}?limit=1&limit=2`), 400, "InvalidFrame"],
        [ask("GET", "/channels", { headers: { Authorization: "Basic YTpi" } }), 401, "NotAuthenticated"],
        [ask("GET", "/channels", { headers: { Authorization: "Bearer nat_wrong" } }), 401, "InvalidToken"],
      ] as const
      for (const [asked, status, reason] of cases) {
        const answer = yield* asked
        assert.deepInclude(answer.json, { status, reason }, JSON.stringify(answer.json))
        assert.strictEqual(answer.headers["content-type"], "application/problem+json")
      }
    }).pipe(served({ api: { maxBodyBytes: 1024 } })),
  )

  it.effect("at once, where a token was revoked", () =>
    Effect.gen(function* () {
      const { accounts, ask, tokenId } = yield* world
      assert.strictEqual((yield* ask("GET", "/channels")).status, 200)
      yield* accounts.revokeToken(tokenId)
      assert.deepInclude((yield* ask("GET", "/channels")).json, { status: 401, reason: "InvalidToken" })
    }).pipe(served()),
  )

  it.effect("because the service failed says nothing of how", () => {
    const broken = Layer.effect(
      History,
      Effect.map(History, (history) => History.of({ ...history, page: () => Effect.die(new Error("at secret.ts:1")) })),
    ).pipe(Layer.provide(History.layerMemory))
    return Effect.gen(function* () {
      const { ask } = yield* world
      const answer = yield* ask("GET", page)
      assert.deepInclude(answer.json, { status: 500, reason: "Internal" })
      assert.notInclude(answer.bytes.toString(), "secret")
    }).pipe(served({ history: broken, log: "None" }))
  })
})

describe("the access log", () => {
  it.effect("has a line for each request, without tokens and without what only strangers wrote", () => {
    const lines: Array<string> = []
    const logger = Logger.layer([Logger.make((entry) => lines.push(Logger.formatJson.log(entry)))])
    return Effect.gen(function* () {
      const { ann, ask, secret } = yield* world
      yield* ask("GET", `${page}?limit=1`, { headers: get })
      yield* ask("GET", "/no%0awhere")
      const text = lines.join("\n")
      assert.include(text, `GET ${root}/channels/:channel/messages 200`)
      assert.include(text, ann.id)
      assert.include(text, `GET ${root}/no%0awhere 404`)
      assert.notInclude(text, secret)
    }).pipe(served({ api: { accessLog: true }, log: "Info" }), Effect.provide(logger))
  })
})
