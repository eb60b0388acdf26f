/** What a player tells its generators, and when, and what it makes of their answers; on virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { Histogram } from "../../src/scenario/Histogram.ts"
import { Crowd, Expectation, Incident, NotPossible, Player, Scenario, World } from "../../src/scenario/index.ts"
import { type Counts, type LoadGenerator, LoadGeneratorError, type Outcome } from "../../src/scenario/LoadGenerator.ts"
import type { Snapshot } from "../../src/scenario/Snapshot.ts"

const latencyOf = (name: string, took: number, count = 1, lost = 0) => {
  const histogram = new Histogram()
  histogram.record(took, count)
  histogram.lose(took, lost)
  return histogram.summary(name)
}

interface Options {
  readonly scenario?: Partial<Parameters<typeof Scenario.make>[0]>
  readonly generator?: Partial<LoadGenerator>
  readonly counts?: Partial<Counts>
  readonly outcome?: Partial<Outcome>
  readonly world?: Partial<World["Service"]>
  readonly enough?: Effect.Effect<void>
}

/** A run of three members; what is called is noted with the seconds since it began. */
const playing = Effect.fnUntraced(function* (options: Options = {}) {
  const clock = yield* Clock.Clock
  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const origin = now()
  const calls: Array<readonly [at: number, what: string, ...more: ReadonlyArray<unknown>]> = []
  const at = (moment: number) => (moment - origin) / 1000
  const note = (what: string, ...more: ReadonlyArray<unknown>) =>
    Effect.sync(() => void calls.push([at(now()), what, ...more]))
  const counts = {
    membersIn: 3,
    membersAway: 0,
    sent: 10,
    delivered: 30,
    acknowledged: 10,
    givenUp: 0,
    failed: 0,
    transfers: 0,
    ...options.counts,
  }
  const outcome = {
    latencies: [],
    errors: [],
    doubled: 0,
    missing: 0,
    missed: 0,
    disagreeing: 0,
    presenceFrames: 0,
    uploaded: 0,
    downloaded: 0,
    ...options.outcome,
  }
  const generator: LoadGenerator = {
    lead: 0,
    enter: note("enter"),
    act: (from) => note("act", at(from)),
    begin: (from, to) => note("begin", at(from), at(to)),
    inject: (what) => note("inject", what._tag),
    end: (to) => note("end", at(to)),
    counts: Effect.sync(() => ({ ...counts })),
    recent: Effect.succeed([]),
    acknowledgedSeqs: Effect.succeed([["lobby", 7]]),
    behind: () => Effect.succeed(0),
    soFar: Effect.succeed({ latencies: [], errors: [] }),
    outcome: (seqs) => Effect.as(note("outcome", seqs), outcome),
    received: Effect.succeed([]),
    ...options.generator,
  }
  const world: World["Service"] = {
    kind: "remote",
    target: "there:1",
    transport: (asked = "tcp") => asked,
    kill: (down: number) => note("kill", down),
    restart: (down: number) => note("restart", down),
    sample: Effect.succeed({}),
    ...options.world,
  } as World["Service"]
  const shown: Array<Snapshot> = []
  let plan: unknown
  const scenario = Scenario.make({
    name: "s",
    about: "a",
    lasts: "10 seconds",
    settles: "2 seconds",
    crowds: [Crowd.of("c", 2, { arrivesOver: "3 seconds" }), Crowd.of("d", 1)],
    holds: [],
    ...options.scenario,
  })
  const running = yield* Effect.forkChild(
    Player.play(scenario, {
      seed: 9,
      show: (snapshot) => Effect.sync(() => void shown.push(snapshot)),
      generator: (given) => {
        plan = given
        return Effect.succeed(generator)
      },
      ...(options.enough && { enough: options.enough }),
    }).pipe(Effect.provideService(World, world)),
  )
  const until = (seconds: number) =>
    Effect.suspend(() => TestClock.adjust(Math.round(seconds * 1000 - (now() - origin))))
  const isOver = () => running.pollUnsafe() !== undefined
  return { calls, counts, isOver, origin, plan: () => plan, running, scenario, shown, until }
})

const marksOf = ({ marks }: Player.PlayResult) => marks.map(({ at, label }) => [Math.round(at * 10) / 10, label])

describe("a run", () => {
  it.effect("lets everybody in, settles, measures, and waits for what is still on its way", () =>
    Effect.gen(function* () {
      const { calls, origin, plan, running, scenario, until } = yield* playing({
        outcome: {
          latencies: [
            ["delivery", latencyOf("delivery", 5, 4, 1)],
            ["join of c", latencyOf("join of c", 2)],
            ["signIn", latencyOf("signIn", 3)],
          ],
          errors: [["Refused", 2]],
          doubled: 1,
          missing: 2,
          missed: 3,
          disagreeing: 4,
          presenceFrames: 5,
        },
        counts: { givenUp: 1 },
      })
      yield* until(60)
      const result = yield* Fiber.join(running)
      assert.deepStrictEqual(calls, [
        [0, "enter"],
        [0, "act", 0],
        [2, "begin", 2, 12],
        [12, "end", 12],
        [12, "outcome", [["lobby", 7]]],
      ])
      // Over what everybody speaks is settled before anybody plays.
      const settled = Scenario.over(scenario, () => "tcp")
      assert.deepStrictEqual(plan(), { scenario: settled, seed: 9, run: `9-${Math.round(origin)}` })
      assert.deepStrictEqual(marksOf(result), [
        [0, "everybody is in"],
        [2, "measured part begins"],
        [12, "measured part ends"],
      ])
      const { counters, errors, latencies, seconds, seed, target, verdicts, what, world } = result
      assert.deepStrictEqual(
        { counters, errors, seconds, seed, target, verdicts, what, world },
        {
          counters: {
            members: 3,
            sent: 10,
            acknowledged: 10,
            "given up": 1,
            delivered: 30,
            doubled: 1,
            missing: 2,
            missed: 3,
          },
          errors: { Refused: 2 },
          seconds: 10,
          seed: 9,
          target: "there:1",
          verdicts: [],
          what: { name: "s", about: "a", scenario: settled },
          world: "remote",
        },
      )
      // As promises name them, and then those of crowds.
      assert.deepStrictEqual(latencies, [
        latencyOf("delivery", 5, 4, 1),
        latencyOf("signIn", 3),
        latencyOf("join of c", 2),
      ])
    }),
  )

  it.effect("begins ahead of time where its generators are told late", () =>
    Effect.gen(function* () {
      const { calls, running, until } = yield* playing({ generator: { lead: 500 } })
      yield* until(60)
      const result = yield* Fiber.join(running)
      assert.deepStrictEqual(calls.slice(1, 4), [
        [0, "act", 0.5],
        [2, "begin", 2.5, 12.5],
        [12.5, "end", 12.5],
      ])
      assert.strictEqual(result.seconds, 10)
      assert.deepInclude(marksOf(result), [2.5, "measured part begins"])
    }),
  )

  it.effect("judges what was measured", () =>
    Effect.gen(function* () {
      const { running, until } = yield* playing({
        scenario: {
          holds: [
            Expectation.delivery,
            Expectation.order,
            Expectation.p50("join", 5),
            Expectation.throughput("join", { atLeast: 0.4 }),
            Expectation.noErrors(),
            Expectation.memory({ mebibytes: 1 }),
            Expectation.presence({ framesEach: 1 }),
            Expectation.recovery({ within: 0 }),
          ],
        },
        outcome: {
          latencies: [["join", latencyOf("join", 5, 4)]],
          errors: [["Refused", 2]],
          disagreeing: 1,
          missing: 1,
          doubled: 2,
          missed: 3,
          presenceFrames: 2,
        },
        generator: { behind: () => Effect.succeed(4) },
        world: { sample: Effect.succeed({ residentBytes: 2 * 1024 * 1024 }) },
      })
      yield* until(100)
      assert.deepStrictEqual(
        (yield* Fiber.join(running)).verdicts.map(({ found, holds, promise }) => [promise, holds, found]),
        [
          ["delivery", false, "5 not heard, 2 heard again, 3 gone from the history"],
          ["order", false, "1 places differ, 1 are missing"],
          ["p50 of join", true, "5.0 ms"],
          ["throughput of join", true, "0.4 a second"],
          ["no errors", false, "2 Refused"],
          ["memory", false, "2.0 MiB"],
          ["presence", false, "2 frames at most"],
          ["recovery", true, "after 0.0 ms"],
        ],
      )
    }),
  )

  it.effect("shows how far it is, once a second", () =>
    Effect.gen(function* () {
      const { counts, shown, until } = yield* playing({
        generator: { enter: Effect.sleep("1500 millis"), recent: Effect.succeed([latencyOf("delivery", 5)]) },
        scenario: { incidents: [Incident.at("2 seconds", Incident.kill({ down: "1 second" }))] },
        world: { kill: () => Effect.sleep("2 seconds") },
      })
      counts.failed = 4
      yield* until(60)
      assert.deepStrictEqual(shown[0], {
        name: "s",
        members: 3,
        membersIn: 3,
        sent: 10,
        delivered: 30,
        errors: 4,
        phase: "arriving",
        incident: undefined,
        elapsed: 1,
        lasts: undefined,
        latency: { p50: 5, p99: 5 },
      })
      const told = shown.map(({ elapsed, incident, lasts, phase }) => [elapsed, phase, lasts, incident])
      const killed = "the service is killed, back after 1 s"
      assert.deepStrictEqual(told, [
        [1, "arriving", undefined, undefined],
        [2, "settling", undefined, undefined],
        [3, "settling", undefined, undefined],
        [4, "measuring", 13.5, undefined],
        [5, "measuring", 13.5, undefined],
        [6, "measuring", 13.5, killed],
        [7, "measuring", 13.5, killed],
        [8, "measuring", 13.5, undefined],
        [9, "measuring", 13.5, undefined],
        [10, "measuring", 13.5, undefined],
        [11, "measuring", 13.5, undefined],
        [12, "measuring", 13.5, undefined],
        [13, "measuring", 13.5, undefined],
        [13.5, "finishing", 13.5, undefined],
      ])
    }),
  )
})

describe("a run that cannot be", () => {
  it.effect("says how many could not get in within a minute of the last arrival, and why", () =>
    Effect.gen(function* () {
      const stuck = yield* playing({
        generator: { enter: Effect.never },
        counts: { membersIn: 1 },
        outcome: {
          errors: [
            ["Refused", 2],
            ["Banned", 1],
          ],
        },
      })
      yield* stuck.until(62.9)
      assert.isFalse(stuck.isOver())
      yield* stuck.until(63)
      const { message } = yield* Effect.flip(Fiber.join(stuck.running))
      assert.strictEqual(message, "only 1 of 3 members could get in: 2 Refused, 1 Banned")
      assert.deepStrictEqual(stuck.calls, [[63, "outcome", []]])
      const silent = yield* playing({ generator: { enter: Effect.never }, counts: { membersIn: 0 } })
      yield* TestClock.adjust("63 seconds")
      assert.strictEqual(
        (yield* Effect.flip(Fiber.join(silent.running))).message,
        "only 0 of 3 members could get in: nothing answered",
      )
    }),
  )

  it.effect("has nothing to tell where it was stopped before it measured", () =>
    Effect.gen(function* () {
      for (const generator of [{ enter: Effect.never }, {}]) {
        const enough = Deferred.makeUnsafe<void>()
        const { running, until } = yield* playing({ generator, enough: Deferred.await(enough) })
        yield* until(1.9)
        yield* Deferred.succeed(enough, undefined)
        const { message } = yield* Effect.flip(Fiber.join(running))
        assert.strictEqual(message, "stopped before the measured part began: there is nothing to tell")
      }
    }),
  )

  it.effect("fails where a generator is gone, in whatever phase", () =>
    Effect.gen(function* () {
      for (const [gone, generator] of [
        [1, { enter: Effect.never }],
        [2, {}],
        [5, {}],
      ] as const) {
        let alive = true
        const { isOver, running, until } = yield* playing({
          generator: {
            ...generator,
            recent: Effect.suspend(() =>
              alive ? Effect.succeed([]) : Effect.fail(new LoadGeneratorError({ message: "gone" })),
            ),
          },
        })
        yield* until(gone - 0.5)
        alive = false
        yield* until(gone + 0.5)
        assert.isTrue(isOver(), `in second ${gone}`)
        assert.strictEqual((yield* Effect.flip(Fiber.join(running))).message, "gone")
      }
    }),
  )

  it.effect("fails where the world cannot do what is asked for", () =>
    Effect.gen(function* () {
      const { isOver, running, until } = yield* playing({
        scenario: { incidents: [Incident.at("1 second", Incident.kill({ down: 1 }))] },
        world: { kill: () => Effect.fail(new NotPossible({ what: "killing", why: "it is not ours" })) },
      })
      yield* until(3.1)
      assert.isTrue(isOver())
      assert.strictEqual(
        (yield* Effect.flip(Fiber.join(running))).message,
        "killing is not possible here: it is not ours",
      )
    }),
  )
})

describe("incidents of a run", () => {
  it.effect("happen when they are due, beside one another, and are marked", () =>
    Effect.gen(function* () {
      const { calls, running, until } = yield* playing({
        scenario: {
          incidents: [
            Incident.at("1 second", Incident.kill({ down: "1 second" })),
            Incident.at("2 seconds", Incident.restart({ down: "2 seconds" })),
            Incident.at("2 seconds", Incident.cut({ crowd: "c" })),
          ],
          holds: [Expectation.recovery({ within: "1 hour" })],
        },
        world: { kill: () => Effect.sleep("5 seconds") },
      })
      yield* until(60)
      const result = yield* Fiber.join(running)
      assert.deepStrictEqual(
        calls.filter(([, what]) => what === "restart" || what === "inject"),
        [
          [4, "restart", 2000],
          [4, "inject", "Cut"],
        ],
      )
      assert.deepStrictEqual(
        marksOf(result).map(([at, label]) => `${at} ${label}`),
        [
          "0 everybody is in",
          "2 measured part begins",
          "3 the service is killed, back after 1 s",
          "4 the service is restarted, back after 2 s",
          "4 over: the service is restarted, back after 2 s",
          "4 100 % of c cut off",
          "4 over: 100 % of c cut off",
          "8 over: the service is killed, back after 1 s",
          "12 measured part ends",
        ],
      )
      // Nobody was missing: from the end of the last one on.
      assert.strictEqual(result.verdicts[0]!.found, "after 0.0 ms")
    }),
  )

  it.effect("are over where everybody is back, and those who vanish of their own accord are not waited for", () =>
    Effect.gen(function* () {
      const recovery = Effect.fnUntraced(function* (away: number) {
        const { counts, running, until } = yield* playing({
          scenario: {
            incidents: [Incident.at("2 seconds", Incident.cut({ crowd: "c" }))],
            holds: [Expectation.recovery({ within: "3 seconds" })],
          },
        })
        yield* until(4)
        Object.assign(counts, { membersIn: 1, membersAway: away })
        yield* until(5)
        Object.assign(counts, { membersIn: 2 })
        yield* until(8.05)
        Object.assign(counts, { membersIn: 3 - away })
        yield* until(11.9)
        Object.assign(counts, { membersIn: 3, membersAway: 0 })
        yield* until(60)
        return (yield* Fiber.join(running)).verdicts[0]!
      })
      // The last one is back at 8.05 s, 4.05 s after it began.
      assert.deepInclude(yield* recovery(0), { holds: false, found: "after 4100.0 ms" })
      assert.deepInclude(yield* recovery(1), { holds: true, found: "after 1100.0 ms" })
    }),
  )

  it.effect("are shown while they last, however many there are", () =>
    Effect.gen(function* () {
      const { shown, until } = yield* playing({
        scenario: {
          incidents: [
            Incident.at("500 millis", Incident.kill({ down: "1 second" })),
            Incident.at("1500 millis", Incident.restart({ down: "2 seconds" })),
          ],
        },
        world: { kill: () => Effect.sleep("2 seconds"), restart: () => Effect.sleep("2 seconds") },
      })
      yield* until(7)
      const [killed, restarted] = ["the service is killed, back after 1 s", "the service is restarted, back after 2 s"]
      assert.deepStrictEqual(
        shown.slice(1).map(({ incident }) => incident),
        [undefined, killed, `${killed}, ${restarted}`, restarted, undefined, undefined],
      )
    }),
  )

  it.effect("that were survived count as such where others were still to come when it was stopped", () =>
    Effect.gen(function* () {
      const enough = Deferred.makeUnsafe<void>()
      const { counts, running, until } = yield* playing({
        enough: Deferred.await(enough),
        scenario: {
          incidents: [
            Incident.at("1 second", Incident.cut({ crowd: "c" })),
            Incident.at("9 seconds", Incident.cut({ crowd: "c" })),
          ],
          holds: [Expectation.recovery({ within: "1 second" })],
        },
      })
      yield* until(3)
      counts.membersIn = 2
      yield* until(3.45)
      counts.membersIn = 3
      yield* until(8)
      yield* Deferred.succeed(enough, undefined)
      yield* until(60)
      assert.deepInclude((yield* Fiber.join(running)).verdicts[0], { holds: true, found: "after 500.0 ms" })
    }),
  )

  it.effect("that were still to come are left out where the measured part ends early", () =>
    Effect.gen(function* () {
      const enough = Deferred.makeUnsafe<void>()
      const { calls, running, until } = yield* playing({
        enough: Deferred.await(enough),
        scenario: {
          incidents: [Incident.at("5 seconds", Incident.cut({ crowd: "c" }))],
          holds: [Expectation.recovery({ within: 0 })],
        },
      })
      yield* until(6)
      yield* Deferred.succeed(enough, undefined)
      yield* until(60)
      const result = yield* Fiber.join(running)
      assert.strictEqual(result.seconds, 4)
      assert.deepInclude(calls, [6, "end", 6])
      assert.isEmpty(calls.filter(([, what]) => what === "inject"))
      assert.deepInclude(result.verdicts[0], { holds: true })
    }),
  )
})

describe("the end of a run", () => {
  it.effect("waits until everybody is back, at most thirty seconds, and says who is not", () =>
    Effect.gen(function* () {
      const holds = [Expectation.recovery({ within: "1 minute" })]
      const back = yield* playing({ scenario: { holds }, counts: { membersIn: 2, membersAway: 1 } })
      yield* back.until(20)
      assert.isFalse(back.isOver())
      back.counts.membersIn = 3
      yield* back.until(20.2)
      assert.isTrue(back.isOver())
      assert.isTrue((yield* Fiber.join(back.running)).verdicts[0]!.holds)
      const lost = yield* playing({ scenario: { holds }, counts: { membersIn: 2, membersAway: 1 } })
      yield* TestClock.adjust("41 seconds")
      assert.isFalse(lost.isOver())
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude((yield* Fiber.join(lost.running)).verdicts[0], {
        holds: false,
        found: "not everybody came back",
      })
    }),
  )

  it.effect("waits until all is acknowledged or given up, and has reached everybody", () =>
    Effect.gen(function* () {
      let behind = 2
      const run = yield* playing({
        generator: { behind: () => Effect.sync(() => behind) },
        counts: { acknowledged: 7, givenUp: 2 },
      })
      yield* run.until(14)
      assert.isFalse(run.isOver())
      run.counts.givenUp = 3
      yield* run.until(16)
      assert.isFalse(run.isOver())
      behind = 0
      yield* run.until(16.2)
      assert.isTrue(run.isOver())
      // Not longer than thirty seconds.
      const stuck = yield* playing({ counts: { acknowledged: 9 } })
      yield* TestClock.adjust("41.9 seconds")
      assert.isFalse(stuck.isOver())
      yield* TestClock.adjust("1 second")
      assert.isTrue(stuck.isOver())
    }),
  )

  it.effect("comes early where a promise is seen to be broken, and that is wanted", () =>
    Effect.gen(function* () {
      const broken = Effect.fnUntraced(function* (endsOnBreach: boolean) {
        const { running, until } = yield* playing({
          scenario: { endsOnBreach, holds: [Expectation.p99("join", 5)] },
          generator: {
            soFar: Effect.succeed({ latencies: [["join", latencyOf("join", 9, 100)]], errors: [["Refused", 1]] }),
          },
        })
        yield* until(60)
        return yield* Fiber.join(running)
      })
      const early = yield* broken(true)
      assert.strictEqual(early.seconds, 1)
      assert.deepInclude(marksOf(early), [3, "ended early: p99 of join does not hold: 9.0 ms"])
      assert.strictEqual((yield* broken(false)).seconds, 10)
    }),
  )

  it.effect("comes as soon as it is seen, and not before", () =>
    Effect.gen(function* () {
      let took = 1
      const { running, until } = yield* playing({
        scenario: { endsOnBreach: true, holds: [Expectation.p99("join", 5)] },
        generator: {
          soFar: Effect.sync(() => ({ latencies: [["join", latencyOf("join", took, 100)]] as const, errors: [] })),
        },
      })
      yield* until(6.5)
      took = 9
      yield* until(60)
      const result = yield* Fiber.join(running)
      assert.strictEqual(result.seconds, 5)
      assert.deepInclude(marksOf(result), [7, "ended early: p99 of join does not hold: 9.0 ms"])
    }),
  )

  it.effect("comes early for errors and for memory, too", () =>
    Effect.gen(function* () {
      for (const [holds, found] of [
        [Expectation.noErrors(), "no errors does not hold: 1 Refused"],
        [Expectation.memory({ mebibytes: 1 }), "memory does not hold: 2.0 MiB"],
      ] as const) {
        const { running, until } = yield* playing({
          scenario: { endsOnBreach: true, holds: [holds] },
          generator: { soFar: Effect.succeed({ latencies: [], errors: [["Refused", 1]] }) },
          world: { sample: Effect.succeed({ residentBytes: 2 * 1024 * 1024 }) },
        })
        yield* until(60)
        assert.deepInclude(marksOf(yield* Fiber.join(running)), [3, `ended early: ${found}`])
      }
    }),
  )
})
