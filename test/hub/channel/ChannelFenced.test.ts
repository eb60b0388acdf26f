/** A channel that another node has by now. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { ChannelStoreError } from "../../../src/channels/ChannelStoreError.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, id, online } from "../fixture.ts"
import { member } from "../members.ts"
import { controlledHistory } from "../stores.ts"
import { channel, type Options, texts } from "./fixture.ts"

const fence = { partition: 7, epoch: 1007 }
const fenced = new HistoryError({ reason: "Fenced", operation: "append" })

/** A channel that this node has by a claim, with alice in it. */
const claimed = Effect.fnUntraced(function* (options: Options = {}) {
  const history = options.history ?? controlledHistory()
  let told = 0
  const tested = yield* channel({ ...options, history, fence, onFenced: Effect.sync(() => void told++) })
  const alice = member("alice")
  yield* tested.join(alice, online)
  yield* settle
  const answers = () => tested.turns.flatMap(({ answers }) => answers.map(({ outcome }) => outcome.type))
  const ends = () => tested.turns.filter(({ events }) => events.some(({ type }) => type === "Ended")).length
  return { alice, answers, ends, history, tested, told: () => told }
})

type Tested = Effect.Success<ReturnType<typeof claimed>>

describe("a channel that another node has by now", () => {
  it.effect("gives its claim to the history, and goes on while that is the last", () =>
    Effect.gen(function* () {
      const { alice, history, tested } = yield* claimed()
      yield* tested.publish(alice, { id: id("a"), content: "1" })
      yield* settle
      assert.deepStrictEqual(texts(alice), ["1"])
      assert.deepStrictEqual(history.fences, [fence, fence])
    }),
  )

  it.effect("ends when it stores: what is in hand and what waits is answered, and nothing is told or loaded", () =>
    Effect.gen(function* () {
      const { alice, answers, ends, history, tested, told } = yield* claimed()
      const gate = yield* Deferred.make<void>()
      history.before = Effect.andThen(Deferred.await(gate), Effect.fail(fenced))
      const loads = history.loads()
      yield* tested.publish(alice, { id: id("a"), content: "1" })
      yield* tested.publish(alice, { id: id("b"), content: "2" })
      yield* settle
      yield* tested.publish(alice, { id: id("c"), content: "3" })
      yield* tested.leave(member("nobody"))
      const before = answers().length
      yield* Deferred.succeed(gate, undefined)
      yield* tested.stopped
      assert.deepStrictEqual(answers().slice(before), ["Gone", "Gone", "Gone", "Done"])
      assert.deepStrictEqual(texts(alice), [])
      assert.deepStrictEqual([told(), ends(), history.loads() - loads], [1, 1, 0])
      assert.isFalse(tested.tellUnsafe({ type: "Settle", request: 0 }))
    }),
  )

  it.effect("ends where it starts, or loads again", () =>
    Effect.gen(function* () {
      const late = controlledHistory()
      late.load = Effect.fail(fenced)
      const history = controlledHistory()
      const first = yield* channel({ history: late, fence })
      yield* first.stopped
      const { alice, answers, tested, told } = yield* claimed({ history })
      history.before = Effect.fail(new HistoryError({ reason: "Unsure", operation: "append" }))
      yield* tested.publish(alice, { id: id("a"), content: "1" })
      yield* settle
      const before = answers().length
      history.load = Effect.fail(fenced)
      yield* tested.publish(alice, { id: id("a"), content: "1" })
      yield* tested.stopped
      assert.deepStrictEqual([answers().slice(before), told()], [["Gone"], 1])
    }),
  )

  it.effect("ends where it looks again by itself, and after a crash", () =>
    Effect.gen(function* () {
      for (const trouble of [
        Effect.fail(new HistoryError({ reason: "Unsure", operation: "append" })),
        Effect.die("x"),
      ]) {
        const { alice, answers, history, tested, told } = yield* claimed()
        history.before = trouble
        yield* tested.publish(alice, { id: id("a"), content: "1" })
        history.load = Effect.fail(fenced)
        yield* settle
        yield* TestClock.adjust("2 seconds")
        yield* tested.stopped
        // Each command has one answer.
        assert.deepStrictEqual(answers(), ["Done", "Refused"])
        assert.strictEqual(told(), 1)
      }
    }),
  )

  for (const encoded of [false, true]) {
    it.effect(`ends where it changes what it is, ${encoded ? "" : "not "}through encode and decode`, () =>
      Effect.gen(function* () {
        const history = controlledHistory()
        history.topic = Effect.fail(new ChannelStoreError({ reason: "Fenced", operation: "change" }))
        const { alice, answers, tested, told } = yield* claimed({ history, encoded })
        const before = answers().length
        const { user } = alice.by
        const error = yield* Effect.flip(tested.setTopic(user, Topic.make("tea")))
        assert.strictEqual(error._tag, "ChannelGone")
        yield* tested.stopped
        assert.deepStrictEqual([answers().slice(before), told()], [["Gone"], 1])
        assert.isEmpty(alice.all("TopicChanged"))
      }),
    )
  }

  it.effect("does not say that it is idle where it may not be removed", () =>
    Effect.gen(function* () {
      const history = controlledHistory({ unused: true })
      let idle = 0
      const { alice, tested, told } = yield* claimed({
        history,
        onIdle: Effect.sync(() => void idle++),
      })
      history.removing = Effect.fail(new ChannelStoreError({ reason: "Fenced", operation: "remove" }))
      yield* tested.leave(alice)
      const ended = yield* fork(tested.stopped)
      yield* TestClock.adjust("2 minutes")
      assert.isDefined(ended.pollUnsafe())
      assert.deepStrictEqual([idle, told()], [0, 1])
    }),
  )

  /** Asked whether the channel is still this node's, each time. */
  const asking = (...answers: ReadonlyArray<Effect.Effect<boolean, HistoryError>>) => {
    const asked = { times: 0 }
    const isOwner = Effect.suspend(() => answers[Math.min(asked.times++, answers.length - 1)]!)
    return { asked, isOwner }
  }
  const away = Effect.fail(new HistoryError({ reason: "Unavailable", operation: "last", trouble: "away" }))

  it.effect("lets nobody in by what it knows, and answers nothing by that", () =>
    Effect.gen(function* () {
      const bob = member("bob")
      const asks: ReadonlyArray<(of: Tested) => Effect.Effect<unknown, unknown>> = [
        ({ tested }) => tested.join(bob, online),
        ({ alice, tested }) => tested.page(alice.by, { limit: 10, until: Number.POSITIVE_INFINITY }),
        ({ alice, tested }) => tested.describe(alice.by),
        ({ alice, tested }) => tested.setTopic(alice.by.user, Topic.make("tea")),
        ({ tested }) =>
          Effect.andThen(
            tested.tell({ type: "Resume", request: 1000, presence: 0, members: [] }),
            Effect.andThen(tested.stopped, Effect.fail("stopped")),
          ),
      ]
      for (const ask of asks) {
        const { asked, isOwner } = asking(Effect.succeed(true), Effect.succeed(false))
        const of = yield* claimed({ isOwner })
        const before = of.answers().length
        yield* Effect.flip(ask(of))
        yield* of.tested.stopped
        assert.deepStrictEqual([of.answers().slice(before), of.told(), asked.times], [["Gone"], 1, 2])
        assert.isEmpty(bob.all("Joined"))
      }
    }),
  )

  it.effect("refuses nothing that is said by what it knows, and asks nothing where something is stored", () =>
    Effect.gen(function* () {
      const { asked, isOwner } = asking(Effect.succeed(true), Effect.succeed(false))
      const { alice, answers, tested } = yield* claimed({ isOwner })
      yield* tested.publish(alice, { id: id("a"), content: "1" })
      yield* settle
      assert.deepStrictEqual([answers(), asked.times], [["Done", "Published"], 1])
      yield* tested.publish(member("bob"), { id: id("b"), content: "2" })
      yield* tested.stopped
      assert.deepStrictEqual([answers().slice(2), asked.times], [["Gone"], 2])
    }),
  )

  it.effect("lets somebody in where nobody can say whose it is and history can be loaded; nobody where it cannot", () =>
    Effect.gen(function* () {
      const { isOwner } = asking(Effect.succeed(true), away)
      const { history, tested } = yield* claimed({ isOwner })
      const loads = history.loads()
      const [bob, carol] = [member("bob"), member("carol")]
      yield* tested.join(bob, online)
      yield* settle
      assert.lengthOf(bob.all("Joined"), 1)
      history.load = away
      const error = yield* Effect.flip(tested.join(carol, online))
      assert.strictEqual(error._tag === "RequestError" ? error.reason : error._tag, "Unavailable")
      assert.isEmpty(carol.all("Joined"))
      assert.strictEqual(history.loads() - loads, 2)
    }),
  )
})
