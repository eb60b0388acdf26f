/** A service in a simulation, as the world of a scenario. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as SimulatedWorld from "../../src/load/SimulatedWorld.ts"
import { Activity, Crowd, Incident, Scenario } from "../../src/scenario/index.ts"

const scenario = (more: Partial<Parameters<typeof Scenario.make>[0]> = {}) =>
  Scenario.make({ name: "s", about: "a", lasts: "10 seconds", crowds: [Crowd.of("c", 2)], holds: [], ...more })

describe("a simulated service", () => {
  it.effect("dies or stops when it is told to, is away for a while, and is back", () =>
    Effect.gen(function* () {
      const incidents = [
        Incident.at("1 second", Incident.kill({ down: "2 seconds" })),
        Incident.at("6 seconds", Incident.restart({ down: "1 second" })),
      ]
      const { errors, marks, target, world } = yield* SimulatedWorld.play(scenario({ incidents }), { seed: 1 }).played
      assert.deepStrictEqual([world, target], ["simulation", "a simulation"])
      const begins = marks.find(({ label }) => label === "measured part begins")!.at
      const after = marks
        .filter(({ label }) => label.startsWith("over: "))
        .map(({ at, label }) => [Math.round((at - begins) * 5) / 5, label])
      assert.deepStrictEqual(after, [
        [3, "over: the service is killed, back after 2 s"],
        [7, "over: the service is restarted, back after 1 s"],
      ])
      // Who is killed says nothing, and who stops says goodbye to each.
      assert.strictEqual(errors["Draining"], 2)
      assert.isAtLeast(errors["ConnectionLost"]!, 2)
    }),
  )

  it.effect("is reached from an address of each connection's own, by members that have a name", () =>
    Effect.gen(function* () {
      const crowds = [Crowd.of("c", 5, { does: [Activity.talk({ perSecond: 1 })] })]
      const settings = { "connections.per-address": "1", accounts: "open" }
      const { counters, errors } = yield* SimulatedWorld.play(scenario({ crowds, settings }), { seed: 1 }).played
      assert.deepInclude(counters, { members: 5, sent: 55, acknowledged: 55, missing: 0 })
      assert.deepStrictEqual(errors, {})
    }),
  )

  it("has a trace of all that happened, which is that of nothing where the scenario is refused", () => {
    const of = (seed: number) => SimulatedWorld.play(scenario({ lasts: "1 second" }), { seed })
    const [first, again, other] = [of(1), of(1), of(2)]
    assert.isTrue(Exit.isSuccess(first.played))
    assert.match(first.hash, /^[0-9a-f]{8,}$/)
    assert.strictEqual(again.hash, first.hash)
    assert.notStrictEqual(other.hash, first.hash)
    const refused = SimulatedWorld.play(scenario({ settings: { port: "1" } }), { seed: 1 })
    assert.isTrue(Exit.isFailure(refused.played))
    assert.strictEqual(refused.hash, "")
  })

  it("does not go on for ever", () => {
    assert.throws(
      () => SimulatedWorld.play(scenario({ lasts: 1 }), { seed: 1, generator: () => Effect.never }),
      "s did not come to an end",
    )
  })
})
