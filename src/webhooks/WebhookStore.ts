/** The port to where webhooks are kept. What outlives the process is in `natter/storage`. */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { make } from "./internal/memoryWebhooks.ts"
import type { WebhookStoreShape } from "./WebhookStoreShape.ts"

export class WebhookStore extends Context.Service<WebhookStore, WebhookStoreShape>()("natter/webhooks/WebhookStore") {
  /** In this process's memory: gone with it. */
  static readonly layerMemory: Layer.Layer<WebhookStore> = Layer.effect(WebhookStore, make)
}
