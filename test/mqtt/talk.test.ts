import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Seq } from "../../src/domain/Seq.ts"
import { connect, layer, member } from "./world.ts"

describe("a client of MQTT", () => {
  for (const protocolVersion of [4, 5] as const) {
    it.live(`of version ${protocolVersion} hears a client of Natter's, and is heard, with each QoS`, () =>
      Effect.gen(function* () {
        const bob = yield* member("bob", "den")
        const ann = yield* connect({ protocolVersion })
        const granted = yield* ann.subscribe("natter/den", { qos: 1 })
        assert.deepStrictEqual(
          granted.map(({ qos }) => qos),
          [1],
        )
        yield* bob.send({ type: "Publish", channel: "den", id: "b1", content: "hello" })
        yield* bob.until("Message")
        const heard = yield* ann.next
        assert.deepStrictEqual([heard.topic, heard.text, heard.packet.qos], ["natter/den", "hello", 1])
        if (protocolVersion === 5) {
          yield* bob.send({ type: "Publish", channel: "den", id: "b2", content: "so", reply_to: 1 })
          yield* bob.until("Message")
          assert.strictEqual({ ...(yield* ann.next).packet.properties!.userProperties }["reply-to"], "1")
          yield* ann.publish("natter/den", "answer", { qos: 1, properties: { userProperties: { "reply-to": "2" } } })
          assert.deepInclude(yield* bob.until("Message"), { content: "answer", reply_to: Seq.make(2) })
          const { author, id, seq } = { ...heard.packet.properties!.userProperties }
          assert.deepStrictEqual([author, id, seq], ["bob", "b1", "1"])
        }
        for (const qos of [0, 1, 2] as const) {
          yield* ann.publish("natter/den", `qos ${qos}`, { qos })
          const { content, from } = yield* bob.until("Message")
          assert.deepStrictEqual([content, from], [`qos ${qos}`, "ann"])
        }
      }).pipe(Effect.scoped, Effect.provide(layer())),
    )
  }
})
