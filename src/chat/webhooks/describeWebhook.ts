import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { operation } from "../Operation.ts"
import { managedOne, managingOne, type WebhookRequest } from "./internal/managed.ts"
import { viewOf, type WebhookView } from "./views.ts"

/** One webhook, without its secret. */
export const describeWebhook = operation(
  "describeWebhook",
  "reading",
  managingOne,
  (chat, caller, request: WebhookRequest): Effect.Effect<WebhookView, RequestError> =>
    managedOne(chat, caller, request, (_, webhook) => Effect.succeed(viewOf(webhook))),
)
