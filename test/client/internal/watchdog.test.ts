import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { watchdog } from "../../../src/client/internal/watchdog.ts"
import { linkOf } from "./fakes.ts"

const times = { pingAfter: Duration.seconds(30), pongWithin: Duration.seconds(5) }

/** Watches a link over which something comes at these seconds; when it pings, and what ends it. */
const watching = (heard: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const now = () => clock.currentTimeMillisUnsafe() / 1000
    const start = now()
    const heardAt = () => Math.max(0, ...heard.filter((at) => at <= now() - start))
    const link = linkOf({
      heardAt,
      silent: (duration) =>
        Effect.gen(function* () {
          while (now() - start - heardAt() < Duration.toSeconds(duration)) yield* Effect.sleep("1 second")
        }),
    })
    const pings: Array<number> = []
    const ping = Effect.sync(() => void pings.push(now() - start))
    const ended = yield* Effect.forkChild(
      Effect.flip(watchdog(link, ping, times)).pipe(Effect.map(({ reason }) => [reason, now() - start])),
    )
    yield* TestClock.adjust("120 seconds")
    return { pings, end: yield* Fiber.join(ended) }
  })

describe("a server that is silent", () => {
  it.effect("is asked, and given up where it does not answer in time", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* watching([]), { pings: [30], end: ["ConnectionLost", 35] })
    }),
  )

  it.effect("is believed to be there where anything comes in time, and asked again after the next silence", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* watching([34, 50]), { pings: [30, 80], end: ["ConnectionLost", 85] })
    }),
  )
})
