/** Files over HTTP at three nodes, each of which has its own way to where the bytes of all are. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { FileStore } from "../../src/files/FileStore.ts"
import * as FolderFileStore from "../../src/storage/FolderFileStore.ts"
import * as S3FileStore from "../../src/storage/S3FileStore.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { makeFolder } from "../cli/NatterProcess.ts"
import { type Asked, askAt, base64, binary, bytesOf, files, root, uploads } from "../http/files/uploading.ts"
import { s3rver } from "../storage/s3rver.ts"
import { cluster } from "../suites/clusterWorld.ts"

const origin = "https://files.example.org"

/** A store of its own for each node that asks, all in one place. */
const places: ReadonlyArray<
  readonly [string, Effect.Effect<() => Layer.Layer<FileStore, unknown>, never, Scope.Scope>]
> = [
  [
    "a folder that all nodes share",
    Effect.sync(() => {
      const folder = makeFolder()
      return () => FolderFileStore.layerIn(folder).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))
    }),
  ],
  [
    "one bucket",
    Effect.map(s3rver({ strict: false }), (settings) => {
      const bucket = settings()
      return () => S3FileStore.layer(bucket)
    }),
  ],
]

/** Ann, as each node is asked for her. */
const world = Effect.fnUntraced(function* (store: () => Layer.Layer<FileStore, unknown>, http = {}) {
  const { servers } = yield* cluster(3, undefined, { http, hub: { publishing: undefined } }, (settings) =>
    TestServer.layerTcp({ ...settings, fileStore: Layer.fresh(store()) }),
  )
  const [{ accounts, hub }] = servers as [TestServer["Service"]]
  const user = yield* accounts.add({ name: "ann", password: Redacted.make("a long password"), role: "member" })
  const token = Redacted.value((yield* accounts.issueToken(user)).token)
  yield* (yield* hub.as(user)).createChannel("den", { durability: "memory" })
  const anybody = (node: number) => askAt(servers[node]!.address!.port)
  const ask = (node: number, { headers, ...asked }: Asked) =>
    anybody(node)({ ...asked, headers: { Authorization: `Bearer ${token}`, ...headers } })
  const append = (node: number, path: string, offset: number, body: Uint8Array) =>
    ask(node, { method: "PATCH", path, headers: { ...binary, "Upload-Offset": `${offset}` }, body })
  return { anybody, append, ask }
})

type World = Effect.Success<ReturnType<typeof world>>

/** A file that is begun at the first node, goes on at the second and the third, and is said at the first. */
const sent = Effect.fnUntraced(function* ({ append, ask }: World, bytes: Buffer) {
  const { headers, status } = yield* ask(0, {
    method: "POST",
    path: uploads("den"),
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": `${bytes.length}`,
      "Upload-Metadata": `filename ${base64("soup.bin")}`,
    },
  })
  assert.strictEqual(status, 201)
  const path = headers.location!
  const pieces = [0, 300_000, 300_001, 700_000, 1_000_000]
  for (const [n, from] of pieces.slice(0, -1).entries()) {
    const to = pieces[n + 1]!
    const { headers, status } = yield* append(n % 3, path, from, bytes.subarray(from, to))
    assert.deepStrictEqual([status, headers["upload-offset"]], [204, `${to}`], `${n}`)
    for (const node of [0, 1, 2]) {
      const seen = yield* ask(node, { method: "HEAD", path, headers: { "Tus-Resumable": "1.0.0" } })
      assert.deepStrictEqual([seen.status, seen.headers["upload-offset"]], [200, `${to}`], `${node}`)
    }
  }
  const file = path.slice(path.lastIndexOf("/") + 1)
  const said = yield* ask(0, {
    method: "POST",
    path: `${root}/channels/den/messages`,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ content: "", file }),
  })
  assert.strictEqual(said.status, 201)
  return files("den", file)
})

describe("uploads over three nodes", () => {
  for (const [name, place] of places) {
    it.live(
      `go on at any of them, and are read at all: ${name}`,
      () =>
        Effect.gen(function* () {
          const nodes = yield* world(yield* place)
          const bytes = bytesOf(1_000_000)
          const path = yield* sent(nodes, bytes)
          for (const node of [0, 1, 2]) {
            const read = yield* nodes.ask(node, { method: "GET", path })
            assert.strictEqual(read.status, 200)
            assert.isTrue(read.bytes.equals(bytes))
          }
        }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
      30_000,
    )
  }

  it.live(
    "are read by a link of any node at every node, and by no other",
    () =>
      Effect.gen(function* () {
        const nodes = yield* world(yield* places[0]![1], { filesOrigin: origin })
        const bytes = bytesOf(1_000_000)
        const path = yield* sent(nodes, bytes)
        const headers = { Host: "files.example.org" }
        for (const maker of [0, 1, 2]) {
          const led = yield* nodes.ask(maker, { method: "GET", path })
          const link = new URL(led.headers.location!)
          assert.deepStrictEqual([led.status, link.origin], [307, origin])
          for (const node of [0, 1, 2]) {
            const read = yield* nodes.anybody(node)({ method: "GET", path: link.pathname, headers })
            assert.isTrue(read.bytes.equals(bytes))
            const other = yield* nodes.anybody(node)({ method: "GET", path: `${link.pathname}A`, headers })
            assert.strictEqual(other.status, 404)
          }
        }
      }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None")),
    30_000,
  )
})
