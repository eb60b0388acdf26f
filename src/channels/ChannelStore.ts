/** The port to where channels are kept: their settings, roles, sanctions and audit logs. */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { ChannelStoreShape } from "./ChannelStoreShape.ts"
import { make } from "./internal/memoryChannels.ts"

export class ChannelStore extends Context.Service<ChannelStore, ChannelStoreShape>()("natter/channels/ChannelStore") {
  /** In this process's memory: gone with it. */
  static readonly layerMemory: Layer.Layer<ChannelStore> = Layer.effect(ChannelStore, make)
}
