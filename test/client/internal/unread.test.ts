import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { Positions } from "../../../src/client/internal/Positions.ts"
import { allUnread, joinUnreadDirects } from "../../../src/client/internal/unread.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { channel, inShort, joined, message, sessionOf } from "./fakes.ts"

const entry = (name: string, read: number, unread: number) => ({
  channel: channel(name),
  read: Seq.make(read),
  last: Seq.make(9),
  unread,
})

/** Pages of what is unread; each names the next. */
const pagesOf = (...pages: ReadonlyArray<ReadonlyArray<ReturnType<typeof entry>>>) => {
  const asked: Array<string | undefined> = []
  const unread = (after?: string) =>
    Effect.sync(() => {
      asked.push(after)
      const at = after === undefined ? 0 : Number(after)
      const next = at + 1 < pages.length ? { next: `${at + 1}` } : {}
      return { type: "Unread" as const, channels: pages[at]!, ...next }
    })
  return { asked, unread }
}

/** Joins what is unread of these, in a session that answers like this. */
const joining = (options: {
  readonly pages: ReadonlyArray<ReadonlyArray<ReturnType<typeof entry>>>
  readonly positions: Positions
  readonly join?: (name: string) => Effect.Effect<never, RequestError | Disconnect>
}) => {
  const joins: Array<string> = []
  const begun: Array<ReadonlyArray<unknown>> = []
  const session = sessionOf({
    unread: pagesOf(...options.pages).unread,
    join: (name) =>
      Effect.suspend(() => {
        joins.push(name)
        return options.join?.(name) ?? Effect.succeed(joined(name, 9))
      }),
  })
  const run = joinUnreadDirects(session, options.positions, (read) => void begun.push([...read]))
  return { run, joins, begun }
}

describe("what is unread", () => {
  it.effect("is read page by page, in order", () =>
    Effect.gen(function* () {
      const { asked, unread } = pagesOf([entry("a", 1, 1)], [entry("b", 1, 1)], [entry("c", 1, 1)])
      assert.deepStrictEqual(
        (yield* allUnread(unread)).map(({ channel }): string => channel),
        ["a", "b", "c"],
      )
      assert.deepStrictEqual(asked, [undefined, "1", "2"])
    }),
  )

  it.effect("brings the client into direct conversations with something new, from their read markers on", () =>
    Effect.gen(function* () {
      const positions = new Positions()
      positions.receive(joined("@eve", 9, { ref: 1 }))
      const { begun, joins, run } = joining({
        positions,
        pages: [
          [entry("@bob", 3, 2), entry("den", 3, 2), entry("@cat", 9, 0)],
          [entry("@dan", 0, 1), entry("@eve", 1, 4)],
        ],
      })
      yield* run
      assert.deepStrictEqual(joins, ["@bob", "@dan"])
      const all = 2 ** 53 - 1
      assert.deepStrictEqual(begun, [
        [
          ["@bob", 3],
          ["den", 3],
          ["@cat", all],
          ["@dan", 0],
          ["@eve", 1],
        ],
      ])
      positions.receive(joined("@bob", 5))
      positions.receive(joined("@dan", 1))
      assert.deepStrictEqual([positions.at("@bob")!.last, positions.at("@dan")!.last].map(Number), [3, 0])
    }),
  )

  it.effect("goes on where it was in one that the server has put it out of", () =>
    Effect.gen(function* () {
      const positions = new Positions()
      positions.receive(joined("@bob", 5, { ref: 1 }))
      positions.receive({ type: "Left", channel: channel("@bob") })
      const { joins, run } = joining({ positions, pages: [[entry("@bob", 2, 4)]] })
      yield* run
      assert.deepStrictEqual(joins, ["@bob"])
      positions.receive(joined("@bob", 7))
      assert.strictEqual(Number(positions.at("@bob")!.last), 5)
    }),
  )

  it.effect("is heard in 32 conversations, and in no more", () =>
    Effect.gen(function* () {
      const all = Array.from({ length: 40 }, (_, at) => entry(`@user${at}`, 1, 1))
      const { joins, run } = joining({ positions: new Positions(), pages: [all] })
      yield* run
      assert.deepStrictEqual(
        joins,
        all.slice(0, 32).map(({ channel }) => channel),
      )
    }),
  )

  it.effect("passes over one that it is not let into, and forgets what it wanted there", () =>
    Effect.gen(function* () {
      const positions = new Positions()
      const tries = { "@bob": 0, "@cat": 0, "@dan": 0 }
      const { joins, run } = joining({
        positions,
        pages: [[entry("@bob", 1, 1), entry("@cat", 1, 1), entry("@dan", 1, 1)]],
        join: (name) => {
          tries[name as keyof typeof tries]++
          return Effect.fail(
            new RequestError({
              reason: name === "@bob" ? "Blocked" : name === "@cat" ? "Unavailable" : "AlreadyMember",
            }),
          )
        },
      })
      const fiber = yield* Effect.forkChild(run)
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(tries, { "@bob": 1, "@cat": 5, "@dan": 1 })
      assert.deepStrictEqual([...new Set(joins)], ["@bob", "@cat", "@dan"])
      for (const [name, last] of [
        ["@bob", 9],
        ["@cat", 9],
        // Somebody has brought it in: that is still on its way.
        ["@dan", 1],
      ] as const) {
        positions.receive(joined(name, 9))
        assert.strictEqual(Number(positions.at(name)!.last), last, name)
      }
    }),
  )

  it.effect("forgets what it wanted where the connection is lost, and tells of that", () =>
    Effect.gen(function* () {
      const positions = new Positions()
      const lost = new Disconnect({ reason: "ConnectionLost" })
      const { joins, run } = joining({
        positions,
        pages: [[entry("@bob", 1, 1), entry("@cat", 1, 1)]],
        join: () => Effect.fail(lost),
      })
      assert.strictEqual(yield* Effect.flip(run), lost)
      assert.deepStrictEqual(joins, ["@bob"])
      positions.receive(joined("@cat", 9))
      assert.strictEqual(Number(positions.at("@cat")!.last), 9)
    }),
  )

  it.effect("waits for the list while the server is busy, and begins without it where there is none", () =>
    Effect.gen(function* () {
      const positions = new Positions()
      positions.connected()
      positions.receive(joined("@bob", 3))
      assert.deepStrictEqual(inShort(positions.receive(message("@bob", 4))[0]), [])
      let tries = 0
      const told: Array<string> = []
      const session = sessionOf({
        unread: () =>
          Effect.suspend(() =>
            Effect.fail(
              ++tries === 3
                ? new RequestError({ reason: "NotSupported" })
                : new RequestError({ reason: "RateLimited", retryAfter: Duration.seconds(1) }),
            ),
          ),
      })
      const run = joinUnreadDirects(session, positions, (read) => {
        for (const [events] of positions.begin(read)) told.push(...inShort(events))
      })
      const fiber = yield* Effect.forkChild(run)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual([tries, told], [3, ["@bob 4"]])
    }),
  )
})
