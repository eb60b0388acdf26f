import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { RequestError } from "../../domain/RequestError.ts"
import * as fresh from "../../webhooks/fresh.ts"
import { eventTypes, type Webhook, type WebhookEvent } from "../../webhooks/Webhook.ts"
import { unless } from "../internal/checks.ts"
import { operation } from "../Operation.ts"
import * as checks from "./internal/checks.ts"
import { readable } from "../internal/inChannel.ts"
import { locate, managed, managing } from "./internal/managed.ts"
import { viewOf, type WebhookView } from "./views.ts"

/** One that goes out has a `url`, one that comes in a `name`. */
interface CreateWebhook {
  readonly channel: ChannelName
  /** Where to what happens is posted, from now on. */
  readonly url?: string | undefined
  /** What is posted there. Default: everything. */
  readonly events?: ReadonlyArray<WebhookEvent> | undefined
  /** By what is shown what comes in, with a mark behind it that nobody's name has. */
  readonly name?: string | undefined
}

export interface CreatedWebhook {
  readonly webhook: WebhookView
  /** What signs deliveries, or stands in the address by which messages come in. It is not shown again. */
  readonly secret: Redacted.Redacted
}

const wrongIn = ({ events, name, url }: CreateWebhook): RequestError | undefined => {
  const detail = "Give a url for a webhook that goes out, or a name for one that comes in"
  return (url === undefined) === (name === undefined) || (name !== undefined && events !== undefined)
    ? new RequestError({ reason: "InvalidFrame", detail })
    : undefined
}

/** Makes a webhook, which belongs to a channel, whoever has made it. */
export const createWebhook = operation(
  "createWebhook",
  "administration",
  [...managing, "TooManyWebhooks", "InvalidWebhookUrl", "InvalidFrame"],
  (chat, caller, request: CreateWebhook): Effect.Effect<CreatedWebhook, RequestError> =>
    unless(wrongIn(request), () =>
      managed(chat, caller, request.channel, (webhooks, { id: channel, seq: position }) =>
        Effect.gen(function* () {
          const { events = eventTypes, name, url } = request
          const wrong = checks.leads(webhooks, url) ?? checks.named(name)
          if (wrong !== undefined) return yield* wrong
          const place = { channel, by: caller.by.user }
          const made: fresh.Fresh<Webhook> =
            url === undefined
              ? yield* fresh.incoming(place, name!)
              : yield* fresh.outgoing(place, { url, events: [...new Set(events)], position })
          const added = yield* readable("keep a webhook", webhooks.add(made.webhook))
          if (!added) return yield* new RequestError({ reason: "TooManyWebhooks" })
          if (url !== undefined) {
            // What was being stored before the webhook was there is stored when the channel answers again.
            yield* Effect.ignore(locate(chat, caller, request.channel))
            webhooks.stored(channel)
          }
          return { webhook: viewOf(made.webhook), secret: made.secret }
        }),
      ),
    ),
)
