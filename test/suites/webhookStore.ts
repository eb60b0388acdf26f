import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import {
  type DeadLetter,
  type IncomingWebhook,
  maxDeadLetters,
  type OutgoingWebhook,
  type Webhook,
  WebhookId,
} from "../../src/webhooks/Webhook.ts"
import { WebhookStore } from "../../src/webhooks/WebhookStore.ts"
import { alice, bob } from "./historyWorld.ts"

export const webhookId = (n: number) => WebhookId.make(n.toString(16).padStart(24, "0"))

export const outgoing = (n: number, more?: Partial<OutgoingWebhook>): OutgoingWebhook => ({
  kind: "outgoing",
  id: webhookId(n),
  channel: ChannelId.make("den-1"),
  createdAt: 1_700_000_000_000 + n,
  by: alice,
  disabled: undefined,
  url: "https://example.org/hook?a=1",
  events: ["Message", "Reacted"],
  secret: Redacted.make("whsec_one"),
  former: undefined,
  position: Seq.make(7),
  forgotten: 0,
  ...more,
})

export const incoming = (n: number, more?: Partial<IncomingWebhook>): IncomingWebhook => ({
  kind: "incoming",
  id: webhookId(n),
  channel: ChannelId.make("den-1"),
  createdAt: 1_700_000_000_000 + n,
  by: bob,
  disabled: undefined,
  name: "Böb's 🐙 builds",
  fingerprint: "ab".repeat(32),
  ...more,
})

const letter = (n: number, more?: Partial<DeadLetter>): DeadLetter => ({
  webhook: webhookId(1),
  delivery: `${webhookId(1)}.${n}`,
  type: "Message",
  seq: Seq.make(n),
  at: 1_700_000_000_000 + n,
  attempts: 7,
  error: "it answered 404",
  ...more,
})

/** With its secrets, which compare as nothing otherwise. */
const shown = (webhook: Webhook) =>
  webhook.kind === "incoming"
    ? webhook
    : {
        ...webhook,
        secret: Redacted.value(webhook.secret),
        former: webhook.former && { ...webhook.former, secret: Redacted.value(webhook.former.secret) },
      }

/** What every `WebhookStore` keeps to. The layer is built anew, and empty, for each test. */
export const webhookStore = (title: string, layer: Layer.Layer<WebhookStore, unknown>) =>
  describe(`a webhook store: ${title}`, () => {
    const test = (title: string, body: (store: WebhookStore["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(WebhookStore, body), layer))

    const all = (store: WebhookStore["Service"]) => Effect.map(store.all, (webhooks) => webhooks.map(shown))
    const numbers = (letters: ReadonlyArray<DeadLetter>) => letters.map(({ seq }) => Number(seq))

    test(
      "keeps webhooks as they are, in the order in which they were made",
      Effect.fnUntraced(function* (store) {
        const former = { secret: Redacted.make("whsec_zero"), until: 1_800_000_000_000 }
        const made = [
          outgoing(3),
          incoming(1),
          outgoing(4, { former, disabled: "gone", events: [], forgotten: 12 }),
          incoming(5, { disabled: "asked" }),
        ]
        for (const webhook of made) yield* store.put(webhook)
        const sorted = made.toSorted((one, other) => one.createdAt - other.createdAt)
        assert.deepStrictEqual(yield* all(store), sorted.map(shown))
      }),
    )

    test(
      "replaces what is known of one, but not how far it has come",
      Effect.fnUntraced(function* (store) {
        yield* store.put(outgoing(1))
        yield* store.put(outgoing(2))
        yield* store.advance(webhookId(1), Seq.make(9_000_000_000_000))
        const changed = outgoing(1, {
          url: "http://example.com/",
          events: ["Edited"],
          disabled: "failing",
          secret: Redacted.make("whsec_two"),
          former: { secret: Redacted.make("whsec_one"), until: 5 },
          forgotten: 5,
        })
        yield* store.put(changed)
        yield* store.put(incoming(3))
        yield* store.put(incoming(3, { name: "Deploys", fingerprint: "cd".repeat(32) }))
        yield* store.advance(webhookId(99), Seq.make(1))
        assert.deepStrictEqual(yield* all(store), [
          shown({ ...changed, position: Seq.make(9_000_000_000_000), forgotten: 0 }),
          shown(outgoing(2)),
          incoming(3, { name: "Deploys", fingerprint: "cd".repeat(32) }),
        ])
      }),
    )

    test(
      "keeps dead letters with the webhook, the latest of them, and counts the others",
      Effect.fnUntraced(function* (store) {
        yield* store.put(outgoing(1))
        yield* store.put(outgoing(2))
        const other = letter(8, { webhook: webhookId(2) })
        yield* store.addDeadLetter(other)
        for (let n = 10; n < 10 + maxDeadLetters; n++) assert.strictEqual(yield* store.addDeadLetter(letter(n)), 0)
        assert.strictEqual(yield* store.addDeadLetter(letter(50, { attempts: 8, error: "no answer" })), 0)
        assert.strictEqual(yield* store.addDeadLetter(letter(200)), 1)
        assert.strictEqual(yield* store.addDeadLetter(letter(201)), 1)
        const kept = yield* store.deadLetters(webhookId(1))
        assert.lengthOf(kept, maxDeadLetters)
        assert.deepStrictEqual(numbers(kept).slice(0, 3), [201, 200, 109])
        assert.deepStrictEqual(numbers(kept).at(-1), 12)
        assert.deepStrictEqual(
          kept.find(({ seq }) => seq === 50),
          letter(50, { attempts: 8, error: "no answer" }),
        )
        assert.deepStrictEqual(yield* store.deadLetters(webhookId(2)), [other])
        const [one, two] = yield* store.all
        assert.deepInclude(one, { position: Seq.make(201), forgotten: 2 })
        assert.deepInclude(two, { position: Seq.make(8), forgotten: 0 })
        // One that is replaced later does not send the webhook back.
        yield* store.addDeadLetter(letter(60))
        assert.deepInclude((yield* store.all)[0], { position: Seq.make(201) })
        const positions = yield* Effect.forEach([1, 2, 3], (n) => store.position(webhookId(n)))
        assert.deepStrictEqual(positions, [Seq.make(201), Seq.make(8), undefined])
        yield* store.removeDeadLetter(webhookId(1), letter(200).delivery)
        yield* store.removeDeadLetter(webhookId(2), letter(201).delivery)
        assert.deepStrictEqual(numbers(yield* store.deadLetters(webhookId(1))).slice(0, 2), [201, 109])
      }),
    )

    test(
      "removes webhooks with their dead letters, and keeps none of who is not there",
      Effect.fnUntraced(function* (store) {
        yield* store.put(outgoing(1))
        yield* store.put(outgoing(2))
        yield* store.put(incoming(3))
        yield* store.addDeadLetter(letter(10))
        yield* store.addDeadLetter(letter(11, { webhook: webhookId(2) }))
        yield* store.remove([webhookId(1), webhookId(3), webhookId(77)])
        yield* store.remove([])
        assert.deepStrictEqual(
          (yield* store.all).map(({ id }) => id),
          [webhookId(2)],
        )
        assert.isEmpty(yield* store.deadLetters(webhookId(1)))
        assert.strictEqual(yield* store.addDeadLetter(letter(12)), 0)
        assert.isEmpty(yield* store.deadLetters(webhookId(1)))
        assert.deepStrictEqual(numbers(yield* store.deadLetters(webhookId(2))), [11])
      }),
    )
  })
