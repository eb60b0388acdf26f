import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import mqttPacket, { type Packet as TheirPacket } from "mqtt-packet"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { decode, decodeConnect } from "../../src/mqtt/decode.ts"
import { PacketError } from "../../src/mqtt/Packet.ts"
import { PacketReader } from "../../src/mqtt/PacketReader.ts"
import { makeRenderer, Told } from "../../src/mqtt/Told.ts"
import { Topics } from "../../src/mqtt/Topic.ts"
import { connectPacket, write } from "./raw.ts"

const Bytes = Arbitrary.map(
  Arbitrary.schema(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))),
  (all) => Uint8Array.from(all),
)
const Cuts = Arbitrary.schema(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 }))))

const publishOf = (payload: Uint8Array): Uint8Array =>
  write({ cmd: "publish", topic: "natter/den", payload: Buffer.from(payload), qos: 0, retain: false, dup: false }, 5)

/** In pieces of these sizes, again and again. */
const pieces = (bytes: Uint8Array, cuts: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const all: Array<Uint8Array> = []
  for (let at = 0, n = 0; at < bytes.byteLength; n++) {
    const size = cuts.length === 0 ? bytes.byteLength : cuts[n % cuts.length]!
    all.push(bytes.subarray(at, at + size))
    at += size
  }
  return all
}

describe("packets", () => {
  it.prop(
    "are found however their bytes are split",
    [Arbitrary.schema(Schema.Array(Schema.String)), Cuts],
    ([texts, cuts]) => {
      const packets = texts.map((text) => publishOf(Buffer.from(text)))
      const reader = new PacketReader(1 << 20)
      const bodies: Array<Uint8Array> = []
      for (const piece of pieces(Buffer.concat(packets), cuts)) assert.isUndefined(reader.push(piece, bodies))
      assert.deepStrictEqual(
        bodies.map((body) => Buffer.from(body)),
        packets.map((packet) => Buffer.from(packet)),
      )
      assert.isUndefined(reader.end())
      assert.strictEqual(reader.buffered, 0)
    },
  )

  it.prop("are a packet or an error with a code, whatever bytes they are", [Bytes, Cuts], ([bytes, cuts]) => {
    const reader = new PacketReader(1024)
    const bodies: Array<Uint8Array> = []
    for (const piece of pieces(bytes, cuts)) {
      if (reader.push(piece, bodies) !== undefined) break
      assert.isAtMost(reader.buffered, 1024)
    }
    for (const body of bodies) {
      for (const said of [decodeConnect(body), decode(body, 4), decode(body, 5)]) {
        if (said instanceof PacketError) assert.isAtLeast(said.code, 0x81)
      }
    }
  })

  it.prop(
    "with one byte changed are a packet or an error with a code",
    [Arbitrary.schema(Schema.Int), Arbitrary.schema(Schema.Int)],
    ([at, by]) => {
      for (const version of [4, 5] as const) {
        for (const packet of samples) {
          const bytes = Uint8Array.from(write(packet, version))
          bytes[1 + (Math.abs(at) % (bytes.length - 1))]! ^= by & 0xff
          const bodies: Array<Uint8Array> = []
          new PacketReader(1024).push(bytes, bodies)
          for (const body of bodies) {
            const said = packet.cmd === "connect" ? decodeConnect(body) : decode(body, version)
            if (said instanceof PacketError) assert.isAtLeast(said.code, 0x81)
          }
        }
      }
    },
  )

  it("of a megabyte that is promised cost what has come of them", () => {
    const reader = new PacketReader(1 << 21)
    assert.isUndefined(reader.push(Uint8Array.of(0x30, 0xff, 0xff, 0x3f), []))
    assert.isAtMost(reader.buffered, 64)
    assert.strictEqual(new PacketReader(1 << 16).push(Uint8Array.of(0x30, 0xff, 0xff, 0x3f), [])?.kind, "FrameTooLarge")
  })

  it("are read by others as they were meant, in each way in which one may want them", () => {
    const renderer = makeRenderer(new Topics("natter"))
    const message = (seq: number, content: string) => ({
      type: "Message" as const,
      seq,
      from: { id: "u1", name: "bob" },
      timestamp: 0,
      id: `m${seq}`,
      content,
    })
    const told = renderer.render(ChannelName.make("den"), [
      message(1, "one"),
      message(2, "x".repeat(300)),
    ] as never)!.piece
    assert.isTrue(told instanceof Told)
    if (!(told instanceof Told)) return
    for (const version of [4, 5] as const) {
      for (const qos of [0, 1] as const) {
        const { bytes, packets } = told.in({
          version,
          qos,
          retain: false,
          duplicate: false,
          subscriptionId: version === 5 ? 300 : undefined,
        })
        const read: Array<TheirPacket> = []
        const parser = mqttPacket.parser({ protocolVersion: version })
        parser.on("packet", (packet) => read.push(packet))
        parser.parse(Buffer.from(bytes))
        assert.strictEqual(read.length, 2)
        for (const [n, packet] of read.entries()) {
          if (packet.cmd !== "publish") return assert.fail(packet.cmd)
          assert.strictEqual(packet.topic, "natter/den")
          assert.strictEqual(packet.payload.toString().length, [3, 300][n])
          assert.strictEqual(packet.messageId, qos === 0 ? undefined : packets[n]!.packetId)
          if (version === 5) assert.strictEqual(packet.properties?.subscriptionIdentifier, 300)
        }
      }
    }
  })
})

const samples: ReadonlyArray<TheirPacket> = [
  connectPacket(5),
  connectPacket(4),
  {
    cmd: "publish",
    topic: "natter/den",
    payload: Buffer.from("hello"),
    qos: 1,
    retain: false,
    dup: false,
    messageId: 7,
  },
  { cmd: "subscribe", messageId: 8, subscriptions: [{ topic: "natter/den", qos: 1 }] },
  { cmd: "unsubscribe", messageId: 9, unsubscriptions: ["natter/den"] },
  { cmd: "puback", messageId: 7 },
  { cmd: "disconnect" },
]
