import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import type { Webhook, WebhookEvent } from "../../webhooks/Webhook.ts"
import { operation } from "../Operation.ts"
import * as checks from "./internal/checks.ts"
import { readable } from "../internal/inChannel.ts"
import { managedOne, managingOne, noSuchWebhook, type WebhookRequest } from "./internal/managed.ts"
import { viewOf, type WebhookView } from "./views.ts"

interface UpdateWebhook extends WebhookRequest {
  /** Of one that goes out. */
  readonly url?: string | undefined
  readonly events?: ReadonlyArray<WebhookEvent> | undefined
  /** Of one that comes in. */
  readonly name?: string | undefined
  /** One that goes out delivers, when it is enabled again, what it has missed. */
  readonly enabled?: boolean | undefined
}

const wrongIn = ({ kind }: Webhook, { events, name, url }: UpdateWebhook): RequestError | undefined => {
  if (kind === "outgoing" && name === undefined) return undefined
  if (kind === "incoming" && url === undefined && events === undefined) return undefined
  const detail =
    kind === "incoming" ? "A webhook that comes in has a name alone" : "A webhook that goes out has no name"
  return new RequestError({ reason: "InvalidFrame", detail })
}

const changed = <W extends Webhook>(webhook: W, { enabled, events, name, url }: UpdateWebhook): W => ({
  ...webhook,
  ...(url === undefined ? {} : { url }),
  ...(events === undefined ? {} : { events: [...new Set(events)] }),
  ...(name === undefined ? {} : { name }),
  ...(enabled === undefined ? {} : { disabled: enabled ? undefined : (webhook.disabled ?? "asked") }),
})

/** Changes a webhook; what is left out stays. */
export const updateWebhook = operation(
  "updateWebhook",
  "administration",
  [...managingOne, "InvalidWebhookUrl"],
  (chat, caller, request: UpdateWebhook): Effect.Effect<WebhookView, RequestError> =>
    managedOne(chat, caller, request, (webhooks, webhook) => {
      const wrong = wrongIn(webhook, request) ?? checks.leads(webhooks, request.url) ?? checks.named(request.name)
      if (wrong !== undefined) return Effect.fail(wrong)
      return Effect.flatMap(
        readable(
          "change a webhook",
          webhooks.change(webhook, (webhook) => changed(webhook, request)),
        ),
        (after) => (after === undefined ? Effect.fail(noSuchWebhook()) : Effect.succeed(viewOf(after))),
      )
    }),
)
