import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { catchUp } from "../../../src/client/internal/catchUp.ts"
import { Position } from "../../../src/client/internal/Position.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { RequestError, type RequestErrorReason } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import type { ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"
import { channel, inShort, joined, message, sessionOf } from "./fakes.ts"

const page = (from: number, to: number, more: boolean): ServerFrameOf<"HistoryPage"> => ({
  type: "HistoryPage",
  channel: channel("den"),
  entries: Array.from({ length: to - from + 1 }, (_, at) => message("den", from + at)) as never,
  first: Seq.make(1),
  more,
})

const refused = (reason: RequestErrorReason, retryAfter?: Duration.Duration) =>
  Effect.fail(new RequestError({ reason, retryAfter }))

type Answer = Effect.Effect<ServerFrameOf<"HistoryPage">, RequestError | Disconnect>

/** A channel with entries 1 to 5, of which nothing is known, whose pages are answered like this. */
const setting = (...answers: ReadonlyArray<Answer>) => {
  const position = new Position(channel("den"), Seq.make(0))
  position.join(joined("den", 5))
  const left = [...answers]
  const asked: Array<string> = []
  const told: Array<string> = []
  const state = { isHere: true, rooms: 0 }
  const run = catchUp({
    session: sessionOf({
      history: (name, range) =>
        Effect.suspend(() => {
          asked.push(`${name} behind ${range?.after}`)
          return left.shift() ?? Effect.never
        }),
    }),
    position,
    isHere: () => state.isHere,
    room: Effect.sync(() => void state.rooms++),
    emit: (events) => void told.push(...inShort(events)),
  })
  return { run, position, asked, told, state }
}

describe("what is missing in a channel", () => {
  it.effect("is fetched page by page from where the client is, each when there is room for it", () =>
    Effect.gen(function* () {
      const { asked, run, state, told } = setting(Effect.succeed(page(1, 2, true)), Effect.succeed(page(3, 5, false)))
      yield* run
      assert.deepStrictEqual(asked, ["den behind 0", "den behind 2"])
      assert.deepStrictEqual(told, ["den 1", "den 2", "den 3", "den 4", "den 5"])
      assert.strictEqual(state.rooms, 2)
    }),
  )

  it.effect("is not asked for where nothing is missing, nor of a channel that the client has left", () =>
    Effect.gen(function* () {
      const complete = setting()
      complete.position.addPage(page(1, 5, false))
      yield* complete.run
      const left = setting()
      left.state.isHere = false
      yield* left.run
      assert.deepStrictEqual([complete.asked, left.asked], [[], []])
    }),
  )

  it.effect("is not told where the client has left while the page came", () =>
    Effect.gen(function* () {
      const world = setting(
        Effect.sync(() => {
          world.state.isHere = false
          return page(1, 5, false)
        }),
      )
      yield* world.run
      assert.deepStrictEqual(world.told, [])
      assert.isTrue(world.position.isBehind)
    }),
  )

  it.effect("is asked for under the new name where the channel was renamed meanwhile", () =>
    Effect.gen(function* () {
      const world = setting(
        Effect.suspend(() => {
          world.position.rename(channel("lounge"))
          return refused("NoSuchChannel")
        }),
        Effect.succeed(page(1, 5, false)),
      )
      yield* world.run
      assert.deepStrictEqual(world.asked, ["den behind 0", "lounge behind 0"])
      assert.deepStrictEqual(world.told.at(-1), "lounge 5")
    }),
  )

  it.effect("is asked for again where the server is busy, and given up where it does not give it", () =>
    Effect.gen(function* () {
      const busy = setting(refused("Unavailable", Duration.seconds(1)), Effect.succeed(page(1, 5, false)))
      const fiber = yield* Effect.forkChild(busy.run)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.strictEqual(busy.told.length, 5)
      const closed = setting(refused("Forbidden"))
      yield* closed.run
      assert.deepStrictEqual(closed.told, ["den missed 1-5"])
      const leaving = setting(
        Effect.suspend(() => {
          leaving.state.isHere = false
          return refused("Forbidden")
        }),
      )
      yield* leaving.run
      assert.deepStrictEqual(leaving.told, [])
    }),
  )

  it.effect("waits five seconds for the news that the client is out, where it is refused for that", () =>
    Effect.gen(function* () {
      const told = setting(refused("NotMember"))
      const telling = yield* Effect.forkChild(Effect.andThen(told.run, Clock.currentTimeMillis))
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(told.told, [])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(telling), 5000)
      assert.deepStrictEqual(told.told, ["den missed 1-5"])
      const out = setting(refused("NotMember"))
      const leaving = yield* Effect.forkChild(out.run)
      yield* TestClock.adjust("1 second")
      out.state.isHere = false
      yield* TestClock.adjust("4 seconds")
      yield* Fiber.join(leaving)
      assert.deepStrictEqual(out.told, [])
    }),
  )

  it.effect("is left to the next connection where this one is lost", () =>
    Effect.gen(function* () {
      const lost = new Disconnect({ reason: "ConnectionLost" })
      const { position, run, told } = setting(Effect.succeed(page(1, 2, true)), Effect.fail(lost))
      assert.deepStrictEqual(yield* Effect.exit(run), Exit.fail(lost))
      assert.deepStrictEqual(told, ["den 1", "den 2"])
      assert.isTrue(position.isBehind)
    }),
  )
})
