/** Files sent over HTTP by tus 1.0, by an independent client of it. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as Http from "node:http"
import * as Net from "node:net"
import * as tus from "tus-js-client"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { askAt, base64, binary, bytesOf, files, idIn, sha256, somebody, uploads } from "./uploading.ts"

const mebibyte = 1024 * 1024
const settings = {
  hub: { publishing: undefined },
  files: { maxBytes: 6 * mebibyte, quota: 16 * mebibyte, uploads: 3 },
}
const spoken = { "Tus-Resumable": "1.0.0" }

/** The status of what refused a client, and the reason. */
const refusalOf = ({ originalResponse }: tus.DetailedError) => ({
  status: originalResponse?.getStatus(),
  reason: (JSON.parse(originalResponse?.getBody() ?? "{}") as { readonly reason?: string }).reason,
})

const checksum = (bytes: Uint8Array, algorithm = "sha256"): string =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest("base64")}`

layer(TestServer.layerTcp(settings))("tus", (it) => {
  it.effect("takes a file, which its sender can read again", () =>
    Effect.gen(function* () {
      const { ask, channel, upload } = yield* somebody("ann")
      const bytes = bytesOf(3 * mebibyte + 17)
      const place = yield* upload(bytes, { metadata: { filename: "süß.pdf", filetype: "application/pdf" } })
      const { json } = yield* ask({ method: "GET", path: place })
      assert.deepInclude(json, {
        file: idIn(place),
        name: "süß.pdf",
        size: bytes.length,
        media_type: "application/pdf",
        offset: bytes.length,
        whole: true,
        sha256: sha256(bytes),
      })
      const read = yield* ask({ method: "GET", path: files(channel, idIn(place)) })
      assert.strictEqual(read.status, 200)
      assert.isTrue(read.bytes.equals(bytes))
    }),
  )

  it.effect("takes the beginning with the creation, and the rest in pieces", () =>
    Effect.gen(function* () {
      const { ask, channel, upload } = yield* somebody("bob")
      const bytes = bytesOf(mebibyte)
      const accepted: Array<number> = []
      const place = yield* upload(bytes, {
        chunkSize: 300_000,
        uploadDataDuringCreation: true,
        onChunkComplete: (_, sent) => accepted.push(sent),
      })
      assert.deepStrictEqual(accepted, [300_000, 600_000, 900_000, mebibyte])
      assert.isTrue((yield* ask({ method: "GET", path: files(channel, idIn(place)) })).bytes.equals(bytes))
    }),
  )

  it.effect("goes on where a client had come to that was ended, and began anew", () =>
    Effect.gen(function* () {
      const { ask, authorized, begin, channel, offsetOf, upload, url } = yield* somebody("carol")
      const bytes = bytesOf(4 * mebibyte)
      const place = yield* begin(bytes.length)
      yield* Effect.callback<void>((resume) => {
        const sending = new tus.Upload(bytes, {
          uploadUrl: url(place),
          headers: authorized,
          retryDelays: null,
          chunkSize: mebibyte / 2,
          onChunkComplete: (_, sent) => {
            if (sent === 2 * mebibyte) void sending.abort().then(() => resume(Effect.void))
          },
        })
        sending.start()
      })
      const come = yield* offsetOf(place)
      assert.isAtLeast(come, 2 * mebibyte)
      const begun: Array<number> = []
      yield* upload(bytes, {
        uploadUrl: url(place),
        onBeforeRequest: (asked) => {
          if (asked.getMethod() === "PATCH") begun.push(Number(asked.getHeader("Upload-Offset")))
        },
      })
      assert.lengthOf(begun, 1)
      assert.isAtLeast(begun[0]!, come)
      assert.isTrue((yield* ask({ method: "GET", path: files(channel, idIn(place)) })).bytes.equals(bytes))
    }),
  )

  it.effect("comes whole over a connection that is cut again and again", () =>
    Effect.gen(function* () {
      const { ask, begin, channel, port, upload } = yield* somebody("cora")
      const bytes = bytesOf(5 * mebibyte)
      const place = yield* begin(bytes.length)
      let cuts = 0
      const proxy = yield* Effect.acquireRelease(
        Effect.callback<Net.Server>((resume) => {
          const server = Net.createServer((near) => {
            const far = Net.connect(port, "127.0.0.1")
            const end = () => [near, far].forEach((socket) => socket.destroy())
            let passed = 0
            near.on("data", (piece: Buffer) => {
              passed += piece.length
              if (passed < mebibyte) return void far.write(piece)
              cuts += 1
              end()
            })
            far.pipe(near)
            for (const socket of [near, far]) socket.on("error", end).on("close", end)
          }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close()),
      )
      const { port: outside } = proxy.address() as Net.AddressInfo
      yield* upload(bytes, {
        uploadUrl: `http://127.0.0.1:${outside}${place}`,
        retryDelays: Array.from({ length: 50 }, () => 0),
      })
      assert.isAtLeast(cuts, 5)
      const read = yield* ask({ method: "GET", path: files(channel, idIn(place)) })
      assert.strictEqual(sha256(read.bytes), sha256(bytes))
    }),
  )

  it.effect("keeps what came over a connection that was cut, to the last byte that was read", () =>
    Effect.gen(function* () {
      const { append, authorized, begin, offsetOf, port } = yield* somebody("dave")
      const bytes = bytesOf(mebibyte)
      const place = yield* begin(bytes.length)
      yield* Effect.callback<void>((resume) => {
        const request = Http.request({
          port,
          method: "PATCH",
          path: place,
          headers: { ...authorized, ...binary, "Upload-Offset": "0", "Content-Length": bytes.length },
        })
        request.on("error", () => resume(Effect.void))
        request.write(bytes.subarray(0, 1000), () => request.socket!.end(() => request.destroy(new Error("cut"))))
      })
      yield* Effect.repeat(offsetOf(place), { until: (offset) => offset === 1000 })
      assert.strictEqual((yield* append(place, 1000, bytes.subarray(1000))).status, 204)
    }),
  )

  it.effect("says where to go on to who begins elsewhere", () =>
    Effect.gen(function* () {
      const { append, begin, offsetOf } = yield* somebody("erin")
      const place = yield* begin(10)
      const first = yield* append(place, 0, Buffer.from("hello"))
      assert.strictEqual(first.status, 204)
      assert.strictEqual(first.headers["upload-offset"], "5")
      assert.strictEqual(first.headers["tus-resumable"], "1.0.0")
      assert.strictEqual(first.headers["upload-expires"], new Date(2 * 86_400_000).toUTCString())
      for (const offset of [0, 4, 6, 10, 11]) {
        const { headers, json, status } = yield* append(place, offset, Buffer.from("world"))
        assert.strictEqual(status, 409)
        assert.deepInclude(json, { reason: "WrongOffset", detail: "Go on at byte 5, to where the file has come" })
        assert.strictEqual(headers["tus-resumable"], "1.0.0")
      }
      assert.strictEqual(yield* offsetOf(place), 5)
      const long = yield* append(place, 5, Buffer.from("world!"))
      assert.deepInclude([long.status, long.json["reason"]], "FileTooLarge")
      assert.strictEqual(yield* offsetOf(place), 5)
    }),
  )

  it.effect("compares what came with its checksum, and takes nothing of what does not match", () =>
    Effect.gen(function* () {
      const { append, ask, begin, channel, offsetOf } = yield* somebody("frank")
      const bytes = bytesOf(4 * mebibyte)
      const place = yield* begin(bytes.length)
      const first = bytes.subarray(0, 2.5 * mebibyte)
      for (const algorithm of ["sha256", "sha1"]) {
        const wrong = yield* append(place, 0, first, { "Upload-Checksum": checksum(bytes, algorithm) })
        assert.deepInclude(wrong.json, { status: 460, reason: "ChecksumMismatch" })
        assert.strictEqual(yield* offsetOf(place), 0)
      }
      const right = yield* append(place, 0, first, { "Upload-Checksum": checksum(first, "sha1") })
      assert.strictEqual(right.headers["upload-offset"], `${first.length}`)
      const rest = bytes.subarray(first.length)
      assert.strictEqual(
        (yield* append(place, first.length, first.subarray(rest.length), {
          "Upload-Checksum": checksum(rest),
        })).status,
        460,
      )
      assert.strictEqual((yield* append(place, first.length, rest, { "Upload-Checksum": checksum(rest) })).status, 204)
      const read = yield* ask({ method: "GET", path: files(channel, idIn(place)) })
      assert.strictEqual(read.headers.etag, `"${sha256(bytes)}"`)
      for (const [given, detail] of [
        ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "there is sha256,sha1"],
        ["sha256 abcd", "a hash of sha256 has 32 bytes"],
        ["sha256", "a name and a hash in Base64"],
        [" ", "a name and a hash in Base64"],
      ] as const) {
        const { json } = yield* append(place, 0, first, { "Upload-Checksum": given })
        assert.deepInclude(json, { status: 400, field: "upload-checksum", detail: `upload-checksum: ${detail}` })
      }
    }),
  )

  it.effect("compares the whole with the hash that was announced", () =>
    Effect.gen(function* () {
      const { begin, offsetOf, append } = yield* somebody("gina")
      const bytes = Buffer.from("hello")
      const right = yield* begin(5, `sha256 ${base64(sha256(bytes))}`)
      assert.strictEqual((yield* append(right, 0, bytes)).status, 204)
      const wrong = yield* begin(5, `sha256 ${base64(sha256(bytes))}`)
      assert.deepInclude((yield* append(wrong, 0, Buffer.from("hallo"))).json, { status: 409, reason: "HashMismatch" })
      assert.isNaN(yield* offsetOf(wrong))
    }),
  )

  it.effect("refuses what is too large, too much, or too many", () =>
    Effect.gen(function* () {
      const { begin, upload } = yield* somebody("hugo")
      const large = yield* Effect.flip(upload(bytesOf(6 * mebibyte + 1)))
      assert.deepStrictEqual(refusalOf(large), { status: 413, reason: "FileTooLarge" })
      yield* begin(6 * mebibyte)
      yield* begin(6 * mebibyte)
      const quota = yield* Effect.flip(upload(bytesOf(5 * mebibyte)))
      assert.deepStrictEqual(refusalOf(quota), { status: 413, reason: "FileQuota" })
      yield* begin(1)
      const many = yield* Effect.flip(upload(bytesOf(1)))
      assert.deepStrictEqual(refusalOf(many), { status: 409, reason: "TooManyUploads" })
    }),
  )

  it.effect("ends an upload that is not to come", () =>
    Effect.gen(function* () {
      const { authorized, begin, offsetOf, url } = yield* somebody("ivan")
      const place = yield* begin(10)
      yield* Effect.promise(() => tus.Upload.terminate(url(place), { headers: authorized, retryDelays: null as never }))
      assert.isNaN(yield* offsetOf(place))
    }),
  )

  it.effect("says what there is, also to who has not signed in", () =>
    Effect.gen(function* () {
      const { address } = yield* TestServer
      const { headers, status } = yield* askAt(address!.port)({ method: "OPTIONS", path: uploads() })
      assert.strictEqual(status, 204)
      assert.deepInclude(headers, {
        "tus-resumable": "1.0.0",
        "tus-version": "1.0.0",
        "tus-extension": "creation,creation-with-upload,checksum,expiration,termination",
        "tus-checksum-algorithm": "sha256,sha1",
        "tus-max-size": `${6 * mebibyte}`,
      })
    }),
  )

  it.effect("does nothing in another version, or for what is no request of it", () =>
    Effect.gen(function* () {
      const { ask, append, begin, channel } = yield* somebody("judy")
      const path = uploads(channel)
      const place = yield* begin(5)
      const cases = [
        [{ method: "POST", path, headers: { "Upload-Length": "5" } }, 412, undefined],
        [{ method: "POST", path, headers: { "Tus-Resumable": "0.2.2", "Upload-Length": "5" } }, 412, undefined],
        [{ method: "PATCH", path: place, headers: { ...binary, "Tus-Resumable": "2.0.0" } }, 412, undefined],
        [{ method: "POST", path, headers: spoken }, 400, "upload-length"],
        [{ method: "POST", path, headers: { ...spoken, "Upload-Length": "-1" } }, 400, "upload-length"],
        [{ method: "POST", path, headers: { ...spoken, "Upload-Length": "1e3" } }, 400, "upload-length"],
        [{ method: "POST", path, headers: { ...spoken, "Upload-Length": "9".repeat(20) } }, 400, "upload-length"],
        [{ method: "POST", path, headers: { ...spoken, "Upload-Defer-Length": "1" } }, 400, "upload-defer-length"],
        [{ method: "POST", path, headers: { ...spoken, "Upload-Length": "5" }, body: "hello" }, 415, undefined],
        [{ method: "PATCH", path: place, headers: { ...spoken, "Upload-Offset": "0" }, body: "hello" }, 415, undefined],
        [{ method: "PATCH", path: place, headers: binary, body: "hello" }, 400, "upload-offset"],
        [{ method: "PATCH", path: place, headers: { ...binary, "Upload-Offset": "0x" } }, 400, "upload-offset"],
      ] as const
      for (const [asked, status, field] of cases) {
        const answer = yield* ask(asked)
        assert.deepStrictEqual([answer.status, answer.json["field"]], [status, field], JSON.stringify(asked))
        assert.strictEqual(answer.headers["tus-resumable"], "1.0.0")
      }
      assert.strictEqual((yield* append(place, 0, Buffer.from("hello"))).status, 204)
    }),
  )

  it.effect("takes a method that a proxy would not let through, from a header", () =>
    Effect.gen(function* () {
      const { ask, begin, offsetOf } = yield* somebody("kim")
      const place = yield* begin(5)
      const as = (method: string) => ({ "X-HTTP-Method-Override": method })
      const append = { ...binary, ...as("PATCH"), "Upload-Offset": "0" }
      assert.strictEqual((yield* ask({ method: "POST", path: place, headers: append, body: "hello" })).status, 204)
      assert.strictEqual(yield* offsetOf(place), 5)
      const head = yield* ask({ method: "POST", path: place, headers: { ...spoken, ...as("HEAD") } })
      assert.strictEqual(head.headers["upload-offset"], "5")
      assert.strictEqual((yield* ask({ method: "POST", path: place, headers: as("DELETE") })).status, 204)
      // Nowhere else.
      const elsewhere = yield* ask({ method: "POST", path: "/api/v1/channels/kim-den", headers: as("DELETE") })
      assert.strictEqual(elsewhere.status, 405)
    }),
  )

  it.effect("makes names and types harmless, and refuses what says nothing", () =>
    Effect.gen(function* () {
      const { ask, channel } = yield* somebody("liam")
      const create = (metadata: string) =>
        ask({
          method: "POST",
          path: uploads(channel),
          headers: { ...spoken, "Upload-Length": "0", "Upload-Metadata": metadata },
        })
      for (const [name, expected] of [
        ["../../etc/passwd", "passwd"],
        ["C:\\Windows\\system32\\evil.exe", "evil.exe"],
        ["a\r\nSet-Cookie: b=c", "aSet-Cookie_ b=c"],
        ["photo\u202egpj.exe", "photogpj.exe"],
        ["\0", "file"],
        ["..", "file"],
        ["", "file"],
      ] as const) {
        const { json } = yield* create(`filename ${base64(name)},filetype ${base64("Text/HTML; charset=x")}`)
        assert.deepInclude(json, { name: expected, media_type: "text/html", whole: true }, name)
      }
      const types = ["text/html\r\nX: y", "text", "../..", "a/b/c", "\u0000/x"]
      for (const type of types) {
        const { json } = yield* create(`filename ${base64("a")},filetype ${base64(type)}`)
        assert.deepInclude(json, { media_type: "application/octet-stream" }, type)
      }
      for (const wrong of [
        "filename !",
        "filename a_b",
        "filename YQ==,filename YQ==",
        "filename  YQ==",
        ",",
        `sha256 ${base64("none")}`,
        Array.from({ length: 40 }, (_, at) => `k${at} YQ==`).join(","),
      ]) {
        const { json } = yield* create(wrong)
        assert.deepInclude(json, { status: 400, field: "upload-metadata" }, wrong)
      }
    }),
  )

  it.effect("is for who may say something there, and each upload for its sender alone", () =>
    Effect.gen(function* () {
      const mia = yield* somebody("mia")
      const noah = yield* somebody("noah", "mia-den")
      const place = yield* mia.begin(5)
      for (const asked of [
        { method: "GET", path: place },
        { method: "DELETE", path: place },
        { method: "PATCH", path: place, headers: { ...binary, "Upload-Offset": "0" }, body: "hello" },
        { method: "GET", path: files("mia-den", idIn(place)) },
      ]) {
        assert.deepInclude((yield* noah.ask(asked)).json, { status: 404, reason: "NoSuchFile" }, asked.method)
      }
      const { anybody } = { anybody: askAt(mia.port) }
      const headers = { ...spoken, "Upload-Length": "5" }
      assert.strictEqual((yield* anybody({ method: "POST", path: uploads("mia-den"), headers })).status, 401)
      yield* mia.actions.mute("mia-den", "noah")
      assert.deepInclude((yield* noah.ask({ method: "POST", path: uploads("mia-den"), headers })).json, {
        status: 403,
        reason: "Muted",
      })
    }),
  )
})

const page = "https://page.example"

layer(TestServer.layerTcp({ ...settings, api: { origins: [page] } }))("tus, from a page", (it) => {
  it.effect("is for pages that are let in, which see its headers", () =>
    Effect.gen(function* () {
      const { ask, begin } = yield* somebody("ann")
      const place = yield* begin(5)
      const preflight = yield* ask({
        method: "OPTIONS",
        path: place,
        headers: { Origin: page, "Access-Control-Request-Method": "PATCH" },
      })
      assert.match(preflight.headers["access-control-allow-methods"]!, /\bPATCH\b/)
      for (const name of ["Tus-Resumable", "Upload-Offset", "Upload-Metadata", "Upload-Checksum"]) {
        assert.include(preflight.headers["access-control-allow-headers"], name)
      }
      const seen = yield* ask({ method: "GET", path: place, headers: { Origin: page } })
      for (const name of ["Upload-Offset", "Location", "Upload-Expires", "Tus-Resumable"]) {
        assert.include(seen.headers["access-control-expose-headers"], name)
      }
      const other = yield* ask({ method: "GET", path: place, headers: { Origin: "https://other.example" } })
      assert.deepInclude(other.json, { reason: "OriginNotAllowed" })
    }),
  )
})
