/** A channel while somebody sets the clock of its machine. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { settle } from "../../actor/fibers.ts"
import { withSettable } from "../../suites/settableClock.ts"
import { id, online } from "../fixture.ts"
import { member } from "../members.ts"
import { channel } from "./fixture.ts"

const hour = 3_600_000

describe("A channel whose clock is set", () => {
  for (const by of [-hour, hour]) {
    const how = by < 0 ? "back an hour" : "forward an hour"

    it.effect(`${how}: who comes and goes is told as before, and who is typing`, () =>
      withSettable(
        Effect.fnUntraced(function* (set) {
          yield* TestClock.setTime(10 * hour)
          const general = yield* channel()
          const [alice, bob] = [member("alice"), member("bob")]
          yield* general.join(alice, online)
          yield* TestClock.adjust("10 seconds")
          yield* general.join(bob, online)
          general.typing(bob)
          yield* settle
          set(by)
          general.typing(bob)
          yield* settle
          assert.lengthOf(alice.all("UserTyping"), 1)
          yield* TestClock.adjust("2 seconds")
          general.typing(bob)
          yield* settle
          assert.lengthOf(alice.all("UserTyping"), 2)
          assert.deepStrictEqual(
            alice.all("Presence").flatMap(({ joined = [] }) => joined.map(({ username }) => String(username))),
            ["alice", "bob"],
          )
          yield* general.leave(bob)
          yield* settle
          set(by)
          yield* TestClock.adjust("1 minute")
          yield* settle
          assert.deepStrictEqual(alice.all("Presence").at(-1)?.left?.map(String), ["bob"])
        }),
      ),
    )

    it.effect(`${how}: an id sent again gets the first answer, and no stamp is below the one before`, () =>
      withSettable(
        Effect.fnUntraced(function* (set) {
          yield* TestClock.setTime(10 * hour)
          const general = yield* channel()
          const alice = member("alice")
          yield* general.join(alice, online)
          const say = (name: string, ref: number) =>
            Effect.andThen(general.publish(alice, { id: id(name), ref, content: name }), settle)
          yield* say("one", 1)
          set(by)
          yield* say("one", 2)
          yield* say("two", 3)
          yield* TestClock.adjust("9 minutes")
          set(-3 * by)
          yield* say("one", 4)
          yield* say("two", 5)
          yield* say("three", 6)
          const answers = alice.all("Published").map(({ seq, timestamp }) => [Number(seq), timestamp] as const)
          assert.deepStrictEqual(
            answers.map(([seq]) => seq),
            [1, 1, 2, 1, 2, 3],
          )
          assert.deepStrictEqual(answers[0], answers[1])
          assert.deepStrictEqual(answers[2], answers[4])
          const stamps = [answers[0]!, answers[2]!, answers[5]!].map(([, timestamp]) => timestamp)
          assert.deepStrictEqual(
            stamps,
            stamps.toSorted((one, other) => one - other),
          )
          assert.isAtLeast(stamps[0]!, 10 * hour)
        }),
      ),
    )
  }
})
