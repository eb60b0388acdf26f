import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { operation } from "../Operation.ts"
import { readable } from "../internal/inChannel.ts"
import { managedOne, managingOne, type WebhookRequest } from "./internal/managed.ts"

/** Removes a webhook for good: nothing goes out or comes in by it any more. */
export const deleteWebhook = operation(
  "deleteWebhook",
  "administration",
  managingOne,
  (chat, caller, request: WebhookRequest): Effect.Effect<void, RequestError> =>
    managedOne(chat, caller, request, (webhooks, { id }) => readable("remove a webhook", webhooks.remove(id))),
)
