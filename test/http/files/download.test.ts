/** Files read over HTTP: whole, in part, not again, and so that nothing of them does anything in a browser. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { base64, bytesOf, files, idIn, sha256, somebody } from "./uploading.ts"

/** Somebody who has sent a file, and how to ask for it. */
const withFile = Effect.fnUntraced(function* (name: string, bytes: Uint8Array, as = "soup.bin", type = "image/png") {
  const person = yield* somebody(name)
  const place = yield* person.begin(bytes.length, `filename ${base64(as)},filetype ${base64(type)}`)
  if (bytes.length > 0) yield* person.append(place, 0, bytes)
  const path = files(person.channel, idIn(place))
  const get = (headers: Readonly<Record<string, string>> = {}, method = "GET") => person.ask({ method, path, headers })
  return { ...person, id: idIn(place), path, get }
})

layer(TestServer.layerTcp({ hub: { publishing: undefined } }))("a file over HTTP", (it) => {
  it.effect("is read by who may read the channel, while a message carries it", () =>
    Effect.gen(function* () {
      const bytes = bytesOf(300_000)
      const ann = yield* withFile("ann", bytes)
      const bob = yield* somebody("bob", ann.channel)
      const asBob = bob.ask({ method: "GET", path: ann.path })
      assert.deepInclude((yield* asBob).json, { status: 404, reason: "NoSuchFile" })
      const { seq } = yield* ann.say({ content: "soup", file: ann.id })
      const read = yield* asBob
      assert.isTrue(read.bytes.equals(bytes))
      assert.deepInclude(read.headers, {
        etag: `"${sha256(bytes)}"`,
        "content-length": "300000",
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-type": "image/png",
        "content-disposition": `attachment; filename="soup.bin"; filename*=UTF-8''soup.bin`,
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
      })
      assert.isDefined(read.headers["last-modified"])
      yield* ann.actions.ban(ann.channel, { username: "bob" })
      assert.deepInclude((yield* asBob).json, { status: 403, reason: "Banned" })
      yield* ann.actions.delete(ann.channel, seq)
      assert.deepInclude((yield* ann.get()).json, { status: 404, reason: "NoSuchFile" })
    }),
  )

  it.effect(
    "is told of by the message that carries it, in a page, alone and when it is found, until it is deleted",
    () =>
      Effect.gen(function* () {
        const bytes = bytesOf(10)
        const { actions, ask, channel, id, say } = yield* withFile("nina", bytes, "süß.png")
        const { seq } = yield* say({ content: "tomatoes", file: id })
        const file = { id, name: "süß.png", size: 10, media_type: "image/png", sha256: sha256(bytes) }
        const said = Effect.map(
          Effect.all([
            ask({ method: "GET", path: `/api/v1/channels/${channel}/messages` }),
            ask({ method: "GET", path: `/api/v1/channels/${channel}/messages/${seq}` }),
            ask({ method: "GET", path: `/api/v1/search?text=tomatoes&channel=${channel}` }),
          ]),
          ([page, message, found]) => [
            (page.json["entries"] as ReadonlyArray<object>)[0],
            message.json,
            (found.json["hits"] as ReadonlyArray<{ readonly message: object }>)[0]?.message,
          ],
        )
        for (const message of yield* said) assert.deepInclude(message, { type: "Message", content: "tomatoes", file })
        yield* actions.delete(channel, seq)
        const [inPage, alone] = yield* said
        for (const message of [inPage, alone]) {
          assert.deepInclude(message, { deleted: true, content: "" })
          assert.notProperty(message, "file")
        }
        // Nothing carries one that is not there, of another channel, or not whole.
        const none = yield* say({ content: "", file: "018f0000-0000-7000-8000-000000000000" })
        assert.deepInclude(none, { reason: "NoSuchFile" })
        assert.deepInclude(yield* say({ content: "" }), { reason: "EmptyMessage" })
      }),
  )

  it.effect("is read in parts, and the rest of what somebody has", () =>
    Effect.gen(function* () {
      const bytes = bytesOf(200_000)
      const { get } = yield* withFile("carol", bytes)
      const tag = `"${sha256(bytes)}"`
      for (const [range, from, to] of [
        ["bytes=0-0", 0, 1],
        ["bytes=65535-65536", 65_535, 65_537],
        ["bytes=199999-", 199_999, 200_000],
        ["bytes=-100000", 100_000, 200_000],
      ] as const) {
        const part = yield* get({ Range: range, "If-Range": tag })
        assert.strictEqual(part.status, 206)
        assert.strictEqual(part.headers["content-range"], `bytes ${from}-${to - 1}/200000`)
        assert.strictEqual(part.headers["content-length"], `${to - from}`)
        assert.isTrue(part.bytes.equals(bytes.subarray(from, to)))
      }
      // Of something else, or of several at once, it is the whole.
      for (const headers of [
        { Range: "bytes=0-0", "If-Range": '"other"' },
        { Range: "bytes=0-0", "If-Range": `W/${tag}` },
        { Range: "bytes=0-0", "If-Range": new Date(1e12).toUTCString() },
        { Range: "bytes=0-0,5-5" },
        { Range: `bytes=${"0-,".repeat(3000)}0-` },
        { Range: "bytes=5-1" },
        { Range: "bytes=0-0", "If-Range": "" },
      ]) {
        const whole = yield* get(headers as unknown as Record<string, string>)
        assert.deepStrictEqual([whole.status, whole.bytes.length], [200, 200_000], JSON.stringify(headers).slice(0, 99))
      }
      const modified = (yield* get()).headers["last-modified"]!
      assert.strictEqual((yield* get({ Range: "bytes=0-0", "If-Range": modified })).status, 206)
      const beyond = yield* get({ Range: "bytes=200000-" })
      assert.deepInclude(beyond.json, { status: 416, reason: "RangeNotSatisfiable" })
      assert.strictEqual(beyond.headers["content-range"], "bytes */200000")
    }),
  )

  it.effect("is not sent to who has it, and not at all to who wants another", () =>
    Effect.gen(function* () {
      const bytes = bytesOf(100)
      const { get } = yield* withFile("dave", bytes)
      const tag = `"${sha256(bytes)}"`
      const modified = (yield* get()).headers["last-modified"]!
      for (const headers of [
        { "If-None-Match": tag },
        { "If-None-Match": `W/${tag}` },
        { "If-None-Match": `"other", ${tag}` },
        { "If-None-Match": "*" },
        { "If-Modified-Since": modified },
        { "If-None-Match": tag, Range: "bytes=0-0" },
      ]) {
        const known = yield* get(headers as unknown as Record<string, string>)
        assert.deepStrictEqual([known.status, known.bytes.length], [304, 0], JSON.stringify(headers))
        assert.strictEqual(known.headers.etag, tag)
      }
      for (const headers of [
        { "If-None-Match": '"other"' },
        { "If-None-Match": '"other"', "If-Modified-Since": modified },
        { "If-Modified-Since": "yesterday" },
        { "If-Match": tag },
        { "If-Match": "*" },
        { "If-Unmodified-Since": modified },
      ]) {
        assert.strictEqual(
          (yield* get(headers as unknown as Record<string, string>)).status,
          200,
          JSON.stringify(headers),
        )
      }
      for (const headers of [{ "If-Match": '"other"' }, { "If-Match": `W/${tag}` }]) {
        assert.deepInclude((yield* get(headers)).json, { status: 412, reason: "PreconditionFailed" })
      }
    }),
  )

  it.effect("says the same to HEAD, without a byte; of nothing there is nothing", () =>
    Effect.gen(function* () {
      const { get } = yield* withFile("erin", bytesOf(70_000))
      const [{ headers: got }, head] = [yield* get(), yield* get({ Range: "bytes=0-0" }, "HEAD")]
      assert.deepStrictEqual([head.status, head.bytes.length], [200, 0])
      for (const name of ["content-length", "etag", "content-type", "content-disposition", "last-modified"]) {
        assert.strictEqual(head.headers[name], got[name], name)
      }
      const { get: nothing } = yield* withFile("erik", Buffer.alloc(0))
      const empty = yield* nothing()
      assert.deepStrictEqual([empty.status, empty.bytes.length, empty.headers["content-length"]], [200, 0, "0"])
      assert.strictEqual((yield* nothing({ Range: "bytes=0-" })).status, 416)
    }),
  )

  it.effect("is shown only where a browser runs nothing of it, and called nothing that it would run", () =>
    Effect.gen(function* () {
      let people = 0
      for (const [type, called, how] of [
        ["image/png", "image/png", "inline"],
        ["image/webp", "image/webp", "inline"],
        ["video/mp4", "video/mp4", "inline"],
        ["text/plain", "text/plain; charset=utf-8", "inline"],
        ["text/plain; charset=utf-7", "text/plain; charset=utf-8", "inline"],
        ["text/html", "application/octet-stream", "attachment"],
        ["TEXT/HTML", "application/octet-stream", "attachment"],
        ["application/xhtml+xml", "application/octet-stream", "attachment"],
        ["image/svg+xml", "application/octet-stream", "attachment"],
        ["application/xml", "application/octet-stream", "attachment"],
        ["text/xml", "application/octet-stream", "attachment"],
        ["text/css", "application/octet-stream", "attachment"],
        ["text/javascript", "application/octet-stream", "attachment"],
        ["application/pdf", "application/octet-stream", "attachment"],
        ["multipart/x-mixed-replace", "application/octet-stream", "attachment"],
        ["image/png\r\nX-Evil: 1", "application/octet-stream", "attachment"],
        ["", "application/octet-stream", "attachment"],
      ] as const) {
        const evil = Buffer.from("<!doctype html><script>alert(document.domain)</script>")
        const { ask, path } = yield* withFile(`frank-${++people}`, evil, "a.html", type)
        const { headers } = yield* ask({ method: "GET", path: `${path}?inline=true` })
        assert.strictEqual(headers["content-type"], called, type)
        assert.strictEqual(headers["content-disposition"]?.split(";")[0], how, type)
        assert.strictEqual(headers["x-content-type-options"], "nosniff")
        assert.match(String(headers["content-security-policy"]), /^sandbox; default-src 'none'/)
        assert.isUndefined(headers["x-evil"])
      }
    }),
  )

  it.effect("has a name that is a name, whatever its sender called it", () =>
    Effect.gen(function* () {
      let people = 0
      for (const [name, plain, encoded] of [
        ["süß 100%.pdf", "su_ 100_.pdf", "s%C3%BC%C3%9F%20100%25.pdf"],
        ['a"; filename="b.exe', "a_; filename=_b.exe", "a_%3B%20filename%3D_b.exe"],
        ["a\r\nSet-Cookie: x=y\r\n\r\n<script>", "aSet-Cookie_ x=y_script_", "aSet-Cookie_%20x%3Dy_script_"],
        ["../../../etc/passwd", "passwd", "passwd"],
        ["..\\..\\boot.ini", "boot.ini", "boot.ini"],
        ["\u{1f4a9}'(1)*!.txt", "_'(1)_!.txt", "%F0%9F%92%A9%27%281%29_%21.txt"],
        ["a\u0000b", "ab", "ab"],
        ["a%0d%0ab", "a_0d_0ab", "a%250d%250ab"],
        ["\u202egnp.exe", "gnp.exe", "gnp.exe"],
      ] as const) {
        const { get } = yield* withFile(`gina-${++people}`, bytesOf(1), name)
        const { headers } = yield* get()
        assert.strictEqual(
          headers["content-disposition"],
          `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
          name,
        )
        assert.isUndefined(headers["set-cookie"])
      }
    }),
  )

  it.effect("is found by its id in its own channel alone", () =>
    Effect.gen(function* () {
      const { ask, id, channel } = yield* withFile("hugo", bytesOf(10))
      const other = yield* somebody("hilda")
      yield* other.actions.createChannel("hugo-other", { durability: "memory" })
      assert.strictEqual((yield* ask({ method: "GET", path: files("hugo-other", id) })).status, 404)
      for (const file of [
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f%2e%2e",
        `${id}%00`,
        `${id}%2f..`,
        id.toUpperCase(),
        sha256(Buffer.from("x")),
        "018f0000-0000-7000-8000-000000000000",
      ]) {
        const { status } = yield* ask({ method: "GET", path: files(channel, file) })
        assert.include([400, 404], status, file)
      }
      for (const path of [
        `/api/v1/channels/../files/${id}`,
        `${files(channel, id)}/../../x`,
        `${files(channel, id)}/`,
      ]) {
        assert.include([400, 404], (yield* ask({ method: "GET", path })).status, path)
      }
    }),
  )
})
