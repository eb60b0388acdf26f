import type * as Effect from "effect/Effect"
import type { Seq } from "../domain/Seq.ts"
import type { DeadLetter, Webhook, WebhookId } from "./Webhook.ts"
import type { WebhookStoreError } from "./WebhookStoreError.ts"

type Stored<A> = Effect.Effect<A, WebhookStoreError>

/** The methods of `WebhookStore`. How many there may be is checked by who adds one. */
export interface WebhookStoreShape {
  /** All webhooks, in the order in which they were made. */
  readonly all: Stored<ReadonlyArray<Webhook>>
  /** Adds a webhook, or replaces what is known of it but its position and dead letters. */
  readonly put: (webhook: Webhook) => Stored<void>
  /** Removes webhooks, with their dead letters. */
  readonly remove: (ids: ReadonlyArray<WebhookId>) => Stored<void>
  /** Up to where everything has been dealt with; undefined where there is no such outgoing webhook. */
  readonly position: (id: WebhookId) => Stored<Seq | undefined>
  /** Everything up to this place has been dealt with. */
  readonly advance: (id: WebhookId, position: Seq) => Stored<void>
  /**
   * Keeps a dead letter, which is behind the webhook's position from then on, and succeeds with how many older ones were
   * forgotten for it. One that is there already is replaced.
   */
  readonly addDeadLetter: (letter: DeadLetter) => Stored<number>
  /** The dead letters of a webhook, the latest place first. */
  readonly deadLetters: (id: WebhookId) => Stored<ReadonlyArray<DeadLetter>>
  readonly removeDeadLetter: (id: WebhookId, delivery: string) => Stored<void>
}
