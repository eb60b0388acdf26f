/** When what is stored is told: by itself, or with what is stored next (docs/adr/0016). */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { settle } from "../../actor/fibers.ts"
import { overHistory, texts } from "../channel/fixture.ts"
import { member } from "../members.ts"
import { audience, said } from "./fixture.ts"

/** Whatever is timed takes so many nanoseconds, 2 ms unless it is said otherwise. */
const slowly = <A, E, R>(effect: Effect.Effect<A, E, R>, nanos = 2_000_000n): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    let looked = 0n
    const slow: Clock.Clock = {
      ...clock,
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + nanos * looked++,
    }
    return Effect.provideService(effect, Clock.Clock, slow)
  })

describe("Where telling everybody takes its time", () => {
  const crowd = ["2", "3", "4", "5"]

  /** A turn is stored and another, with these messages, is being stored. `open` lets that be done, and so on. */
  const turns = Effect.fnUntraced(function* (behind: ReadonlyArray<string>) {
    const alice = member("alice")
    const { history, publish } = yield* slowly(overHistory(alice))
    yield* publish(alice, "0")
    yield* settle
    const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    let append = 0
    history.before = Effect.suspend(() => Deferred.await(gates[append++]!))
    const open = (turn: number) => Effect.andThen(Deferred.succeed(gates[turn]!, undefined), settle)
    yield* publish(alice, "1")
    yield* settle
    for (const text of behind) yield* publish(alice, text)
    yield* open(0)
    return { alice, publish, open }
  })

  it.effect("a turn waits for a larger one behind it, and both leave in one write", () =>
    Effect.gen(function* () {
      const { alice, open } = yield* turns(crowd)
      const before = alice.writes.length
      assert.deepStrictEqual(texts(alice), ["0"])
      yield* open(1)
      assert.deepStrictEqual(texts(alice), ["0", "1", ...crowd])
      assert.lengthOf(alice.writes.slice(before), 1)
    }),
  )

  it.effect("but not for a few messages", () =>
    Effect.gen(function* () {
      const { alice, open } = yield* turns(["2", "3", "4"])
      assert.deepStrictEqual(texts(alice), ["0", "1"])
      yield* open(1)
    }),
  )

  it.effect("no longer than telling takes", () =>
    Effect.gen(function* () {
      const { alice, open } = yield* turns(crowd)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(texts(alice), ["0"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(texts(alice), ["0", "1"])
      yield* open(1)
      assert.deepStrictEqual(texts(alice), ["0", "1", ...crowd])
    }),
  )

  it.effect("and for no other behind that, though somebody always has something to say", () =>
    Effect.gen(function* () {
      const { alice, open, publish } = yield* turns(crowd)
      const more = ["6", "7", "8", "9"]
      for (const text of more) yield* publish(alice, text)
      yield* open(1)
      assert.deepStrictEqual(texts(alice), ["0", "1", ...crowd])
      yield* open(2)
      assert.deepStrictEqual(texts(alice), ["0", "1", ...crowd, ...more])
    }),
  )
})

describe("A turn with others behind it", () => {
  /** An audience of one, who has been told something before; `nanos` is how long that took. */
  const held = Effect.fnUntraced(function* (nanos = 0n) {
    const of = yield* slowly(audience, nanos)
    const ann = member("ann")
    of.enter(ann)
    return {
      ...of,
      /** A turn in which this is said, with so many commands behind it. */
      says: (content: string, waiting: number) =>
        of.turn({ events: [said(content)], answers: [{ request: 1, outcome: { type: "Done" } }], waiting }),
      told: () => {
        const contents = ann.taken().map(({ content }) => content)
        return [...contents, of.settled.splice(0).length]
      },
      /** In how many milliseconds it is to leave, as was said last. */
      delays: () => of.later.map(({ millis }) => millis),
    }
  })

  it.effect("leaves at once where nobody waits, and otherwise when there is time, once", () =>
    Effect.gen(function* () {
      const { delays, later, says, told } = yield* held()
      says("1", 0)
      assert.deepStrictEqual([told(), delays()], [["1", 1], []])
      says("2", 1)
      assert.deepStrictEqual([told(), delays()], [[0], [0]])
      later[0]!.run()
      assert.deepStrictEqual(told(), ["2", 1])
      later[0]!.run()
      assert.deepStrictEqual(told(), [0])
    }),
  )

  it.effect("leaves with the one behind it, whichever comes first, and its answers with it", () =>
    Effect.gen(function* () {
      const { delays, later, says, told } = yield* held()
      says("1", 2)
      says("2", 0)
      assert.deepStrictEqual(told(), ["1", "2", 2])
      says("3", 1)
      // What was to be released is by now.
      later[0]!.run()
      assert.deepStrictEqual(told(), [0])
      says("4", 1)
      later[1]!.run()
      assert.deepStrictEqual(told(), [0])
      later[2]!.run()
      assert.deepStrictEqual(
        [told(), delays()],
        [
          ["3", "4", 2],
          [0, 0, 0],
        ],
      )
    }),
  )

  it.effect("waits for a crowd behind it as long as telling took, and for that one alone", () =>
    Effect.gen(function* () {
      const { delays, later, says, told } = yield* held(2_000_000n)
      says("1", 3)
      says("2", 4)
      assert.deepStrictEqual([told(), delays()], [[0], [0, 2]])
      says("3", 100)
      assert.deepStrictEqual(
        [told(), delays()],
        [
          ["1", "2", "3", 3],
          [0, 2],
        ],
      )
      says("4", 4)
      later.at(-1)!.run()
      assert.deepStrictEqual(
        [told(), delays()],
        [
          ["4", 1],
          [0, 2, 2],
        ],
      )
      says("5", 4)
      assert.deepStrictEqual(delays(), [0, 2, 2, 2])
    }),
  )

  it.effect("waits for none where telling takes less than a timer", () =>
    Effect.gen(function* () {
      const quick = yield* held(249_999n)
      quick.says("1", 100)
      assert.deepStrictEqual(quick.delays(), [0])
      const slow = yield* held(250_000n)
      slow.says("1", 100)
      assert.deepStrictEqual(slow.delays(), [0.25])
    }),
  )
})
