/** Crowds that speak over transports of their own, against a service that is started for them. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as LocalWorld from "../../src/load/LocalWorld.ts"
import * as RemoteWorld from "../../src/load/RemoteWorld.ts"
import { Activity, Crowd, Expectation, Incident, Player, Scenario, World } from "../../src/scenario/index.ts"
import * as Address from "../../src/client/Address.ts"
import * as Result from "effect/Result"

const does = [Activity.talk({ perSecond: 5 })]

const scenario = Scenario.make({
  name: "mixed",
  about: "Everybody in one channel, over different transports, and their connections fail.",
  lasts: "2500 millis",
  settles: "200 millis",
  transport: "websocket",
  crowds: [
    Crowd.of("programs", 2, { transport: "tcp", codec: "msgpack", does }),
    Crowd.of("browsers", 4, { does }),
    Crowd.of("phones", 2, { codec: "msgpack", does }),
    Crowd.of("strict", 3, { transport: "sse", codec: "msgpack", does }),
  ],
  incidents: [
    Incident.at("400 millis", Incident.cut({ crowd: "browsers", share: 0.5 })),
    Incident.at("600 millis", Incident.cut({ crowd: "strict" })),
    Incident.at("800 millis", Incident.stall({ crowd: "phones", for: "300 millis" })),
    Incident.at("1500 millis", Incident.stall({ crowd: "strict", share: 0.4, for: "300 millis" })),
  ],
  holds: [
    Expectation.delivery,
    Expectation.order,
    Expectation.noErrors({ except: ["ConnectionLost"] }),
    Expectation.recovery({ within: "10 seconds" }),
  ],
})

describe("crowds over transports of their own", () => {
  it.live(
    "lose nothing and hear nothing twice, whatever becomes of their connections",
    () =>
      Effect.gen(function* () {
        const { counters, errors, verdicts, what } = yield* Player.play(scenario, { seed: 1 })
        assert.deepStrictEqual(
          verdicts.filter(({ holds }) => holds !== true),
          [],
        )
        assert.isAtLeast(counters["acknowledged"]!, 11 * 5)
        assert.deepStrictEqual(
          what.scenario!.crowds.map(({ name, transport }) => [name, transport]),
          [
            ["programs", "tcp"],
            ["browsers", "websocket"],
            ["phones", "websocket"],
            ["strict", "sse"],
          ],
        )
        // Two of the browsers were cut off. A stream of events goes on where it broke, so those who have one did not notice.
        assert.deepStrictEqual(errors, { ConnectionLost: 2 })
      }).pipe(Effect.provide(Layer.provide(LocalWorld.layer(scenario), NodeServices.layer))),
    60_000,
  )

  it.effect("reach the service by its address: over what that says, or at the same place over another", () =>
    Effect.gen(function* () {
      const at = (address: string) =>
        Effect.provide(
          Effect.map(World, (world) => {
            const { dialer, over, transport } = world
            const [own, ...asked] = [transport(undefined), transport("tcp"), transport("websocket"), transport("sse")]
            assert.deepStrictEqual(asked, ["tcp", "websocket", "sse"])
            return [own, dialer.address, over("sse", dialer).address] as const
          }),
          RemoteWorld.layer({ address: Result.getOrThrow(Address.parse(address)), password: Redacted.make("p") }),
        )
      assert.deepStrictEqual(yield* at("there:7"), ["tcp", "there:7", "http://there:7/sse"])
      assert.deepStrictEqual(yield* at("tls://there:7"), ["tcp", "tls://there:7", "http://there:7/sse"])
      assert.deepStrictEqual(yield* at("ws://there:7"), ["websocket", "there:7", "http://there:7/sse"])
      assert.deepStrictEqual(yield* at("wss://there"), ["websocket", "tls://there:443", "http://there/sse"])
      assert.deepStrictEqual(yield* at("https://there/chat?a=b"), ["sse", "tls://there:443", "http://there/chat?a=b"])
      assert.deepStrictEqual(yield* at("http://there"), ["sse", "there:80", "http://there/sse"])
      assert.deepStrictEqual(yield* at("unix:/run/n"), ["tcp", "unix:/run/n", "http://localhost/sse"])
    }),
  )
})
