/** Webhooks as those are told of them who may know them: without secrets, which are shown once, when they are made. */
import type { Person } from "../../domain/User.ts"
import type { DisabledReason, Webhook, WebhookEvent, WebhookId } from "../../webhooks/Webhook.ts"

export interface WebhookView {
  readonly id: WebhookId
  readonly kind: Webhook["kind"]
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly by: Person
  readonly disabled: DisabledReason | undefined
  /** Of one that comes in. */
  readonly name: string | undefined
  /** Of one that goes out. */
  readonly url: string | undefined
  readonly events: ReadonlyArray<WebhookEvent> | undefined
}

export const viewOf = (webhook: Webhook): WebhookView => {
  const { by, createdAt, disabled, id, kind } = webhook
  const common = { id, kind, createdAt, by, disabled }
  return webhook.kind === "incoming"
    ? { ...common, name: webhook.name, url: undefined, events: undefined }
    : { ...common, name: undefined, url: webhook.url, events: webhook.events }
}
