/** Packets of strangers: none of them breaks anything, is believed beyond measure, or fills memory. */
import { assert, describe, it } from "@effect/vitest"
import * as DnsPacket from "dns-packet"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { labelOf } from "../../src/discovery/Advertisement.ts"
import { announce } from "../../src/discovery/Announcer.ts"
import { discover } from "../../src/discovery/Discoverer.ts"
import * as Packet from "../../src/discovery/Packet.ts"
import { MemoryNetwork } from "./memoryNetwork.ts"

const kind = "_natter._tcp.local"
const instance = `Chat.${kind}`

const answerOf = (...answers: ReadonlyArray<DnsPacket.Answer>): Buffer =>
  DnsPacket.encode({ type: "response", answers: [...answers] })
const pointer = (data: string, name = kind): DnsPacket.Answer => ({ name, type: "PTR", ttl: 120, data })
const server = (target: string, port: number): DnsPacket.Answer => ({
  name: instance,
  type: "SRV",
  ttl: 120,
  data: { target, port },
})
const host = (name: string, data: string): DnsPacket.Answer => ({ name, type: "A", ttl: 120, data })

/** The header, with so many of each, and what is behind it. */
const raw = (
  flags: number,
  counts: readonly [number, number, number, number],
  ...body: ReadonlyArray<number>
): Buffer => {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(flags, 2)
  counts.forEach((count, index) => header.writeUInt16BE(count, 4 + index * 2))
  return Buffer.concat([header, Buffer.from(body)])
}
const one = [0, 1, 0, 0] as const
const asked = [1, 0, 0, 0] as const

/** What cannot be read. */
const unreadable: ReadonlyArray<readonly [what: string, bytes: Buffer]> = [
  ["nothing at all", Buffer.alloc(0)],
  ["a single byte", Buffer.of(0)],
  ["a header without its end", Buffer.alloc(11)],
  ["65535 questions that are not there", raw(0, [65_535, 0, 0, 0])],
  ["65535 records of each kind that are not there", raw(0x8400, [65_535, 65_535, 65_535, 65_535])],
  ["a question without a name", raw(0, asked)],
  ["a name without an end", raw(0, asked, 3, 97, 98, 99)],
  ["a label longer than the packet", raw(0, asked, 63, 97, 98, 99, 0)],
  ["a label of a kind that is not known", raw(0, asked, 0x40, 97, 0, 0, 12, 0, 1)],
  ["a pointer to itself", raw(0, asked, 0xc0, 12, 0, 12, 0, 1)],
  ["a pointer ahead", raw(0, asked, 0xc0, 20, 0, 12, 0, 1, 0, 0, 0, 0)],
  ["a pointer behind the end", raw(0, asked, 0xff, 0xff, 0, 12, 0, 1)],
  ["half a pointer", raw(0, asked, 1, 97, 1, 98, 0xc0)],
  ["a question without its type", raw(0, asked, 1, 97, 1, 98, 0)],
  ["a place that is cut off", raw(0x8400, one, 1, 97, 0, 0, 33, 0, 1, 0, 0, 0, 9, 0, 2, 0, 0)],
  ["a text longer than its record", raw(0x8400, one, 1, 97, 0, 0, 16, 0, 1, 0, 0, 0, 9, 0, 2, 9, 97)],
  ["another operation", raw(0x2800, [0, 0, 0, 0])],
  ["more bytes than a packet has", Buffer.alloc(9001)],
  [
    "names that point to each other, over and over",
    raw(0x8400, [0, 2, 0, 0], 1, 97, 0xc0, 14, 0, 12, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12),
  ],
]

/** What can be read, and is no server. */
const nobody: ReadonlyArray<readonly [what: string, bytes: Buffer]> = [
  ["a record without its length", raw(0x8400, one, 1, 97, 0, 0, 1, 0, 1, 0, 0, 0, 9)],
  ["an address with a wrong length", raw(0x8400, one, 1, 97, 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10)],
  ["another service", answerOf(pointer("Printer._ipp._tcp.local", "_ipp._tcp.local"))],
  ["an instance of another kind", answerOf(pointer("Chat._ipp._tcp.local"))],
  ["an instance without a name", answerOf(pointer(kind))],
  ["an instance without a place", answerOf(pointer(instance))],
  ["a place without a host", answerOf(pointer(instance), server("nowhere.local", 7777))],
  ["port 0", answerOf(pointer(instance), server("a.local", 0), host("a.local", "10.0.0.1"))],
  [
    "a server that takes itself back",
    answerOf({ ...pointer(instance), ttl: 0 } as DnsPacket.Answer, server("a.local", 1), host("a.local", "10.0.0.1")),
  ],
  [
    "a question that claims a server",
    DnsPacket.encode({
      type: "query",
      answers: [pointer(instance), server("a.local", 1), host("a.local", "10.0.0.1")],
    }),
  ],
  [
    "its place under a name that is not its own",
    answerOf(
      pointer(instance),
      { ...server("a.local", 1), name: `Other.${kind}` } as DnsPacket.Answer,
      host("a.local", "10.0.0.1"),
    ),
  ],
]

const all = [...unreadable, ...nobody]

describe("a packet of a stranger", () => {
  for (const [what, bytes] of unreadable) {
    it(`is refused: ${what}`, () => {
      const read = Packet.read(bytes)
      assert.strictEqual(read._tag, "Failure", what)
      if (read._tag === "Failure") assert.isNotEmpty(read.failure.message)
    })
  }

  it("is read or refused, whatever is in it", () => {
    // A small generator with a fixed seed: the same bytes in every run.
    let state = 1
    const next = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    }
    let readable = 0
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(all[next(all.length)]![1].subarray(0, 512))
      for (let change = next(6); change >= 0 && bytes.length > 0; change--) bytes[next(bytes.length)] = next(256)
      if (Packet.read(bytes.subarray(0, 1 + next(bytes.length + 1)))._tag === "Success") readable++
    }
    assert.isAbove(readable, 100)
  })

  it.effect("makes no server, and keeps none from being found", () =>
    Effect.gen(function* () {
      const network = new MemoryNetwork()
      const wire = yield* network.join("10.0.0.1")
      yield* Effect.forkScoped(announce(wire, { name: "Chat", port: 7777, tls: false }, "den", ["10.0.0.1"]))
      yield* TestClock.adjust("5 seconds")
      const asker = yield* network.join("10.0.0.9")
      const stranger = yield* network.join("10.0.0.66")
      const looking = yield* Effect.forkScoped(discover(asker, Duration.seconds(2)))
      yield* TestClock.adjust(10)
      for (const [, bytes] of [...unreadable, ...nobody.slice(0, 3)]) {
        yield* stranger.send(bytes)
        yield* TestClock.adjust(1)
      }
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(looking), [{ name: "Chat", host: "10.0.0.1", port: 7777, tls: false }])
    }).pipe(Effect.scoped),
  )

  for (const [what, bytes] of nobody) {
    it.effect(`is no server: ${what}`, () =>
      Effect.gen(function* () {
        const network = new MemoryNetwork()
        const asker = yield* network.join("10.0.0.9")
        const stranger = yield* network.join("10.0.0.66")
        const looking = yield* Effect.forkScoped(discover(asker, Duration.seconds(2)))
        yield* TestClock.adjust(10)
        yield* stranger.send(bytes)
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(yield* Fiber.join(looking), [])
      }).pipe(Effect.scoped),
    )
  }

  it.effect("of which there are thousands fills a list of 256 at most, and asks for little", () =>
    Effect.gen(function* () {
      const network = new MemoryNetwork()
      const asker = yield* network.join("10.0.0.9")
      const stranger = yield* network.join("10.0.0.66", 40_000)
      const looking = yield* Effect.forkScoped(discover(asker, Duration.seconds(2)))
      yield* TestClock.adjust(10)
      for (let packet = 0; packet < 400; packet++) {
        const names = Array.from({ length: 20 }, (_, at) => `Chat ${packet * 20 + at}.${kind}`)
        yield* stranger.send(
          answerOf(
            ...names.flatMap((name) => [
              pointer(name),
              { ...server("a.local", 1), name } as DnsPacket.Answer,
              host("a.local", "10.0.0.66"),
            ]),
          ),
        )
        yield* TestClock.adjust(1)
      }
      yield* TestClock.adjust("2 seconds")
      const found = yield* Fiber.join(looking)
      assert.isAtLeast(found.length, 1)
      assert.isAtMost(found.length, 256)
      assert.isBelow(network.sent.filter(({ from }) => from === "10.0.0.9").length, 10)
    }).pipe(Effect.scoped),
  )
})

describe("a name", () => {
  it("is one label, whatever it was", () => {
    for (const [name, label] of [
      ["Chat", "Chat"],
      ["", "Natter"],
      ["...", "Natter"],
      ["v1.2 on den.example", "v1 2 on den example"],
      ["two\nlines\u0000\u202e", "two lines"],
      ["x".repeat(80), "x".repeat(63)],
      ["ü".repeat(80), "ü".repeat(31)],
      ["🦊".repeat(80), "🦊".repeat(15)],
    ] as const) {
      assert.strictEqual(labelOf(name), label)
    }
    assert.strictEqual(labelOf("x".repeat(80), " (2)"), `${"x".repeat(59)} (2)`)
  })
})
