import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { defaults, HubSettings } from "../../src/hub/HubSettings.ts"

describe("HubSettings", () => {
  it.effect("are these where nobody says otherwise: whoever changes one tells operators and embedders", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* HubSettings, defaults)
      assert.deepStrictEqual(defaults, {
        outbox: { bytes: 1_048_576, frames: 1024, shedTyping: 0.5, shedPresence: 0.75, files: 131_072 },
        presence: { grace: Duration.seconds(5), coalesce: Duration.millis(1500), countOnlyAbove: 500 },
        typingInterval: Duration.seconds(2),
        channelMailbox: 1024,
        hubMailbox: 4096,
        maxChannels: 10_000,
        createOnJoin: true,
        channelsPerAccount: 200,
        channelsPerAddress: 1000,
        maxMemberships: 128,
        channelIdle: Duration.seconds(60),
        durability: "disk",
        publishing: { burst: 10, perSecond: 5 },
        operations: {
          kinds: {
            administration: { burst: 30, perSecond: 2 },
            visits: { burst: 300, perSecond: 20 },
            status: { burst: 10, perSecond: 1 },
            reading: { burst: 300, perSecond: 50 },
            searches: { burst: 60, perSecond: 5 },
          },
          perAddress: 10,
        },
        maxMessageLength: 16_000,
        encodeChannels: false,
      })
    }),
  )
})
