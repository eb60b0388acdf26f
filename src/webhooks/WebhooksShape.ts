import type * as Effect from "effect/Effect"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Counters } from "./Counters.ts"
import type { Attempt } from "./Attempt.ts"
import type { DeadLetter, IncomingWebhook, OutgoingWebhook, Webhook, WebhookId } from "./Webhook.ts"
import type { WebhookStoreError } from "./WebhookStoreError.ts"

type Stored<A> = Effect.Effect<A, WebhookStoreError>

/** What is known of an outgoing webhook's deliveries. */
export interface Deliveries {
  /** The latest attempts of this run of the service, the last first; at most 20. */
  readonly recent: ReadonlyArray<Attempt>
  /** What was given up, the latest first; at most 100. */
  readonly dead: ReadonlyArray<DeadLetter>
  /** How many more were given up before. */
  readonly forgotten: number
}

/** What is going on, as operators are told of it. */
interface WebhookStats {
  readonly incoming: number
  readonly outgoing: number
  /** Of these, those that are delivering or wait to try again. */
  readonly working: number
  /** Milliseconds since the entry was said that waits longest; 0 where none waits. */
  readonly lag: number
}

/** The methods of `Webhooks`. What somebody may is checked before. */
export interface WebhooksShape {
  /** Done when the webhooks are known; fails while the store is away. */
  readonly ready: Stored<void>
  readonly get: (id: WebhookId) => Webhook | undefined
  /** Those of a channel, in the order in which they were made. */
  readonly of: (channel: ChannelId) => ReadonlyArray<Webhook>
  /** False where there are as many as there may be, of the channel or in all: then it is not added. */
  readonly add: (webhook: Webhook) => Stored<boolean>
  /** Replaces a webhook by what becomes of it; undefined where there is none. What is tried is begun again. */
  readonly change: <W extends Webhook>(webhook: W, to: (webhook: W) => W) => Stored<W | undefined>
  readonly remove: (id: WebhookId) => Stored<void>
  /** The channel is no more. */
  readonly removeChannel: (channel: ChannelId) => Effect.Effect<void>

  /** Whether what is stored in a channel is of interest here. Asked for every batch. */
  readonly watches: (channel: ChannelId) => boolean
  /** Something was stored in a channel, the last of it at this place where that is known. */
  readonly stored: (channel: ChannelId, last?: Seq) => void

  readonly deliveries: (webhook: OutgoingWebhook) => Stored<Deliveries>
  /** Tries whether something arrives. Undefined where the channel is no more. */
  readonly test: (webhook: OutgoingWebhook) => Stored<Attempt | undefined>
  /** Sends a dead letter once more, which is one no longer where it is taken. Undefined where nothing is left to send. */
  readonly replay: (webhook: OutgoingWebhook, delivery: string) => Stored<Attempt | undefined>
  /** What is wrong with an address, as a clause; undefined where nothing is. */
  readonly wrongIn: (url: string) => string | undefined

  /** Milliseconds until a message may come in by this webhook; 0 where one may now, which is counted then. */
  readonly takeIncoming: (webhook: IncomingWebhook) => number

  readonly counters: Counters
  readonly stats: () => WebhookStats
}
