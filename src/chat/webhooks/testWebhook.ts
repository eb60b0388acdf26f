import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Attempt } from "../../webhooks/Attempt.ts"
import { operation } from "../Operation.ts"
import { readable } from "../internal/inChannel.ts"
import { managedOutgoing, managingOne, noSuchWebhook, type WebhookRequest } from "./internal/managed.ts"

/** Tries whether something arrives, now, also by a webhook that is disabled; succeeds with what came of it. */
export const testWebhook = operation(
  "testWebhook",
  "administration",
  managingOne,
  (chat, caller, request: WebhookRequest): Effect.Effect<Attempt, RequestError> =>
    managedOutgoing(chat, caller, request, (webhooks, webhook) =>
      Effect.filterOrFail(readable("test a webhook", webhooks.test(webhook)), Predicate.isNotUndefined, noSuchWebhook),
    ),
)
