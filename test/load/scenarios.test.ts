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
  const few = Scenario.scaled(Scenario.withFilesOf(scenario, 200_000), Math.min(1, 20 / members))
  return Scenario.lasting(few, "12 seconds")
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

  it.effect("a file goes on where it was, each of twenty times, up and down", () =>
    Effect.gen(function* () {
      const scenario = Scenario.withFilesOf(yield* load("file-resume.ts"), 2 * 1024 * 1024)
      const first = SimulatedWorld.play(scenario, { seed: 1 })
      const { counters, errors, verdicts } = yield* first.played
      assert.deepStrictEqual(
        verdicts.filter(({ holds }) => holds !== true),
        [],
      )
      assert.strictEqual(errors["ConnectionLost"], 40)
      assert.strictEqual(counters["bytes downloaded"], 2 * 1024 * 1024)
      assert.strictEqual(SimulatedWorld.play(scenario, { seed: 1 }).hash, first.hash)
    }),
  )

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

  it.effect("a service that is gone for good in the middle is not a fast one", () =>
    Effect.gen(function* () {
      const { counters, latencies, verdicts } = yield* play({
        lasts: "10 seconds",
        incidents: [Incident.at("5 seconds", Incident.kill({ down: "5 minutes" }))],
        holds: [
          Expectation.p50("acknowledgement", "1 second"),
          Expectation.p99("acknowledgement", "1 second"),
          Expectation.p99("delivery", "1 hour"),
        ],
      })
      // Half of the messages were never acknowledged; each of these was for six members.
      assert.deepStrictEqual(told(verdicts), [
        ["p50 of acknowledgement", true],
        ["p99 of acknowledgement", false],
        ["p99 of delivery", false],
      ])
      const of = (name: string) => latencies.find((one) => one.name === name)!
      assert.isAtLeast(of("acknowledgement").lost!, 50)
      assert.isAtLeast(of("acknowledgement").max, 30_000)
      assert.strictEqual(of("acknowledgement").count, 120)
      assert.strictEqual(of("delivery").count, 720)
      assert.isAtLeast(of("delivery").lost!, 300)
      assert.match(verdicts[1]!.found, /, \d+ of 120 never came$/)
      assert.isAtLeast(counters["sent"]! - counters["acknowledged"]!, 50)
    }),
  )

  it.effect("what was due while the service stood still counts, also what only one can do after the other", () =>
    Effect.gen(function* () {
      const { latencies, verdicts } = yield* play({
        lasts: "10 seconds",
        crowds: [
          Crowd.of("readers", 2, {
            does: [Activity.catchUp({ every: "100 millis", entries: 10 }), Activity.signIn({ every: "200 millis" })],
          }),
        ],
        incidents: [Incident.at("8 seconds", Incident.kill({ down: "5 minutes" }))],
        holds: [
          Expectation.p99("catchUp", "1 second"),
          Expectation.p99("signIn", "1 second"),
          Expectation.p99("join", "1 second"),
        ],
      })
      assert.deepStrictEqual(told(verdicts), [
        ["p99 of catchUp", false],
        ["p99 of signIn", false],
        ["p99 of join", false],
      ])
      // A fifth of the time there was nothing to read from.
      assert.isAbove(latencies.find(({ name }) => name === "catchUp")!.lost!, 30)
    }),
  )

  it.effect("messages that were refused for good were due, and did not come", () =>
    Effect.gen(function* () {
      const { counters, errors, verdicts } = yield* play({
        settings: { "messages.max-length": "80" },
        crowds: [
          Crowd.of("short", 5, { does: [Activity.talk({ perSecond: 2, size: 64 })] }),
          Crowd.of("long", 1, { does: [Activity.talk({ perSecond: 2, size: 100 })] }),
        ],
        holds: [
          Expectation.delivery,
          Expectation.p50("acknowledgement", "1 second"),
          Expectation.p99("acknowledgement", "1 second"),
          Expectation.p99("delivery", "1 second"),
        ],
      })
      assert.deepStrictEqual(told(verdicts), [
        ["delivery", true],
        ["p50 of acknowledgement", true],
        ["p99 of acknowledgement", false],
        ["p99 of delivery", false],
      ])
      assert.isAtLeast(counters["given up"]!, 16)
      assert.strictEqual(errors["MessageTooLong"], counters["given up"])
    }),
  )

  it.effect("nothing is acknowledged before it was sent", () =>
    Effect.gen(function* () {
      const { latencies } = yield* play({})
      // Over the network and back, and to the disk, by a clock that counts from 1970: 0.18 is 0.1796875 there.
      const least = 0.18 - 2 ** -11
      assert.isAtLeast(latencies.find(({ name }) => name === "acknowledgement")!.min, least)
      assert.isAtLeast(latencies.find(({ name }) => name === "delivery")!.min, least)
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

describe("what members do, and what is promised of it", () => {
  const play = (scenario: Partial<Parameters<typeof Scenario.make>[0]>) =>
    SimulatedWorld.play(
      Scenario.make({
        name: "a test",
        about: "Of one thing.",
        lasts: "10 seconds",
        crowds: [],
        holds: [],
        ...scenario,
      }),
      { seed: 3 },
    ).played
  const held = (verdicts: ReadonlyArray<{ readonly promise: string; readonly holds: unknown }>) =>
    Object.fromEntries(verdicts.map(({ holds, promise }) => [promise, holds]))

  it.effect("of one crowd: people do not feel the bot", () =>
    Effect.gen(function* () {
      const { latencies, verdicts } = yield* play({
        settings: { "messages.max-length": "80" },
        crowds: [
          Crowd.of("people", 4, { in: "tea", does: [Activity.talk({ perSecond: 5, size: 64 })] }),
          Crowd.of("bot", 1, { in: "machines", does: [Activity.talk({ perSecond: 20, size: 100 })] }),
        ],
        holds: [
          Expectation.p90("acknowledgement", "1 second", { crowd: "people" }),
          Expectation.p99("delivery", "1 second", { crowd: "people" }),
          Expectation.p99("acknowledgement", "1 second", { crowd: "bot" }),
          Expectation.p99("delivery", "1 second", { crowd: "bot" }),
          Expectation.p50("acknowledgement", "1 second"),
          Expectation.errorRate({ atMost: 0.01, crowd: "people" }),
          Expectation.errorRate({ of: "acknowledgement", atMost: 0.45 }),
          Expectation.errorRate({ of: "acknowledgement", atMost: 0.55 }),
          Expectation.throughput("acknowledgement", { atLeast: 19, crowd: "people" }),
          Expectation.throughput("delivery", { atLeast: 81 }),
          Expectation.throughput("acknowledgement", { atLeast: 1, crowd: "bot" }),
        ],
      })
      assert.deepStrictEqual(
        verdicts.map(({ holds, promise }) => `${promise}: ${holds}`),
        [
          "p90 of acknowledgement of people: true",
          "p99 of delivery of people: true",
          "p99 of acknowledgement of bot: false",
          "p99 of delivery of bot: false",
          "p50 of acknowledgement: true",
          "error rate of people: true",
          "error rate of acknowledgement: false",
          "error rate of acknowledgement: true",
          "throughput of acknowledgement of people: true",
          "throughput of delivery: false",
          "throughput of acknowledgement of bot: false",
        ],
      )
      const of = (name: string) => latencies.find((one) => one.name === name)!
      assert.strictEqual(
        of("acknowledgement").count,
        of("acknowledgement of people").count + of("acknowledgement of bot").count,
      )
      assert.isUndefined(of("acknowledgement of people").lost)
      assert.strictEqual(of("acknowledgement of bot").lost, of("acknowledgement of bot").count)
    }),
  )

  it.effect("more and more, up to a rate", () =>
    Effect.gen(function* () {
      const talk = Activity.talk({ perSecond: 20, ramp: { from: 2, over: "10 seconds" } })
      const { counters } = yield* play({ crowds: [Crowd.of("people", 2, { does: [talk] })], settles: 0 })
      // Each of the two: 11 a second on average.
      assert.approximately(counters["sent"]!, 220, 6)
    }),
  )

  it.effect("in turns with thinking, which asks less of a service that is slow", () =>
    Effect.gen(function* () {
      const talk = Activity.converse({ thinks: { least: "500 millis", most: "1500 millis" } })
      const crowds = [Crowd.of("people", 10, { does: [talk] })]
      const quick = yield* play({ crowds, lasts: "30 seconds" })
      assert.approximately(quick.counters["sent"]!, 10 * 30, 40)
      const stall = Incident.at("1 second", Incident.stall({ crowd: "people", for: "20 seconds" }))
      const slow = yield* play({ crowds, lasts: "30 seconds", incidents: [stall] })
      assert.isBelow(slow.counters["sent"]!, 150)
    }),
  )

  it.effect("answers to what they hear, and no answers to answers", () =>
    Effect.gen(function* () {
      const answering = (share: number) =>
        play({
          crowds: [
            Crowd.of("speaker", 1, { does: [Activity.talk({ perSecond: 10 })] }),
            Crowd.of("others", 4, { does: [Activity.reply({ share, after: "200 millis" })] }),
          ],
          holds: [Expectation.delivery, Expectation.p99("delivery", "100 millis")],
        })
      const all = yield* answering(1)
      assert.deepStrictEqual(held(all.verdicts), { delivery: true, "p99 of delivery": true })
      assert.approximately(all.counters["sent"]!, 5 * 110, 20)
      const some = yield* answering(0.25)
      assert.approximately(some.counters["sent"]!, 2 * 110, 40)
    }),
  )

  it.effect("until a promise is seen not to hold, where the scenario says so", () =>
    Effect.gen(function* () {
      const broken = (endsOnBreach: boolean) =>
        play({
          lasts: "2 minutes",
          endsOnBreach,
          crowds: [Crowd.of("people", 6, { does: [Activity.talk({ perSecond: 5 })] })],
          incidents: [Incident.at("10 seconds", Incident.kill({ down: "4 minutes" }))],
          holds: [Expectation.p99("acknowledgement", "2 seconds")],
        })
      const early = yield* broken(true)
      assert.isBelow(early.seconds, 20)
      assert.isFalse(early.verdicts[0]!.holds)
      assert.include(early.marks.map(({ label }) => label).join(), "ended early: p99 of acknowledgement does not hold")
      assert.strictEqual((yield* broken(false)).seconds, 120)
    }),
  )

  it("names no crowd that is not there, and takes texts from where they are", () => {
    const talk = Activity.talk({ perSecond: 1, texts: { file: "lines.txt" } })
    const scenario = Scenario.make({
      name: "a test",
      about: "Of names.",
      lasts: "1 second",
      crowds: [Crowd.of("people", 1, { does: [talk, Activity.type({ every: "1 second" })] })],
      incidents: [Incident.at(0, Incident.cut({ crowd: "peple" }))],
      holds: [Expectation.p99("delivery", "1 second", { crowd: "bots" }), Expectation.delivery],
    })
    assert.deepStrictEqual(Scenario.problems(scenario), [
      'an expectation names the crowd "bots", and there is only people',
      'an incident names the crowd "peple", and there is only people',
    ])
    const read = Scenario.withTexts(scenario, (file) => [`first of ${file}`, "second"])
    assert.deepStrictEqual(read.crowds[0]!.does, [
      Activity.talk({ perSecond: 1, texts: ["first of lines.txt", "second"] }),
      Activity.type({ every: "1 second" }),
    ])
    assert.deepStrictEqual(Schema.decodeUnknownSync(Scenario.Scenario)(JSON.parse(JSON.stringify(scenario))), scenario)
  })
})

describe("files of members", () => {
  const kibibyte = 1024
  const play = (scenario: Partial<Parameters<typeof Scenario.make>[0]>) =>
    SimulatedWorld.play(
      Scenario.make({
        name: "a test",
        about: "Of files.",
        lasts: "10 seconds",
        crowds: [],
        holds: [Expectation.files, Expectation.noErrors()],
        ...scenario,
      }),
      { seed: 3 },
    ).played
  const sends = Activity.sendFile({ bytes: 100 * kibibyte, bytesPerSecond: 50 * kibibyte, every: "5 seconds" })

  it.effect("are sent and read by others, at their pace", () =>
    Effect.gen(function* () {
      const { counters, latencies, verdicts } = yield* play({
        settles: 0,
        crowds: [
          Crowd.of("senders", 2, { does: [sends] }),
          Crowd.of("readers", 3, { does: [Activity.getFiles({ bytesPerSecond: 100 * kibibyte })] }),
          Crowd.of("others", 1, { does: [Activity.getFiles({ share: 0 })] }),
        ],
      })
      assert.deepStrictEqual(
        verdicts.map(({ holds }) => holds),
        [true, true],
      )
      const of = (name: string) => latencies.find((one) => one.name === name)!
      assert.strictEqual(of("upload").count, 4)
      assert.strictEqual(of("download").count, 12)
      assert.isAtLeast(of("upload").min, 1999)
      assert.isBelow(of("upload").max, 2300)
      assert.isAtLeast(of("download").min, 999)
      assert.isAbove(counters["bytes downloaded"]!, counters["bytes uploaded"]!)
    }),
  )

  it.effect("are promised in vain where nobody may send them, or they are too large", () =>
    Effect.gen(function* () {
      const crowds = [Crowd.of("people", 2, { does: [sends, Activity.getFiles()] })]
      for (const [settings, reason] of [
        [{ "files.enabled": "off" }, "NotSupported"],
        [{ "files.max-bytes": "1KiB" }, "FileTooLarge"],
      ] as const) {
        const { errors, verdicts } = yield* play({ settings, crowds })
        assert.deepStrictEqual(
          verdicts.map(({ holds }) => holds),
          [false, false],
        )
        assert.deepStrictEqual(Object.keys(errors), [reason])
      }
    }),
  )

  it.effect("survive a service that is killed while they are on their way", () =>
    Effect.gen(function* () {
      const { verdicts } = yield* play({
        lasts: "40 seconds",
        crowds: [
          Crowd.of("senders", 2, {
            does: [Activity.sendFile({ bytes: 4000 * kibibyte, bytesPerSecond: 500 * kibibyte })],
          }),
          Crowd.of("readers", 2, { does: [Activity.getFiles({ bytesPerSecond: 500 * kibibyte })] }),
        ],
        incidents: [3, 6, 14, 18].map((at) => Incident.at(`${at} seconds`, Incident.kill({ down: "200 millis" }))),
        holds: [Expectation.files, Expectation.delivery],
      })
      assert.deepStrictEqual(
        verdicts.filter(({ holds }) => holds !== true),
        [],
      )
    }),
  )

  it("take as long as before where they are of another size, and the same part of a shorter run", () => {
    const mebibyte = 1024 * kibibyte
    const scenario = Scenario.make({
      name: "a test",
      about: "Of sizes.",
      lasts: "20 seconds",
      crowds: [
        Crowd.of("people", 1, {
          does: [
            Activity.sendFile({ bytes: mebibyte, bytesPerSecond: 1000, after: "10 seconds" }),
            Activity.getFiles({ bytesPerSecond: 2000 }),
          ],
        }),
      ],
      holds: [
        Expectation.fileRate("upload", { mebibytesPerSecond: 1 }),
        Expectation.unmoved("delivery", { by: "10 seconds", times: 2 }),
      ],
    })
    const doing = ({ crowds, holds }: Scenario.Scenario) => [...crowds[0]!.does, ...holds]
    assert.deepStrictEqual(doing(Scenario.withFilesOf(scenario, 4 * mebibyte)), [
      Activity.sendFile({ bytes: 4 * mebibyte, bytesPerSecond: 4000, after: "10 seconds" }),
      Activity.getFiles({ bytesPerSecond: 8000 }),
      Expectation.fileRate("upload", { mebibytesPerSecond: 4 }),
      Expectation.unmoved("delivery", { by: "10 seconds", times: 2 }),
    ])
    assert.deepStrictEqual(doing(Scenario.lasting(scenario, "10 seconds")), [
      Activity.sendFile({ bytes: mebibyte, bytesPerSecond: 2000, after: "5 seconds" }),
      Activity.getFiles({ bytesPerSecond: 4000 }),
      Expectation.fileRate("upload", { mebibytesPerSecond: 2 }),
      Expectation.unmoved("delivery", { by: "5 seconds", times: 2 }),
    ])
  })
})

describe("settings of a scenario in a simulation", () => {
  const play = (settings: Readonly<Record<string, string>>, perSecond = 2) =>
    SimulatedWorld.play(
      Scenario.make({
        name: "a test",
        about: "Of settings.",
        lasts: "4 seconds",
        settings,
        crowds: [Crowd.of("people", 2, { does: [Activity.talk({ perSecond })] })],
        holds: [Expectation.p99("acknowledgement", "500 millis")],
      }),
      { seed: 3 },
    ).played

  it.effect("hold", () =>
    Effect.gen(function* () {
      const free = yield* play({}, 20)
      assert.isTrue(free.verdicts[0]!.holds)
      const limited = yield* play({ "rate-limits": "on", "messages.burst": "1", "messages.per-second": "2" }, 20)
      assert.isFalse(limited.verdicts[0]!.holds)
      // Accounts are registered, where the scenario wants that: guests need none.
      assert.isTrue((yield* play({ accounts: "open", "passwords.min-length": "1" })).verdicts[0]!.holds === true)
    }),
  )

  it.effect("are refused where there is no such setting, or none that a simulation has", () =>
    Effect.gen(function* () {
      const refused = (settings: Readonly<Record<string, string>>) =>
        Effect.map(Effect.flip(play(settings)), ({ message }) => message)
      assert.match(yield* refused({ "rate-limit": "on" }), /no setting "rate-limit"; did you mean rate-limits\?/)
      assert.match(yield* refused({ "messages.burst": "many" }), /messages.burst: "many".* is not allowed/)
      assert.match(
        yield* refused({ storage: "postgres", "postgres.url": "postgres://x/y" }),
        /storage: a simulation has/,
      )
      assert.match(yield* refused({ port: "7777" }), /port: the load chooses it itself/)
      assert.match(yield* refused({ "tcp.backlog": "5" }), /tcp.backlog: a simulation has no such thing/)
    }),
  )
})
