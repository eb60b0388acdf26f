import * as Effect from "effect/Effect"
import { type DeadLetter, maxDeadLetters, type OutgoingWebhook, type Webhook, type WebhookId } from "../Webhook.ts"
import type { WebhookStoreShape } from "../WebhookStoreShape.ts"

/** Every operation is one synchronous step, and so all or nothing. */
export const make: Effect.Effect<WebhookStoreShape> = Effect.sync(() => {
  const webhooks = new Map<WebhookId, Webhook>()
  const dead = new Map<WebhookId, ReadonlyArray<DeadLetter>>()

  const change = (id: WebhookId, to: (webhook: OutgoingWebhook) => OutgoingWebhook): void => {
    const known = webhooks.get(id)
    if (known?.kind === "outgoing") webhooks.set(id, to(known))
  }

  return {
    all: Effect.sync(() => [...webhooks.values()].toSorted(byAge)),
    put: (webhook) =>
      Effect.sync(() => {
        const known = webhooks.get(webhook.id)
        const kept =
          known?.kind === "outgoing" && webhook.kind === "outgoing"
            ? { ...webhook, position: known.position, forgotten: known.forgotten }
            : webhook
        webhooks.set(webhook.id, kept)
      }),
    remove: (ids) =>
      Effect.sync(() => {
        for (const id of ids) {
          webhooks.delete(id)
          dead.delete(id)
        }
      }),
    position: (id) =>
      Effect.sync(() => {
        const known = webhooks.get(id)
        return known?.kind === "outgoing" ? known.position : undefined
      }),
    advance: (id, position) => Effect.sync(() => change(id, (webhook) => ({ ...webhook, position }))),
    addDeadLetter: (letter) =>
      Effect.sync(() => {
        const id = letter.webhook
        if (webhooks.get(id)?.kind !== "outgoing") return 0
        const others = (dead.get(id) ?? []).filter(({ delivery }) => delivery !== letter.delivery)
        const all = [letter, ...others].toSorted((one, other) => other.seq - one.seq)
        const forgotten = Math.max(0, all.length - maxDeadLetters)
        dead.set(id, all.slice(0, maxDeadLetters))
        change(id, (webhook) => ({
          ...webhook,
          position: letter.seq > webhook.position ? letter.seq : webhook.position,
          forgotten: webhook.forgotten + forgotten,
        }))
        return forgotten
      }),
    deadLetters: (id) => Effect.sync(() => dead.get(id) ?? []),
    removeDeadLetter: (id, delivery) =>
      Effect.sync(() => {
        const left = (dead.get(id) ?? []).filter((letter) => letter.delivery !== delivery)
        if (left.length === 0) dead.delete(id)
        else dead.set(id, left)
      }),
  }
})

const byAge = (one: Webhook, other: Webhook): number => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1)
