/** Where files are kept: the folder, or the bucket. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as path from "node:path"
import { fileStore } from "../../../src/cli/doctor/fileStore.ts"
import { FileRecords } from "../../../src/files/FileRecords.ts"
import { FileStore } from "../../../src/files/FileStore.ts"
import { takeOver } from "../../../src/files/StoreOwner.ts"
import { filesLayer } from "../../../src/server/Storage.ts"
import { defaults, type ServerSettings } from "../../../src/server/ServerSettings.ts"
import type { S3Settings } from "../../../src/storage/S3Settings.ts"
import { emptyDatabase } from "../../postgres/database.ts"
import { s3rver } from "../../storage/s3rver.ts"
import { makeFolder } from "../NatterProcess.ts"
import { inOrder, trouble } from "./findings.ts"

const settingsOf = (data: string, more: Partial<ServerSettings> = {}) => ({ ...defaults, data, ...more })
const inBucket = (s3: S3Settings, data = makeFolder()) =>
  settingsOf(data, { fileStore: { kind: "s3", folder: "", s3 } })

/** What a start leaves, and what is done there. */
const started = (
  settings: ServerSettings,
  use: (store: FileStore["Service"]) => Effect.Effect<void, unknown> = () => Effect.void,
) =>
  Effect.gen(function* () {
    const store = yield* FileStore
    yield* takeOver(store, yield* FileRecords)
    yield* use(store)
  }).pipe(Effect.provide(Layer.fresh(filesLayer(settings))))

const found = (settings: ServerSettings) => Effect.map(fileStore(settings), trouble)

describe("natter doctor looks at the folder of files", () => {
  it.effect("and finds nothing wrong before the first start, after it, and where none are taken", () =>
    Effect.gen(function* () {
      const data = path.join(makeFolder(), "deep")
      const settings = settingsOf(data)
      assert.deepStrictEqual(yield* found(settings), [])
      assert.isFalse(fs.existsSync(data))
      yield* started(settings)
      const findings = yield* fileStore(settings)
      assert.deepStrictEqual(trouble(findings), [])
      assert.include(inOrder(findings), "all that is kept there is this database's")
      const none = { ...settings, files: { ...defaults.files, enabled: false } }
      assert.match(inOrder(yield* fileStore(none)).join(), /none are taken/)
    }),
  )

  it.effect("and says where the nodes of a cluster would have them apart", () =>
    Effect.gen(function* () {
      const apart = settingsOf(makeFolder(), { cluster: { ...defaults.cluster, enabled: true } })
      assert.match(
        (yield* found(apart)).join(),
        /^problem: none are taken: .* -> set files.store to s3, or files.folder/,
      )
    }),
  )

  it.effect("and finds places that cannot be written to, or that others may look into", () =>
    Effect.gen(function* () {
      const settings = settingsOf(makeFolder())
      yield* started(settings)
      const contents = path.join(settings.data, "files", "contents")
      fs.chmodSync(contents, 0o755)
      assert.match((yield* found(settings)).join(), /^warning: others than its owner .*contents -> chmod 700/)
      fs.rmdirSync(contents)
      fs.writeFileSync(contents, "")
      assert.match(
        (yield* found(settings)).join(),
        /^problem: .*contents cannot be written to: nobody can send a file ->/,
      )
    }),
  )

  it.effect("and finds files of another database, and of nobody's", () =>
    Effect.gen(function* () {
      const settings = settingsOf(makeFolder())
      yield* started(settings, (store) => store.claim("another"))
      assert.match(
        (yield* found(settings)).join(),
        /^problem: .*belongs to another database.* -> .*natter files take-over/,
      )
      fs.rmSync(path.join(settings.data, "files", "owner"))
      assert.deepStrictEqual(yield* found(settings), [])
      fs.mkdirSync(path.join(settings.data, "files", "contents", "ab"))
      assert.match((yield* found(settings)).join(), /^warning: .*no mark says whose they are/)
    }),
  )

  it.effect("whose records are in Postgres", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const postgres = { ...defaults.storage.postgres, url }
      const settings = settingsOf(makeFolder(), { storage: { ...defaults.storage, kind: "postgres", postgres } })
      assert.deepStrictEqual(yield* found(settings), [])
      yield* started(settings)
      assert.include(inOrder(yield* fileStore(settings)), "all that is kept there is this database's")
      yield* started(settings, (store) => store.claim("another"))
      assert.match((yield* found(settings)).join(), /^problem: .*belongs to another database/)
    }),
  )
})

/** A storage that refuses what this says, and does the rest. */
const storage = (refuse: (method: string, url: string) => readonly [status: number, code: string] | undefined) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<http.Server>((resolve) => {
            const server = http.createServer((request, response) => {
              request.resume()
              request.on("end", () => {
                const { method = "", url = "" } = request
                const refused = refuse(method, url)
                if (refused !== undefined) {
                  response.writeHead(refused[0], { "content-type": "application/xml" })
                  return response.end(
                    `<?xml version="1.0"?><Error><Code>${refused[1]}</Code><Message>no</Message></Error>`,
                  )
                }
                if (method === "HEAD") return response.writeHead(404).end()
                if (method === "GET" && url.includes("list-type")) {
                  response.writeHead(200, { "content-type": "application/xml" })
                  return response.end(
                    `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>`,
                  )
                }
                response.writeHead(method === "DELETE" ? 204 : 200, { etag: '"x"' })
                return response.end(method === "GET" ? "natter" : "")
              })
            })
            server.listen(0, "127.0.0.1", () => resolve(server))
          }),
      ),
      (server) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        }),
    ),
    (server): S3Settings => ({
      ...defaults.fileStore.s3,
      bucket: "files",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      pathStyle: true,
      accessKey: "a",
      secretKey: Redacted.make("b"),
    }),
  )

describe("natter doctor looks at the bucket of files", () => {
  it.live("and finds nothing wrong, leaves nothing there, and says whose it is", () =>
    Effect.gen(function* () {
      const s3 = (yield* s3rver({ strict: false }))()
      const settings = inBucket(s3)
      assert.match(
        inOrder(yield* fileStore(settings)).join(),
        /can be listed, put, read and removed,nothing was kept there/,
      )
      // Still: what it put there is gone.
      assert.match(inOrder(yield* fileStore(settings)).join(), /nothing was kept there/)
      yield* started(settings)
      const findings = yield* fileStore(settings)
      assert.deepStrictEqual(trouble(findings), [])
      assert.include(inOrder(findings), "all that is kept there is this database's")
      assert.match((yield* found(inBucket(s3))).join(), /^problem: .*belongs to another database/)
    }).pipe(Effect.scoped),
  )

  it.live(
    "and says what to do where it may not be used as it has to be",
    () =>
      Effect.gen(function* () {
        for (const [status, code, says] of [
          [
            403,
            "InvalidAccessKeyId",
            /objects cannot be listed: InvalidAccessKeyId .* -> it knows no such key: set bucket.access-key/,
          ],
          [403, "SignatureDoesNotMatch", /-> the secret is not that of the key: set bucket.secret-key/],
          [404, "NoSuchBucket", /-> make the bucket files, or set bucket.name/],
          [403, "RequestTimeTooSkewed", /-> the clocks of this machine and of the storage are too far apart/],
          [400, "AuthorizationHeaderMalformed", /-> the bucket is in another region than us-east-1: set bucket.region/],
          [507, "XMinioStorageFull", /-> make room there/],
        ] as const) {
          const settings = inBucket(yield* storage(() => [status, code]))
          const lines = yield* found(settings)
          assert.lengthOf(lines, 1)
          assert.match(lines[0]!, says)
        }
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "and names each right that is missing",
    () =>
      Effect.gen(function* () {
        const denied = [403, "AccessDenied"] as const
        const without = (refused: (method: string, url: string) => boolean) =>
          Effect.flatMap(
            storage((method, url) => (refused(method, url) ? denied : undefined)),
            (s3) => found(inBucket(s3)),
          )
        const isList = (url: string) => url.includes("list-type")
        assert.match(
          (yield* without((_, url) => isList(url))).join(),
          /^problem: .*cannot be listed: .* s3:ListBucket on the bucket$/,
        )
        assert.match(
          (yield* without((method) => method === "PUT")).join(),
          /^problem: .*cannot be put: .* s3:PutObject/,
        )
        const [read, remove] = yield* without(
          (method, url) => method === "DELETE" || (method === "GET" && !isList(url)),
        )
        assert.match(read!, /cannot be read: .* s3:GetObject/)
        assert.match(remove!, /cannot be removed: .* s3:DeleteObject/)
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "and says so where nobody answers",
    () =>
      Effect.gen(function* () {
        const s3 = { ...(yield* storage(() => undefined)), endpoint: "http://127.0.0.1:9" }
        assert.match(
          (yield* found(inBucket(s3))).join(),
          /ECONNREFUSED.* -> is http:\/\/127.0.0.1:9 right .*can this machine reach it/,
        )
      }).pipe(Effect.scoped),
    30_000,
  )
})
