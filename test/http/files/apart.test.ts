/** Files that are read elsewhere: on an origin of their own, or where they are kept. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { FileStore } from "../../../src/files/FileStore.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { type Asked, askAt, bytesOf, files, idIn, root, sha256, somebody } from "./uploading.ts"

const origin = "https://files.example.org"
const host = { Host: "files.example.org" }

const withFile = Effect.fnUntraced(function* (name: string, bytes: Buffer) {
  const person = yield* somebody(name)
  const place = yield* person.begin(bytes.length)
  yield* person.append(place, 0, bytes)
  const { seq } = yield* person.say({ content: "", file: idIn(place) })
  const path = files(person.channel, idIn(place))
  const anybody = askAt(person.port)
  return { ...person, anybody, path, seq }
})

layer(TestServer.layerTcp({ hub: { publishing: undefined }, http: { filesOrigin: origin } }))(
  "files on an origin of their own",
  (it) => {
    it.effect("are read there by a link that is good for a few minutes", () =>
      Effect.gen(function* () {
        const bytes = bytesOf(100_000)
        const { anybody, ask, path } = yield* withFile("ann", bytes)
        const led = yield* ask({ method: "GET", path })
        assert.deepStrictEqual([led.status, led.bytes.length], [307, 0])
        assert.strictEqual(led.headers["cache-control"], "no-store")
        const link = new URL(led.headers.location!)
        assert.strictEqual(link.origin, origin)
        assert.match(link.pathname, /^\/files\/[\w-]+$/)
        const get = (headers = {}, method = "GET") =>
          anybody({ method, path: link.pathname, headers: { ...host, ...headers } })
        const read = yield* get()
        assert.isTrue(read.bytes.equals(bytes))
        assert.deepInclude(read.headers, {
          etag: `"${sha256(bytes)}"`,
          "access-control-allow-origin": "*",
          "cross-origin-resource-policy": "cross-origin",
          "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        })
        const part = yield* get({ Range: "bytes=-10" })
        assert.deepStrictEqual([part.status, part.bytes], [206, bytes.subarray(-10)])
        assert.deepStrictEqual((yield* get({}, "HEAD")).headers["content-length"], "100000")
        assert.strictEqual((yield* get({}, "DELETE")).status, 405)
        // What needs no reading is said here.
        assert.strictEqual((yield* ask({ method: "HEAD", path })).status, 200)
        assert.strictEqual((yield* ask({ method: "GET", path, headers: { "If-None-Match": "*" } })).status, 304)

        yield* TestClock.adjust("4 minutes")
        assert.strictEqual((yield* get()).status, 200)
        yield* TestClock.adjust("2 minutes")
        assert.deepInclude((yield* get()).json, { status: 404, reason: "NoSuchFile" })
      }),
    )

    it.effect("are there for as long as whom the link was made for may read them", () =>
      Effect.gen(function* () {
        const ann = yield* withFile("bob", bytesOf(10))
        const other = yield* somebody("carol", ann.channel)
        const links = yield* Effect.forEach([ann, other], ({ ask }) =>
          Effect.map(ask({ method: "GET", path: ann.path }), ({ headers }) => new URL(headers.location!).pathname),
        )
        const [own, hers] = links as [string, string]
        const get = (path: string) =>
          Effect.map(ann.anybody({ method: "GET", path, headers: host }), ({ status }) => status)
        yield* ann.actions.ban(ann.channel, { username: "carol" })
        assert.deepStrictEqual([yield* get(own), yield* get(hers)], [200, 403])
        yield* ann.actions.delete(ann.channel, ann.seq)
        assert.strictEqual(yield* get(own), 404)
      }),
    )

    it.effect("are all that there is: nothing else is answered there, and no link elsewhere", () =>
      Effect.gen(function* () {
        const { anybody, ask, path, token } = yield* withFile("dave", bytesOf(10))
        const { headers } = yield* ask({ method: "GET", path })
        const link = new URL(headers.location!).pathname
        const elsewhere = [
          "/",
          "/docs",
          "/openapi.json",
          `${root}/channels`,
          path,
          "/sse",
          "/ws",
          "/.well-known/jwks.json",
        ]
        for (const where of [...elsewhere, "/files/", `${link}x`, `${link}/..`, "/files/../docs", link.toUpperCase()]) {
          const { json, status } = yield* ask({ method: "GET", path: where, headers: host })
          assert.deepStrictEqual([status, json["reason"]], [404, "NoSuchFile"], where)
        }
        for (const name of ["FILES.example.org", "files.example.org:443"]) {
          const { status } = yield* anybody({
            method: "GET",
            path: `${root}/channels`,
            headers: { Host: name, Authorization: `Bearer ${token}` },
          })
          assert.strictEqual(status, 404, name)
        }
        const upgrade = {
          Upgrade: "websocket",
          Connection: "Upgrade",
          "Sec-WebSocket-Version": "13",
          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        assert.strictEqual(
          (yield* anybody({ method: "GET", path: "/ws", headers: { ...host, ...upgrade } })).status,
          404,
        )
        const odd: ReadonlyArray<Asked> = [
          { method: "GET", path: link },
          { method: "GET", path: link, headers: { Host: "files.example.org.evil.example" } },
          { method: "GET", path: link, headers: { Host: "evil.example", "X-Forwarded-Host": "files.example.org" } },
        ]
        for (const asked of odd) assert.strictEqual((yield* anybody(asked)).status, 404, JSON.stringify(asked.headers))
        // Nor is anybody led where a header says.
        const misled = yield* ask({ method: "GET", path, headers: { Host: "evil.example" } })
        assert.strictEqual(new URL(misled.headers.location!).origin, origin)
      }),
    )
  },
)

const kept = Layer.effect(
  FileStore,
  Effect.map(FileStore, (store) =>
    FileStore.of({
      ...store,
      address: (content, { name }) =>
        Effect.succeed(`https://s3.example.org/${content}?name=${encodeURIComponent(name)}`),
    }),
  ),
).pipe(Layer.provide(FileStore.layerMemory))

for (const [filesRedirect, status] of [
  [true, 307],
  [false, 200],
] as const) {
  const settings = { hub: { publishing: undefined }, fileStore: kept, api: { filesRedirect } }
  layer(TestServer.layerTcp(settings))(
    `files that are kept at an address, with files.redirect ${filesRedirect}`,
    (it) => {
      it.effect(filesRedirect ? "are read there" : "are read here all the same", () =>
        Effect.gen(function* () {
          const bytes = bytesOf(10)
          const { ask, path } = yield* withFile("ann", bytes)
          const { headers, status: answered } = yield* ask({ method: "GET", path })
          assert.strictEqual(answered, status)
          const address = `https://s3.example.org/${sha256(bytes)}?name=soup.bin`
          assert.strictEqual(headers.location, filesRedirect ? address : undefined)
          assert.strictEqual((yield* ask({ method: "HEAD", path })).status, 200)
        }),
      )
    },
  )
}
