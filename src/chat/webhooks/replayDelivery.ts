import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { RequestError } from "../../domain/RequestError.ts"
import type { Attempt } from "../../webhooks/Attempt.ts"
import { operation } from "../Operation.ts"
import { readable } from "../internal/inChannel.ts"
import { managedOutgoing, managingOne, type WebhookRequest } from "./internal/managed.ts"

interface ReplayDelivery extends WebhookRequest {
  readonly delivery: string
}

const gone = () =>
  new RequestError({
    reason: "NoSuchDelivery",
    field: "delivery",
    detail: "No such delivery was given up, or history has not got any more what it was about",
  })

/**
 * Sends once more what was given up, as it is by now, out of its order; succeeds with what came of it. Where it was taken it
 * is listed no longer.
 */
export const replayDelivery = operation(
  "replayDelivery",
  "administration",
  [...managingOne, "NoSuchDelivery", "WebhookDisabled"],
  (chat, caller, request: ReplayDelivery): Effect.Effect<Attempt, RequestError> =>
    managedOutgoing(chat, caller, request, (webhooks, webhook) => {
      if (webhook.disabled !== undefined) return Effect.fail(new RequestError({ reason: "WebhookDisabled" }))
      const replayed = readable("replay a delivery", webhooks.replay(webhook, request.delivery))
      return Effect.filterOrFail(replayed, Predicate.isNotUndefined, gone)
    }),
)
