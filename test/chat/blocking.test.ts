import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { maxBlocked } from "../../src/channels/ChannelRecord.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { History } from "../../src/history/History.ts"
import { defaults, HubSettings } from "../../src/hub/HubSettings.ts"

const hub = Hub.layer.pipe(
  Layer.provide([
    History.layerMemory,
    ChannelStore.layerMemory,
    Layer.succeed(HubSettings, { ...defaults, maxChannels: 100_000 }),
  ]),
)

describe("whom one has blocked", () => {
  it.effect("are so many at most, guests apart, by whatever way", () =>
    Effect.gen(function* () {
      const { as, connect } = yield* Hub
      const ann = yield* as({ name: "ann" })
      for (let n = 0; n < maxBlocked; n++) {
        yield* as({ name: `u${n}` })
        yield* ann.block(`u${n}`)
      }
      yield* connect({ name: "bob", events: false })
      assert.strictEqual((yield* Effect.flip(ann.block("bob"))).reason, "Forbidden")
      assert.strictEqual((yield* Effect.flip(ann.ban("@bob", { username: "bob" }))).reason, "Forbidden")
      // Who is blocked already is blocked, and a guest is gone before long.
      yield* ann.block("u7")
      yield* as({ name: "cat", id: "guest:cat", role: "guest" })
      yield* ann.block("cat")
      yield* ann.unblock("u7")
      yield* ann.block("bob")
      // It is a limit of one's own.
      yield* (yield* as({ name: "bob" })).block("ann")
    }).pipe(Effect.provide(hub)),
  )
})
