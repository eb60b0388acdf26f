import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { accountStore } from "../suites/accountStore.ts"

accountStore("in memory", AccountStore.layerMemory)
