/** What is said of the page over HTTP. What is in it is of no matter here. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Zlib from "node:zlib"
import { policy } from "../../src/http/page/Policy.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { asking } from "./asking.ts"

const html = `<!doctype html><title>${"a page ".repeat(400)}</title>`
const script = `console.log("${"some script ".repeat(400)}")`

/** A page that nobody built. */
const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-page-"))
    fs.mkdirSync(path.join(folder, "assets"))
    const put = (file: string, content: string, type: string, fixed = false) => {
      fs.writeFileSync(path.join(folder, file), content)
      fs.writeFileSync(path.join(folder, `${file}.br`), Zlib.brotliCompressSync(content))
      fs.writeFileSync(path.join(folder, `${file}.gz`), Zlib.gzipSync(content))
      return { path: file, type, fixed, codings: content.length > 1024 ? ["br", "gzip"] : [] }
    }
    const files = [
      put("/index.html", html, "text/html; charset=utf-8"),
      put("/admin.html", html.replace("a page", "for operators"), "text/html; charset=utf-8"),
      put("/assets/index-0123abcd.js", script, "text/javascript; charset=utf-8", true),
      put("/favicon.svg", "<svg/>", "image/svg+xml"),
    ]
    fs.writeFileSync(path.join(folder, "page.json"), JSON.stringify({ fingerprint: "none", files }))
    return folder
  }),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
)

/** A service with that page, or with what is there instead. */
const served = (settings: Settings = {}, page?: string) =>
  Effect.gen(function* () {
    const { api } = yield* TestServer
    return asking(api)
  }).pipe(
    Effect.provide(
      TestServer.layerMemory({
        ...settings,
        page: { enabled: true, ...(page ? { folder: page } : {}), ...settings.page },
      }),
    ),
  )

const withPage = (settings: Settings = {}) => Effect.flatMap(folder, (folder) => served(settings, folder))

type Ask = Effect.Success<ReturnType<typeof served>>
const get = (ask: Ask, path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask({ method: "GET", path, headers })

describe("the page over HTTP", () => {
  it.effect("is at each of its addresses, and nowhere else", () =>
    Effect.gen(function* () {
      const ask = yield* withPage()
      const views = {
        chat: [
          "/",
          "/index.html",
          "/c/kitchen",
          "/c/k%C3%BCche",
          "/c/@ann",
          "/c/kitchen/1234",
          "/join/natjoin_abc",
          "/invite/natinv_abc",
          "/?a=b",
        ],
        admin: ["/admin", "/admin.html", "/admin/sessions"],
      }
      for (const address of views.chat) assert.include((yield* get(ask, address)).bytes.toString(), "a page", address)
      for (const address of views.admin) {
        assert.include((yield* get(ask, address)).bytes.toString(), "for operators", address)
      }
      const none = [
        "/c",
        "/c/",
        "/c/a/b",
        "/c/a/1/2",
        "/c/a/99999999999999999",
        "/join",
        "/join/a/b",
        "/admin/a/b",
        "/page.json",
      ]
      const hostile = [
        "/assets/",
        "/assets/other.js",
        "/assets/../page.json",
        "/assets/%2e%2e/page.json",
        "//",
        "/index.html.br",
        "/assets/index-0123abcd.js.gz",
      ]
      for (const address of [...none, ...hostile]) assert.strictEqual((yield* get(ask, address)).status, 404, address)
    }).pipe(Effect.scoped),
  )

  it.effect("may do in a browser what it needs, and nothing else", () =>
    Effect.gen(function* () {
      const ask = yield* withPage({ http: { filesOrigin: "https://files.example.org" } })
      const { headers } = yield* get(ask, "/c/kitchen", { Origin: "https://elsewhere.example.org" })
      assert.deepInclude(headers, {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      })
      assert.match(String(headers["permissions-policy"]), /camera=\(\)/)
      assert.notProperty(headers, "access-control-allow-origin")
      const policy = new Map(
        String(headers["content-security-policy"])
          .split("; ")
          .map((directive) => {
            const [name = "", ...sources] = directive.split(" ")
            return [name, sources.join(" ")] as const
          }),
      )
      assert.deepStrictEqual(Object.fromEntries(policy), {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self' ws://localhost",
        "img-src": "'self' blob: data: https://files.example.org",
        "media-src": "'self' blob: data: https://files.example.org",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
      })
    }).pipe(Effect.scoped),
  )

  it("lets no host that is none into its policy", () => {
    const connects = (...own: ReadonlyArray<string>) => /connect-src ([^;]*);/.exec(policy(new Set(own), []))![1]
    assert.strictEqual(
      connects("https://chat.example.org", "http://[::1]:8080"),
      "'self' wss://chat.example.org ws://[::1]:8080",
    )
    for (const host of [
      "http://a;script-src",
      "http://a'b",
      "http://a,b",
      "http://*",
      "null",
      "ftp://a",
      "http://a/b",
    ]) {
      assert.strictEqual(connects(host), "'self'", host)
    }
  })

  it.effect("is kept by browsers for as long as it is the same", () =>
    Effect.gen(function* () {
      const ask = yield* withPage()
      const kept = {
        "/": "no-cache",
        "/favicon.svg": "no-cache",
        "/assets/index-0123abcd.js": "public, max-age=31536000, immutable",
      }
      for (const [address, policy] of Object.entries(kept)) {
        const first = yield* get(ask, address)
        assert.strictEqual(first.headers["cache-control"], policy)
        assert.strictEqual(first.headers.vary, "Accept-Encoding")
        const again = yield* get(ask, address, { "If-None-Match": `${first.headers.etag}` })
        assert.deepStrictEqual([again.status, again.bytes.length, again.headers.etag], [304, 0, first.headers.etag])
        assert.strictEqual(again.headers["cache-control"], policy)
        assert.strictEqual((yield* get(ask, address, { "If-None-Match": 'W/"other"' })).status, 200)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("comes in the coding that is asked for, from memory", () =>
    Effect.gen(function* () {
      const folder_ = yield* folder
      const ask = yield* served({ api: { compression: false } }, folder_)
      // What is served was read before.
      fs.rmSync(path.join(folder_, "index.html.br"))
      const coded = yield* get(ask, "/", { "Accept-Encoding": "gzip, br" })
      assert.strictEqual(coded.headers["content-encoding"], "br")
      assert.strictEqual(Zlib.brotliDecompressSync(coded.bytes).toString(), html)
      const zipped = yield* get(ask, "/assets/index-0123abcd.js", { "Accept-Encoding": "gzip" })
      assert.strictEqual(zipped.headers["content-encoding"], "gzip")
      assert.strictEqual(Zlib.gunzipSync(zipped.bytes).toString(), script)
      const plain = yield* get(ask, "/")
      assert.notProperty(plain.headers, "content-encoding")
      assert.strictEqual(plain.bytes.toString(), html)
      assert.notProperty((yield* get(ask, "/favicon.svg", { "Accept-Encoding": "br" })).headers, "content-encoding")
    }).pipe(Effect.scoped),
  )

  it.effect("is read and not written", () =>
    Effect.gen(function* () {
      const ask = yield* withPage()
      const [whole, head] = [yield* get(ask, "/"), yield* ask({ method: "HEAD", path: "/" })]
      assert.deepStrictEqual([head.status, head.bytes.length], [200, 0])
      assert.strictEqual(head.headers["content-length"], whole.headers["content-length"])
      assert.strictEqual(head.headers.etag, whole.headers.etag)
      for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
        const refused = yield* ask({ method, path: "/", headers: { "Content-Length": "0" } })
        assert.deepStrictEqual([refused.status, refused.headers.allow], [405, "GET, HEAD, OPTIONS"], method)
      }
      const options = yield* ask({ method: "OPTIONS", path: "/c/kitchen" })
      assert.deepStrictEqual([options.status, options.headers.allow], [204, "GET, HEAD, OPTIONS"])
    }).pipe(Effect.scoped),
  )

  it.effect("says that it is not built, at the addresses of people", () =>
    Effect.gen(function* () {
      const empty = yield* folder
      const broken = yield* folder
      fs.rmSync(path.join(empty, "page.json"))
      fs.rmSync(path.join(broken, "assets/index-0123abcd.js"))
      for (const page of [empty, broken, "/nowhere"]) {
        const ask = yield* served({}, page)
        for (const address of ["/", "/admin", "/c/kitchen"]) {
          const { bytes, headers, status } = yield* get(ask, address)
          assert.strictEqual(status, 503)
          assert.include(bytes.toString(), "npm run build:page")
          assert.match(String(headers["content-security-policy"]), /^default-src 'none'/)
        }
        assert.strictEqual((yield* get(ask, "/assets/index-0123abcd.js")).status, 404)
        assert.strictEqual((yield* get(ask, "/openapi.json")).status, 200)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("is not there where it is off, or the API that it asks", () =>
    Effect.gen(function* () {
      const page = yield* folder
      for (const settings of [{ page: { enabled: false } }, { api: { enabled: false } }] satisfies Array<Settings>) {
        const ask = yield* served(settings, page)
        for (const address of ["/", "/admin", "/assets/index-0123abcd.js"]) {
          assert.strictEqual((yield* get(ask, address)).status, 404)
        }
      }
    }).pipe(Effect.scoped),
  )
})
