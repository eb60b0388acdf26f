/** What a load of another server shows, and when it is over; on virtual time, without a server. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { LoadError } from "../../src/load/LoadError.ts"
import { type Begin, measure } from "../../src/load/internal/server/measure.ts"
import type { LoadOptions } from "../../src/load/internal/server/LoadOptions.ts"
import type { LoadRecord } from "../../src/load/internal/server/LoadRecord.ts"
import { Progress } from "../../src/load/Progress.ts"
import type { Result } from "../../src/scenario/Result.ts"
import type { Snapshot } from "../../src/scenario/Snapshot.ts"

const measuring = Effect.fnUntraced(function* (
  load: (record: LoadRecord, begin: Begin) => Effect.Effect<void, LoadError, Scope.Scope>,
  options: Partial<LoadOptions> = {},
) {
  const shown: Array<Snapshot> = []
  const running = yield* measure(
    { kind: "ws", name: "n", about: "a", target: "t", connections: 5 },
    {
      lasts: Duration.seconds(3),
      count: 100,
      perSecond: Option.none(),
      timeout: Duration.seconds(2),
      p99: Option.none(),
      errorRate: Option.none(),
      throughput: Option.none(),
      noErrors: false,
      ...options,
    },
    load,
  ).pipe(
    Effect.provideService(Progress, {
      show: (snapshot) => Effect.sync(() => void shown.push(snapshot)),
      say: () => Effect.void,
    }),
    Effect.forkChild,
  )
  return { running, shown }
})

describe("a load", () => {
  it.effect("shows how far it is, once a second and at the end", () =>
    Effect.gen(function* () {
      const { running, shown } = yield* measuring((record, begin) =>
        Effect.gen(function* () {
          yield* Effect.sleep("1500 millis")
          record.connected = 4
          begin(1)
          yield* Effect.sleep("1 second")
          record.send()
          record.send()
          record.answer({ due: 2490, sentAt: 2490 })
          record.error("reset")
          yield* Effect.sleep("3 seconds")
        }),
      )
      yield* TestClock.adjust("10 seconds")
      const result = yield* Fiber.join(running)
      assert.deepStrictEqual(
        shown.map(({ elapsed, lasts, phase }) => [elapsed, lasts, phase]),
        [
          [1, 4, "arriving"],
          [2, 4.5, "measuring"],
          [3, 4.5, "measuring"],
          [4, 4.5, "measuring"],
          [5, 4.5, "finishing"],
          [5.5, 4.5, "finishing"],
        ],
      )
      const { latency, ...third } = shown[2]!
      assert.deepStrictEqual(third, {
        name: "n",
        phase: "measuring",
        elapsed: 3,
        lasts: 4.5,
        membersIn: 4,
        members: 5,
        sent: 2,
        delivered: 1,
        errors: 1,
      })
      assert.strictEqual(Math.round(latency!.p50), 10)
      assert.deepStrictEqual(result.marks, [
        { at: 1.5, label: "measured part begins" },
        { at: 5.5, label: "measured part ends" },
      ])
      assert.deepStrictEqual(result.series.find(({ name }) => name === "sent")!.points.at(-1), [5.5, 0])
    }),
  )

  it.effect("gives its senders a pace each, of their rate or of their own", () =>
    Effect.gen(function* () {
      const taken = Effect.fnUntraced(function* (options: Partial<LoadOptions>) {
        const dues: Array<number | undefined> = []
        const { running } = yield* measuring(
          (record, begin) =>
            Effect.gen(function* () {
              yield* Effect.sleep("1 second")
              const paces = begin(2)
              assert.lengthOf(paces, 2)
              for (const pace of [...paces, ...paces]) dues.push(pace.next(record.now()))
              yield* Effect.sleep("3 seconds")
              dues.push(paces[0].next(record.now()))
            }),
          options,
        )
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(running)
        return dues
      })
      assert.deepStrictEqual(yield* taken({ perSecond: Option.some(4) }), [1000, 1250, 1500, 1750, undefined])
      assert.deepStrictEqual(yield* taken({}), [1000, 1000, 1000, 1000, undefined])
      // Together they have one number of requests.
      assert.deepStrictEqual(yield* taken({ count: 3 }), [1000, 1000, 1000, undefined, undefined])
    }),
  )

  it.effect("gives up a request after the time that was said", () =>
    Effect.gen(function* () {
      const { running } = yield* measuring((record) => Effect.sync(() => record.lose(0, "no answer in time")))
      assert.strictEqual((yield* Fiber.join(running)).latencies[0]!.max, 2000)
    }),
  )

  it.effect("fails where it cannot be, and releases what it took", () =>
    Effect.gen(function* () {
      let open = true
      const { running } = yield* measuring(() =>
        Effect.gen(function* () {
          yield* Effect.acquireRelease(Effect.void, () => Effect.sync(() => (open = false)))
          return yield* new LoadError({ target: "t", reason: "refused" })
        }),
      )
      assert.strictEqual((yield* Effect.flip(Fiber.join(running))).message, "t: refused")
      assert.isFalse(open)
    }),
  )

  it.effect("that is interrupted tells what was measured until then", () =>
    Effect.gen(function* () {
      const told: Array<Result> = []
      const { running } = yield* measuring(
        (_, begin) =>
          Effect.andThen(
            Effect.sync(() => begin(1)),
            Effect.never,
          ),
        { stopped: (result) => Effect.sync(() => void told.push(result)) },
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual(
        told.map(({ marks, seconds }) => [seconds, marks]),
        [
          [
            1,
            [
              { at: 0, label: "measured part begins" },
              { at: 1, label: "stopped" },
            ],
          ],
        ],
      )
      const { running: silent } = yield* measuring(() => Effect.never)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(silent)
    }),
  )
})
