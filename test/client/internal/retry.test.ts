import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { mayRepeat, retryRefused } from "../../../src/client/internal/retry.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { RequestError, type RequestErrorReason } from "../../../src/domain/RequestError.ts"

const error = (reason: RequestErrorReason, seconds?: number) =>
  new RequestError({ reason, retryAfter: seconds === undefined ? undefined : Duration.seconds(seconds) })

/** Makes a request that is refused like this, one after the other, and then succeeds: what it becomes, and when it was made. */
const asking = (refusals: ReadonlyArray<RequestError | Disconnect>, limits?: Parameters<typeof retryRefused>[1]) =>
  Effect.gen(function* () {
    const left = [...refusals]
    const at: Array<number> = []
    const request = Effect.gen(function* () {
      at.push((yield* Clock.currentTimeMillis) / 1000)
      const refusal = left.shift()
      return refusal === undefined ? "done" : yield* refusal
    })
    const start = (yield* Clock.currentTimeMillis) / 1000
    const fiber = yield* Effect.forkChild(Effect.exit(retryRefused(request, limits)))
    yield* TestClock.adjust("1 hour")
    return { exit: yield* Fiber.join(fiber), at: at.map((moment) => moment - start) }
  })

describe("a request that is refused", () => {
  it.effect("is made again exactly when the server says, as often as it says so", () =>
    Effect.gen(function* () {
      const refusals = Array.from({ length: 20 }, () => error("RateLimited", 2))
      const { at, exit } = yield* asking(refusals, { times: 0 })
      assert.deepStrictEqual(exit, Exit.succeed("done"))
      assert.deepStrictEqual(
        at,
        Array.from({ length: 21 }, (_, n) => 2 * n),
      )
    }),
  )

  it.effect("is not made again where the server wants it later than is waited for", () =>
    Effect.gen(function* () {
      const longest = Duration.seconds(30)
      const soon = yield* asking([error("RateLimited", 30)], { longest })
      assert.deepStrictEqual(soon, { exit: Exit.succeed("done"), at: [0, 30] })
      const late = error("RateLimited", 30.001)
      assert.deepStrictEqual(yield* asking([late], { longest }), { exit: Exit.fail(late), at: [0] })
    }),
  )

  it.effect("is made again so many times where the server does not say when, ever more seldom", () =>
    Effect.gen(function* () {
      const refusals = Array.from({ length: 100 }, () => error("Unavailable"))
      const given = yield* asking(refusals, { times: 4 })
      assert.deepStrictEqual(given.exit, Exit.fail(refusals[0]!))
      assert.strictEqual(given.at.length, 5)
      given.at.slice(1).forEach((moment, n) => assert.isAtMost(moment - given.at[n]!, 0.5 * 2 ** n))
      const once = yield* asking(refusals, { times: 0 })
      assert.strictEqual(once.at.length, 1)
      const forEver = yield* asking(refusals)
      assert.deepStrictEqual(forEver.exit, Exit.succeed("done"))
      assert.strictEqual(forEver.at.length, 101)
      assert.isAbove(Math.max(...forEver.at.slice(1).map((moment, n) => moment - forEver.at[n]!)), 10)
    }),
  )

  it.effect("counts only the tries for which no time was named", () =>
    Effect.gen(function* () {
      const { at, exit } = yield* asking(
        [error("Unavailable"), error("RateLimited", 1), error("RateLimited", 1), error("Unavailable")],
        { times: 2 },
      )
      assert.deepStrictEqual(exit, Exit.succeed("done"))
      assert.strictEqual(at.length, 5)
    }),
  )

  it.effect("is not made again where that does not help, or must not be", () =>
    Effect.gen(function* () {
      for (const refusal of [error("Forbidden"), error("Banned", 1), new Disconnect({ reason: "ConnectionLost" })]) {
        assert.deepStrictEqual(yield* asking([refusal]), { exit: Exit.fail(refusal), at: [0] })
      }
      const refusal = error("Unavailable", 1)
      const seen: Array<RequestError> = []
      const repeats = (error: RequestError) => (seen.push(error), false)
      assert.deepStrictEqual(yield* asking([refusal], { repeats }), { exit: Exit.fail(refusal), at: [0] })
      assert.deepStrictEqual(seen, [refusal])
    }),
  )

  it.effect("waits as it is told to", () =>
    Effect.gen(function* () {
      const waits: Array<number> = []
      const wait = (time: Duration.Duration) => Effect.sync(() => void waits.push(Duration.toSeconds(time)))
      const { at } = yield* asking([error("RateLimited", 7), error("RateLimited", 9)], { wait })
      assert.deepStrictEqual(
        [at, waits],
        [
          [0, 0, 0],
          [7, 9],
        ],
      )
    }),
  )

  it("is not repeated where it may have been done, and twice is not once", () => {
    const once = [
      "CreateChannel",
      "RenameChannel",
      "DeleteChannel",
      "SetRole",
      "Kick",
      "Ban",
      "Mute",
      "CreateInviteLink",
      "RevokeInviteLink",
    ] as const
    const often = [
      "Join",
      "Leave",
      "SetTopic",
      "SetStatus",
      "Configure",
      "Invite",
      "Unban",
      "Unmute",
      "Block",
      "AcceptInvite",
    ] as const
    for (const reason of ["Internal", "Unavailable", "RateLimited", "TooManyChannels"] as const) {
      const unclear = reason === "Internal" || reason === "Unavailable"
      for (const type of once) assert.strictEqual(mayRepeat({ type })(error(reason)), !unclear, `${type} ${reason}`)
      for (const type of often) assert.isTrue(mayRepeat({ type })(error(reason)), `${type} ${reason}`)
    }
  })
})
