/** Every scenario that comes along, small, on virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as SimulatedWorld from "../../src/load/SimulatedWorld.ts"
import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

const folder = `${import.meta.dirname}/../../scripts/scenarios`
const files = fs.readdirSync(folder)

/** Those of a machine, not of a scenario: time passes here only for what waits. */
const small = (scenario: Scenario.Scenario) => {
  const members = scenario.crowds.reduce((sum, { count }) => sum + count, 0)
  return Scenario.lasting(Scenario.scaled(scenario, Math.min(1, 20 / members)), "12 seconds")
}

const load = (file: string) =>
  Effect.promise(async () => ((await import(`${folder}/${file}`)) as { readonly default: Scenario.Scenario }).default)

describe("scenarios", () => {
  it("are at least the fourteen that people ask for", () => {
    const asked = ["fan-out", "many-small-channels", "huge-channel", "login-storm", "reconnect-storm", "presence-storm"]
    const others = ["slow-consumers", "churn", "idle-crowd", "direct-messages", "history-catch-up", "mixed-day", "soak"]
    assert.includeMembers(
      files,
      [...asked, ...others, "rolling-restart"].map((name) => `${name}.ts`),
    )
  })

  for (const file of files) {
    it.effect(`${file} holds in the simulation`, () =>
      Effect.gen(function* () {
        const scenario = yield* load(file)
        assert.strictEqual(`${scenario.name}.ts`, file)
        // Plain data: it can be sent to another process as JSON.
        assert.deepStrictEqual(
          yield* Schema.decodeEffect(Schema.fromJsonString(Scenario.Scenario))(JSON.stringify(scenario)),
          scenario,
        )
        const { verdicts } = yield* SimulatedWorld.play(small(scenario), { seed: 7 }).played
        assert.deepStrictEqual(
          verdicts.filter(({ holds }) => holds === false),
          [],
        )
        assert.isNotEmpty(verdicts)
      }),
    )
  }

  it.effect("go the same way with the same seed, and another with another", () =>
    Effect.gen(function* () {
      const scenario = small(yield* load("mixed-day.ts"))
      const first = SimulatedWorld.play(scenario, { seed: 1 })
      const again = SimulatedWorld.play(scenario, { seed: 1 })
      const other = SimulatedWorld.play(scenario, { seed: 2 })
      assert.strictEqual(again.hash, first.hash)
      assert.notStrictEqual(other.hash, first.hash)
      assert.deepStrictEqual((yield* again.played).latencies, (yield* first.played).latencies)
    }),
  )
})

describe("what a scenario asks for", () => {
  const play = (scenario: Partial<Parameters<typeof Scenario.make>[0]>) =>
    SimulatedWorld.play(
      Scenario.make({
        name: "a test",
        about: "Of one thing at a time.",
        lasts: "8 seconds",
        crowds: [Crowd.of("people", 6, { does: [Activity.talk({ perSecond: 2 })] })],
        holds: [Expectation.delivery, Expectation.order],
        ...scenario,
      }),
      { seed: 3 },
    ).played
  const told = (verdicts: ReadonlyArray<{ readonly promise: string; readonly holds: unknown }>) =>
    verdicts.map(({ holds, promise }) => [promise, holds])

  it.effect("does not hold where it does not", () =>
    Effect.gen(function* () {
      const { verdicts } = yield* play({
        incidents: [Incident.at("2 seconds", Incident.cut({ crowd: "people" }))],
        holds: [
          Expectation.noErrors(),
          Expectation.p99("delivery", "1 millis"),
          Expectation.p99("catchUp", "1 second"),
          Expectation.memory({ mebibytes: 1 }),
        ],
      })
      assert.deepStrictEqual(told(verdicts), [
        ["no errors", false],
        ["p99 of delivery", false],
        ["p99 of catchUp", false],
        ["memory", "not judged here"],
      ])
    }),
  )

  it.effect("counts waiting: what was due while nothing could be sent is late", () =>
    Effect.gen(function* () {
      const { latencies } = yield* play({
        incidents: [Incident.at("2 seconds", Incident.stall({ crowd: "people", for: "3 seconds" }))],
      })
      const delivery = latencies.find(({ name }) => name === "delivery")!
      assert.isAbove(delivery.max, 2500)
      // Three of eight seconds.
      assert.isAbove(delivery.p90, 1000)
      assert.isBelow(delivery.p50, 1000)
    }),
  )

  it.effect("recovery waits for those who were cut off, not for those who vanish of their own accord", () =>
    Effect.gen(function* () {
      // Somebody is always away, till the very end.
      const train = Crowd.of("train", 5, { does: [Activity.vanish({ every: "4 seconds", away: "3 seconds" })] })
      const after = (crowd: string) =>
        play({
          lasts: "90 seconds",
          crowds: [Crowd.of("desks", 5), train],
          incidents: [Incident.at("2 seconds", Incident.halfOpen({ crowd }))],
          holds: [Expectation.recovery({ within: "5 seconds" })],
        })
      // Those notice by their heartbeat that nobody hears them, and not sooner.
      assert.deepStrictEqual(told((yield* after("desks")).verdicts), [["recovery", false]])
      assert.deepStrictEqual(told((yield* after("nobody")).verdicts), [["recovery", true]])
    }),
  )

  it.effect("every fault of a link and of the service is survived", () =>
    Effect.gen(function* () {
      const { errors, verdicts } = yield* play({
        lasts: "150 seconds",
        incidents: [
          Incident.at("2 seconds", Incident.cut({ crowd: "people", share: 0.5 })),
          Incident.at("5 seconds", Incident.delay({ crowd: "people", by: "200 millis", for: "2 seconds" })),
          Incident.at("10 seconds", Incident.halfOpen({ crowd: "people", share: 0.5 })),
          Incident.at("60 seconds", Incident.kill({ down: "1 second" })),
          Incident.at("90 seconds", Incident.restart({ down: "1 second" })),
        ],
        holds: [Expectation.delivery, Expectation.order, Expectation.recovery({ within: "30 seconds" })],
      })
      assert.deepStrictEqual(told(verdicts), [
        ["delivery", true],
        ["order", true],
        ["recovery", true],
      ])
      // Everybody said goodbye to, and everybody cut off, was noticed.
      assert.strictEqual(errors["Draining"], 6)
      assert.isAtLeast(errors["ConnectionLost"] ?? 0, 3 + 6)
    }),
  )
})
