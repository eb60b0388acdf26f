/** Webhooks as they are made, and their secrets, which are shown then and never again. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Person } from "../domain/User.ts"
import * as Signature from "./Signature.ts"
import { type IncomingWebhook, type OutgoingWebhook, type Webhook, type WebhookEvent, WebhookId } from "./Webhook.ts"

/** How long a secret that was replaced signs beside the new one: receivers have to learn it. */
const overlap = Duration.days(1)

/** So that a scanner finds one that was published by mistake. */
const prefix = "natw_"

export interface Fresh<W extends Webhook> {
  readonly webhook: W
  readonly secret: Redacted.Redacted
}

interface Place {
  readonly channel: ChannelId
  readonly by: Person
}

const common = ({ by, channel }: Place) =>
  Effect.map(Clock.currentTimeMillis, (createdAt) => ({
    id: WebhookId.make(randomBytes(12).toString("hex")),
    channel,
    createdAt,
    by: { id: by.id, name: by.name },
    disabled: undefined,
  }))

const addressSecret = (): Redacted.Redacted => Redacted.make(prefix + randomBytes(32).toString("base64url"))

const fingerprintOf = (secret: Redacted.Redacted): string =>
  createHash("sha256").update(Redacted.value(secret)).digest("hex")

/** One that begins behind a place. */
export const outgoing = (
  place: Place,
  more: { readonly url: string; readonly events: ReadonlyArray<WebhookEvent>; readonly position: Seq },
): Effect.Effect<Fresh<OutgoingWebhook>> =>
  Effect.map(common(place), (common) => {
    const secret = Signature.freshSecret()
    return { webhook: { kind: "outgoing", ...common, ...more, secret, former: undefined, forgotten: 0 }, secret }
  })

export const incoming = (place: Place, name: string): Effect.Effect<Fresh<IncomingWebhook>> =>
  Effect.map(common(place), (common) => {
    const secret = addressSecret()
    return { webhook: { kind: "incoming", ...common, name, fingerprint: fingerprintOf(secret) }, secret }
  })

/** Another secret, and what becomes of a webhook by it. That of an address ends at once, one that signs a day later. */
export const renewal = (
  kind: Webhook["kind"],
): Effect.Effect<{ readonly secret: Redacted.Redacted; readonly apply: (webhook: Webhook) => Webhook }> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const secret = kind === "incoming" ? addressSecret() : Signature.freshSecret()
    const until = now + Duration.toMillis(overlap)
    return {
      secret,
      apply: (webhook) =>
        webhook.kind === "incoming"
          ? { ...webhook, fingerprint: fingerprintOf(secret) }
          : { ...webhook, secret, former: { secret: webhook.secret, until } },
    }
  })

/** Compared with where there is no such webhook: that takes as long. */
const nobodys = "0".repeat(64)

/** Whether a secret is that of this webhook's address. It takes as long whether it is, or there is one at all. */
export const opens = (webhook: IncomingWebhook | undefined, secret: Redacted.Redacted): webhook is IncomingWebhook =>
  timingSafeEqual(Buffer.from(fingerprintOf(secret)), Buffer.from(webhook?.fingerprint ?? nobodys)) &&
  webhook !== undefined
