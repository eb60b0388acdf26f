import { FileStore } from "../../src/files/FileStore.ts"
import { fileStoreSuite } from "../suites/fileStore.ts"
import { fileStoreOwnerSuite } from "../suites/fileStoreOwner.ts"

fileStoreSuite("in memory", FileStore.layerMemory)
fileStoreOwnerSuite("in memory", FileStore.layerMemory)
