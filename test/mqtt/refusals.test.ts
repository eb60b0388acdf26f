/** What is refused, and the reason code that says why. */
import { assert, describe, layer as provided } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Packet } from "mqtt-packet"
import { connected, write } from "./raw.ts"
import { layer, member } from "./world.ts"

const filters: ReadonlyArray<readonly [string, number]> = [
  ["natter/den", 1],
  ["natter/den/topic", 0],
  ["natter/@/+", 0],
  ["natter/@/ann", 1],
  ["natter/@/bob", 1],
  ["natter/@/nobody%20there", 0x8f],
  ["$share/group/natter/den", 0x9e],
  ["natter/+", 0xa2],
  ["natter/#", 0xa2],
  ["#", 0xa2],
  ["natter/+/topic", 0xa2],
  ["natter/den#", 0x8f],
  ["natter/#/den", 0x8f],
  ["natter/d+n", 0x8f],
  ["", 0x8f],
  ["$SYS/broker/uptime", 0x87],
  ["natter", 0x8f],
  ["natter/", 0x8f],
  ["natter/den/other", 0x8f],
  ["natter/de n", 0x8f],
  ["other/den", 0x8f],
]

const publications: ReadonlyArray<readonly [string, string, number, boolean?]> = [
  ["natter/den", "hello", 0],
  ["natter/@/bob", "psst", 0],
  ["natter/den/topic", "about tea", 0x87, true],
  ["natter/den/topic", "about tea", 0x83],
  ["natter/den", "", 0x99],
  ["natter/den", "   ", 0x99],
  ["natter/den", "x".repeat(20_000), 0x97],
  ["natter/@/nobody%20there", "psst", 0x90],
  ["elsewhere/den", "hello", 0x90],
  ["natter/den/other", "hello", 0x90],
  ["$SYS/den", "hello", 0x90],
]

const codes = (packet: Packet): unknown => (packet.cmd === "suback" ? packet.granted : undefined)

describe("refusals", () => {
  provided(layer(), { excludeTestServices: true })((it) => {
    it.effect("of subscriptions have their reason codes, and 0x80 in 3.1.1", () =>
      Effect.gen(function* () {
        yield* member("bob", "den")
        for (const version of [5, 4] as const) {
          const link = yield* connected(version)
          for (const [n, [topic, code]] of filters.entries()) {
            const subscribe = { cmd: "subscribe", messageId: n + 1, subscriptions: [{ topic, qos: 2 }] } as const
            // Those of others are not written where they see themselves that they are wrong.
            link.send(topic === "" ? emptyFilter(version, n + 1) : write(subscribe as never, version))
            let answer = yield* link.next
            while (answer.cmd !== "suback") answer = yield* link.next
            assert.deepStrictEqual([topic, codes(answer)], [topic, [version === 4 && code > 2 ? 0x80 : code]])
          }
        }
      }).pipe(Effect.scoped),
    )

    it.effect("of messages have their reason codes", () =>
      Effect.gen(function* () {
        yield* member("bob", "den")
        const link = yield* connected(5, { clientId: "publisher" })
        for (const [n, [topic, payload, code, retain = false]] of publications.entries()) {
          link.send(write({ cmd: "publish", topic, payload, qos: 1, retain, dup: false, messageId: n + 1 }, 5))
          const answer = yield* link.next
          assert.deepStrictEqual(
            [topic, answer.cmd, answer.cmd === "puback" && (answer.reasonCode ?? 0)],
            [topic, "puback", code],
          )
        }
      }).pipe(Effect.scoped),
    )

    it.effect("of messages end a connection of 3.1.1, which has no words for it", () =>
      Effect.gen(function* () {
        const link = yield* connected(4, { clientId: "old" })
        link.send(
          write(
            { cmd: "publish", topic: "elsewhere", payload: "x", qos: 1, retain: false, dup: false, messageId: 1 },
            4,
          ),
        )
        const said = yield* link.ended
        assert.isFalse(said.some(({ cmd }) => cmd === "publish" || cmd === "puback"))
        // Nor with QoS 2: what is acknowledged has been said.
        const other = yield* connected(4, { clientId: "old" })
        other.send(
          write(
            {
              cmd: "publish",
              topic: "natter/den",
              payload: "x".repeat(20_000),
              qos: 2,
              retain: false,
              dup: false,
              messageId: 2,
            },
            4,
          ),
        )
        assert.isFalse((yield* other.ended).some(({ cmd }) => cmd === "pubrec"))
      }).pipe(Effect.scoped),
    )
  })
})

const emptyFilter = (version: 4 | 5, id: number): Uint8Array =>
  Uint8Array.of(0x82, version === 5 ? 6 : 5, 0, id, ...(version === 5 ? [0] : []), 0, 0, 0)
