/** A scenario that is played in shares comes to the same as one that is played by one. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as SimulatedWorld from "../../src/load/SimulatedWorld.ts"
import { Activity, Crowd, Expectation, Incident, type Player, Scenario } from "../../src/scenario/index.ts"
import * as LoadGenerator from "../../src/scenario/LoadGenerator.ts"
import * as LoadGenerators from "../../src/scenario/LoadGenerators.ts"

const scenario = Scenario.make({
  name: "shares",
  about: "People of two crowds, in channels and between themselves, on links that break.",
  lasts: "10 seconds",
  crowds: [
    Crowd.of("people", 7, { does: [Activity.talk({ perSecond: 2 })] }),
    Crowd.of("pairs", 4, { in: "room", channels: 2, does: [Activity.talk({ perSecond: 1, to: "member" })] }),
  ],
  incidents: [
    Incident.at("2 seconds", Incident.cut({ crowd: "people", share: 0.5 })),
    Incident.at("4 seconds", Incident.kill({ down: "1 second" })),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.recovery({ within: "30 seconds" })],
})

const of =
  (
    several: number,
    change: (generator: LoadGenerator.LoadGenerator, nth: number) => LoadGenerator.LoadGenerator = (generator) =>
      generator,
  ) =>
  (plan: Omit<LoadGenerator.Plan, "share">) =>
    Effect.forEach(
      Array.from({ length: several }, (_, nth) => nth),
      (nth) =>
        Effect.map(LoadGenerator.make({ ...plan, share: { nth, of: several } }), (generator) => change(generator, nth)),
    ).pipe(Effect.map(LoadGenerators.combine))

const play = (generator?: Player.PlayOptions["generator"]) =>
  SimulatedWorld.play(scenario, generator === undefined ? { seed: 5 } : { seed: 5, generator }).played

const outcome = ({ verdicts }: Player.PlayResult) => verdicts.map(({ holds, promise }) => [promise, holds])

describe("a scenario in shares", () => {
  it.effect("says, hears and finds the same as in one", () =>
    Effect.gen(function* () {
      const [alone, shared] = [yield* play(), yield* play(of(3))]
      assert.deepStrictEqual(outcome(shared), [
        ["delivery", true],
        ["order", true],
        ["recovery", true],
      ])
      const { members, sent } = shared.counters
      assert.deepStrictEqual({ members, sent }, { members: 11, sent: alone.counters["sent"] })
      assert.isAbove(shared.counters["acknowledged"]!, 100)
      // Cut off are as many as were asked for, wherever they are played; and then the service dies for all.
      assert.strictEqual(shared.errors["ConnectionLost"], alone.errors["ConnectionLost"])
      const counted = ({ latencies }: Player.PlayResult, of: string) => latencies.find(({ name }) => name === of)?.count
      assert.strictEqual(counted(shared, "signIn"), 11)
      assert.isAbove(counted(shared, "delivery")!, 1000)
    }),
  )

  it.effect("a message that those of one share have not heard is not delivered", () =>
    Effect.gen(function* () {
      // It takes nothing in of what the others were told to be stored.
      const deaf = of(2, (generator, nth) =>
        nth === 0 ? { ...generator, behind: () => Effect.succeed(3) } : generator,
      )
      const { verdicts } = yield* play(deaf)
      assert.include(verdicts[0], { promise: "delivery", holds: false, found: "3 not heard" })
    }),
  )

  it.effect("knows what is stored only in another share", () =>
    Effect.gen(function* () {
      const asked: Array<ReadonlyMap<string, number>> = []
      const listening = of(2, (generator) => ({
        ...generator,
        behind: (seqs) => {
          asked.push(new Map(seqs))
          return generator.behind(seqs)
        },
      }))
      yield* play(listening)
      const [first, second] = asked.slice(-2)
      assert.deepStrictEqual(first, second)
      assert.isAbove(first!.get("lobby")!, 100)
    }),
  )

  it.effect("two shares that heard something else at the same place disagree", () =>
    Effect.gen(function* () {
      const lying = of(2, (generator, nth) => ({
        ...generator,
        received: Effect.map(generator.received, (channels) =>
          channels.map(([channel, received]) =>
            nth === 1 && channel === "lobby" ? [channel, received.with(1, -1)] : [channel, received],
          ),
        ),
      }))
      const { verdicts } = yield* play(lying)
      assert.include(
        verdicts.find(({ promise }) => promise === "order"),
        { holds: false, found: "1 places differ, 0 are missing" },
      )
    }),
  )
})
