import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/webhooks/operations.ts"
import { receive } from "../../chat/webhooks/receive.ts"
import type { WebhookView } from "../../chat/webhooks/views.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type * as Webhook from "../../webhooks/Attempt.ts"
import { WebhookId } from "../../webhooks/Webhook.ts"
import { root } from "../api/Api.ts"
import type { Hooks, Webhooks } from "../api/Webhooks.ts"
import { ask, type HandlersOf } from "../Handler.ts"
import { messageId } from "../Ids.ts"
import { pathOf } from "./Channels.ts"

const given = <A>(name: string, value: A | undefined) => (value === undefined ? {} : { [name]: value })

const webhookOf = ({ by, createdAt, disabled, events, id, kind, name, url }: WebhookView) => ({
  id,
  kind,
  created_at: createdAt,
  by: by.name,
  ...given("disabled", disabled),
  ...given("name", name),
  ...given("url", url),
  ...given("events", events),
})

const attemptOf = ({ at, delivery, status, took, type, verdict }: Webhook.Attempt) => ({
  delivery,
  type,
  at,
  took,
  ...given("status", status),
  outcome: verdict.type.toLowerCase() as Lowercase<typeof verdict.type>,
  ...given("error", "error" in verdict ? verdict.error : undefined),
})

interface Created {
  readonly webhook: WebhookView
  readonly secret: Redacted.Redacted
}

const createdOf = ({ secret, webhook }: Created) => ({
  webhook: webhookOf(webhook),
  secret: Redacted.value(secret),
  ...given("path", webhook.kind === "incoming" ? `${root}/hooks/${webhook.id}/${Redacted.value(secret)}` : undefined),
})

export const webhooks = (chat: ChatShape): HandlersOf<typeof Webhooks> => ({
  list: ask(
    chat,
    operations.listWebhooks,
    ({ params }) => params,
    (webhooks) => ({ body: { webhooks: webhooks.map(webhookOf) } }),
  ),
  create: ask(
    chat,
    operations.createWebhook,
    ({ params, payload }) => ({ ...params, ...payload }),
    (created, { params: { channel } }) => ({
      body: createdOf(created),
      headers: { Location: `${pathOf(channel)}/webhooks/${created.webhook.id}` },
      secret: true,
    }),
  ),
  describe: ask(
    chat,
    operations.describeWebhook,
    ({ params }) => params,
    (webhook) => ({ body: webhookOf(webhook) }),
  ),
  update: ask(
    chat,
    operations.updateWebhook,
    ({ params, payload }) => ({ ...params, ...payload }),
    (webhook) => ({ body: webhookOf(webhook) }),
  ),
  delete: ask(chat, operations.deleteWebhook, ({ params }) => params),
  rotate: ask(
    chat,
    operations.rotateWebhookSecret,
    ({ params }) => params,
    (created) => ({ body: createdOf(created), secret: true }),
  ),
  test: ask(
    chat,
    operations.testWebhook,
    ({ params }) => params,
    (attempt) => ({ body: attemptOf(attempt) }),
  ),
  deliveries: ask(
    chat,
    operations.listDeliveries,
    ({ params }) => params,
    ({ dead, forgotten, recent }) => ({
      body: {
        recent: recent.map(attemptOf),
        dead: dead.map(({ at, attempts, delivery, error, seq, type }) => ({
          delivery,
          type,
          seq,
          at,
          attempts,
          error,
        })),
        forgotten,
      },
    }),
  ),
  replay: ask(
    chat,
    operations.replayDelivery,
    ({ params }) => params,
    (attempt) => ({ body: attemptOf(attempt) }),
  ),
})

const isWebhookId = Schema.is(WebhookId)

const eitherOf = ({ content, text }: { readonly content?: string; readonly text?: string }) =>
  (content === undefined) === (text === undefined)
    ? Effect.fail(new RequestError({ reason: "InvalidFrame", field: "content", detail: "Give content, or text" }))
    : Effect.succeed(content ?? text!)

export const hooks = (chat: ChatShape, freshId: () => string): HandlersOf<typeof Hooks> => ({
  receive: ({ headers: { "idempotency-key": key }, params: { secret, webhook }, payload }) =>
    // What cannot be an address at all is refused as one that is none.
    isWebhookId(webhook)
      ? Effect.flatMap(eitherOf(payload), (content) => {
          const id = key === undefined ? MessageId.make(freshId()) : messageId(key)
          const incoming = { webhook, secret: Redacted.make(secret), content, id, replyTo: payload.reply_to }
          return Effect.map(receive(chat, incoming), ({ channel, durability, seq, timestamp }) => ({
            body: { channel, id, seq, timestamp, durability },
          }))
        })
      : Effect.fail(new RequestError({ reason: "NoSuchWebhook" })),
})
