import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { symlinkSync } from "node:fs"
import * as Net from "node:net"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as FolderLock from "../../src/storage/FolderLock.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const refusal = (layer: Layer.Layer<DataFolder, { readonly message: string }>) =>
  Effect.map(Effect.flip(Effect.scoped(Layer.build(layer))), ({ message }) => message)

const denied = (method: string) =>
  Effect.fail(
    PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method, description: "EACCES" }),
  )

describe("DataFolder", () => {
  it.effect("makes the folder for its owner only, and leaves an existing one as it is", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const parent = yield* fs.makeTempDirectoryScoped()
      const mode = (path: string) => Effect.map(fs.stat(path), ({ mode }) => (mode & 0o777).toString(8))
      yield* Effect.scoped(Layer.build(DataFolder.layer(`${parent}/new`)))
      assert.strictEqual(yield* mode(`${parent}/new`), "700")
      yield* fs.chmod(`${parent}/new`, 0o750)
      yield* fs.writeFileString(`${parent}/new/kept`, "text")
      yield* Effect.gen(function* () {
        const folder = yield* DataFolder
        assert.strictEqual(folder.path, `${parent}/new`)
        assert.strictEqual(yield* folder.file("kept"), `${parent}/new/kept`)
        assert.strictEqual(yield* mode(yield* folder.file("fresh")), "600")
      }).pipe(Effect.provide(DataFolder.layer(`${parent}/new`)))
      assert.strictEqual(yield* mode(`${parent}/new`), "750")
      assert.strictEqual(yield* fs.readFileString(`${parent}/new/kept`), "text")
    }).pipe(Effect.provide(platform)),
  )

  it.effect("says which folder is refused, why, and what to do", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const parent = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${parent}/file`, "")
      for (const folder of [`${parent}/file`, `${parent}/file/below`]) {
        const message = yield* refusal(Layer.provide(DataFolder.layer(folder), platform))
        assert.include(message, `"${folder}"`)
        assert.include(message, "a file of that name is in the way. Choose another with --data")
      }
    }).pipe(Effect.provide(platform)),
  )

  // Run as root, nothing is read-only: the file system is asked to say so instead.
  it.effect("names a folder that may not be made", () =>
    Effect.gen(function* () {
      const readOnly = FileSystem.layerNoop({ makeDirectory: () => denied("makeDirectory") })
      const message = yield* refusal(Layer.provide(DataFolder.layer("/readonly"), [readOnly, NodePath.layer]))
      assert.include(message, `"/readonly" can't be used: permission denied`)
    }),
  )

  it.effect("names a folder that may not be written", () =>
    Effect.gen(function* () {
      const readOnly = FileSystem.layerNoop({
        makeDirectory: () => Effect.void,
        access: () => Effect.void,
        open: () => denied("open"),
      })
      const error = yield* Effect.flatMap(DataFolder, (folder) => folder.file("natter.db")).pipe(
        Effect.provide(Layer.provide(DataFolder.layer("/readonly"), [readOnly, NodePath.layer])),
        Effect.flip,
      )
      assert.include(error.message, `"/readonly" can't be used: its file natter.db: permission denied`)
    }),
  )

  it.effect("names a folder that is there and may not be written, before a file in it is missed", () =>
    Effect.gen(function* () {
      const readOnly = FileSystem.layerNoop({ makeDirectory: () => Effect.void, access: () => denied("access") })
      const message = yield* refusal(Layer.provide(DataFolder.layer("/readonly"), [readOnly, NodePath.layer]))
      assert.include(message, `"/readonly" can't be used: permission denied. Make it writable`)
    }),
  )

  it.effect("says what else is in its way, and what to do about that", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const parent = yield* fs.makeTempDirectoryScoped()
      yield* fs.symlink(`${parent}/nowhere`, `${parent}/link`)
      const refused = (folder: string) => refusal(Layer.provide(DataFolder.layer(folder), platform))
      assert.include(yield* refused(`${parent}/link`), "it leads to a place that is not there. Make that")
      assert.include(yield* refused(`${parent}/${"x".repeat(300)}`), "the name is too long. Choose another")
      // Node's own way to make folders above folders never ends here.
      assert.include(yield* refused("/proc/natter/data"), "it leads to a place that is not there")

      yield* fs.makeDirectory(`${parent}/data/natter.db-wal`, { recursive: true })
      const error = yield* Effect.flatMap(DataFolder, (folder) => folder.existing("natter.db-wal")).pipe(
        Effect.provide(Layer.provide(DataFolder.layer(`${parent}/data`), platform)),
        Effect.flip,
      )
      assert.include(error.message, "a folder is in the way of its file natter.db-wal. Remove that")
    }).pipe(Effect.provide(platform)),
  )

  // Whoever opened the pipe would wait for ever.
  it.effect("refuses what is no file in the place of one, and does not open it", () =>
    Effect.gen(function* () {
      const parent = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      execFileSync("mkfifo", [`${parent}/serve.lock`])
      symlinkSync("serve.lock", `${parent}/natter.db`)
      symlinkSync("/dev/zero", `${parent}/natter.db-wal`)
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => Net.createServer().listen(`${parent}/natter.db-run`)),
        (server) => Effect.sync(() => server.close()),
      )
      yield* Effect.promise(() => once(socket, "listening"))
      const inTheWay = {
        "serve.lock": "a named pipe",
        "natter.db": "a named pipe",
        "natter.db-wal": "a device",
        "natter.db-run": "a socket",
      }
      for (const [name, what] of Object.entries(inTheWay)) {
        const error = yield* Effect.flatMap(DataFolder, (folder) => folder.file(name)).pipe(
          Effect.provide(Layer.provide(DataFolder.layer(parent), platform)),
          Effect.flip,
        )
        assert.include(error.message, `${what} is in the way of its file ${name}. Remove that`)
      }
      const lock = yield* FolderLock.hold.pipe(
        Effect.provide(Layer.provide(DataFolder.layer(parent), platform)),
        Effect.scoped,
        Effect.flip,
      )
      assert.strictEqual(lock._tag, "DataFolderError")
    }).pipe(Effect.provide(platform)),
  )
})
