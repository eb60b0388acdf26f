import * as Effect from "effect/Effect"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { operation } from "../Operation.ts"
import { managed, managing } from "./internal/managed.ts"
import { viewOf, type WebhookView } from "./views.ts"

/** The webhooks of a channel, in the order in which they were made: no more than it may have. */
export const listWebhooks = operation(
  "listWebhooks",
  "reading",
  managing,
  (
    chat,
    caller,
    { channel }: { readonly channel: ChannelName },
  ): Effect.Effect<ReadonlyArray<WebhookView>, RequestError> =>
    managed(chat, caller, channel, (webhooks, { id }) => Effect.succeed(webhooks.of(id).map(viewOf))),
)
