import { Epochs } from "../../src/history/Epochs.ts"
import { epochsSuite } from "../suites/epochs.ts"

epochsSuite("epochs in memory", Epochs.layerMemory)
