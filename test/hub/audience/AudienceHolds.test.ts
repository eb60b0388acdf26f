/** When what is stored is told: by itself, or with what is stored next (docs/adr/0016). */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { settle } from "../../actor/fibers.ts"
import { overHistory, texts } from "../channel/fixture.ts"
import { member } from "../members.ts"

describe("Where telling everybody takes its time", () => {
  /** Whatever is timed takes 2 ms. */
  const slowly = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Clock.Clock, (clock) => {
      let looked = 0n
      const slow: Clock.Clock = {
        ...clock,
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + 2_000_000n * looked++,
      }
      return Effect.provideService(effect, Clock.Clock, slow)
    })

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
