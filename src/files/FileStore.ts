/**
 * The port to where the bytes of files are kept, by their hash: what is the same is kept once. While a file comes it is a
 * draft, kept by its id. What outlives the process is in `natter/storage`.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { FileStoreShape } from "./FileStoreShape.ts"
import { make } from "./internal/memoryFileStore.ts"

export class FileStore extends Context.Service<FileStore, FileStoreShape>()("natter/files/FileStore") {
  /** In this process's memory: gone with it. */
  static readonly layerMemory: Layer.Layer<FileStore> = Layer.effect(FileStore, make)
}
