import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { Lanes } from "../../src/session/Lanes.ts"
import { settle } from "../actor/fibers.ts"

const setting = () => {
  const happened: Array<string> = []
  const lanes = new Lanes({
    end: ({ reason }) => void happened.push(`ended: ${reason}`),
    onDone: (later) => void happened.push(later ? "done later" : "done at once"),
  })
  const note = (what: string) => Effect.sync(() => void happened.push(what))
  return { lanes, happened, note }
}

/** Whoever reads goes on. */
const reads = <A>(added: Effect.Effect<A>) => Effect.forkChild(added, { startImmediately: true })

describe("the lanes of a session", () => {
  it.effect("keep the order in each, and do not wait for each other", () =>
    Effect.gen(function* () {
      const { happened, lanes, note } = setting()
      const hold = yield* Deferred.make<void>()
      yield* lanes.add("den", 1, Effect.andThen(Deferred.await(hold), note("den 1")))
      yield* lanes.add("den", 1, note("den 2"))
      assert.isTrue(lanes.has("den"))
      yield* lanes.add("attic", 1, note("attic 1"))
      assert.deepStrictEqual(happened, ["attic 1", "done at once"])
      assert.isFalse(lanes.has("attic"))
      const idle = yield* reads(lanes.idle)
      yield* Deferred.succeed(hold, undefined)
      yield* Fiber.join(idle)
      assert.deepStrictEqual(happened.slice(2), ["den 1", "done later", "den 2", "done later"])
      assert.isTrue(lanes.none)
    }),
  )

  it.effect("of two names of one channel wait for what is of both", () =>
    Effect.gen(function* () {
      const { happened, lanes, note } = setting()
      const [one, other] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      yield* lanes.add("den", 1, Effect.andThen(Deferred.await(one), note("den 1")))
      yield* lanes.add("attic", 1, Effect.andThen(Deferred.await(other), note("attic 1")))
      yield* lanes.add("den", 1, note("renamed"), { also: "attic" })
      yield* lanes.add("attic", 1, note("attic 2"))
      yield* lanes.add("hall", 1, note("hall"))
      yield* Deferred.succeed(other, undefined)
      yield* settle
      yield* Deferred.succeed(one, undefined)
      yield* lanes.idle
      const done = happened.filter((what) => !what.startsWith("done"))
      assert.deepStrictEqual(done, ["hall", "attic 1", "den 1", "renamed", "attic 2"])
    }),
  )

  it.effect("hold 256 requests, or 256 KiB of them: then whoever reads waits", () =>
    Effect.gen(function* () {
      for (const [count, bytes] of [
        [256, 1],
        [4, 64 * 1024],
      ] as const) {
        const { lanes } = setting()
        const hold = yield* Deferred.make<void>()
        for (let at = 1; at < count; at++) yield* lanes.add(`lane ${at}`, bytes, Deferred.await(hold))
        const last = yield* Deferred.make<void>()
        const full = yield* reads(lanes.add("last", bytes, Deferred.await(last)))
        yield* settle
        assert.isUndefined(full.pollUnsafe(), `${count} of ${bytes}`)
        yield* Deferred.succeed(hold, undefined)
        yield* Fiber.join(full)
      }
    }),
  )

  it.effect("end the session as whoever reads would: with the reason, or for a fault of the service", () =>
    Effect.gen(function* () {
      const { happened, lanes } = setting()
      yield* lanes.add("den", 1, Effect.fail(new Disconnect({ reason: "Flooding" })))
      yield* lanes.add("den", 1, Effect.die(new Error("broken")))
      assert.deepStrictEqual(
        happened.filter((what) => what.startsWith("ended")),
        ["ended: Flooding", "ended: Internal"],
      )
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
  )

  it.effect("end with whoever reads, and nothing more of them is done", () =>
    Effect.gen(function* () {
      const { happened, lanes, note } = setting()
      const reading = yield* reads(
        Effect.andThen(
          Effect.andThen(lanes.add("den", 1, Effect.never), lanes.add("den", 1, note("behind"))),
          Effect.never,
        ),
      )
      yield* Fiber.interrupt(reading)
      assert.isTrue(lanes.none)
      assert.notInclude(happened, "behind")
    }),
  )
})
