import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import { FileStore } from "../../src/files/FileStore.ts"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as FolderFileStore from "../../src/storage/FolderFileStore.ts"
import { bytes, content, found, newFile, sending, service, stores } from "../files/world.ts"
import { collected, fileId, fileStoreSuite, isSame, noise, sha256Of } from "../suites/fileStore.ts"
import { fileStoreOwnerSuite } from "../suites/fileStoreOwner.ts"

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "natter-test-" }),
).pipe(Effect.provide(NodeFileSystem.layer))

const inFolder = (folder: string, fileSystem = NodeFileSystem.layer) =>
  FolderFileStore.layer.pipe(
    Layer.provide(DataFolder.layer(folder)),
    Layer.provide([fileSystem, NodePath.layer]),
    Layer.fresh,
  )

const opened = (folder: string, fileSystem?: typeof NodeFileSystem.layer) =>
  Effect.map(Layer.build(inFolder(folder, fileSystem)), (context) => Context.get(context, FileStore))

const inAnyFolder = Layer.unwrap(Effect.map(temporaryFolder, (folder) => inFolder(folder)))

fileStoreSuite("in a folder", inAnyFolder)
fileStoreOwnerSuite("in a folder", inAnyFolder)

/** A disk on which half of what is written fits while it is full, and on which the device says so that always is. */
const disk = (isFull: () => boolean) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (real) => ({
      ...real,
      open: (path: string, options?: Parameters<FileSystem.FileSystem["open"]>[1]) =>
        Effect.gen(function* () {
          const file = yield* real.open(path, options)
          if (options?.flag === "r") return file
          const device = yield* real.open("/dev/full", { flag: "r+" })
          const onDisk: FileSystem.File = {
            [FileSystem.FileTypeId]: FileSystem.FileTypeId,
            stat: file.stat,
            sync: file.sync,
            seek: (offset, from) => file.seek(offset, from),
            read: (buffer, options) => file.read(buffer, options),
            readAlloc: (size, options) => file.readAlloc(size, options),
            truncate: (length) => file.truncate(length),
            write: (buffer) => file.write(buffer),
            writeAll: (buffer) =>
              isFull()
                ? Effect.andThen(file.writeAll(buffer.subarray(0, buffer.length / 2)), device.writeAll(buffer))
                : file.writeAll(buffer),
          }
          return onDisk
        }),
    })),
  ).pipe(Layer.provide(NodeFileSystem.layer))

describe("a file store in a folder", () => {
  const id = fileId(1)

  it.effect("says that the disk is full, and goes on where there is room again", () =>
    Effect.gen(function* () {
      let isFull = false
      const folder = yield* temporaryFolder
      const store = yield* opened(
        folder,
        disk(() => isFull),
      )
      yield* store.append(id, 0, [bytes.subarray(0, 1000)])
      isFull = true
      const error = yield* Effect.flip(store.append(id, 1000, [bytes.subarray(1000, 3000)]))
      assert.deepInclude(error, { _tag: "FileStoreError", operation: "append", trouble: "full" })
      assert.deepInclude(yield* Effect.flip(store.append(fileId(2), 0, [bytes.subarray(0, 10)])), { trouble: "full" })
      isFull = false
      yield* store.append(id, 1000, [bytes.subarray(1000, 2000)])
      isSame(yield* collected(store.readDraft(id, 2000)), bytes.subarray(0, 2000))
      yield* store.append(fileId(2), 0, [bytes.subarray(0, 10)])
      isSame(yield* collected(store.readDraft(fileId(2), 10)), bytes.subarray(0, 10))
    }).pipe(Effect.scoped),
  )

  it.effect("so a file that is sent goes on behind what was acknowledged before it was full", () =>
    Effect.gen(function* () {
      let isFull = false
      const store = yield* opened(
        yield* temporaryFolder,
        disk(() => isFull),
      )
      const { files } = yield* service({ ...(yield* stores), store })
      const file = yield* files.start(newFile())
      yield* sending(files, file, 0, 1_100_000)
      isFull = true
      const { detail, reason } = yield* Effect.flip(sending(files, file, 1_100_000))
      assert.strictEqual(reason, "Unavailable")
      assert.include(detail, "full")
      assert.deepInclude(yield* found(files, file), { received: 1_100_000 })
      isFull = false
      assert.deepInclude(yield* sending(files, file, 1_100_000), { whole: true, sha256: content })
    }).pipe(Effect.scoped),
  )

  it.live("leaves no file open, however reading and writing end", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = yield* opened(folder)
      const whole = noise(500_000)
      const sha256 = sha256Of(whole)
      yield* store.append(id, 0, [whole])
      yield* store.keep(id, sha256, whole.length)
      const open = () =>
        fs.readdirSync("/proc/self/fd").filter((fd) => {
          try {
            return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
          } catch {
            return false
          }
        }).length
      const read = store.read(sha256, { from: 0, to: whole.length })
      for (let n = 0; n < 20; n++) {
        yield* Stream.runDrain(Stream.take(read, 1))
        yield* Effect.exit(Stream.runForEach(read, () => Effect.fail("no more")))
        yield* Effect.timeoutOption(
          Stream.runForEach(read, () => Effect.never),
          "2 millis",
        )
        yield* Effect.exit(Stream.runDrain(store.read(sha256, { from: 0, to: whole.length + 1 })))
        yield* Effect.exit(store.append(id, whole.length + 1, [whole]))
        yield* Effect.exit(store.append(fileId(2), 1, [whole]))
        yield* Effect.exit(store.keep(fileId(2), sha256Of(noise(3)), 3))
      }
      assert.strictEqual(open(), 0)
    }).pipe(Effect.scoped),
  )

  it.effect("is its owner's alone, and leaves alone what it does not know", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = yield* opened(folder)
      const some = noise(100)
      yield* store.append(id, 0, [some])
      yield* store.keep(id, sha256Of(some), 100)
      const modeOf = (file: string) => fs.statSync(`${folder}/files/${file}`).mode & 0o777
      const shelf = `contents/${sha256Of(some).slice(0, 2)}`
      assert.deepStrictEqual(["uploads", "contents", shelf].map(modeOf), [0o700, 0o700, 0o700])
      assert.deepStrictEqual([`uploads/${id}`, `${shelf}/${sha256Of(some)}`].map(modeOf), [0o600, 0o600])
      for (const strange of ["uploads/.DS_Store", "contents/readme.txt", `${shelf}/a`]) {
        fs.writeFileSync(`${folder}/files/${strange}`, "mine")
      }
      fs.mkdirSync(`${folder}/files/contents/lost+found`)
      assert.deepStrictEqual(yield* Stream.runCollect(store.drafts), [id])
      assert.deepStrictEqual(yield* Stream.runCollect(store.contents), [sha256Of(some)])
    }).pipe(Effect.scoped),
  )
})
