/** Members that are played in this process, against the service in a simulation. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as SimulatedWorld from "../../src/load/SimulatedWorld.ts"
import { Activity, Crowd, Expectation, Incident, Scenario, World } from "../../src/scenario/index.ts"
import * as LoadGenerator from "../../src/scenario/LoadGenerator.ts"
import * as LoadGenerators from "../../src/scenario/LoadGenerators.ts"

type Options = Partial<Parameters<typeof Scenario.make>[0]> & { readonly shares?: number }

const setUp = Effect.fnUntraced(function* (plan: Omit<LoadGenerator.Plan, "share">, shares: number) {
  const scope = yield* Scope.make()
  const world = yield* World
  let answers = true
  let dials = 0
  const dialer: World["Service"]["dialer"] = {
    ...world.dialer,
    socket: Effect.suspend(() => {
      dials++
      return answers ? world.dialer.socket : Effect.sync(() => refused)
    }),
  }
  const each = yield* Effect.forEach(
    Array.from({ length: shares }, (_, nth) => nth),
    (nth) => LoadGenerator.make({ ...plan, share: { nth, of: shares } }),
  ).pipe(Effect.provideService(World, { ...world, dialer }), Scope.provide(scope))
  const generator = shares === 1 ? each[0]! : LoadGenerators.combine(each)
  const clock = yield* Clock.Clock
  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const pass = (seconds: number) => Effect.sleep(seconds * 1000)
  /** Everybody is in, and what they do is measured from now on. */
  const begin = Effect.gen(function* () {
    yield* generator.enter
    yield* pass(1)
    yield* generator.begin(now(), now() + 10_000)
    yield* generator.act(now())
  })
  const outcome = Effect.gen(function* () {
    const found = yield* generator.outcome(yield* generator.acknowledgedSeqs)
    const of = (name: string) => {
      const { count = 0, lost = 0 } = new Map(found.latencies).get(name) ?? {}
      return [count, lost]
    }
    return { ...found, of }
  })
  return {
    answer: (yes: boolean) => Effect.sync(() => void (answers = yes)),
    begin,
    dials: () => dials,
    each,
    generator,
    now,
    outcome,
    pass,
    scope,
  }
})

const refused = Socket.make({
  reader: Effect.fail(
    new Socket.SocketError({
      reason: new Socket.SocketOpenError({ kind: "Unknown", cause: { code: "ECONNREFUSED" } }),
    }),
  ),
  writer: Effect.succeed({ write: () => Effect.void, writeAll: () => Effect.void }),
})

/** What the test finds out of a generator of this scenario; with several shares, of several as one. */
const playing = (
  { shares = 1, ...more }: Options,
  test: (given: Effect.Success<ReturnType<typeof setUp>>) => Effect.Effect<void, unknown>,
) =>
  Effect.sync(() => {
    const scenario = Scenario.make({ name: "s", about: "a", lasts: "10 seconds", crowds: [], holds: [], ...more })
    let found: Exit.Exit<void, unknown> | undefined
    SimulatedWorld.play(scenario, {
      seed: 3,
      generator: (plan) =>
        setUp(plan, shares).pipe(
          Effect.flatMap((given) =>
            Effect.ensuring(
              Effect.map(Effect.exit(test(given)), (exit) => void (found = exit)),
              Scope.close(given.scope, Exit.void),
            ),
          ),
          // There is nothing more to play.
          Effect.andThen(new LoadGenerator.LoadGeneratorError({ message: "done" })),
        ),
    })
    if (found === undefined) throw new Error("the test did not come to an end")
    if (Exit.isFailure(found)) throw Cause.squash(found.cause)
  })

const people = (count: number, options: Parameters<typeof Crowd.of>[2] = {}) => Crowd.of("people", count, options)

describe("members", () => {
  it.effect("arrive evenly, and are in when all of them are", () =>
    playing({ crowds: [people(4, { arrivesOver: "4 seconds" })] }, ({ generator, pass }) =>
      Effect.gen(function* () {
        const entering = yield* Effect.forkChild(generator.enter)
        const isIn: Array<number> = []
        for (let second = 0; second < 4; second++) {
          yield* pass(0.5)
          isIn.push((yield* generator.counts).membersIn)
          if (second < 3) assert.isUndefined(entering.pollUnsafe())
          yield* pass(0.5)
        }
        assert.deepStrictEqual(isIn, [1, 2, 3, 4])
        yield* Fiber.join(entering)
      }),
    ),
  )

  it.effect("try again until they get in, and say why they could not", () =>
    playing({ crowds: [people(1)] }, ({ answer, dials, generator, outcome, pass }) =>
      Effect.gen(function* () {
        yield* answer(false)
        const entering = yield* Effect.forkChild(generator.enter)
        yield* pass(5)
        assert.isUndefined(entering.pollUnsafe())
        assert.isAtLeast(dials(), 5)
        yield* answer(true)
        yield* pass(3)
        yield* Fiber.join(entering)
        assert.strictEqual((yield* generator.counts).membersIn, 1)
        const { errors, latencies, of } = yield* outcome
        assert.isAtLeast(new Map(errors).get("ConnectionLost") ?? errors[0]![1], 4)
        // It counts from when it began.
        assert.deepStrictEqual(of("signIn"), [1, 0])
        assert.isAtLeast(new Map(latencies).get("signIn")!.max, 5000)
        assert.strictEqual(
          (yield* generator.counts).failed,
          errors.reduce((sum, [, times]) => sum + times, 0),
        )
      }),
    ),
  )

  it.effect("are those of a share alone, and together all of them", () =>
    playing(
      {
        crowds: [
          people(4, { in: "tea", does: [Activity.talk({ perSecond: 1 })] }),
          Crowd.of("others", 3, { in: "room", channels: 2, does: [Activity.talk({ perSecond: 2 })] }),
        ],
        shares: 3,
      },
      ({ begin, each, generator, pass }) =>
        Effect.gen(function* () {
          yield* begin
          yield* pass(2)
          // 0, 3 and 6; 1 and 4; 2 and 5. The last three talk twice as much, and there are two in room-1.
          const counts = yield* Effect.forEach(each, ({ counts }) => counts)
          assert.deepStrictEqual(
            counts.map(({ delivered, membersIn, sent }) => [membersIn, sent, delivered]),
            [
              [3, 2 + 2 + 4, 8 + 8 + 8],
              [2, 2 + 4, 8 + 8],
              [2, 2 + 4, 8 + 4],
            ],
          )
          assert.deepStrictEqual(yield* generator.counts, {
            membersIn: 7,
            membersAway: 0,
            sent: 20,
            delivered: 52,
            acknowledged: 20,
            givenUp: 0,
            failed: 0,
            transfers: 0,
          })
          const sizes = (channels: LoadGenerator.LoadGenerator["received"]) =>
            Effect.map(channels, (all) => all.map(([channel, received]) => [channel, received.length / 2]).toSorted())
          assert.deepStrictEqual(yield* sizes(each[1]!.received), [
            ["room-1", 8],
            ["tea", 8],
          ])
          assert.deepStrictEqual((yield* generator.acknowledgedSeqs).map(([channel]) => channel).toSorted(), [
            "room-1",
            "room-2",
            "tea",
          ])
          assert.strictEqual(
            (yield* generator.recent).reduce((sum, { count }) => sum + count, 0),
            52,
          )
        }),
    ),
  )

  it.effect("leave when the run is over", () =>
    playing({ crowds: [people(3)] }, ({ begin, generator, scope }) =>
      Effect.gen(function* () {
        yield* begin
        yield* Scope.close(scope, Exit.void)
        const { membersAway, membersIn } = yield* generator.counts
        assert.deepStrictEqual([membersIn, membersAway], [0, 0])
      }),
    ),
  )
})

describe("what members say and hear", () => {
  const talking = { crowds: [people(3, { does: [Activity.talk({ perSecond: 2 })] })] }

  it.effect("is counted, and timed where it was due in the measured part", () =>
    playing(talking, ({ begin, generator, now, outcome, pass }) =>
      Effect.gen(function* () {
        yield* begin
        yield* pass(4)
        assert.deepStrictEqual(yield* generator.counts, {
          membersIn: 3,
          membersAway: 0,
          sent: 24,
          delivered: 72,
          acknowledged: 24,
          givenUp: 0,
          failed: 0,
          transfers: 0,
        })
        const [recent] = yield* generator.recent
        assert.deepInclude(recent, { name: "delivery", count: 72 })
        assert.deepInclude((yield* generator.recent)[0], { count: 0 })
        const [[channel, seq] = [], ...others] = yield* generator.acknowledgedSeqs
        assert.deepStrictEqual([channel, others], ["lobby", []])
        assert.strictEqual(yield* generator.behind([["lobby", seq!]]), 0)
        assert.strictEqual(yield* generator.behind([["lobby", seq! + 2]]), 6)
        assert.deepStrictEqual(
          (yield* generator.received).map(([name, all]) => [name, all.length]),
          [["lobby", 48]],
        )
        // The measured part turns out to be half as long.
        yield* generator.end(now() - 2000)
        yield* pass(2)
        assert.strictEqual((yield* generator.counts).sent, 24)
        const { of } = yield* outcome
        assert.deepStrictEqual(of("acknowledgement"), [24, 0])
      }),
    ),
  )

  it.effect("is measured apart for those crowds that a promise names", () =>
    playing(
      {
        crowds: [...talking.crowds, Crowd.of("others", 2), Crowd.of("third", 1)],
        holds: [Expectation.p99("delivery", 5, { crowd: "others" }), Expectation.delivery],
      },
      ({ begin, generator, outcome, pass }) =>
        Effect.gen(function* () {
          yield* begin
          yield* pass(1)
          const { latencies } = yield* generator.soFar
          assert.strictEqual(new Map(latencies).get("delivery of others")!.count, 12)
          const { latencies: all, of } = yield* outcome
          assert.deepStrictEqual(all.map(([name]) => name).toSorted(), [
            "acknowledgement",
            "delivery",
            "delivery of others",
            "join",
            "join of others",
            "signIn",
            "signIn of others",
          ])
          assert.deepStrictEqual(
            [of("delivery"), of("delivery of others"), of("signIn")],
            [
              [36, 0],
              [12, 0],
              [6, 0],
            ],
          )
          assert.strictEqual(new Map(all).get("signIn of others")!.name, "signIn of others")
        }),
    ),
  )

  it.effect("that is refused is lost for everybody for whom it was", () =>
    playing(
      {
        crowds: [
          Crowd.of("loud", 2, { in: "tea", does: [Activity.talk({ perSecond: 1, size: 30_000 })] }),
          Crowd.of("quiet", 3, { in: "tea" }),
          Crowd.of("elsewhere", 5),
        ],
      },
      ({ begin, generator, outcome, pass }) =>
        Effect.gen(function* () {
          yield* begin
          yield* pass(2)
          const { acknowledged, failed, givenUp, sent } = yield* generator.counts
          assert.deepStrictEqual([sent, acknowledged, givenUp, failed], [4, 0, 4, 4])
          const { errors, of } = yield* outcome
          assert.deepStrictEqual(errors, [["MessageTooLong", 4]])
          // Five are in that channel.
          assert.deepStrictEqual(
            [of("acknowledgement"), of("delivery")],
            [
              [4, 4],
              [20, 20],
            ],
          )
        }),
    ),
  )

  it.effect("between two is for two, and it enters the conversation first", () =>
    playing(
      {
        crowds: [people(3, { does: [Activity.talk({ perSecond: 2, to: "member" })] })],
      },
      ({ begin, generator, outcome, pass }) =>
        Effect.gen(function* () {
          yield* begin
          yield* pass(4)
          const { acknowledged, delivered, failed, sent } = yield* generator.counts
          assert.deepStrictEqual([sent, acknowledged, delivered, failed], [24, 24, 48, 0])
          const { of } = yield* outcome
          assert.deepStrictEqual(of("delivery"), [48, 0])
          // Each has the same name for both.
          assert.deepStrictEqual(
            (yield* generator.acknowledgedSeqs).map(([channel]) => channel).toSorted(),
            ["lobby", "member-0&member-1", "member-0&member-2", "member-1&member-2"].filter(
              (channel) => channel !== "lobby" || true,
            ),
          )
        }),
    ),
  )
})

describe("members who read slowly", () => {
  const with_ = (reads: Crowd.Crowd["reads"]) => ({
    crowds: [people(1, { does: [Activity.talk({ perSecond: 10, size: 150 })] }), Crowd.of("slow", 1, { reads })],
  })

  it.effect("hear nothing while it is measured, and everything behind it", () =>
    playing(with_("never"), ({ begin, generator, now, outcome, pass }) =>
      Effect.gen(function* () {
        yield* begin
        yield* pass(2)
        assert.strictEqual((yield* generator.counts).delivered, 20)
        const seqs = yield* generator.acknowledgedSeqs
        assert.strictEqual(yield* generator.behind(seqs), 20)
        yield* generator.end(now())
        yield* pass(1)
        assert.strictEqual(yield* generator.behind(seqs), 0)
        const { of } = yield* outcome
        assert.deepStrictEqual(of("delivery"), [40, 0])
      }),
    ),
  )

  it.effect("that is never heard is lost in the end", () =>
    playing(
      { ...with_("never"), holds: [Expectation.p99("delivery", 5, { crowd: "slow" })] },
      ({ begin, outcome, pass }) =>
        Effect.gen(function* () {
          yield* begin
          yield* pass(2)
          const { of } = yield* outcome
          assert.deepStrictEqual(
            [of("delivery"), of("delivery of slow")],
            [
              [40, 20],
              [20, 20],
            ],
          )
        }),
    ),
  )

  it.effect("hear as much as they can read, until it is over", () =>
    playing(with_({ bytesPerSecond: 500 }), ({ begin, generator, now, pass }) =>
      Effect.gen(function* () {
        yield* begin
        yield* pass(4)
        const behind = Effect.flatMap(generator.acknowledgedSeqs, generator.behind)
        const late = yield* behind
        assert.isAbove(late, 5)
        assert.isBelow(late, 40)
        yield* generator.end(now())
        yield* pass(3)
        assert.strictEqual(yield* behind, 0)
      }),
    ),
  )
})

describe("what happens to members", () => {
  const incident = Incident.cut({ crowd: "people", share: 0.5 })

  it.effect("is a fault of the links of those whom it names", () =>
    playing(
      {
        crowds: [people(4), Crowd.of("others", 2)],
        incidents: [Incident.at(0, incident)],
      },
      ({ begin, generator, outcome, pass }) =>
        Effect.gen(function* () {
          yield* begin
          yield* generator.inject(incident as never)
          yield* pass(0.001)
          assert.strictEqual((yield* generator.counts).membersIn, 4)
          yield* pass(5)
          assert.strictEqual((yield* generator.counts).membersIn, 6)
          assert.deepStrictEqual((yield* outcome).errors, [["ConnectionLost", 2]])
        }),
    ),
  )

  it.effect("vanishing of one's own accord is being away, not missing", () =>
    playing(
      {
        crowds: [people(2, { does: [Activity.vanish({ every: "1 minute", away: "5 seconds" })] })],
      },
      ({ begin, generator, outcome, pass }) =>
        Effect.gen(function* () {
          yield* begin
          const seen = new Set<string>()
          for (let n = 0; n < 700; n++) {
            yield* pass(0.1)
            const { membersAway, membersIn } = yield* generator.counts
            seen.add(`${membersIn} in, ${membersAway} away`)
          }
          assert.deepStrictEqual(
            [...seen].toSorted().filter((one) => !/^[01] in, [12] away$|^2 in, 0 away$/.test(one)),
            [],
          )
          assert.include([...seen], "1 in, 1 away")
          assert.include([...seen], "2 in, 0 away")
          assert.isAtLeast(new Map((yield* outcome).errors).get("ConnectionLost")!, 2)
        }),
    ),
  )

  it.effect("presence frames are those of the measured part, of all members the most", () =>
    Effect.gen(function* () {
      const frames = Effect.fnUntraced(function* (before: number, during: number, behind: number) {
        let found = -1
        const does = [Activity.comeAndGo({ every: "20 seconds", away: "9 seconds" })]
        yield* playing(
          { crowds: [people(4), Crowd.of("comer", 1, { does })] },
          ({ begin, generator, now, outcome, pass }) =>
            Effect.gen(function* () {
              yield* begin
              yield* pass(before)
              yield* generator.begin(now(), now() + 200_000)
              yield* pass(during)
              yield* generator.end(now())
              yield* pass(behind)
              found = (yield* outcome).presenceFrames
            }),
        )
        return found
      })
      const some = yield* frames(0, 60, 0)
      assert.isAbove(some, 2)
      assert.isAtMost(some, 12)
      assert.strictEqual(yield* frames(0, 60, 60), some)
      assert.isAbove(yield* frames(0, 120, 0), some)
      assert.approximately(yield* frames(60, 60, 0), some, 1)
    }),
  )
})
