import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { Wish } from "../../../src/client/internal/Wish.ts"
import { withSettable } from "../../suites/settableClock.ts"
import { sessionOf } from "./fakes.ts"

const told = (wish: Wish, resumes: boolean) =>
  Effect.gen(function* () {
    const asked: Array<unknown> = []
    const ask = (frame: unknown) => Effect.sync(() => void asked.push(frame))
    yield* wish.tell(sessionOf({ resumes, ask: ask as never }))
    return asked
  })

describe("a wish", () => {
  it.effect("says how old it is, to a server that asks for that, by a clock that nobody sets", () =>
    withSettable(
      Effect.fnUntraced(function* (set) {
        const wish = new Wish("away", "lunch", yield* Clock.Clock)
        assert.deepStrictEqual(yield* told(wish, true), [{ type: "SetStatus", status: "away", text: "lunch" }])
        yield* TestClock.adjust("90 seconds")
        set(-3_600_000)
        assert.deepStrictEqual(yield* told(wish, true), [
          { type: "SetStatus", status: "away", text: "lunch", age: 90_000 },
        ])
        assert.deepStrictEqual(yield* told(wish, false), [{ type: "SetStatus", status: "away", text: "lunch" }])
      }),
    ),
  )
})
