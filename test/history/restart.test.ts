import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { History } from "../../src/history/History.ts"
import { restart } from "../suites/restart.ts"

// Memory that outlives the service, as nothing but a test has it.
restart({
  name: "History in memory",
  make: Effect.map(
    Layer.build(Layer.mergeAll(History.layerMemory, AccountStore.layerMemory, ChannelStore.layerMemory)),
    Layer.succeedContext,
  ),
})
