/** The port to where entries are kept, one log for each channel. What outlives the process is in `natter/storage`. */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { HistoryShape } from "./HistoryShape.ts"
import { make } from "./internal/memoryHistory.ts"
import { Stamps } from "./Stamps.ts"

export class History extends Context.Service<History, HistoryShape>()("natter/history/History") {
  /** History in this process's memory: gone with it. At most 10 000 channels, those written to last. */
  static readonly layerMemory: Layer.Layer<History> = Layer.effect(History, make).pipe(Layer.provide(Stamps.layer))
}
