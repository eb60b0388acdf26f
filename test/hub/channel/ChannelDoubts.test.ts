/** What a channel makes of a history that knows better, fails at one of several steps, or says so again and again. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { History } from "../../../src/history/History.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import { defaults as historyDefaults } from "../../../src/history/HistorySettings.ts"
import type { HistoryShape } from "../../../src/history/HistoryShape.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, id, online, reason, types } from "../fixture.ts"
import { member, type TestMember } from "../members.ts"
import { controlledHistory, general } from "../stores.ts"
import { channel, texts } from "./fixture.ts"
import { personOf } from "./record.ts"

const seq = (n: number) => Seq.make(n)
const [alice, bob] = [() => member("alice"), () => member("bob")]
const fail = (reason: HistoryError["reason"]) => new HistoryError({ reason, operation: "test" })

/** A channel over a history in memory, of which some is otherwise; what was called is noted. */
const world = Effect.fnUntraced(function* (
  otherwise: (stored: HistoryShape, calls: Array<string>) => Partial<HistoryShape>,
  ...members: ReadonlyArray<TestMember>
) {
  const calls: Array<string> = []
  const history = controlledHistory()
  const layer = Layer.effect(
    History,
    Effect.gen(function* () {
      const stored = yield* History
      // Somebody said something before.
      const entry = { type: "Message" as const, seq: seq(1), from: personOf(alice().user), timestamp: 0, id: id("old") }
      yield* stored.append(ChannelId.make(general), {
        after: seq(0),
        entries: [{ ...entry, content: "old" }],
        durability: "memory",
      })
      return History.of({ ...stored, ...otherwise(stored, calls) })
    }).pipe(Effect.orDie),
  )
  const tested = yield* channel({
    history: Object.assign(history, { layer: Layer.provideMerge(layer, history.layer) }),
  })
  for (const who of members) yield* tested.join(who, online)
  yield* settle
  calls.length = 0
  return { ...tested, calls: () => calls.splice(0) }
})

const published = (who: TestMember) => who.all("Published").map(({ id, seq }) => `${id} at ${seq}`)
const errors = (who: TestMember) => who.all("Error").map(({ code, ref }) => [ref, code])

/** It names no ids when a channel starts: as if they were more than are loaded. */
const forgetting =
  (stored: HistoryShape): HistoryShape["load"] =>
  (of, since) =>
    Effect.map(stored.load(of, since), (loaded) => ({ ...loaded, ids: [] }))

describe("A channel over a history that knows better", () => {
  for (const atOnce of [true, false]) {
    it.effect(`stores once what was stored before, and the rest${atOnce ? ", where it is done at once" : ""}`, () =>
      Effect.gen(function* () {
        const [ann, bobby] = [alice(), bob()]
        const { calls, publish } = yield* world(
          (stored, calls) => ({
            load: forgetting(stored),
            append: (of, batch) => (calls.push("append"), stored.append(of, batch)),
            appendUnsafe: atOnce
              ? (of, batch) => {
                  calls.push("append at once")
                  return Effect.runSyncExit(stored.append(of, batch))
                }
              : undefined,
            known: (of, ids) => {
              calls.push(ids.map(({ id, user }) => `${user} ${id}`).join())
              return stored.known(of, ids)
            },
          }),
          ann,
          bobby,
        )
        yield* publish(bobby, { id: id("new"), content: "new" })
        yield* publish(ann, { id: id("old"), content: "old" })
        yield* publish(ann, { content: "without an id" })
        yield* settle
        const append = atOnce ? "append at once" : "append"
        assert.deepStrictEqual(calls(), [append, "bob new,alice old", append])
        assert.deepStrictEqual(published(ann), ["old at 1"])
        assert.deepStrictEqual(published(bobby), ["new at 2"])
        assert.deepStrictEqual(texts(bobby), ["new", "without an id"])
      }),
    )
  }

  it.effect("asks it once: where that does not help, whoever said something is told so", () =>
    Effect.gen(function* () {
      const ann = alice()
      const { calls, publish } = yield* world(
        (_, calls) => ({
          append: () => (calls.push("append"), Effect.fail(fail("Duplicate"))),
          known: () => (calls.push("known"), Effect.succeed([])),
        }),
        ann,
      )
      yield* publish(ann, { id: id("1"), ref: 1, content: "1" })
      yield* settle
      assert.deepStrictEqual(calls(), ["append", "known", "append"])
      assert.deepStrictEqual(errors(ann), [[1, 501]])
      assert.deepStrictEqual(texts(ann), [])
    }),
  )

  it.effect("that cannot say which is a history that fails: nobody is lost", () =>
    Effect.gen(function* () {
      const ann = alice()
      let fails = true
      const { publish } = yield* world(
        (stored) => ({
          load: forgetting(stored),
          known: (of, ids) => (fails ? Effect.fail(fail("Unavailable")) : stored.known(of, ids)),
        }),
        ann,
      )
      yield* publish(ann, { id: id("old"), ref: 1, content: "old" })
      yield* settle
      assert.deepStrictEqual(errors(ann), [[1, 501]])
      fails = false
      yield* publish(ann, { id: id("old"), ref: 2, content: "old" })
      yield* settle
      assert.deepStrictEqual(published(ann), ["old at 1"])
    }),
  )
})

describe("A channel over a history that fails where it stores at once", () => {
  it.effect("refuses what was said, and says it with the next try", () =>
    Effect.gen(function* () {
      const ann = alice()
      let fails = true
      const { publish } = yield* world(
        (stored) => ({
          appendUnsafe: (of, batch) =>
            fails ? Exit.fail(fail("Unavailable")) : Effect.runSyncExit(stored.append(of, batch)),
        }),
        ann,
      )
      yield* publish(ann, { id: id("1"), ref: 1, content: "1" })
      yield* settle
      assert.deepStrictEqual([errors(ann), texts(ann)], [[[1, 501]], []])
      fails = false
      yield* publish(ann, { id: id("1"), ref: 2, content: "1" })
      yield* settle
      assert.deepStrictEqual([published(ann), texts(ann)], [["1 at 2"], ["1"]])
    }),
  )
})

describe("A channel over a history that cannot read what is to be changed", () => {
  it.effect("refuses all that came together with it; nothing of it is stored", () =>
    Effect.gen(function* () {
      const [ann, bobby] = [alice(), bob()]
      let fails = true
      const { calls, change, publish } = yield* world(
        (stored, calls) => ({
          append: (of, batch) => (calls.push("append"), stored.append(of, batch)),
          messages: (of, seqs) => {
            calls.push(`messages ${seqs.join()}`)
            return fails ? Effect.fail(fail("Unavailable")) : stored.messages(of, seqs)
          },
        }),
        ann,
        bobby,
      )
      const edit = change(ann, {
        id: id("edit"),
        ref: 1,
        target: seq(1),
        change: { type: "Edited", content: "new" },
      })
      yield* edit
      yield* publish(bobby, { id: id("1"), ref: 2, content: "1" })
      yield* settle
      assert.deepStrictEqual(calls(), ["messages 1"])
      assert.deepStrictEqual([errors(ann), errors(bobby)], [[[1, 501]], [[2, 501]]])
      fails = false
      yield* edit
      yield* settle
      assert.deepStrictEqual(calls(), ["messages 1", "append"])
      assert.deepStrictEqual(published(ann), ["edit at 2"])
      assert.lengthOf(bobby.all("Edited"), 1)
      // What changes nothing stores nothing.
      yield* change(ann, { id: id("again"), target: seq(1), change: { type: "Edited", content: "new" } })
      yield* settle
      assert.deepStrictEqual(calls(), ["messages 1"])
    }),
  )
})

describe("A channel over a history that cannot note who has read what", () => {
  const reading = (of: Effect.Success<ReturnType<typeof world>>, who: TestMember, n: number) =>
    fork(
      reason(
        Effect.catchTag(
          of.link.ask<"Done">((request) => ({ type: "Read", by: who.by, request, seq: seq(n) })),
          "ChannelGone",
          Effect.die,
        ),
      ),
    )

  it.effect("refuses that, and nothing else; nobody is told of it", () =>
    Effect.gen(function* () {
      const [ann, bobby] = [alice(), bob()]
      let fails = true
      const tested = yield* world(
        (stored, calls) => ({
          mark: (of, read) => {
            calls.push(read.map(({ read, user }) => `${user} ${read}`).join())
            return fails ? Effect.fail(fail("Unavailable")) : stored.mark(of, read)
          },
        }),
        ann,
        bobby,
      )
      bobby.taken()
      const first = yield* reading(tested, ann, 1)
      yield* tested.publish(ann, { id: id("1"), content: "1" })
      assert.strictEqual(yield* Fiber.join(first), "Unavailable")
      yield* settle
      assert.deepStrictEqual(types(bobby.taken()), ["Message"])
      assert.deepStrictEqual(tested.calls(), ["alice 1"])
      fails = false
      yield* reading(tested, ann, 2)
      yield* reading(tested, bobby, 1)
      yield* reading(tested, ann, 1)
      yield* settle
      // Once for all that came together, each as far as it got.
      assert.deepStrictEqual(tested.calls(), ["alice 2,bob 1"])
      const marks = bobby.all("ReadMarker").map(({ seq, user_id }) => [user_id, seq])
      assert.deepStrictEqual<unknown>(marks, [
        ["alice", 2],
        ["bob", 1],
      ])
    }),
  )
})

describe("A channel that cannot be loaded", () => {
  it.effect("tries once for all that came together, and says what is the matter to each of them", () =>
    Effect.gen(function* () {
      let fails = true
      const { calls, link, tellUnsafe, turns } = yield* world((stored, calls) => ({
        load: (of, since) =>
          Effect.suspend(() => {
            calls.push("load")
            return fails
              ? Effect.fail(new HistoryError({ reason: "Unavailable", operation: "load", trouble: "away" }))
              : stored.load(of, since)
          }),
      }))
      const described = (request: number) => ({ type: "Describe", by: alice().by, request }) as const
      const joins = ["a", "b"].map((name) => member(name))
      for (const [n, { by, session }] of joins.entries()) {
        const request = 1000 + n
        tellUnsafe({ type: "Join", by, request, session, appearance: online, called: general, names: false })
      }
      for (const n of [1002, 1003]) tellUnsafe(described(n))
      yield* settle
      assert.deepStrictEqual(calls(), ["load"])
      const why = (from: number) =>
        turns
          .flatMap(({ answers }) => answers)
          .filter(({ request }) => request >= from)
          .map(({ outcome }) => (outcome.type === "Refused" ? outcome.error.detail : outcome.type))
      const away = "The server cannot reach what it keeps its data in"
      assert.deepStrictEqual(why(1000), [away, away, away, away])
      // The next who come bring the next try.
      tellUnsafe(described(2000))
      yield* settle
      assert.deepStrictEqual(calls(), ["load"])
      fails = false
      tellUnsafe(described(2001))
      tellUnsafe(described(2002))
      yield* settle
      assert.deepStrictEqual(calls(), ["load"])
      assert.deepStrictEqual(why(2000), [away, "Described", "Described"])
      assert.strictEqual(link.name, general)
    }),
  )
})

describe("A channel that starts", () => {
  it.effect("asks for the ids of as long as they are remembered, and not for all there are", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(86_400_000)
      const since: Array<number> = []
      yield* world((stored) => ({
        load: (of, from) => {
          since.push(from)
          return stored.load(of, from)
        },
      }))
      assert.deepStrictEqual(since, [86_400_000 - Duration.toMillis(historyDefaults.rememberIds)])
    }),
  )
})

describe("How safe a message has to be", () => {
  it.effect("is what the channel says, and what the settings say where it says nothing", () =>
    Effect.gen(function* () {
      const ann = alice()
      const { administer, calls, publish } = yield* world(
        (stored, calls) => ({ append: (of, batch) => (calls.push(batch.durability), stored.append(of, batch)) }),
        ann,
      )
      yield* publish(ann, { content: "1" })
      yield* settle
      yield* administer({ ...ann.user, role: "admin" }, { type: "Configure", durability: "memory" })
      yield* publish(ann, { content: "2" })
      yield* settle
      assert.deepStrictEqual(calls(), ["disk", "memory"])
    }),
  )
})
