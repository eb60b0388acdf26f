/** Webhooks on stores of a test's own, with receivers that answer as it says, on virtual time. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import { Seq } from "../../src/domain/Seq.ts"
import * as Topic from "../../src/domain/Topic.ts"
import { History } from "../../src/history/History.ts"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundAnswer,
} from "../../src/webhooks/outbound/Outbound.ts"
import type { OutgoingWebhook } from "../../src/webhooks/Webhook.ts"
import { defaults, WebhookSettings } from "../../src/webhooks/WebhookSettings.ts"
import * as NotifyingHistory from "../../src/webhooks/NotifyingHistory.ts"
import * as Webhooks from "../../src/webhooks/Webhooks.ts"
import { alice, said } from "../suites/historyWorld.ts"
import { outgoing, webhookId } from "../suites/webhookStore.ts"

export const den = ChannelId.make("den-1")

/** A webhook of the den from its beginning. */
export const hook = (n: number, more?: Partial<OutgoingWebhook>): OutgoingWebhook =>
  outgoing(n, {
    url: `https://receiver${n}.example/`,
    position: Seq.make(0),
    events: ["Message", "Edited", "Deleted", "Reacted"],
    secret: Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ...more,
  })

export interface Posted {
  readonly at: number
  readonly url: string
  readonly letter: OutboundRequest
  readonly body: { readonly type: string; readonly seq?: number; readonly delivery: string } & Record<string, unknown>
}

type Answer = Effect.Effect<OutboundAnswer, OutboundError>
export const answer = (status: number, retryAfter?: string): Answer => Effect.succeed({ status, retryAfter })

/** What arrives where, and what is answered: 204, unless a test says otherwise. */
export const receivers = () => {
  const posted: Array<Posted> = []
  const answers = { answer: (_: Posted): Answer => answer(204) }
  return Object.assign(answers, {
    posted,
    /** The places that arrived there, or what else did. */
    at: (n: number) =>
      posted.flatMap(({ body, url }) => (url === `https://receiver${n}.example/` ? (body.seq ?? body.type) : [])),
    layer: Layer.succeed(Outbound, {
      wrongIn: () => undefined,
      post: (letter) =>
        Effect.flatMap(Clock.currentTimeMillis, (at) => {
          const one = { at, url: letter.url, letter, body: JSON.parse(letter.body) as Posted["body"] }
          posted.push(one)
          return answers.answer(one)
        }),
    }),
  })
}

/** Everything but the stores. */
export const service = (outbound: Layer.Layer<Outbound>, settings: Partial<WebhookSettings> = {}) =>
  NotifyingHistory.layer.pipe(
    Layer.provideMerge(Webhooks.layer),
    Layer.provide([outbound, Layer.succeed(WebhookSettings, { ...defaults, ...settings })]),
  )

export const makeDen = Effect.flatMap(ChannelStore, (channels) =>
  channels.create({
    id: den,
    name: ChannelName.make("den"),
    access: "public",
    topic: Topic.none,
    durability: undefined,
    createdAt: 7,
    owner: alice,
  }),
)

export const webhooks = Effect.map(Webhooks.Webhooks, (webhooks) => webhooks!)

/** Stores entries as the channel would. */
export const store = (...entries: ReadonlyArray<Entry>) =>
  Effect.flatMap(History, (history) => {
    const batch = { after: Seq.make(entries[0]!.seq - 1), entries, durability: "memory" as const }
    return history.appendUnsafe?.(den, batch) ?? history.append(den, batch)
  })

/** Stores so many messages behind a place. */
export const say = (after: number, count: number) =>
  store(...Array.from({ length: count }, (_, n) => said(after + n + 1, `message ${after + n + 1}`)))

export const id = webhookId

/** Lets everything happen that needs no time to pass. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 200 })

export const seconds = (n: number) => Duration.seconds(n)
