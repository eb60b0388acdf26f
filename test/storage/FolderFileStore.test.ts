import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as FolderFileStore from "../../src/storage/FolderFileStore.ts"
import { fileStoreSuite } from "../suites/fileStore.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "natter-test-" }),
).pipe(Effect.provide(NodeFileSystem.layer))

const inFolder = (folder: string) =>
  FolderFileStore.layer.pipe(Layer.provide(DataFolder.layer(folder)), Layer.provide(platform), Layer.fresh)

fileStoreSuite("in a folder", Layer.unwrap(Effect.map(temporaryFolder, inFolder)))
