/** Bytes that are no packets, packets that come where they do not belong, and what each is answered with. */
import { assert, describe, layer as provided } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Packet } from "mqtt-packet"
import { connected, connectPacket, raw, write } from "./raw.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { eventually } from "../suites/transportWorld.ts"
import { layer } from "./world.ts"

const bytes = (...parts: ReadonlyArray<number | string | ReadonlyArray<number>>): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : part)))

/** A text, with its length. */
const text = (value: string): ReadonlyArray<number> => [value.length >> 8, value.length & 0xff, ...Buffer.from(value)]

/** A packet of less than 128 bytes. */
const packet = (first: number, ...parts: ReadonlyArray<number | string | ReadonlyArray<number>>): Uint8Array => {
  const body = bytes(...parts)
  return bytes(first, body.byteLength, [...body])
}

/** What a `CONNECT` of version 5 begins with, up to its flags. */
const began = [...text("MQTT"), 5]
const signedIn = 0xc2
const whole = (flags: number, ...parts: ReadonlyArray<number | string | ReadonlyArray<number>>) =>
  packet(0x10, began, flags, 0, 60, ...parts)
const rest = [...text("c"), ...text("ann"), ...text("secret")]

const [delay, expiry] = [
  [0x18, 0, 0, 0, 1],
  [0x11, 0, 0, 0, 1],
]

/** Before anybody is let in: the code of the `CONNACK`, or none where it is closed on without a word. */
const atFirst: ReadonlyArray<readonly [string, Uint8Array, number | undefined]> = [
  ["a packet that is no CONNECT", packet(0xc0), undefined],
  ["flags in the first byte of a CONNECT", packet(0x11, began, signedIn, 0, 60, 0, rest), undefined],
  ["a length of five bytes", bytes(0x10, 0xff, 0xff, 0xff, 0xff, 0x01), undefined],
  ["a length over the limit", bytes(0x10, 0xff, 0xff, 0xff, 0x7f), undefined],
  ["another protocol's name", packet(0x10, text("MQTX"), 5, signedIn, 0, 60, 0, rest), undefined],
  ["MQTT 3.1", packet(0x10, text("MQIsdp"), 3, signedIn, 0, 60, rest), 1],
  ["an older level", packet(0x10, text("MQTT"), 3, signedIn, 0, 60, rest), 1],
  ["a level that is to come", packet(0x10, text("MQTT"), 6, signedIn, 0, 60, 0, rest), 0x84],
  ["the reserved flag", whole(signedIn | 1, 0, rest), 0x81],
  ["a will's QoS without a will", whole(signedIn | 8, 0, rest), 0x81],
  ["a will's retain without a will", whole(signedIn | 0x20, 0, rest), 0x81],
  ["a will of QoS 3", whole(signedIn | 0x1c, 0, text("c"), 0, text("t"), text("w"), text("ann"), text("secret")), 0x81],
  [
    "a will to a wildcard",
    whole(signedIn | 4, 0, text("c"), 0, text("natter/+"), text("w"), text("ann"), text("x")),
    0x90,
  ],
  ["a will to nothing", whole(signedIn | 4, 0, text("c"), 0, text(""), text("w"), text("ann"), text("x")), 0x90],
  [
    "a will with NUL in its topic",
    whole(signedIn | 4, 0, text("c"), 0, text("a\0"), text("w"), text("ann"), text("x")),
    0x81,
  ],
  [
    "a delay of a will twice",
    whole(signedIn | 4, 0, text("c"), 10, delay, delay, text("t"), text("w"), text("ann"), text("x")),
    0x82,
  ],
  ["a session expiry twice", whole(signedIn, 10, expiry, expiry, rest), 0x82],
  ["a text that ends behind the packet", whole(signedIn, 0, 0, 9, "c"), 0x81],
  ["a packet that ends behind its texts", whole(signedIn, 0, rest, 0), 0x81],
  ["a text that is not UTF-8", whole(signedIn, 0, 0, 1, 0xff, text("ann"), text("secret")), 0x81],
  ["half a surrogate pair", whole(signedIn, 0, 0, 3, 0xed, 0xa0, 0x80, text("ann"), text("secret")), 0x81],
  ["NUL in a text", whole(signedIn, 0, text("c\0d"), text("ann"), text("secret")), 0x81],
  ["a property that is not known", whole(signedIn, 2, 0x7f, 0, rest), 0x81],
  ["a property of another packet", whole(signedIn, 3, 0x23, 0, 1, rest), 0x81],
  ["a property that only servers send", whole(signedIn, 2, 0x24, 1, rest), 0x81],
  ["properties longer than they say", whole(signedIn, 2, 0x21, 0, 1, rest), 0x81],
  ["a property twice", whole(signedIn, 6, 0x21, 0, 1, 0x21, 0, 1, rest), 0x82],
  ["a Receive Maximum of 0", whole(signedIn, 3, 0x21, 0, 0, rest), 0x82],
  ["a Maximum Packet Size of 0", whole(signedIn, 5, 0x27, 0, 0, 0, 0, rest), 0x82],
  ["a flag that is 2", whole(signedIn, 2, 0x17, 2, rest), 0x82],
  ["authentication data without a method", whole(signedIn, 4, 0x16, 0, 1, 1, rest), 0x82],
  ["an authentication method", whole(signedIn, 4, 0x15, text("X"), rest), 0x8c],
  ["a wrong password", whole(signedIn, 0, text("c"), text("ann"), text("wrong")), 0x86],
  ["a password that is not UTF-8", whole(signedIn, 0, text("c"), text("ann"), 0, 1, 0xff), 0x86],
  ["a token that is nobody's", whole(signedIn, 0, text("c"), text("ann"), text("nat_none")), 0x86],
  ["nobody's name", whole(2, 0, text("c")), 0x87],
  ["a client identifier that is too long", write(connectPacket(5, { clientId: "c".repeat(257) }), 5), 0x85],
]

const old: ReadonlyArray<readonly [string, Uint8Array, number | undefined]> = [
  ["a password without a name", packet(0x10, text("MQTT"), 4, 0x42, 0, 60, text("c"), text("secret")), 3],
  [
    "no client identifier that could be remembered",
    packet(0x10, text("MQTT"), 4, 0xc0, 0, 60, 0, 0, text("ann"), text("secret")),
    2,
  ],
  ["a wrong password", packet(0x10, text("MQTT"), 4, 0xc2, 0, 60, text("c"), text("ann"), text("wrong")), 4],
]

/** When somebody is in: the code of the `DISCONNECT`. */
const later: ReadonlyArray<readonly [string, Uint8Array, number]> = [
  ["a second CONNECT", whole(signedIn, 0, rest), 0x82],
  ["type 0", packet(0x00), 0x81],
  ["a CONNACK", packet(0x20, 0, 0, 0), 0x82],
  ["a SUBACK", packet(0x90, 0, 1, 0, 0), 0x82],
  ["an UNSUBACK", packet(0xb0, 0, 1, 0, 0), 0x82],
  ["a PINGRESP", packet(0xd0), 0x82],
  ["an AUTH that nobody asked for", packet(0xf0, 0x18, 0), 0x82],
  ["flags of a PINGREQ", packet(0xc1), 0x81],
  ["flags of a PUBACK", packet(0x41, 0, 1), 0x81],
  ["no flags of a PUBREL", packet(0x60, 0, 1), 0x81],
  ["no flags of a SUBSCRIBE", packet(0x80, 0, 1, 0, text("natter/den"), 0), 0x81],
  ["a PINGREQ with something in it", packet(0xc0, 1), 0x81],
  ["a SUBSCRIBE without filters", packet(0x82, 0, 1, 0), 0x82],
  ["a SUBSCRIBE with identifier 0", packet(0x82, 0, 0, 0, text("natter/den"), 0), 0x82],
  ["a SUBSCRIBE of QoS 3", packet(0x82, 0, 1, 0, text("natter/den"), 3), 0x81],
  ["a SUBSCRIBE with reserved bits", packet(0x82, 0, 1, 0, text("natter/den"), 0x40), 0x81],
  ["a SUBSCRIBE with retain handling 3", packet(0x82, 0, 1, 0, text("natter/den"), 0x30), 0x82],
  ["a SUBSCRIBE without options", packet(0x82, 0, 1, 0, text("natter/den")), 0x81],
  ["a shared SUBSCRIBE that is not told its own", packet(0x82, 0, 1, 0, text("$share/g/natter/den"), 4), 0x82],
  ["a subscription identifier of 0", packet(0x82, 0, 1, 2, 0x0b, 0, text("natter/den"), 0), 0x82],
  ["two subscription identifiers", packet(0x82, 0, 1, 4, 0x0b, 1, 0x0b, 2, text("natter/den"), 0), 0x82],
  ["an UNSUBSCRIBE without filters", packet(0xa2, 0, 1, 0), 0x82],
  ["a PUBLISH of QoS 3", packet(0x36, text("natter/den"), 0, 1, 0, "x"), 0x81],
  ["a PUBLISH of QoS 0 that comes again", packet(0x38, text("natter/den"), 0, "x"), 0x81],
  ["a PUBLISH with identifier 0", packet(0x32, text("natter/den"), 0, 0, 0, "x"), 0x82],
  ["a PUBLISH to a wildcard", packet(0x30, text("natter/#"), 0, "x"), 0x90],
  ["a PUBLISH to nothing", packet(0x30, 0, 0, 0, "x"), 0x82],
  ["a PUBLISH with a subscription identifier", packet(0x30, text("natter/den"), 2, 0x0b, 1, "x"), 0x81],
  [
    "a PUBLISH with a response topic that is a wildcard",
    packet(0x30, text("natter/den"), 4, 0x08, text("+"), "x"),
    0x82,
  ],
  ["a PUBLISH with a payload format of 2", packet(0x30, text("natter/den"), 2, 0x01, 2, "x"), 0x82],
  ["an alias twice", packet(0x30, text("natter/den"), 6, 0x23, 0, 1, 0x23, 0, 1, "x"), 0x82],
  ["a PUBLISH with NUL in its topic", packet(0x30, text("natter/d\0n"), 0, "x"), 0x81],
  ["alias 0", packet(0x30, text("natter/den"), 3, 0x23, 0, 0, "x"), 0x94],
  ["an alias over the maximum", packet(0x30, text("natter/den"), 3, 0x23, 0, 17, "x"), 0x94],
  ["an alias of no topic", packet(0x30, 0, 0, 3, 0x23, 0, 1, "x"), 0x82],
  ["a PUBLISH of QoS 0 to no channel", packet(0x30, text("elsewhere"), 0, "x"), 0x90],
  ["a PUBLISH of QoS 0 that is no text", packet(0x30, text("natter/den"), 0, 0xff), 0x99],
  ["a PUBREC", packet(0x50, 0, 1), 0x82],
  ["a PUBCOMP", packet(0x70, 0, 1), 0x82],
  ["a PUBACK with identifier 0", packet(0x40, 0, 0), 0x82],
  ["a PUBACK of one byte", packet(0x40, 0), 0x81],
  ["a DISCONNECT that keeps what was to end", packet(0xe0, 0, 5, 0x11, 0, 0, 0, 1), 0x82],
  ["a DISCONNECT with another's property", packet(0xe0, 0, 3, 0x21, 0, 1), 0x81],
  ["a length of five bytes", bytes(0x30, 0xff, 0xff, 0xff, 0xff, 0x01), 0x81],
  ["a length over the limit", bytes(0x30, 0xff, 0xff, 0xff, 0x7f), 0x95],
]

const codesIn = (packets: ReadonlyArray<Packet>) =>
  packets.map((packet) =>
    packet.cmd === "connack"
      ? (packet.reasonCode ?? packet.returnCode)
      : packet.cmd === "disconnect"
        ? packet.reasonCode
        : packet.cmd,
  )

describe("hostile bytes", () => {
  // What cannot be told to be of any protocol has the time of a first frame to become of one.
  const session = { frames: undefined, frameTimeout: Duration.seconds(2) }
  provided(layer({ accounts: { mode: "open" }, session }), { excludeTestServices: true })((it) => {
    it.effect("somebody has the name", () => Effect.scoped(Effect.asVoid(connected(5))))
    for (const [name, sent, code] of atFirst) {
      it.effect(`at first: ${name}`, () =>
        Effect.gen(function* () {
          const link = yield* raw(code === 1 ? 4 : 5)
          link.send(sent)
          assert.deepStrictEqual(codesIn(yield* link.ended), code === undefined ? [] : [code])
        }).pipe(Effect.scoped),
      )
    }
    for (const [name, sent, code] of old) {
      it.effect(`at first in 3.1.1: ${name}`, () =>
        Effect.gen(function* () {
          const link = yield* raw(4)
          link.send(sent)
          assert.deepStrictEqual(codesIn(yield* link.ended), code === undefined ? [] : [code])
        }).pipe(Effect.scoped),
      )
    }
    it.effect("a thousand filters in one SUBSCRIBE: as many as there may be, and nobody waits for the rest", () =>
      Effect.gen(function* () {
        const link = yield* connected(5, { clientId: "many" })
        const filters = (count: number) =>
          Array.from({ length: count }, (_, n) => ({ topic: `natter/many-${n}`, qos: 1 }) as const)
        link.send(write({ cmd: "subscribe", messageId: 1, subscriptions: filters(1000) } as never, 5))
        const granted = yield* link.next
        assert.strictEqual(granted.cmd, "suback")
        const codes = granted.cmd === "suback" ? granted.granted : []
        assert.deepStrictEqual([codes.indexOf(0x97), codes.lastIndexOf(1), codes.length], [128, 127, 1000])
        const unsubscriptions = filters(1000).map(({ topic }) => topic)
        link.send(write({ cmd: "unsubscribe", messageId: 2, unsubscriptions } as never, 5))
        assert.strictEqual((yield* link.next).cmd, "unsuback")
      }).pipe(Effect.scoped),
    )
    it.effect("thirty connections of one client at once: one stays", () =>
      Effect.gen(function* () {
        const { sessions } = yield* TestServer
        const before = sessions.count()
        const parts = { clientId: "storm", clean: false, properties: { sessionExpiryInterval: 60 } }
        yield* Effect.replicateEffect(connected(5, parts), 30, { concurrency: 30 })
        yield* eventually(
          "the others are gone",
          Effect.sync(() => sessions.count() <= before + 1),
        )
        const again = yield* connected(5, parts)
        assert.deepInclude(again.connack, { cmd: "connack", sessionPresent: true })
      }).pipe(Effect.scoped),
    )
    for (const [name, sent, code] of later) {
      it.effect(`later: ${name}`, () =>
        Effect.gen(function* () {
          const link = yield* connected(5, { clientId: name })
          link.send(sent)
          assert.deepStrictEqual(codesIn(yield* link.ended), [code])
        }).pipe(Effect.scoped),
      )
    }
  })
})
