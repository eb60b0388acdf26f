import { KeptClients } from "../../src/accounts/KeptClients.ts"
import { keptClients } from "../suites/keptClients.ts"

keptClients("in memory", KeptClients.layerMemory)
