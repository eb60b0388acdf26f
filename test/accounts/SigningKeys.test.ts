import { SigningKeys } from "../../src/accounts/SigningKeys.ts"
import { signingKeys } from "../suites/signingKeys.ts"

signingKeys("in memory", SigningKeys.layerMemory)
