/** A webhook as it is kept: a way out of one channel, or into it. */
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Person } from "../domain/User.ts"

/** Names a webhook for ever: 24 digits in base 16. */
export const WebhookId = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{24}$/, { title: "WebhookId", description: "names a webhook for ever" }),
).pipe(Schema.brand("WebhookId"))
export type WebhookId = typeof WebhookId.Type

/** What a webhook can be told of. */
export const eventTypes = ["Message", "Edited", "Deleted", "Reacted"] as const
export const WebhookEvent = Schema.Literals(eventTypes)
export type WebhookEvent = typeof WebhookEvent.Type

/** Why nothing is sent any more: somebody wanted so, the receiver said that it is gone, or it takes nothing. */
export const DisabledReason = Schema.Literals(["asked", "gone", "failing"])
export type DisabledReason = typeof DisabledReason.Type

interface Common {
  readonly id: WebhookId
  readonly channel: ChannelId
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly by: Person
  /** Undefined where it works. */
  readonly disabled: DisabledReason | undefined
}

/** A secret that is replaced signs beside the new one for a while, so that receivers lose nothing. */
interface FormerSecret {
  readonly secret: Redacted.Redacted
  /** Milliseconds since 1970. */
  readonly until: number
}

/** What is said in the channel is posted there. */
export interface OutgoingWebhook extends Common {
  readonly kind: "outgoing"
  readonly url: string
  readonly events: ReadonlyArray<WebhookEvent>
  /** What deliveries are signed with: kept as it is, since a signature takes it. */
  readonly secret: Redacted.Redacted
  readonly former: FormerSecret | undefined
  /** Everything up to this place has been delivered, or is among the dead letters. */
  readonly position: Seq
  /** Dead letters that are not kept any more. */
  readonly forgotten: number
}

/** What is posted to its address is said in the channel. */
export interface IncomingWebhook extends Common {
  readonly kind: "incoming"
  readonly name: string
  /** SHA-256 of the secret in its address, in lower-case hex. */
  readonly fingerprint: string
}

export type Webhook = OutgoingWebhook | IncomingWebhook

/** What its receiver did not take, and will not be given again unless somebody asks for it. */
export interface DeadLetter {
  readonly webhook: WebhookId
  /** By what the receiver knows it. */
  readonly delivery: string
  readonly type: string
  /** Its place in the channel. */
  readonly seq: Seq
  /** Milliseconds since 1970. */
  readonly at: number
  readonly attempts: number
  /** Why it was not taken, in words. */
  readonly error: string
}

/** Dead letters kept of one webhook, the latest. */
export const maxDeadLetters = 100
