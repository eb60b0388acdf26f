/** The words of scenarios: what they mean as plain data, what is meant where nothing is said, and what makes no sense. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { channelsOf } from "../../src/scenario/Crowd.ts"
import { describe as inWords } from "../../src/scenario/Incident.ts"
import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

const scenario = (more: Partial<Parameters<typeof Scenario.make>[0]> = {}) =>
  Scenario.make({ name: "n", about: "a", lasts: "10 seconds", crowds: [Crowd.of("c", 3)], holds: [], ...more })

/** As others write it, with mistakes. */
type Plain = Record<string, unknown> & { readonly crowds: Array<Record<string, unknown> & { does: Array<object> }> }

/** Whether it can be read from what others wrote. */
const makesSense = (change: (plain: Plain) => unknown, whole: Scenario.Scenario = scenario()) => {
  const plain = JSON.parse(JSON.stringify(whole)) as Plain
  change(plain)
  return Schema.is(Scenario.Scenario)(plain)
}

describe("activities", () => {
  it("are plain data, with their defaults", () => {
    const [every, away] = ["2 seconds", "500 millis"] as const
    assert.deepStrictEqual(
      [
        Activity.talk({ perSecond: 2 }),
        Activity.talk({ perSecond: 2, size: 64, to: "member", ramp: { from: 1, over: "1 second" }, texts: ["hi"] }),
        Activity.converse({ thinks: { least: 0, most: "1 second" } }),
        Activity.converse({ thinks: { least: 1, most: 2 }, size: 70, texts: { file: "f" } }),
        Activity.reply({}),
        Activity.reply({ share: 0.5, after: every, size: 80, texts: ["hi"] }),
        Activity.burst({ every, messages: 5 }),
        Activity.burst({ every, messages: 5, size: 90 }),
        Activity.type({ every }),
        Activity.comeAndGo({ every, away }),
        Activity.vanish({ every, away }),
        Activity.catchUp({ every, entries: 7 }),
        Activity.signIn({ every }),
      ],
      [
        { _tag: "Talk", perSecond: 2, size: 100, to: "channel" },
        { _tag: "Talk", perSecond: 2, size: 64, to: "member", ramp: { from: 1, over: 1000 }, texts: ["hi"] },
        { _tag: "Converse", thinks: { least: 0, most: 1000 }, size: 100 },
        { _tag: "Converse", thinks: { least: 1, most: 2 }, size: 70, texts: { file: "f" } },
        { _tag: "Reply", share: 1, after: 0, size: 100 },
        { _tag: "Reply", share: 0.5, after: 2000, size: 80, texts: ["hi"] },
        { _tag: "Burst", every: 2000, messages: 5, size: 100 },
        { _tag: "Burst", every: 2000, messages: 5, size: 90 },
        { _tag: "Type", every: 2000 },
        { _tag: "ComeAndGo", every: 2000, away: 500 },
        { _tag: "Vanish", every: 2000, away: 500 },
        { _tag: "CatchUp", every: 2000, entries: 7 },
        { _tag: "SignIn", every: 2000 },
      ],
    )
  })

  it("are refused where they make no sense", () => {
    const talk = (more: object) =>
      makesSense(
        (plain) => Object.assign(plain.crowds[0]!.does[0]!, more),
        scenario({ crowds: [Crowd.of("c", 1, { does: [Activity.talk({ perSecond: 1 })] })] }),
      )
    assert.deepStrictEqual(
      [{}, { size: 64 }, { size: 32_768 }, { ramp: { from: 1, over: 1 } }, { texts: ["a"] }].map(talk),
      [true, true, true, true, true],
    )
    const wrong = [
      { perSecond: 0 },
      { size: 63 },
      { size: 32_769 },
      { to: "everybody" },
      { ramp: { from: 0, over: 1 } },
      { ramp: { from: 1, over: 0 } },
      { ramp: { from: 1 } },
      { texts: [] },
      { texts: { file: "" } },
    ]
    assert.deepStrictEqual(
      wrong.map(talk),
      wrong.map(() => false),
    )
    const of = (activity: object) => makesSense((plain) => (plain.crowds[0]!.does = [activity]))
    const size = 100
    assert.isTrue(of({ _tag: "Reply", share: 0, after: 0, size }))
    assert.isTrue(of({ _tag: "Reply", share: 1, after: 0, size }))
    assert.isTrue(of({ _tag: "Burst", every: 1, messages: 1, size }))
    for (const activity of [
      { _tag: "Reply", share: 1.1, after: 0, size },
      { _tag: "Reply", share: -0.1, after: 0, size },
      { _tag: "Reply", share: 1, after: -1, size },
      { _tag: "Burst", every: 1, messages: 0, size },
      { _tag: "Burst", every: 1, messages: 1.5, size },
      { _tag: "CatchUp", every: 1, entries: 0 },
      { _tag: "Converse", thinks: { least: 1 }, size },
      { _tag: "Sleep", every: 1 },
    ])
      assert.isFalse(of(activity), JSON.stringify(activity))
  })
})

describe("crowds", () => {
  it("are in the lobby and only receive, unless said otherwise", () => {
    assert.deepStrictEqual(Crowd.of("c", 3), {
      name: "c",
      count: 3,
      arrivesOver: 0,
      codec: "json",
      channel: "lobby",
      channels: 1,
      each: 1,
      reads: "promptly",
      does: [],
    })
    const does = [Activity.type({ every: 1 })]
    const options = { codec: "msgpack", channels: 4, each: 2, reads: { bytesPerSecond: 5 }, does } as const
    assert.deepStrictEqual(Crowd.of("c", 3, { arrivesOver: "1 second", in: "room", ...options }), {
      name: "c",
      count: 3,
      arrivesOver: 1000,
      channel: "room",
      ...options,
    })
  })

  it("say their transport, or take that of their scenario, and there are three", () => {
    const of = (options: Parameters<typeof scenario>[0]) => scenario(options).crowds.map(({ transport }) => transport)
    const crowds = [Crowd.of("c", 1), Crowd.of("d", 1, { transport: "tcp" })]
    assert.deepStrictEqual(of({ crowds }), [undefined, "tcp"])
    assert.deepStrictEqual(of({ crowds, transport: "sse" }), ["sse", "tcp"])
    const over = (transport: unknown) => makesSense((plain) => (plain.crowds[0]!["transport"] = transport))
    assert.deepStrictEqual(["tcp", "websocket", "sse"].map(over), [true, true, true])
    assert.deepStrictEqual(["udp", "TCP", "", null, 1].map(over), [false, false, false, false, false])
  })

  it("spread over their channels in turn", () => {
    const of = (channels: number, each: number) => {
      const crowd = Crowd.of("c", 9, { in: "room", channels, each })
      return [0, 1, 2, 3].map((member) => channelsOf(crowd, member).join())
    }
    assert.deepStrictEqual(of(1, 3), ["room", "room", "room", "room"])
    assert.deepStrictEqual(of(3, 1), ["room-1", "room-2", "room-3", "room-1"])
    assert.deepStrictEqual(of(3, 2), ["room-1,room-2", "room-3,room-1", "room-2,room-3", "room-1,room-2"])
    assert.deepStrictEqual(of(2, 5), ["room-1,room-2", "room-2,room-1", "room-1,room-2", "room-2,room-1"])
  })

  it("are refused where they make no sense", () => {
    const wrong = [
      { name: "" },
      { count: 0 },
      { arrivesOver: -1 },
      { codec: "xml" },
      { channel: "" },
      { channels: 0 },
      { each: 0 },
      { reads: "slowly" },
      { reads: { bytesPerSecond: 0 } },
    ]
    assert.deepStrictEqual(
      wrong.map((more) => makesSense((plain) => Object.assign(plain.crowds[0]!, more))),
      wrong.map(() => false),
    )
    assert.isTrue(makesSense((plain) => Object.assign(plain.crowds[0]!, { reads: "never" })))
  })
})

describe("expectations", () => {
  it("are plain data", () => {
    const crowd = "c"
    assert.deepStrictEqual(
      [
        Expectation.delivery,
        Expectation.order,
        Expectation.p50("delivery", "1 second"),
        Expectation.p90("join", 5, { crowd }),
        Expectation.p95("signIn", 5),
        Expectation.p99("catchUp", 5),
        Expectation.p999("acknowledgement", 5),
        Expectation.errorRate({ atMost: 0.1 }),
        Expectation.errorRate({ atMost: 0.1, of: "join", crowd }),
        Expectation.throughput("delivery", { atLeast: 5 }),
        Expectation.throughput("delivery", { atLeast: 5, crowd }),
        Expectation.memory({ mebibytes: 3 }),
        Expectation.noErrors(),
        Expectation.noErrors({ except: ["Refused"] }),
        Expectation.presence({ framesEach: 4 }),
        Expectation.recovery({ within: "1 minute" }),
      ],
      [
        { _tag: "Delivery" },
        { _tag: "Order" },
        { _tag: "Percentile", of: "delivery", share: 0.5, atMost: 1000 },
        { _tag: "Percentile", of: "join", share: 0.9, atMost: 5, crowd },
        { _tag: "Percentile", of: "signIn", share: 0.95, atMost: 5 },
        { _tag: "Percentile", of: "catchUp", share: 0.99, atMost: 5 },
        { _tag: "Percentile", of: "acknowledgement", share: 0.999, atMost: 5 },
        { _tag: "ErrorRate", atMost: 0.1 },
        { _tag: "ErrorRate", of: "join", atMost: 0.1, crowd },
        { _tag: "Throughput", of: "delivery", atLeast: 5 },
        { _tag: "Throughput", of: "delivery", atLeast: 5, crowd },
        { _tag: "Memory", atMost: 3_145_728 },
        { _tag: "NoErrors", except: [] },
        { _tag: "NoErrors", except: ["Refused"] },
        { _tag: "Presence", framesEach: 4 },
        { _tag: "Recovery", within: 60_000 },
      ],
    )
  })

  it("are refused where they make no sense", () => {
    const of = (one: object) => makesSense((plain) => (plain["holds"] = [one]))
    assert.isTrue(of({ _tag: "Percentile", of: "delivery", share: 1, atMost: 0 }))
    assert.isTrue(of({ _tag: "ErrorRate", atMost: 0 }))
    assert.isTrue(of({ _tag: "ErrorRate", atMost: 1 }))
    for (const one of [
      { _tag: "Percentile", of: "delivery", share: 0, atMost: 5 },
      { _tag: "Percentile", of: "delivery", share: 1.01, atMost: 5 },
      { _tag: "Percentile", of: "lunch", share: 0.5, atMost: 5 },
      { _tag: "Percentile", of: "delivery", share: 0.5, atMost: 5, crowd: "" },
      { _tag: "ErrorRate", atMost: 1.01 },
      { _tag: "ErrorRate", atMost: -0.01 },
      { _tag: "Throughput", of: "delivery", atLeast: 0 },
      { _tag: "Memory" },
      { _tag: "NoErrors" },
      { _tag: "Recovery", within: -1 },
    ])
      assert.isFalse(of(one), JSON.stringify(one))
  })
})

describe("incidents", () => {
  const crowd = "c"
  const all = [
    Incident.cut({ crowd }),
    Incident.halfOpen({ crowd, share: 0.5 }),
    Incident.stall({ crowd, share: 0.333, for: "2 seconds" }),
    Incident.delay({ crowd, by: "200 millis", for: "3 seconds" }),
    Incident.kill({ down: "1500 millis" }),
    Incident.restart({ down: "1 second" }),
  ]

  it("are plain data", () => {
    assert.deepStrictEqual(all, [
      { _tag: "Cut", crowd, share: 1 },
      { _tag: "HalfOpen", crowd, share: 0.5 },
      { _tag: "Stall", crowd, share: 0.333, for: 2000 },
      { _tag: "Delay", crowd, share: 1, by: 200, for: 3000 },
      { _tag: "Kill", down: 1500 },
      { _tag: "Restart", down: 1000 },
    ])
    assert.deepStrictEqual(Incident.at("2 seconds", all[0]!), { at: 2000, what: all[0]! })
  })

  it("are told in a few words", () => {
    assert.deepStrictEqual(all.map(inWords), [
      "100 % of c cut off",
      "50 % of c hear nothing any more",
      "33 % of c stall for 2 s",
      "100 % of c 200 ms away for 3 s",
      "the service is killed, back after 1.5 s",
      "the service is restarted, back after 1 s",
    ])
  })

  it("are refused where they make no sense", () => {
    const of = (what: object, at = 0) => makesSense((plain) => (plain["incidents"] = [{ at, what }]))
    assert.deepStrictEqual(
      all.map((what) => of(what)),
      all.map(() => true),
    )
    assert.isFalse(of(all[0]!, -1))
    assert.isFalse(of({ _tag: "Cut", crowd, share: 1.1 }))
    assert.isFalse(of({ _tag: "Cut", crowd, share: -0.1 }))
    assert.isFalse(of({ _tag: "HalfOpen", crowd }))
    assert.isFalse(of({ _tag: "Stall", crowd, share: 1 }))
    assert.isFalse(of({ _tag: "Delay", crowd, share: 1, for: 5 }))
    assert.isFalse(of({ _tag: "Kill" }))
    assert.isFalse(of({ _tag: "Restart", down: -1 }))
  })
})

describe("scenarios", () => {
  it("settle for a second, and go on to the end, unless said otherwise", () => {
    const plain = { name: "n", about: "a", lasts: 10_000, crowds: [Crowd.of("c", 3)], holds: [] }
    assert.deepStrictEqual(scenario(), { ...plain, settles: 1000, settings: {}, incidents: [] })
    const incidents = [Incident.at(0, Incident.kill({ down: 0 }))]
    const more = { settings: { a: "b" }, incidents, endsOnBreach: false }
    assert.deepStrictEqual(scenario({ settles: "2 seconds", ...more }), { ...plain, settles: 2000, ...more })
  })

  it("are refused where they make no sense", () => {
    assert.isTrue(makesSense(() => undefined))
    for (const more of [{ name: "" }, { about: "" }, { lasts: -1 }, { settles: "1 s" }, { settings: { a: 1 } }])
      assert.isFalse(
        makesSense((plain) => Object.assign(plain, more)),
        JSON.stringify(more),
      )
    for (const missing of ["name", "crowds", "incidents", "holds", "settings"])
      assert.isFalse(makesSense((plain) => Reflect.deleteProperty(plain, missing)))
  })

  it("name crowds that are there", () => {
    const known = scenario({
      incidents: [Incident.at(0, Incident.cut({ crowd: "c" })), Incident.at(0, Incident.kill({ down: 0 }))],
      holds: [Expectation.p99("delivery", 5, { crowd: "c" }), Expectation.p99("delivery", 5), Expectation.delivery],
    })
    assert.deepStrictEqual(Scenario.problems(known), [])
    const two = scenario({
      crowds: [Crowd.of("c", 1), Crowd.of("d", 1)],
      holds: [Expectation.errorRate({ atMost: 1, crowd: "e" })],
    })
    assert.deepStrictEqual(Scenario.problems(two), ['an expectation names the crowd "e", and there is only c, d'])
    assert.deepStrictEqual(Scenario.problems(scenario({ incidents: [Incident.at(0, Incident.cut({ crowd: "e" }))] })), [
      'an incident names the crowd "e", and there is only c',
    ])
  })

  it("grow and shrink by their members, to one of each at least", () => {
    const crowds = [Crowd.of("c", 3, { in: "x" }), Crowd.of("d", 10)]
    const counts = (factor: number) => Scenario.scaled(scenario({ crowds }), factor).crowds.map(({ count }) => count)
    assert.deepStrictEqual(
      [counts(2), counts(0.5), counts(0.1), counts(0.001)],
      [
        [6, 20],
        [2, 5],
        [1, 1],
        [1, 1],
      ],
    )
    assert.deepStrictEqual(Scenario.scaled(scenario({ crowds }), 1), scenario({ crowds }))
  })

  it("last longer or shorter, with their incidents in proportion", () => {
    const kill = Incident.kill({ down: "1 second" })
    const whole = scenario({ incidents: [Incident.at("4 seconds", kill)] })
    assert.deepStrictEqual(Scenario.lasting(whole, "5 seconds"), {
      ...whole,
      lasts: 5000,
      incidents: [{ at: 2000, what: kill }],
    })
  })

  it("keep the texts that they have, and read those of files", () => {
    const talk = (texts: Activity.Texts) => Activity.talk({ perSecond: 1, texts })
    const whole = scenario({
      crowds: [Crowd.of("c", 1, { does: [talk(["mine"]), talk({ file: "f" }), Activity.talk({ perSecond: 1 })] })],
    })
    const asked: Array<string> = []
    const { crowds } = Scenario.withTexts(whole, (file) => {
      asked.push(file)
      return ["read"]
    })
    assert.deepStrictEqual(asked, ["f"])
    assert.deepStrictEqual(crowds[0]!.does, [talk(["mine"]), talk(["read"]), Activity.talk({ perSecond: 1 })])
  })
})
