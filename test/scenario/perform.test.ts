/** Each activity of a member, on virtual time: what it asks its client for, and when that was due. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { Activity } from "../../src/scenario/index.ts"
import { perform } from "../../src/scenario/internal/activities.ts"
import type { Member } from "../../src/scenario/internal/Member.ts"
import type { Payload } from "../../src/scenario/internal/Payload.ts"
import { Recorder } from "../../src/scenario/internal/Recorder.ts"

type Call = readonly [at: number, what: string, ...more: ReadonlyArray<unknown>]

interface Options {
  readonly index?: number
  readonly channels?: ReadonlyArray<string>
  readonly fellows?: ReadonlyArray<number>
  /** How long each call takes. */
  readonly takes?: number
  /** What fails, and how often before it succeeds. */
  readonly fails?: Record<string, number>
  readonly pages?: ReadonlyArray<{ readonly entries: ReadonlyArray<{ readonly seq: number }>; readonly more: boolean }>
  readonly withFaults?: boolean
}

/** A member of whom every call is noted, with the time since the activities began. */
const acting = Effect.fnUntraced(function* (activity: Activity.Activity, options: Options = {}) {
  const { channels = ["lobby"], fails = {}, index = 11, pages = [], takes = 0, withFaults = true } = options
  const recorder = new Recorder(yield* Clock.Clock, new Set())
  const from = recorder.now() + 1000
  Object.assign(recorder, { from, to: from + 60_000 })
  const calls: Array<Call> = []
  const left = { ...fails }
  const note = (what: string, ...more: ReadonlyArray<unknown>) =>
    Effect.suspend((): Effect.Effect<void, { readonly _tag: string }> => {
      calls.push([recorder.now() - from, what, ...more])
      if ((left[what] ?? 0) > 0) {
        left[what]!--
        return Effect.fail({ _tag: "Refused" })
      }
      return takes === 0 ? Effect.void : Effect.sleep(takes)
    })
  let page = 0
  const client = {
    typing: (channel: string) => note("typing", channel),
    leave: (channel: string) => note("leave", channel),
    join: (channel: string) => note("enter", channel),
    retry: note("retry"),
    history: (channel: string, asked: object) => Effect.as(note("history", channel, asked), pages[page++]!),
  }
  const member = {
    index,
    ordinal: 1,
    channels,
    crowd: { name: "c" },
    run: { recorder, world: { username: (index: number) => `u${index}` } },
    client,
    hearers: new Set<(channel: string, payload: Payload) => void>(),
    faultyDialer: withFaults
      ? { refuse: (refusing: boolean) => note(refusing ? "refuse" : "allow"), cut: note("cut") }
      : undefined,
    publish: (channel: string, what: object, due: number) => note("publish", channel, what, due - from),
    join: (channel: string) => note("join", channel),
    startConversation: (channel: string) => note("start", channel),
    announceAbsence: () => void calls.push([recorder.now() - from, "announce"]),
    connect: (as: string) => Effect.as(note("connect", as), client),
  } as unknown as Member
  const over = Deferred.makeUnsafe<void>()
  const fellows = () => (options.fellows ?? [10, 11, 12, 13]).map((index) => ({ index }))
  yield* Effect.forkScoped(perform(member, activity, 0, { from, over, seed: 3, fellows }))
  /** Until so long after the beginning. */
  const until = (moment: number) =>
    Effect.suspend(() => TestClock.adjust(Math.max(0, Math.round(from + moment - recorder.now()))))
  const end = Effect.andThen(Deferred.succeed(over, undefined), TestClock.adjust("1 millis"))
  const of = (what: string) => calls.filter(([, name]) => name === what)
  const figure = (what: string) => {
    const { count = 0, lost = 0, max = 0 } = recorder.latencies.get(what)?.summary(what) ?? {}
    return { count, lost, max }
  }
  return { calls, of, until, end, member, recorder, from, figure }
})

const near = (found: number, wanted: number) => assert.approximately(found, wanted, 1.5)
const dues = (calls: ReadonlyArray<Call>) => calls.map((call) => call.at(-1) as number)

describe("talking", () => {
  it.effect("is due at fixed times, from the beginning to the end, however long it takes", () =>
    Effect.gen(function* () {
      const { end, of, until } = yield* acting(Activity.talk({ perSecond: 2 }), { takes: 5000 })
      yield* until(-1)
      assert.lengthOf(of("start"), 0)
      yield* until(3000)
      const begun = of("start").map(([at]) => at)
      assert.lengthOf(begun, 6)
      assert.isAtLeast(begun[0]!, 0)
      assert.isBelow(begun[0]!, 500)
      begun.forEach((at, n) => near(at, begun[0]! + n * 500))
      yield* end
      yield* until(30_000)
      assert.lengthOf(of("start"), 6)
      // A message is due when its turn was, also where the conversation took long to begin.
      near(dues(of("publish"))[1]! - dues(of("publish"))[0]!, 500)
      near(dues(of("publish"))[0]!, begun[0]!)
    }),
  )

  it.effect("counts from when it was due, where the process was late", () =>
    Effect.gen(function* () {
      const { of, until } = yield* acting(Activity.talk({ perSecond: 100 }))
      yield* until(500)
      const sent = of("publish")
      assert.lengthOf(sent, 50)
      for (const [at, , , , due] of sent) assert.isAtMost(due as number, at)
      dues(sent).forEach((due, n) => assert.approximately(due, dues(sent)[0]! + n * 10, 1.001))
    }),
  )

  it.effect("begins at a time of each member's own, the same in every run", () =>
    Effect.gen(function* () {
      const first = Effect.fnUntraced(function* (index: number) {
        const { end, of, until } = yield* acting(Activity.talk({ perSecond: 1 }), { index })
        yield* until(1000)
        yield* end
        return dues(of("publish"))[0]!
      })
      const all = yield* Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], first)
      assert.strictEqual(new Set(all.map((due) => Math.round(due / 50))).size > 5, true)
      assert.isBelow(Math.min(...all), 300)
      assert.isAbove(Math.max(...all), 700)
      assert.approximately(yield* first(4), all[4]!, 0.001)
    }),
  )

  it.effect("goes to the channels in turn, with the texts in turn", () =>
    Effect.gen(function* () {
      const talk = Activity.talk({ perSecond: 1, size: 70, texts: ["a", "b", "c"] })
      const { of, until } = yield* acting(talk, { channels: ["x", "y"] })
      yield* until(4000)
      assert.deepStrictEqual(
        of("publish").map(([, , channel, what]) => [channel, what]),
        [
          ["x", { size: 70, text: "b" }],
          ["y", { size: 70, text: "c" }],
          ["x", { size: 70, text: "a" }],
          ["y", { size: 70, text: "b" }],
        ],
      )
      const plain = yield* acting(Activity.talk({ perSecond: 1 }))
      yield* plain.until(1000)
      assert.deepStrictEqual(plain.of("publish")[0]![3], { size: 100, text: undefined })
    }),
  )

  it.effect("to members goes to everybody else in turn, and to the channel where there is nobody else", () =>
    Effect.gen(function* () {
      const talk = Activity.talk({ perSecond: 1, to: "member" })
      const { calls, until } = yield* acting(talk)
      yield* until(4000)
      assert.deepStrictEqual(
        calls.map(([, what, channel]) => `${what} ${channel as string}`),
        ["@u12", "@u13", "@u10", "@u12"].flatMap((channel) => [`start ${channel}`, `publish ${channel}`]),
      )
      const alone = yield* acting(talk, { fellows: [11] })
      yield* alone.until(1000)
      assert.strictEqual(alone.of("publish")[0]![2], "lobby")
      const two = yield* acting(talk, { fellows: [10, 11] })
      yield* two.until(2000)
      assert.deepStrictEqual(
        two.of("publish").map(([, , channel]) => channel),
        ["@u10", "@u10"],
      )
      const here = yield* acting(Activity.talk({ perSecond: 1, to: "channel" }))
      yield* here.until(1000)
      assert.strictEqual(here.of("publish")[0]![2], "lobby")
    }),
  )

  it.effect("gets faster on a ramp", () =>
    Effect.gen(function* () {
      const { of, until } = yield* acting(Activity.talk({ perSecond: 9, ramp: { from: 1, over: "10 seconds" } }))
      yield* until(5000)
      assert.approximately(of("publish").length, 15, 1)
      yield* until(10_000)
      assert.approximately(of("publish").length, 50, 1)
      yield* until(11_000)
      assert.approximately(of("publish").length, 59, 1)
    }),
  )
})

describe("conversing", () => {
  it.effect("waits for the answer, thinks, and says the next thing", () =>
    Effect.gen(function* () {
      const thinks = { least: "1 second", most: "3 seconds" } as const
      const { calls, end, of, until } = yield* acting(Activity.converse({ thinks, size: 80, texts: ["a"] }), {
        channels: ["x", "y"],
        takes: 5000,
      })
      yield* until(60_000)
      const said = calls.map(([at, , , , due]) => [at, due as number] as const)
      assert.isAtLeast(said.length, 7)
      let before = -5000
      const thought = said.map(([at, due]) => {
        near(due, at)
        const pause = due - before - 5000
        before = at
        return pause
      })
      for (const pause of thought) {
        assert.isAtLeast(pause, 999)
        assert.isAtMost(pause, 3001)
      }
      assert.isAbove(Math.max(...thought) - Math.min(...thought), 300)
      assert.deepStrictEqual(
        calls.slice(0, 2).map(([, what, channel, text]) => [what, channel, text]),
        [
          ["publish", "x", { size: 80, text: "a" }],
          ["publish", "y", { size: 80, text: "a" }],
        ],
      )
      yield* end
      const { length } = of("publish")
      yield* until(90_000)
      assert.lengthOf(of("publish"), length)
    }),
  )

  it.effect("thinks for as long each time where the two are the same, or turned round", () =>
    Effect.gen(function* () {
      for (const most of [1000, 10]) {
        const { calls, end, until } = yield* acting(Activity.converse({ thinks: { least: 1000, most } }))
        yield* until(3500)
        assert.deepStrictEqual(
          calls.map(([at]) => Math.round(at / 10)),
          [100, 200, 300],
        )
        yield* end
      }
    }),
  )
})

describe("replying", () => {
  const heard = (member: number, number: number, more: object = {}): Payload => ({
    run: "r",
    member,
    number,
    due: 0,
    ...more,
  })
  const hear = ({ hearers }: Member, payload: Payload, channel = "tea") =>
    hearers.forEach((one) => one(channel, payload, undefined))

  it.effect("answers where it heard it, after a while, and marks the answer", () =>
    Effect.gen(function* () {
      const { calls, end, member, until } = yield* acting(
        Activity.reply({ after: "200 millis", size: 90, texts: ["yes", "no"] }),
      )
      yield* until(-1)
      hear(member, heard(1, 1))
      yield* until(1000)
      assert.deepStrictEqual(calls, [])
      hear(member, heard(1, 2))
      hear(member, heard(11, 2))
      hear(member, heard(2, 2, { reply: true }))
      yield* until(1199)
      assert.deepStrictEqual(calls, [])
      yield* until(1201)
      assert.lengthOf(calls, 1)
      const [at, what, channel, said, due] = calls[0]!
      near(at, 1200)
      near(due as number, 1200)
      assert.deepStrictEqual([what, channel, said], ["publish", "tea", { size: 90, text: "no", reply: true }])
      yield* end
      hear(member, heard(1, 3))
      yield* until(2000)
      assert.lengthOf(calls, 1)
      assert.strictEqual(member.hearers.size, 0)
    }),
  )

  it.effect("answers a share, each in its own way", () =>
    Effect.gen(function* () {
      const answered = Effect.fnUntraced(function* (share: number, index: number) {
        const { end, member, of, until } = yield* acting(Activity.reply({ share }), { index })
        yield* until(100)
        for (let n = 0; n < 200; n++) hear(member, heard(n % 3, n))
        yield* until(200)
        yield* end
        return of("publish").length
      })
      assert.strictEqual(yield* answered(0, 11), 0)
      assert.strictEqual(yield* answered(1, 11), 200)
      const some = [yield* answered(0.25, 11), yield* answered(0.25, 12)]
      for (const count of some) assert.approximately(count, 50, 20)
    }),
  )

  it.effect("keeps a thousand answers to give, and says how many it leaves out", () =>
    Effect.gen(function* () {
      const { member, of, recorder, until } = yield* acting(Activity.reply({ after: "1 second" }))
      yield* until(0)
      for (let n = 0; n < 1002; n++) hear(member, heard(1, n))
      assert.strictEqual(recorder.errors.get("TooManyReplies"), 2)
      yield* until(1100)
      assert.lengthOf(of("publish"), 1000)
      // Those that are given make room for others.
      hear(member, heard(1, 2000))
      yield* until(2200)
      assert.lengthOf(of("publish"), 1001)
      assert.strictEqual(recorder.errors.get("TooManyReplies"), 2)
    }),
  )
})

describe("acting now and then", () => {
  it.effect("bursts say several things at once, in the channels in turn", () =>
    Effect.gen(function* () {
      const burst = Activity.burst({ every: "2 seconds", messages: 3, size: 90 })
      const { calls, until } = yield* acting(burst, { channels: ["x", "y"], takes: 1000 })
      yield* until(4000)
      assert.deepStrictEqual(
        calls.map(([, what, channel]) => `${what} ${channel as string}`),
        ["x", "x", "x", "y", "y", "y"].map((channel) => `publish ${channel}`),
      )
      assert.deepInclude(calls[0]![3], { size: 90 })
      assert.strictEqual(new Set(calls.slice(0, 3).map(([at]) => at)).size, 1)
      near(calls[3]![0] - calls[0]![0], 2000)
    }),
  )

  it.effect("typing is said in the channels in turn", () =>
    Effect.gen(function* () {
      const { calls, until } = yield* acting(Activity.type({ every: "1 second" }), { channels: ["x", "y"] })
      yield* until(2000)
      assert.deepStrictEqual(
        calls.map(([, what, channel]) => [what, channel]),
        [
          ["typing", "x"],
          ["typing", "y"],
        ],
      )
    }),
  )

  it.effect("who comes and goes leaves all channels, and is back in all of them after a while", () =>
    Effect.gen(function* () {
      const activity = Activity.comeAndGo({ every: "2 seconds", away: "3 seconds" })
      // It does not mind where it cannot leave.
      const { calls, until } = yield* acting(activity, { channels: ["x", "y"], fails: { leave: 1 } })
      yield* until(6000)
      const began = calls[0]![0]
      const told = calls.map(([at, what, channel]) => [Math.round((at - began) / 10), what, channel])
      const once = (at: number) => [
        [at, "leave", "x"],
        [at, "leave", "y"],
        [at + 300, "join", "x"],
        [at + 300, "join", "y"],
      ]
      // It was still away when it was to go again.
      assert.deepStrictEqual(told.slice(0, 6), [...once(0), ...once(400).slice(0, 2)])
    }),
  )

  it.effect("who vanishes says nothing, is kept out for a while, and then tries again at once", () =>
    Effect.gen(function* () {
      const activity = Activity.vanish({ every: "2 seconds", away: "3 seconds" })
      const { calls, until } = yield* acting(activity)
      yield* until(5999)
      const began = calls[0]![0]
      const told = calls.map(([at, what]) => [Math.round((at - began) / 10), what])
      assert.deepStrictEqual(told.slice(0, 5), [
        [0, "announce"],
        [0, "refuse"],
        [0, "cut"],
        [300, "allow"],
        [300, "retry"],
      ])
      assert.deepStrictEqual(told[5], [400, "announce"])
      const whole = yield* acting(activity, { withFaults: false })
      yield* whole.until(6000)
      assert.deepStrictEqual(whole.calls, [])
    }),
  )
})

describe("reading back", () => {
  const entries = (count: number, first: number) => Array.from({ length: count }, (_, n) => ({ seq: first + n }))

  it.effect("goes page by page until it has as much as it wants, or there is no more", () =>
    Effect.gen(function* () {
      const activity = Activity.catchUp({ every: "1 second", entries: 700 })
      const pages = [
        { entries: entries(300, 701), more: true },
        { entries: entries(250, 451), more: true },
        { entries: entries(150, 301), more: true },
        { entries: entries(50, 1), more: false },
        { entries: [], more: true },
      ]
      const { calls, figure, until } = yield* acting(activity, { pages, channels: ["x", "y"] })
      yield* until(2000)
      assert.deepStrictEqual(
        calls.map(([, , channel, asked]) => [channel, asked]),
        [
          ["x", { limit: 300, before: undefined }],
          ["x", { limit: 300, before: 701 }],
          ["x", { limit: 150, before: 451 }],
          ["y", { limit: 300, before: undefined }],
        ],
      )
      assert.deepInclude(figure("catchUp"), { count: 2, lost: 0 })
    }),
  )

  it.effect("counts from when it was due, though those before it took their time", () =>
    Effect.gen(function* () {
      const activity = Activity.catchUp({ every: "1 second", entries: 5 })
      const pages = Array.from({ length: 99 }, () => ({ entries: [], more: false }))
      const { calls, end, figure, from, recorder, until } = yield* acting(activity, { pages, takes: 2500 })
      yield* until(6000)
      const [first = 0, ...others] = calls.map(([at]) => at)
      assert.isBelow(first, 1000)
      others.forEach((at, n) => near(at, first + 2500 * (n + 1)))
      // Due at 0, 1, 2 s behind the first; done at 2.5 and 5 s.
      assert.deepInclude(figure("catchUp"), { count: 2, lost: 0 })
      near(figure("catchUp").max, 4000)
      yield* end
      yield* until(20_000)
      assert.lengthOf(calls, 3)
      assert.strictEqual(figure("catchUp").count, 3)
      // What was due until then, and was never begun, is lost in the end; not what would have been due later.
      recorder.to = from + 6000
      recorder.settle()
      assert.deepInclude(figure("catchUp"), { count: 6, lost: 3 })
    }),
  )

  it.effect("that is refused is lost, with its reason, and the next one is tried", () =>
    Effect.gen(function* () {
      const activity = Activity.catchUp({ every: "1 second", entries: 5 })
      const pages = Array.from({ length: 9 }, () => ({ entries: [], more: false }))
      const { figure, recorder, until } = yield* acting(activity, { pages, fails: { history: 1 } })
      yield* until(2000)
      assert.deepInclude(figure("catchUp"), { count: 2, lost: 1 })
      assert.deepStrictEqual([...recorder.errors], [["Refused", 1]])
    }),
  )

  it.effect("ends while it waits for its turn", () =>
    Effect.gen(function* () {
      const { calls, end, until } = yield* acting(Activity.catchUp({ every: "1 hour", entries: 5 }))
      yield* until(1000)
      yield* end
      yield* until(3_700_000)
      assert.deepStrictEqual(calls, [])
    }),
  )
})

describe("signing in", () => {
  it.effect("is done by a visitor, who joins the first channel and leaves", () =>
    Effect.gen(function* () {
      const { calls, figure, until } = yield* acting(Activity.signIn({ every: "1 second" }), {
        channels: ["x", "y"],
        takes: 10,
      })
      yield* until(1000)
      assert.deepStrictEqual(
        calls.map(([, what, more]) => [what, more]),
        [
          ["connect", "visitor"],
          ["enter", "x"],
          ["leave", "x"],
        ],
      )
      near(figure("signIn").max, 10)
      near(figure("join").max, 20)
    }),
  )

  it.effect("that fails loses what had not come by then", () =>
    Effect.gen(function* () {
      const { figure, recorder, until } = yield* acting(Activity.signIn({ every: "1 second" }), {
        fails: { connect: 1, enter: 1 },
      })
      yield* until(3000)
      assert.deepInclude(figure("signIn"), { count: 3, lost: 1 })
      assert.deepInclude(figure("join"), { count: 3, lost: 2 })
      assert.deepStrictEqual([...recorder.errors], [["Refused", 2]])
    }),
  )
})
