import { WebhookStore } from "../../src/webhooks/WebhookStore.ts"
import { webhookStore } from "../suites/webhookStore.ts"

webhookStore("in memory", WebhookStore.layerMemory)
