import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as FolderLock from "../../src/storage/FolderLock.ts"

const files = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

describe("the lock of a data folder", () => {
  it.effect("keeps a second service out until the first has ended", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const hold = FolderLock.hold.pipe(Effect.provide(DataFolder.layer(folder)))
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* hold
          const error = yield* Effect.flip(Effect.scoped(hold))
          assert.strictEqual(error._tag, "FolderInUse")
          assert.include(error.message, folder)
          assert.include(error.message, "--data")
        }),
      )
      yield* Effect.scoped(hold)
    }).pipe(Effect.provide(files)),
  )

  it.effect("says which file it is where something else was written into it, and leaves that alone", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const hold = FolderLock.hold.pipe(Effect.provide(DataFolder.layer(folder)), Effect.scoped)
      for (const garbage of ["garbage", "x".repeat(10_000)]) {
        yield* fs.writeFileString(`${folder}/serve.lock`, garbage)
        const error = yield* Effect.flip(hold)
        assert.strictEqual(error._tag, "LockFileError")
        assert.include(error.message, `"${folder}/serve.lock"`)
        assert.include(error.message, "has not written")
        assert.notInclude(error.message, "in use")
        assert.strictEqual(yield* fs.readFileString(`${folder}/serve.lock`), garbage)
      }
      yield* fs.remove(`${folder}/serve.lock`)
      yield* fs.makeDirectory(`${folder}/serve.lock`)
      assert.include((yield* Effect.flip(hold)).message, "serve.lock")
    }).pipe(Effect.provide(files)),
  )

  it.effect("is nobody's on another folder", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      for (const folder of [yield* fs.makeTempDirectoryScoped(), yield* fs.makeTempDirectoryScoped()]) {
        yield* FolderLock.hold.pipe(Effect.provide(DataFolder.layer(folder)))
      }
    }).pipe(Effect.provide(files)),
  )
})
