/** Whatever an endpoint is sent that it is not made for is refused, and what was wrong with it is named. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { type Asked, problemIn, sane } from "./asking.ts"
import { type Endpoint, endpoints, pathOf } from "./endpoints.ts"
import { json, member } from "./members.ts"

let members = 0
const ask = Effect.suspend(() => Effect.map(member(`eve-${++members}`), ({ ask }) => ask))

/** Right in every part but the one that is given. */
const rightFor = (
  endpoint: Endpoint,
  but: { readonly path?: string; readonly query?: string; readonly body?: string | Uint8Array } = {},
): Asked => {
  const path = but.path ?? pathOf(endpoint, endpoint.params?.sample(1) ?? {})
  const body = but.body ?? (endpoint.payload === undefined ? undefined : JSON.stringify(endpoint.payload.sample(1)))
  return {
    method: endpoint.method,
    path: but.query === undefined ? path : `${path}?${but.query}`,
    ...(body === undefined ? {} : { headers: json, body }),
  }
}

/** Those that do what cannot be undone are asked by those alone who may not. */
const all = (asked: (endpoint: Endpoint) => Iterable<readonly [what: string, Asked, field?: string | undefined]>) =>
  endpoints.flatMap((endpoint) =>
    Array.from(asked(endpoint), ([what, one, field]) => ({ what: `${endpoint.name}, ${what}`, one, field })),
  )

const askAll = Effect.fnUntraced(function* (rows: ReturnType<typeof all>) {
  const send = yield* ask
  yield* Effect.forEach(
    rows,
    ({ field, one, what }) =>
      Effect.map(send(one), (answered) => {
        sane(answered, what)
        if (field === undefined) return
        assert.strictEqual(answered.status, 400, `${what}: ${answered.text}`)
        // Of what has parts of its own, the part is named.
        assert.strictEqual(String(problemIn(answered, what).field).split(".", 1)[0], field, what)
      }),
    { concurrency: 8, discard: true },
  )
  return rows.length
})

/** What is looked up as it is, and is then not there; so is what strangers ask for. */
const loose = new Set(["delivery"])

/** No parameter of a path is any of these. */
const nonsense = [
  "%00",
  "%zz",
  "%",
  "%c0%ae%c0%ae",
  "%ed%a0%80",
  "%ff",
  "%E2%80%AE",
  "%0d%0aX:%20y",
  "a".repeat(2000),
  "%20",
  "%ud800",
]
/** What some field may be. */
const odd = [
  "..%2f..%2fetc%2fpasswd",
  "%2e%2e",
  "__proto__",
  "constructor",
  "-1",
  "1e309",
  "%F0%9F%90%99",
  "null",
  "0x10",
  "%31",
]

const texts = [
  "",
  "-1",
  "1e99",
  "NaN",
  "0x10",
  "1.5",
  "null",
  "true",
  "%00",
  "%ff",
  "%zz",
  "[]",
  "{}",
  "x".repeat(5000),
  "9".repeat(400),
]

const values: ReadonlyArray<unknown> = [
  null,
  true,
  -1,
  1.5,
  1e308,
  2 ** 53,
  "",
  "\0",
  "\ud800",
  "\u202e",
  "a\r\nSet-Cookie: b=c",
  "x".repeat(20_000),
  [],
  {},
  ["a"],
  { toString: "a" },
  { $gt: "" },
]

const deep = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)

/** Bodies that are no request of any endpoint. */
const bodies: ReadonlyArray<readonly [what: string, body: string | Uint8Array]> = [
  ["null", "null"],
  ["a number", "1"],
  ["a text", '"x"'],
  ["a list", "[]"],
  ["a list of what is right", "[{}]"],
  ["half of it", '{"a":'],
  ["two of it", "{}{}"],
  ["quotes of another kind", "{'a':1}"],
  ["a comment", "{}//"],
  ["a byte order mark", "\ufeff{}"],
  ["lists in lists", deep("[", "]", 30_000)],
  ["maps in maps", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ["lists that do not end", "[".repeat(60_000)],
  ["what is no UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
  ["UTF-16", Buffer.from("{}", "utf16le")],
  ["MessagePack", Uint8Array.of(0x80)],
  ["a NUL behind it", "{}\0"],
  ["an unknown field", '{"x-unknown":1}'],
  ["a prototype", '{"__proto__":{"role":"admin"}}'],
  ["a constructor", '{"constructor":{"prototype":{"role":"admin"}}}'],
  ["many fields", `{${Array.from({ length: 5000 }, (_, at) => `"k${at}":0`).join(",")}}`],
  ["a number without an end", `{"x":${"9".repeat(60_000)}}`],
]

layer(TestServer.layerTcp({ hub: { publishing: undefined } }))("bad input to every endpoint", (it) => {
  it.effect("there are some", () =>
    Effect.sync(() => {
      assert.isAtLeast(endpoints.length, 30)
      for (const { name, path } of endpoints) assert.isTrue(path.startsWith("/api/v1/"), name)
    }),
  )

  it.effect("in the path", () =>
    Effect.gen(function* () {
      const count = yield* askAll(
        all(function* (endpoint) {
          const right = endpoint.params?.sample(1) ?? {}
          for (const name of endpoint.params?.names ?? []) {
            const named = endpoint.isPrivate && !loose.has(name) ? name : undefined
            for (const raw of nonsense) {
              yield [
                `${name} is ${raw.slice(0, 30)}`,
                rightFor(endpoint, { path: pathOf(endpoint, right, { [name]: raw }) }),
                named,
              ]
            }
            for (const raw of odd) {
              yield [`${name} is ${raw}`, rightFor(endpoint, { path: pathOf(endpoint, right, { [name]: raw }) })]
            }
          }
        }),
      )
      assert.isAbove(count, 300)
    }),
  )

  it.effect("in the query", () =>
    Effect.gen(function* () {
      const count = yield* askAll(
        all(function* (endpoint) {
          for (const query of ["x-unknown=1", "__proto__=1", "constructor=1", "toString="]) {
            yield [query, rightFor(endpoint, { query }), query.split("=")[0]!]
          }
          for (const name of endpoint.query?.names ?? []) {
            for (const text of texts)
              yield [`${name} is ${text.slice(0, 30)}`, rightFor(endpoint, { query: `${name}=${text}` })]
            yield [`${name} twice`, rightFor(endpoint, { query: `${name}=1&${name}=1` }), name]
            yield [`${name} as a list`, rightFor(endpoint, { query: `${name}[]=1` }), `${name}??`]
          }
        }),
      )
      assert.isAbove(count, 100)
    }),
  )

  it.effect("in the body", () =>
    Effect.gen(function* () {
      const count = yield* askAll(
        all(function* (endpoint) {
          if (endpoint.payload === undefined) return
          for (const [what, body] of bodies) yield [what, rightFor(endpoint, { body })]
          const right = endpoint.payload.sample(1)
          for (const name of endpoint.payload.names) {
            for (const value of values) {
              const body = JSON.stringify({ ...right, [name]: value })
              yield [`${name} is ${JSON.stringify(value).slice(0, 30)}`, rightFor(endpoint, { body })]
            }
            // No field is this: it has to be named.
            const body = JSON.stringify({ ...right, [name]: { a: [{}] } })
            yield [`${name} is something else`, rightFor(endpoint, { body }), name]
          }
          yield ["a field too many", rightFor(endpoint, { body: JSON.stringify({ ...right, zz: 1 }) }), "zz"]
        }),
      )
      assert.isAbove(count, 300)
    }),
  )

  it.effect("in what is said of the body", () =>
    Effect.gen(function* () {
      const send = yield* ask
      const types = [
        "text/plain",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/json-patch+json",
        "application/jsonp",
        "text/json",
        "",
        "application/json, text/plain",
      ]
      for (const endpoint of endpoints.filter(({ payload }) => payload !== undefined)) {
        for (const type of types) {
          const what = `${endpoint.name} as ${type}`
          const answered = yield* send({ ...rightFor(endpoint), headers: { "Content-Type": type } })
          sane(answered, what)
          assert.strictEqual(answered.status, 415, what)
        }
        const large = yield* send(rightFor(endpoint, { body: `{"x":"${"y".repeat(70_000)}"}` }))
        sane(large, endpoint.name)
        assert.strictEqual(large.status, 413, endpoint.name)
      }
    }),
  )

  it.effect("in JSON, of which nothing is repeated", () =>
    Effect.gen(function* () {
      const send = yield* ask
      const endpoint = endpoints.find(({ name }) => name === "channels.create")!
      for (const body of [
        '{"password":"hunter2"x',
        '{"password":hunter2}',
        "hunter2",
        '{"password":"hunter2',
        '{"hunter2',
      ])
        for (const wide of [body, `${" ".repeat(100)}${body}${" ".repeat(100)}`]) {
          const answered = yield* send(rightFor(endpoint, { body: wide }))
          sane(answered, body)
          assert.strictEqual(answered.status, 400)
          assert.notMatch(answered.text, /hunt|nter2/, answered.text)
          assert.match(problemIn(answered, body).detail, /no JSON: \w+/)
        }
    }),
  )

  it.effect("in headers", () =>
    Effect.gen(function* () {
      const send = yield* ask
      const path = "/api/v1/channels/den/messages"
      yield* send({ method: "POST", path: "/api/v1/channels", headers: json, body: '{"channel":"den"}' })
      for (const key of ["", "a b", "\t", "é", "x".repeat(256), "x".repeat(5000), "\u0080"]) {
        const answered = yield* send({
          method: "POST",
          path,
          headers: { ...json, "Idempotency-Key": key },
          body: '{"content":"a"}',
        })
        sane(answered, key)
        assert.strictEqual(answered.status, 400, key)
        assert.strictEqual(problemIn(answered, key).field, "idempotency-key")
      }
      for (const id of ["a b", "<script>", "${jndi:ldap://x}", "x".repeat(65), "é", "a,b"]) {
        const answered = yield* send({ method: "GET", path, headers: { "X-Request-Id": id } })
        sane(answered, id)
        assert.notStrictEqual(answered.headers["x-request-id"], id)
        assert.notInclude(answered.text, id)
      }
      for (const [name, value] of [
        ["If-None-Match", `"${"x".repeat(8000)}"`],
        ["If-None-Match", ",".repeat(8000)],
        ["Accept", ",".repeat(8000)],
        ["Accept-Encoding", "gzip;q=".repeat(1000)],
        ["Range", `bytes=${"0-1,".repeat(1000)}`],
        ["X-HTTP-Method-Override", "DELETE"],
        ["X-Original-URL", "/api/v1/service/drain"],
      ] as const) {
        const answered = yield* send({ method: "GET", path, headers: { [name]: value } })
        sane(answered, name)
        assert.include([200, 406], answered.status, name)
      }
    }),
  )
})
