import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect, layer, member } from "./world.ts"

const say = (id: string) => ({ type: "Publish", channel: "den", id, content: id }) as const
const kept = { clientId: "phone", clean: false, properties: { sessionExpiryInterval: 60 } }

describe("a client of MQTT that comes back", () => {
  for (const protocolVersion of [4, 5] as const) {
    it.live(`in version ${protocolVersion} gets what it has missed, in order and once`, () =>
      Effect.gen(function* () {
        const bob = yield* member("bob", "den")
        const first = yield* connect({ ...kept, protocolVersion })
        assert.isFalse(first.sessionPresent)
        yield* first.subscribe("natter/den")
        yield* bob.ask(say("m1"), "Published")
        assert.strictEqual((yield* first.next).text, "m1")
        // What is acknowledged is known to the service when this is answered.
        yield* first.publish("natter/den", "mine")
        yield* first.next
        yield* first.end(true)
        for (let n = 2; n <= 400; n++) yield* bob.ask(say(`m${n}`), "Published")
        const again = yield* connect({
          ...kept,
          protocolVersion,
          properties: { ...kept.properties, receiveMaximum: 10 },
        })
        assert.isTrue(again.sessionPresent)
        yield* bob.ask(say("live"), "Published")
        const texts: Array<string> = []
        while (texts.at(-1) !== "live") texts.push((yield* again.next).text)
        const missed = Array.from({ length: 399 }, (_, n) => `m${n + 2}`)
        assert.deepStrictEqual(
          texts.filter((text) => text !== "mine"),
          [...missed, "live"],
        )
      }).pipe(Effect.scoped, Effect.provide(layer())),
    )
  }

  it.live("is taken over by its next connection, and the one before is told so", () =>
    Effect.gen(function* () {
      const first = yield* connect({ clientId: "same" })
      const code = Effect.callback<number>((resume) => {
        first.mqtt.once("disconnect", ({ reasonCode }) => resume(Effect.succeed(reasonCode!)))
      })
      const [told] = yield* Effect.all([code, connect({ clientId: "same" })], { concurrency: 2 })
      assert.strictEqual(told, 0x8e)
    }).pipe(Effect.scoped, Effect.provide(layer())),
  )

  it.live("leaves its last words when it is cut off, and none when it takes its leave", () =>
    Effect.gen(function* () {
      const bob = yield* member("bob", "den")
      const will = (text: string) =>
        ({ topic: "natter/den", payload: Buffer.from(text), qos: 1, retain: false }) as const
      const polite = yield* connect({ clientId: "polite", will: will("never") })
      yield* polite.end()
      const lost = yield* connect({ clientId: "lost", will: will("gone") })
      lost.mqtt.stream.destroy()
      const { content, from } = yield* bob.until("Message")
      assert.deepStrictEqual([content, from], ["gone", "ann"])
    }).pipe(Effect.scoped, Effect.provide(layer())),
  )

  it.live("leaves its last words after their delay, unless it is back by then", () =>
    Effect.gen(function* () {
      const bob = yield* member("bob", "den")
      const later = (clientId: string, text: string) =>
        ({
          clientId,
          clean: false,
          properties: { sessionExpiryInterval: 60 },
          will: {
            topic: "natter/den",
            payload: Buffer.from(text),
            qos: 1,
            retain: false,
            properties: { willDelayInterval: 1 },
          },
        }) as const
      const back = yield* connect(later("back", "never"))
      const gone = yield* connect(later("gone", "gone"))
      back.mqtt.stream.destroy()
      gone.mqtt.stream.destroy()
      // Cut off before the other, it would have been the first to be heard.
      assert.isTrue((yield* connect(later("back", "never"))).sessionPresent)
      assert.strictEqual((yield* bob.until("Message")).content, "gone")
    }).pipe(Effect.scoped, Effect.provide(layer())),
  )

  it.live("shows and sets what a channel is about by what is retained", () =>
    Effect.gen(function* () {
      const bob = yield* member("bob", "den")
      yield* bob.ask({ type: "SetTopic", channel: "den", topic: "tea" }, "Ok")
      const ann = yield* connect({})
      yield* ann.subscribe("natter/den/topic")
      const { packet, text, topic } = yield* ann.next
      assert.deepStrictEqual([topic, text, packet.retain], ["natter/den/topic", "tea", true])
      const refused = yield* Effect.flip(ann.publish("natter/den/topic", "coffee", { qos: 1, retain: true }))
      assert.include(refused.message, "Not authorized")
    }).pipe(Effect.scoped, Effect.provide(layer())),
  )

  it.live("speaks to somebody, and hears whoever speaks to it", () =>
    Effect.gen(function* () {
      const bob = yield* member("bob", "den")
      const ann = yield* connect({})
      yield* ann.subscribe("natter/@/+")
      yield* bob.ask({ type: "Join", channel: "@ann" }, "Joined")
      yield* bob.send({ type: "Publish", channel: "@ann", id: "d1", content: "psst" })
      const heard = yield* ann.next
      assert.deepStrictEqual([heard.topic, heard.text], ["natter/@/bob", "psst"])
      yield* ann.publish("natter/@/bob", "yes?")
      yield* bob.until("Message")
      const { channel, content } = yield* bob.until("Message")
      assert.deepStrictEqual([channel, content], ["@ann", "yes?"])
    }).pipe(Effect.scoped, Effect.provide(layer())),
  )
})
