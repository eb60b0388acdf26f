/** What the interoperability tests of Eclipse Paho ask of a server, as far as topics that are channels have it. */
import { assert, describe, layer as provided } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connected, write } from "./raw.ts"
import { connect, layer, member } from "./world.ts"

const say = (id: string) => ({ type: "Publish", channel: "den", id, content: id }) as const

describe("as others ask of a server", () => {
  provided(layer(), { excludeTestServices: true })((it) => {
    it.effect("a client without an identifier is given one, and one that keeps nothing is forgotten", () =>
      Effect.gen(function* () {
        const { connack } = yield* connected(5, { clientId: "", properties: { sessionExpiryInterval: 5 } })
        assert.isTrue(connack.cmd === "connack" && (connack.properties?.assignedClientIdentifier?.length ?? 0) > 0)
        const first = yield* connect({ clientId: "brief", clean: false })
        yield* first.subscribe("natter/den")
        yield* first.end()
        assert.isFalse((yield* connect({ clientId: "brief", clean: false })).sessionPresent)
      }).pipe(Effect.scoped),
    )

    it.effect("what was unsubscribed from is not heard, and what was not has its code", () =>
      Effect.gen(function* () {
        const bob = yield* member("bob", "den")
        const link = yield* connected(5, { clientId: "leaver" })
        link.send(write({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "natter/den", qos: 0 }] }, 5))
        yield* link.next
        const unsubscribe = {
          cmd: "unsubscribe",
          messageId: 2,
          unsubscriptions: ["natter/den", "natter/never"],
        } as const
        link.send(write({ ...unsubscribe, unsubscriptions: [...unsubscribe.unsubscriptions] }, 5))
        const answer = yield* link.next
        assert.deepStrictEqual(answer.cmd === "unsuback" && answer.granted, [0, 0x11])
        yield* bob.ask(say("unheard"), "Published")
        link.send(write({ cmd: "pingreq" }, 5))
        assert.strictEqual((yield* link.next).cmd, "pingresp")
      }).pipe(Effect.scoped),
    )

    it.effect("topics have numbers, subscriptions too, and a client can leave out what is its own", () =>
      Effect.gen(function* () {
        const bob = yield* member("bob", "den")
        const ann = yield* connect({ clientId: "numbers" })
        yield* ann.subscribe("natter/den", { qos: 1, nl: true, properties: { subscriptionIdentifier: 456 } })
        yield* ann.publish("natter/den", "own", { qos: 1, properties: { topicAlias: 1 } })
        yield* ann.publish("", "own again", { qos: 1, properties: { topicAlias: 1 } })
        yield* bob.ask(say("other"), "Published")
        const { packet, text } = yield* ann.next
        assert.deepStrictEqual([text, packet.properties?.subscriptionIdentifier], ["other", 456])
      }).pipe(Effect.scoped),
    )

    it.effect("more than a Receive Maximum is not sent, and what is too large never", () =>
      Effect.gen(function* () {
        const bob = yield* member("bob", "den")
        const properties = { receiveMaximum: 2, maximumPacketSize: 400 }
        const link = yield* connected(5, { clientId: "narrow", properties })
        link.send(write({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "natter/den", qos: 1 }] }, 5))
        yield* link.next
        for (const id of ["f1", "f2", "f3", "f4"]) yield* bob.ask(say(id), "Published")
        yield* bob.ask({ ...say("large"), content: "x".repeat(500) }, "Published")
        yield* bob.ask(say("f5"), "Published")
        const [one, two] = [yield* link.next, yield* link.next]
        link.send(write({ cmd: "pingreq" }, 5))
        assert.strictEqual((yield* link.next).cmd, "pingresp")
        const texts: Array<string> = []
        for (let packet = one; texts.length < 5; packet = texts.length === 1 ? two : yield* link.next) {
          if (packet.cmd !== "publish") return assert.fail(packet.cmd)
          texts.push(packet.payload.toString())
          link.send(write({ cmd: "puback", messageId: packet.messageId! }, 5))
          if (texts.length === 5) break
        }
        assert.deepStrictEqual(texts, ["f1", "f2", "f3", "f4", "f5"])
      }).pipe(Effect.scoped),
    )

    it.effect("what was sent and not acknowledged comes again, with the same number and DUP", () =>
      Effect.gen(function* () {
        const bob = yield* member("bob", "den")
        const parts = { clientId: "forgetful", clean: false, properties: { sessionExpiryInterval: 60 } }
        const first = yield* connected(5, parts)
        first.send(write({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "natter/den", qos: 1 }] }, 5))
        yield* first.next
        yield* bob.ask(say("again"), "Published")
        const before = yield* first.next
        const second = yield* connected(5, parts)
        const after = yield* second.next
        if (before.cmd !== "publish" || after.cmd !== "publish") return assert.fail(after.cmd)
        assert.deepStrictEqual(
          [after.payload.toString(), after.dup, after.messageId],
          ["again", true, before.messageId],
        )
      }).pipe(Effect.scoped),
    )
  })
})
