/** The port to where it is kept which files there are. What outlives the process is in `natter/storage`. */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { FileRecordsShape } from "./FileRecordsShape.ts"
import { make } from "./internal/memoryFileRecords.ts"

export class FileRecords extends Context.Service<FileRecords, FileRecordsShape>()("natter/files/FileRecords") {
  /** In this process's memory: gone with it. */
  static readonly layerMemory: Layer.Layer<FileRecords> = Layer.effect(FileRecords, make)
}
