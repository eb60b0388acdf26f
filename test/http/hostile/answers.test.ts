/** What answers say beside what was asked: to whom, to which page, for how long, and nothing that somebody else wrote. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Zlib from "node:zlib"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { problemIn, sane } from "./asking.ts"
import { endpoints, pathOf } from "./endpoints.ts"
import { json, member } from "./members.ts"

const channels = "/api/v1/channels"
const evil = { Origin: "http://evil.example" }

layer(TestServer.layerTcp({ hub: { publishing: undefined } }))("answers", (it) => {
  it.effect("to methods that there are not name those that there are", () =>
    Effect.gen(function* () {
      const { anybody } = yield* member("ann")
      const byPath = Map.groupBy(endpoints, (endpoint) => pathOf(endpoint, endpoint.params?.sample(1) ?? {}))
      for (const [path, there] of byPath) {
        const methods = new Set(there.map(({ method }) => method))
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
          if (methods.has(method)) continue
          const answered = yield* anybody({ method, path })
          sane(answered, `${method} ${path}`)
          assert.include([404, 405], answered.status, `${method} ${path}`)
          if (answered.status === 405) for (const one of methods) assert.include(answered.headers.allow!, one)
        }
        const options = yield* anybody({ method: "OPTIONS", path })
        assert.strictEqual(options.status, 204, path)
        assert.strictEqual(options.text, "")
        const trace = yield* anybody({ method: "TRACE", path, headers: { Cookie: "a=s3cret" } })
        assert.strictEqual(trace.status, 501, path)
        assert.notInclude(trace.text, "s3cret")
        assert.isBelow((yield* anybody({ method: "HEAD", path })).text.length, 1, path)
      }
    }),
  )

  it.effect("to strange pages are none, and never with leave to use what the browser has", () =>
    Effect.gen(function* () {
      const { ask } = yield* member("bob")
      for (const origin of [
        "null",
        "http://evil.example",
        "https://127.0.0.1",
        "http://127.0.0.1.evil.example",
        "file://",
      ]) {
        for (const method of ["GET", "POST", "OPTIONS"]) {
          const headers = { ...json, Origin: origin, "Access-Control-Request-Method": "POST" }
          const answered = yield* ask({
            method,
            path: channels,
            headers,
            ...(method === "POST" ? { body: '{"channel":"x"}' } : {}),
          })
          sane(answered, `${method} ${origin}`)
          assert.strictEqual(answered.status, 403, `${method} ${origin}`)
        }
      }
      const list = yield* ask({ method: "GET", path: channels })
      assert.notInclude(list.text, '"x"')
    }),
  )

  it.effect("hold no header that somebody wrote into a name or a topic", () =>
    Effect.gen(function* () {
      const { ask } = yield* member("cat")
      const create = (body: object) =>
        ask({ method: "POST", path: channels, headers: json, body: JSON.stringify(body) })
      const injected = "a\r\nSet-Cookie: b=c\r\n\r\n<script>"
      for (const body of [{ channel: injected }, { channel: "a\u2028b" }]) {
        const answered = yield* create(body)
        sane(answered, JSON.stringify(body))
        assert.strictEqual(answered.status, 400)
      }
      for (const name of ["münchen", "чат", "部屋", "čĊx", "a.b-c_d"]) {
        const answered = yield* create({ channel: name })
        assert.strictEqual(answered.status, 201, answered.text)
        assert.strictEqual(answered.headers.location, `${channels}/${encodeURIComponent(name)}`)
        // And it leads there.
        assert.strictEqual((yield* ask({ method: "GET", path: answered.headers.location! })).status, 200, name)
      }
      for (const topic of [injected, "čĊSet-Cookie: b=c", "\u0000", "💥", "\u202e"]) {
        yield* ask({ method: "PATCH", path: `${channels}/a.b-c_d`, headers: json, body: JSON.stringify({ topic }) })
        const answered = yield* ask({ method: "GET", path: `${channels}/a.b-c_d` })
        sane(answered, topic)
        assert.strictEqual(answered.status, 200)
        assert.isUndefined(answered.headers["set-cookie"])
        assert.notMatch(answered.text, /\p{Cc}/u)
      }
    }),
  )

  it.effect("that are not changed are so only to who may see them", () =>
    Effect.gen(function* () {
      const dan = yield* member("dan")
      const eve = yield* member("eve")
      const path = `${channels}/secret`
      yield* dan.ask({ method: "POST", path: channels, headers: json, body: '{"channel":"secret","access":"private"}' })
      const { headers } = yield* dan.ask({ method: "GET", path })
      assert.isString(headers.etag)
      assert.strictEqual(
        (yield* dan.ask({ method: "GET", path, headers: { "If-None-Match": headers.etag! } })).status,
        304,
      )
      for (const tag of [headers.etag!, "*"]) {
        for (const [ask, status] of [
          [eve.anybody, 401],
          [eve.ask, 403],
        ] as const) {
          const answered = yield* ask({ method: "GET", path: `${path}/messages`, headers: { "If-None-Match": tag } })
          sane(answered, tag)
          assert.strictEqual(answered.status, status)
        }
      }
    }),
  )

  it.effect("that refuse are not compressed: what was sent would be told by their length", () =>
    Effect.gen(function* () {
      const { ask } = yield* member("fay")
      const path = `${channels}?${"x".repeat(5000)}=1`
      const answered = yield* ask({ method: "GET", path, headers: { "Accept-Encoding": "gzip, br" } })
      sane(answered, "refused")
      assert.isUndefined(answered.headers["content-encoding"])
      problemIn(answered, "refused")
    }),
  )

  it.effect("do not come of what is packed", () =>
    Effect.gen(function* () {
      const { ask } = yield* member("gil")
      const bomb = Zlib.gzipSync(Buffer.alloc(50_000_000, 0x20))
      for (const coding of ["gzip", "br", "deflate", "identity, gzip", "x"]) {
        const headers = { ...json, "Content-Encoding": coding }
        const answered = yield* ask({ method: "POST", path: channels, headers, body: bomb })
        assert.strictEqual(answered.status, 415, coding)
      }
    }),
  )
})

layer(TestServer.layerTcp({ api: { origins: ["*"] } }))("answers to pages of everybody", (it) => {
  it.effect("give no leave to use what the browser has", () =>
    Effect.gen(function* () {
      const { ask } = yield* member("ann")
      for (const method of ["GET", "OPTIONS"]) {
        const { headers, status } = yield* ask({ method, path: channels, headers: evil })
        assert.isBelow(status, 300)
        assert.strictEqual(headers["access-control-allow-origin"], evil.Origin)
        assert.include(headers.vary!, "Origin")
        assert.isUndefined(headers["access-control-allow-credentials"])
      }
    }),
  )
})
