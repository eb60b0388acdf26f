/** One attempt to deliver something. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import type { ChannelName } from "../../domain/ChannelName.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Outbound } from "../outbound/Outbound.ts"
import type { Attempt } from "../Attempt.ts"
import * as Signature from "../Signature.ts"
import type { OutgoingWebhook } from "../Webhook.ts"
import { bodyOf, deliveryOf, type Event } from "./payload.ts"
import { ofAnswer, ofError } from "./schedule.ts"

const secretsOf = ({ former, secret }: OutgoingWebhook, now: number): ReadonlyArray<Redacted.Redacted> =>
  former !== undefined && former.until > now ? [secret, former.secret] : [secret]

export type Sender = (webhook: OutgoingWebhook, channel: ChannelName, event: Event) => Effect.Effect<Attempt>

/** So many are under way at once; the others wait their turn. */
export const make = (outbound: Outbound["Service"], concurrency: number): Sender => {
  const turns = Semaphore.makeUnsafe(concurrency)
  return Effect.fnUntraced(function* (webhook, channel, event) {
    const delivery = deliveryOf(webhook, event)
    const body = bodyOf(webhook, channel, event)
    return yield* turns.withPermit(
      Effect.gen(function* () {
        const at = yield* Clock.currentTimeMillis
        const begun = yield* Monotonic.now
        const seconds = Math.trunc(at / 1000)
        const headers = Signature.headers({ id: delivery, seconds, body }, secretsOf(webhook, at))
        const posted = yield* Effect.result(outbound.post({ url: webhook.url, headers, body }))
        const verdict = Result.isSuccess(posted) ? ofAnswer(posted.success) : ofError(posted.failure)
        const status = Result.isSuccess(posted) ? posted.success.status : undefined
        return { delivery, type: event.type, at, took: (yield* Monotonic.now) - begun, status, verdict }
      }),
    )
  })
}
