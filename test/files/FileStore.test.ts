import { FileStore } from "../../src/files/FileStore.ts"
import { fileStoreSuite } from "../suites/fileStore.ts"

fileStoreSuite("in memory", FileStore.layerMemory)
