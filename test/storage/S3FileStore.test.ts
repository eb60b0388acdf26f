import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { FileStore } from "../../src/files/FileStore.ts"
import * as s3Client from "../../src/storage/internal/s3Client.ts"
import * as S3FileStore from "../../src/storage/S3FileStore.ts"
import { defaults, type S3Settings } from "../../src/storage/S3Settings.ts"
import { sending, service, stores, newFile, bytes as sentBytes, content as sentContent } from "../files/world.ts"
import { collected, fileId, fileStoreSuite, isSame, noise, sha256Of } from "../suites/fileStore.ts"
import { fileStoreOwnerSuite } from "../suites/fileStoreOwner.ts"
import { s3rver } from "./s3rver.ts"

const mebibyte = 1024 * 1024
const scope = Scope.makeUnsafe()
let settings: () => S3Settings
let strictly: () => S3Settings

beforeAll(async () => {
  const started = (strict: boolean) => Effect.runPromise(Effect.provideService(s3rver({ strict }), Scope.Scope, scope))
  settings = await started(false)
  strictly = await started(true)
}, 30_000)
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** Each time it is built it has a prefix of its own. */
const inBucket = Layer.unwrap(Effect.sync(() => S3FileStore.layer(settings())))

/** A process that has this store. */
const opened = (given: S3Settings) =>
  Effect.map(Layer.build(Layer.fresh(S3FileStore.layer(given))), (context) => Context.get(context, FileStore))

fileStoreSuite("in a bucket", inBucket, { large: 13 * mebibyte + 77 })
fileStoreOwnerSuite("in a bucket", Layer.fresh(inBucket))

describe("a file store in a bucket", () => {
  const whole = noise(21 * mebibyte + 5, 3)
  const content = sha256Of(whole)
  const id = fileId(1)
  const listed = (given: S3Settings) =>
    Effect.flatMap(s3Client.make(given), (bucket) => Stream.runCollect(bucket.list(given.prefix)))
  const appended = (store: FileStore["Service"], from: number, to: number) =>
    Effect.forEach(
      Array.from({ length: Math.ceil((to - from) / mebibyte) }, (_, n) => from + n * mebibyte),
      (at) => store.append(id, at, [whole.subarray(at, Math.min(at + mebibyte, to))]),
      { discard: true },
    )

  it.effect(
    "has what was acknowledged in few objects, also for another process, and makes it one by copying",
    () =>
      Effect.gen(function* () {
        const given = settings()
        yield* Effect.scoped(Effect.flatMap(opened(given), (store) => appended(store, 0, 17 * mebibyte)))
        const before = yield* listed(given)
        assert.isAtMost(before.length, 10)
        assert.strictEqual(
          before.reduce((sum, { size }) => sum + size, 0),
          17 * mebibyte,
        )
        const store = yield* opened(given)
        isSame(yield* collected(store.readDraft(id, 17 * mebibyte)), whole.subarray(0, 17 * mebibyte))
        yield* appended(store, 17 * mebibyte, whole.length)
        yield* store.keep(id, content, whole.length)
        isSame(yield* collected(store.read(content, { from: 0, to: whole.length })), whole)
        yield* store.drop(id)
        assert.deepStrictEqual(
          (yield* listed(given)).map(({ size }) => size),
          [whole.length],
        )
      }).pipe(Effect.scoped),
    60_000,
  )

  it.effect("takes what a process has left behind that ended while it joined objects", () =>
    Effect.gen(function* () {
      const given = settings()
      const bucket = yield* s3Client.make(given)
      const keyOf = (from: number) => `${given.prefix}uploads/${id}/${String(from).padStart(16, "0")}`
      const put = (from: number, to: number) => bucket.put(keyOf(from), whole.subarray(from, to))
      yield* put(0, 3000)
      yield* put(1000, 2000)
      yield* put(2000, 3000)
      yield* put(3000, 4000)
      // Behind a gap there is nothing that was acknowledged.
      yield* put(5000, 6000)
      const store = yield* opened(given)
      isSame(yield* collected(store.readDraft(id, 4000)), whole.subarray(0, 4000))
      assert.deepStrictEqual(
        (yield* listed(given)).map(({ size }) => size),
        [3000, 1000],
      )
      yield* store.append(id, 3500, [whole.subarray(3500, 5000)])
      isSame(yield* collected(store.readDraft(id, 5000)), whole.subarray(0, 5000))
    }).pipe(Effect.scoped),
  )

  it.effect(
    "is where files go on that a process before has begun",
    () =>
      Effect.gen(function* () {
        const given = settings()
        const world = yield* stores
        const file = yield* Effect.scoped(
          Effect.gen(function* () {
            const { files } = yield* service({ ...world, store: yield* opened(given) })
            return yield* sending(files, yield* files.start(newFile({ sha256: sentContent })), 0, 1_700_000)
          }),
        )
        const { files } = yield* service({ ...world, store: yield* opened(given) })
        const sent = yield* sending(files, file, 1_700_000)
        assert.isTrue(sent.whole)
        isSame(yield* collected(files.read(sent)), sentBytes)
        yield* files.remove(sent.id)
        // Whose it is is known as long as there is the bucket.
        assert.deepStrictEqual(
          (yield* listed(given)).map(({ key }) => key),
          [`${given.prefix}owner`],
        )
      }).pipe(Effect.scoped),
    60_000,
  )

  it.effect("gives an address at which anybody gets a content, under the name that it has, for a while", () =>
    Effect.gen(function* () {
      const some = whole.subarray(0, 5000)
      // The server makes another signature of some of the letters that there are around a name of any letters.
      for (const [base, name, disposition] of [
        [strictly(), "a file-1.txt", 'attachment; filename="a file-1.txt"'],
        [settings(), "Grüße (1)'s.txt", "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29%27s.txt"],
      ] as const) {
        const given = { ...base, addressFor: Duration.minutes(3) }
        const store = yield* opened(given)
        yield* (yield* s3Client.make(given)).put(`${given.prefix}contents/${sha256Of(some)}`, some)
        const address = yield* store.address!(sha256Of(some), { name, mediaType: "text/plain" })
        assert.include(address, "X-Amz-Expires=180")
        const answer = yield* Effect.promise(() => fetch(address))
        isSame(new Uint8Array(yield* Effect.promise(() => answer.arrayBuffer())), some)
        assert.strictEqual(answer.headers.get("content-type"), "text/plain")
        assert.strictEqual(answer.headers.get("content-disposition"), disposition)
        if (base.endpoint !== strictly().endpoint) continue
        const other = yield* Effect.promise(() => fetch(address.replace("a%20file", "another")))
        assert.strictEqual(other.status, 403)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("signs what it asks for as the storage does", () =>
    Effect.gen(function* () {
      const given = strictly()
      const bucket = yield* s3Client.make(given)
      const [one, other] = [`${given.prefix}a/Grüße 1.bin`, `${given.prefix}b`]
      const part = whole.subarray(0, 5 * mebibyte)
      yield* bucket.put(one, part)
      assert.deepStrictEqual([yield* bucket.sizeOf(one), yield* bucket.sizeOf(other)], [part.length, undefined])
      yield* bucket.assemble(other, [
        { copy: one, range: { from: 0, to: part.length } },
        { bytes: Effect.succeed(whole.subarray(0, 10)) },
      ])
      const read = yield* collected(bucket.read(other, { from: part.length - 1, to: part.length + 10 }))
      isSame(read, Buffer.concat([part.subarray(-1), whole.subarray(0, 10)]))
      yield* bucket.remove(one)
      assert.isUndefined(yield* bucket.sizeOf(one))
      const wrong = yield* s3Client.make({ ...given, secretKey: Redacted.make("another") })
      assert.deepInclude(yield* Effect.flip(wrong.put(one, part)), { trouble: "away" })
    }).pipe(Effect.scoped),
  )

  /** A server that says this to everything. */
  const saying = (status: number, code: string) =>
    Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<http.Server>((resolve) => {
            const server = http.createServer((request, response) => {
              request.resume()
              response.writeHead(status, { "content-type": "application/xml" })
              response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`)
            })
            server.listen(0, "127.0.0.1", () => resolve(server))
          }),
      ),
      (server) => Effect.sync(() => void server.close()),
    ).pipe(
      Effect.map((server) => ({
        ...defaults,
        bucket: "files",
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        pathStyle: true,
        accessKey: "a",
      })),
    )

  it.effect(
    "says why it cannot be written to",
    () =>
      Effect.gen(function* () {
        for (const [status, code, trouble] of [
          [507, "XMinioStorageFull", "full"],
          [403, "QuotaExceeded", "full"],
          [403, "AccessDenied", "away"],
        ] as const) {
          const store = yield* opened(yield* saying(status, code))
          const appending = store.append(id, 0, [whole.subarray(0, 9)])
          assert.deepInclude(yield* Effect.flip(appending), { _tag: "FileStoreError", trouble }, code)
        }
        const nobody = yield* opened({ ...settings(), endpoint: "http://127.0.0.1:9" })
        assert.deepInclude(yield* Effect.flip(nobody.append(id, 0, [whole.subarray(0, 9)])), { trouble: "away" })
        assert.deepInclude(yield* Effect.flip(Stream.runDrain(nobody.drafts)), { trouble: "away" })
      }).pipe(Effect.scoped),
    60_000,
  )
})
