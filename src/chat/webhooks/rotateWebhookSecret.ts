import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import * as fresh from "../../webhooks/fresh.ts"
import { operation } from "../Operation.ts"
import type { CreatedWebhook } from "./createWebhook.ts"
import { readable } from "../internal/inChannel.ts"
import { managedOne, managingOne, noSuchWebhook, type WebhookRequest } from "./internal/managed.ts"
import { viewOf } from "./views.ts"

/**
 * Gives a webhook another secret. The former address of one that comes in is none from now on; deliveries of one that goes
 * out are signed with both for a day.
 */
export const rotateWebhookSecret = operation(
  "rotateWebhookSecret",
  "administration",
  managingOne,
  (chat, caller, request: WebhookRequest): Effect.Effect<CreatedWebhook, RequestError> =>
    managedOne(chat, caller, request, (webhooks, webhook) =>
      Effect.flatMap(fresh.renewal(webhook.kind), ({ apply, secret }) =>
        Effect.flatMap(readable("change a webhook", webhooks.change(webhook, apply)), (after) =>
          after === undefined ? Effect.fail(noSuchWebhook()) : Effect.succeed({ webhook: viewOf(after), secret }),
        ),
      ),
    ),
)
