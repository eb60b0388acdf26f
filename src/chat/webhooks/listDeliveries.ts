import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Deliveries } from "../../webhooks/WebhooksShape.ts"
import { operation } from "../Operation.ts"
import { readable } from "../internal/inChannel.ts"
import { managedOutgoing, managingOne, type WebhookRequest } from "./internal/managed.ts"

/** What a webhook delivered lately, as far as this run of the service knows, and all that was given up and is kept. */
export const listDeliveries = operation(
  "listDeliveries",
  "reading",
  managingOne,
  (chat, caller, request: WebhookRequest): Effect.Effect<Deliveries, RequestError> =>
    managedOutgoing(chat, caller, request, (webhooks, webhook) =>
      readable("read the deliveries of a webhook", webhooks.deliveries(webhook)),
    ),
)
