import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ChannelId } from "../../domain/ChannelId.ts"
import { Seq } from "../../domain/Seq.ts"
import { UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { type DeadLetter, DisabledReason, type Webhook, WebhookEvent, WebhookId } from "../../webhooks/Webhook.ts"

const common = {
  id: WebhookId,
  channel: ChannelId,
  createdAt: Schema.Int,
  byId: UserId,
  byName: Username,
  disabled: Schema.NullOr(DisabledReason),
}

const Events = Schema.fromJsonString(Schema.Array(WebhookEvent))
const encodeEvents = Schema.encodeSync(Events)

export const WebhookRow = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("outgoing"),
    ...common,
    url: Schema.String,
    events: Events,
    secret: Schema.String,
    formerSecret: Schema.NullOr(Schema.String),
    formerUntil: Schema.NullOr(Schema.Int),
    position: Seq,
    forgotten: Schema.Int,
  }),
  Schema.Struct({ kind: Schema.Literal("incoming"), ...common, name: Schema.String, fingerprint: Schema.String }),
])

export const PositionRow = Schema.Struct({ position: Seq })

export const DeadLetterRow = Schema.Struct({
  webhook: WebhookId,
  delivery: Schema.String,
  type: Schema.String,
  seq: Seq,
  at: Schema.Int,
  attempts: Schema.Int,
  error: Schema.String,
}) satisfies Schema.Schema<DeadLetter>

export const toWebhook = (row: typeof WebhookRow.Type): Webhook => {
  const { byId, byName, channel, createdAt, id } = row
  const common = { id, channel, createdAt, by: { id: byId, name: byName }, disabled: row.disabled ?? undefined }
  if (row.kind === "incoming") {
    return { kind: row.kind, ...common, name: row.name, fingerprint: row.fingerprint }
  }
  const { events, forgotten, formerSecret, formerUntil, kind, position, secret, url } = row
  const former =
    formerSecret === null || formerUntil === null
      ? undefined
      : { secret: Redacted.make(formerSecret), until: formerUntil }
  return { kind, ...common, url, events, secret: Redacted.make(secret), former, position, forgotten }
}

/** The columns of a webhook: first those that never change, then those that a change replaces, then how far it has come. */
export const columnsOf = (webhook: Webhook) => {
  const { by, channel, createdAt, disabled, id, kind } = webhook
  const fixed = { id, kind, channel, created_at: createdAt, by_id: by.id, by_name: by.name }
  if (webhook.kind === "incoming") {
    const { fingerprint, name } = webhook
    return { fixed, changing: { disabled: disabled ?? null, name, fingerprint }, progress: {} }
  }
  const { events, forgotten, former, position, secret, url } = webhook
  return {
    fixed,
    changing: {
      disabled: disabled ?? null,
      url,
      events: encodeEvents(events),
      secret: Redacted.value(secret),
      former_secret: former === undefined ? null : Redacted.value(former.secret),
      former_until: former?.until ?? null,
    },
    progress: { position, forgotten },
  }
}
