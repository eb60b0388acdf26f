import { FileRecords } from "../../src/files/FileRecords.ts"
import { fileRecordsSuite } from "../suites/fileRecords.ts"

fileRecordsSuite("in memory", FileRecords.layerMemory)
