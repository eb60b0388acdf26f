/** A channel over a history that is slow, fails or dies. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { TestClock } from "effect/testing"
import type { Appearance } from "../../../src/domain/Appearance.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import { ChannelStoreError } from "../../../src/channels/ChannelStoreError.ts"
import { HistoryError } from "../../../src/history/HistoryError.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, id, online } from "../fixture.ts"
import { encodings, member } from "../members.ts"
import { controlledHistory, general } from "../stores.ts"
import { channel, overHistory as setUp, seqs, texts } from "./fixture.ts"

const broken = Effect.fail(new HistoryError({ reason: "Unavailable", operation: "append" }))
const dies = Effect.die(new Error("the disk is gone"))

/** The next one of these calls is different. */
const once = (effect: Effect.Effect<void, HistoryError>) => {
  let done = false
  return Effect.suspend(() => {
    if (done) return Effect.void
    done = true
    return effect
  })
}

describe("Channel", () => {
  describe("over a slow history", () => {
    it.effect("nobody is told of a message that is not stored; what comes meanwhile is stored together", () =>
      Effect.gen(function* () {
        const alice = member("alice")
        const { history, publish } = yield* setUp(alice)
        const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        let append = 0
        history.before = Effect.suspend(() => Deferred.await(gates[append++]!))
        yield* publish(alice, "1")
        yield* settle
        for (const text of ["2", "3", "4"]) {
          yield* publish(alice, text)
          yield* settle
        }
        assert.deepStrictEqual(texts(alice), [])
        assert.deepStrictEqual(alice.all("Published"), [])
        yield* Deferred.succeed(gates[0]!, undefined)
        yield* settle
        assert.deepStrictEqual(texts(alice), ["1"])
        assert.lengthOf(alice.all("Published"), 1)
        yield* Deferred.succeed(gates[1]!, undefined)
        yield* settle
        assert.deepStrictEqual(texts(alice), ["1", "2", "3", "4"])
        assert.deepStrictEqual(
          history.appended.map((batch) => batch.map(({ content }) => content)),
          [["1"], ["2", "3", "4"]],
        )
      }),
    )

    it.effect("what is stored leaves while the next is being stored, though that takes its time", () =>
      Effect.gen(function* () {
        const alice = member("alice")
        const { history, publish, tested } = yield* setUp(alice)
        const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        let append = 0
        history.before = Effect.suspend(() => Deferred.await(gates[append++]!))
        yield* publish(alice, "1")
        yield* settle
        yield* publish(alice, "2")
        // Whoever wants something else is not waited for either.
        const described = yield* fork(tested.describe(alice.by))
        yield* Deferred.succeed(gates[0]!, undefined)
        yield* settle
        assert.deepStrictEqual(texts(alice), ["1"])
        yield* Deferred.succeed(gates[1]!, undefined)
        yield* settle
        assert.deepStrictEqual(texts(alice), ["1", "2"])
        assert.isDefined(described.pollUnsafe())
      }),
    )

    it.effect("where everything is stored at once, what came together leaves together", () =>
      Effect.gen(function* () {
        // So many answers do not make it half full.
        const alice = member("alice", { bounds: { frames: 2048 } })
        const { history, publish } = yield* setUp(alice)
        const before = alice.writes.length
        yield* Effect.forEach(
          Array.from({ length: 300 }, (_, n) => `${n}`),
          (text) => publish(alice, text),
          { discard: true },
        )
        yield* settle
        assert.deepStrictEqual(
          history.appended.map(({ length }) => length),
          [256, 44],
        )
        assert.lengthOf(alice.writes.slice(before), 1)
        assert.lengthOf(texts(alice), 300)
      }),
    )

    it.effect("a full mailbox slows its publishers down, and loses nothing", () =>
      Effect.gen(function* () {
        const alice = member("alice")
        const history = controlledHistory()
        const gate = yield* Deferred.make<void>()
        history.before = Deferred.await(gate)
        const tested = yield* channel({ history, settings: { channelMailbox: 4 } })
        yield* tested.join(alice, online)
        const publishing = yield* fork(
          Effect.forEach(
            Array.from({ length: 20 }, (_, n) => `${n}`),
            (text) => tested.publish(alice, { id: id(text), content: text }),
            { discard: true },
          ),
        )
        yield* settle
        assert.isUndefined(publishing.pollUnsafe())
        // Worth no waiting: dropped.
        tested.typing(alice)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(publishing)
        yield* settle
        assert.lengthOf(texts(alice), 20)
      }),
    )
  })

  describe("over a history that fails", () => {
    it.effect("publishers are told to try again, nobody else is told, and no place is lost", () =>
      Effect.gen(function* () {
        const [alice, bob] = [member("alice"), member("bob")]
        const old = member("old", { encoding: encodings.v1 })
        const { history, publish, tested } = yield* setUp(alice, bob, old)
        yield* publish(alice, "1")
        yield* settle
        history.before = broken
        yield* publish(alice, "2")
        yield* publish(bob, "3")
        yield* tested.publish(old, { content: "old" })
        yield* settle
        for (const [who, ref] of [
          [alice, 2],
          [bob, 3],
        ] as const) {
          assert.deepStrictEqual(who.all("Error"), [
            {
              type: "Error",
              ref,
              code: 501,
              name: "Unavailable",
              message: "The server is too busy for this now",
              retryable: true,
              retry_after: 1000,
            },
          ])
        }
        assert.deepInclude(old.taken(), { type: "Error", code: 503, message: "The server is too busy for this now" })
        history.before = Effect.void
        // The same ids again: they were not stored, so now they are.
        yield* publish(bob, "3")
        yield* publish(alice, "2")
        yield* settle
        for (const who of [alice, bob]) {
          assert.deepStrictEqual(texts(who), ["1", "3", "2"])
          assert.deepStrictEqual(seqs(who), [1, 2, 3])
        }
        assert.deepStrictEqual(
          history.appended.flat().map(({ seq }) => Number(seq)),
          [1, 2, 3],
        )
      }),
    )

    it.effect("the log says so at once, then now and then how often, and that it is over", () => {
      const lines: Array<string> = []
      const logger = Logger.make(
        ({ message }) => void lines.push(String(Array.isArray(message) ? message[0] : message)),
      )
      return Effect.gen(function* () {
        const alice = member("alice")
        const { history, publish } = yield* setUp(alice)
        history.before = Effect.fail(new HistoryError({ reason: "Unavailable", operation: "append", trouble: "full" }))
        for (let n = 0; n < 5; n++) {
          yield* publish(alice, `${n}`)
          yield* settle
        }
        yield* TestClock.adjust("10 seconds")
        yield* publish(alice, "later")
        yield* settle
        history.before = Effect.void
        for (const text of ["room", "more"]) {
          yield* publish(alice, text)
          yield* settle
        }
        const why = "The server's disk is full: nothing can be stored until there is room"
        assert.deepStrictEqual(lines, [
          `channel general could not store: ${why}`,
          `channel general could not store (5 times): ${why}`,
          "channel general stores again",
        ])
      }).pipe(Effect.provide(Logger.layer([logger])))
    })

    it.effect("who comes and goes meanwhile does so", () =>
      Effect.gen(function* () {
        const [alice, bob, carol] = [member("alice"), member("bob"), member("carol")]
        const { history, publish, tested } = yield* setUp(alice, bob)
        history.before = broken
        yield* publish(alice, "1")
        const joining = yield* fork(tested.join(carol, online))
        yield* tested.leave(bob)
        yield* Fiber.join(joining)
        yield* settle
        assert.strictEqual(carol.all("Joined")[0]!.seq, 0)
        assert.lengthOf(bob.all("Left"), 1)
      }),
    )

    it.effect("a topic that could not be stored is refused and told nobody; messages beside it are stored", () =>
      Effect.gen(function* () {
        const alice = member("alice")
        const { history, publish, tested } = yield* setUp(alice)
        history.topic = Effect.fail(new ChannelStoreError({ reason: "Unavailable", operation: "change" }))
        const setting = yield* fork(Effect.flip(tested.setTopic(alice.user, Topic.make("tea"))))
        yield* publish(alice, "1")
        assert.include(yield* Fiber.join(setting), { reason: "Unavailable" })
        yield* settle
        assert.deepStrictEqual(texts(alice), ["1"])
        assert.deepStrictEqual(alice.all("TopicChanged"), [])
        assert.strictEqual(tested.summary().topic, Topic.make(""))
        history.topic = Effect.void
        // And the other way round.
        history.before = broken
        const again = yield* fork(tested.setTopic(alice.user, Topic.make("coffee")))
        yield* publish(alice, "2")
        yield* Fiber.join(again)
        yield* settle
        assert.deepStrictEqual(texts(alice), ["1"])
        assert.strictEqual(alice.all("TopicChanged")[0]!.topic, Topic.make("coffee"))
        assert.strictEqual(tested.summary().topic, Topic.make("coffee"))
      }),
    )
  })

  describe("over a history that nobody can be sure of", () => {
    for (const reason of ["Unsure", "Conflict"] as const) {
      it.effect(
        `${reason}: it is loaded again, tells what was stored after all, and knows it when it is sent again`,
        () =>
          Effect.gen(function* () {
            const [alice, bob] = [member("alice"), member("bob")]
            const { history, publish, tested } = yield* setUp(alice, bob)
            yield* publish(alice, "1")
            yield* settle
            history.behind = once(Effect.fail(new HistoryError({ reason, operation: "append" })))
            yield* publish(alice, "2")
            yield* settle
            assert.deepStrictEqual(texts(bob), ["1"])
            assert.deepStrictEqual(
              alice.all("Error").map(({ name, retryable }) => [name, retryable]),
              [["Unavailable", true]],
            )
            // Still nobody knows.
            history.load = broken
            yield* publish(alice, "2")
            yield* settle
            assert.lengthOf(alice.all("Error"), 2)
            assert.strictEqual(
              yield* Effect.flip(tested.join(member("carol"), online)).pipe(
                Effect.map((e) => "reason" in e && e.reason),
              ),
              "Unavailable",
            )
            history.load = Effect.void
            yield* publish(bob, "3")
            yield* publish(alice, "2")
            yield* settle
            for (const who of [alice, bob]) assert.deepStrictEqual(texts(who), ["1", "2", "3"])
            assert.deepStrictEqual(
              alice.all("Published").map(({ seq }) => Number(seq)),
              [1, 2],
            )
            assert.lengthOf(history.appended.flat(), 3)
          }),
      )
    }

    it.effect("a channel that cannot be loaded lets nobody in, and does as soon as it can", () =>
      Effect.gen(function* () {
        const history = controlledHistory()
        history.load = broken
        const tested = yield* channel({ history })
        const alice = member("alice")
        for (let n = 0; n < 20; n++) {
          const error = yield* Effect.flip(tested.join(alice, online))
          assert.include(error, { reason: "Unavailable" })
        }
        history.load = Effect.void
        yield* tested.join(alice, online)
        yield* settle
        assert.lengthOf(alice.all("Joined"), 1)
      }),
    )
  })

  describe("over a history that dies", () => {
    for (const moment of ["before", "behind"] as const) {
      it.effect(
        `once, ${moment} storing: it starts again with its members, tells what was stored, and nothing twice`,
        () =>
          Effect.gen(function* () {
            const [alice, bob] = [member("alice"), member("bob", { encoding: encodings.msgpack })]
            const { history, publish } = yield* setUp(alice, bob)
            yield* publish(alice, "1")
            yield* settle
            history[moment] = once(dies)
            yield* publish(alice, "2")
            yield* publish(bob, "3")
            yield* settle
            assert.strictEqual(history.loads(), 2)
            const stored = moment === "behind" ? ["1", "2", "3"] : ["1"]
            for (const [who, ref] of [
              [alice, 2],
              [bob, 3],
            ] as const) {
              assert.deepStrictEqual(texts(who), stored)
              assert.deepStrictEqual(
                who.all("Error").map(({ name, ref, retryable }) => [name, ref, retryable]),
                [["Internal", ref, true]],
              )
            }
            // Sent again, each has one place, and this time an answer.
            yield* publish(alice, "2")
            yield* publish(bob, "3")
            yield* publish(bob, "4")
            yield* settle
            for (const who of [alice, bob]) {
              assert.deepStrictEqual(texts(who), ["1", "2", "3", "4"])
              assert.deepStrictEqual(seqs(who), [1, 2, 3, 4])
            }
            assert.deepStrictEqual(
              bob.all("Published").map(({ seq }) => Number(seq)),
              [3, 4],
            )
            assert.deepStrictEqual(
              history.appended.flat().map(({ seq }) => Number(seq)),
              [1, 2, 3, 4],
            )
          }),
      )
    }

    it.effect("a full batch that was stored and not told is told behind the crash", () =>
      Effect.gen(function* () {
        const alice = member("alice", { bounds: { frames: 10_000, bytes: 100_000_000 } })
        const { history, publish } = yield* setUp(alice)
        history.behind = once(dies)
        for (let n = 0; n < 700; n++) yield* publish(alice, `${n}`)
        yield* settle
        assert.deepStrictEqual(
          seqs(alice),
          Array.from({ length: 700 }, (_, n) => n + 1),
        )
        assert.lengthOf(alice.all("Published"), 700 - 256)
        assert.lengthOf(alice.all("Error"), 256)
      }),
    )

    it.effect("who was leaving leaves, who was joining can try again, a status is kept, a topic is refused", () =>
      Effect.gen(function* () {
        const [alice, bob, carol] = [member("alice"), member("bob"), member("carol")]
        const { history, publish, tested } = yield* setUp(alice, bob)
        history.before = once(dies)
        yield* publish(alice, "1")
        yield* tested.leave(bob, 9)
        const joining = yield* fork(Effect.flip(tested.join(carol, online)))
        const setting = yield* fork(Effect.flip(tested.setTopic(alice.user, Topic.make("tea"))))
        yield* tested.setAppearance(alice.user.id, { status: "busy" })
        yield* settle
        assert.deepStrictEqual(bob.all("Left"), [{ type: "Left", ref: 9, channel: "general" } as never])
        assert.include(yield* Fiber.join(joining), { reason: "Internal" })
        assert.include(yield* Fiber.join(setting), { reason: "Internal" })
        yield* tested.join(carol, online)
        yield* tested.join(bob, online)
        yield* settle
        assert.deepStrictEqual(
          carol.all("Joined")[0]!.members.find(({ username }) => username === "alice"),
          { username: alice.user.name, status: "busy" },
        )
        assert.strictEqual(tested.summary().count, 3)
      }),
    )

    it.effect("what was applied before the crash is not made good: it is done", () =>
      Effect.gen(function* () {
        const [alice, bob] = [member("alice"), member("bob")]
        const { history, publish, tested } = yield* setUp(alice, bob)
        // A command that cannot be applied makes a turn crash half-way.
        const { by, session } = member("cursed")
        const cursed = tested.link.ask<"Done">((request) => ({
          type: "Join",
          by,
          request,
          session,
          get appearance(): Appearance {
            return assert.fail()
          },
          called: general,
          names: false,
        }))
        yield* publish(alice, "1")
        yield* tested.leave(alice, 2)
        const joining = yield* fork(tested.join(alice, online, 3))
        const failing = yield* fork(Effect.flip(cursed))
        yield* publish(alice, "2")
        yield* tested.leave(bob, 4)
        yield* Fiber.join(joining)
        assert.include(yield* Fiber.join(failing), { reason: "Internal" })
        yield* settle
        assert.strictEqual(history.loads(), 2)
        const outcomes = [...alice.all("Published"), ...alice.all("Error")].map(({ ref, type }) => [type, ref])
        assert.deepStrictEqual(outcomes, [
          ["Published", 1],
          ["Error", 2],
        ])
        // It was stored: it is told, to who is in.
        assert.deepStrictEqual(texts(alice), ["1", "2"])
        assert.deepStrictEqual(
          bob.writes.flat().flatMap((frame) => (frame.type === "Left" ? [frame.ref] : [])),
          [4],
        )
        // In or out, as each was told.
        assert.include(yield* Effect.flip(tested.join(alice, online)), { reason: "AlreadyMember" })
        yield* tested.join(bob, online)
      }),
    )

    it.effect("its timer goes on: presence is told, and the idle channel is released", () =>
      Effect.gen(function* () {
        const history = controlledHistory()
        let idle = 0
        const tested = yield* channel({ history, onIdle: Effect.sync(() => void idle++) })
        const [alice, bob] = [member("alice"), member("bob")]
        yield* tested.join(alice, online)
        yield* TestClock.adjust("10 seconds")
        yield* tested.join(bob, online)
        yield* TestClock.adjust("1 second")
        let append = 0
        history.before = Effect.suspend(() => {
          append++
          return append === 1 ? Effect.sleep("2 seconds") : append === 2 ? dies : Effect.void
        })
        yield* tested.publish(alice, { id: id("1"), content: "1" })
        // The tick comes while the channel waits, and is lost with the batch behind.
        yield* TestClock.adjust("1 second")
        yield* tested.publish(alice, { id: id("2"), content: "2" })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(history.loads(), 2)
        assert.deepStrictEqual(
          alice.all("Presence").map(({ joined }) => joined?.map(({ username }) => `${username}`)),
          [["alice"], ["bob"]],
        )
        for (const who of [alice, bob]) yield* tested.leave(who)
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual(idle, 1)
      }),
    )

    it.effect("again and again: given up, its members are told that they are out, and everybody gets an answer", () =>
      Effect.gen(function* () {
        const [alice, bob] = [member("alice"), member("bob")]
        const old = member("old", { encoding: encodings.v1 })
        const { history, publish, tested } = yield* setUp(alice, bob, old)
        const gate = yield* Deferred.make<void>()
        history.before = Effect.andThen(Deferred.await(gate), dies)
        history.load = dies
        yield* publish(alice, "1")
        yield* settle
        yield* publish(alice, "2")
        yield* tested.leave(bob, 4)
        const joining = yield* fork(Effect.flip(tested.join(member("carol"), online)))
        yield* Deferred.succeed(gate, undefined)
        yield* tested.stopped
        assert.include(yield* Fiber.join(joining), { _tag: "ChannelGone" })
        assert.deepStrictEqual(
          alice.all("Error").map(({ name, ref }) => [name, ref]),
          [
            ["Internal", 1],
            // Nobody has looked at this one.
            ["Unavailable", 2],
          ],
        )
        assert.deepStrictEqual(alice.all("Left"), [{ type: "Left", channel: "general" } as never])
        assert.deepStrictEqual(bob.all("Left"), [{ type: "Left", ref: 4, channel: "general" } as never])
        assert.deepStrictEqual(old.taken().slice(-2), [
          { type: "UserLeft", username: "bob" },
          { type: "Error", code: 503, message: "The channel has ended" },
        ])
        assert.include(yield* Effect.flip(publish(alice, "late")), { _tag: "ChannelGone" })
      }),
    )

    it.effect("an interruption from within the history is a crash like any other", () =>
      Effect.gen(function* () {
        const alice = member("alice")
        const { history, publish } = yield* setUp(alice)
        history.before = once(Effect.interrupt)
        yield* publish(alice, "1")
        yield* settle
        yield* publish(alice, "2")
        yield* settle
        assert.deepStrictEqual(texts(alice), ["2"])
        assert.deepStrictEqual(
          alice.all("Error").map(({ name }) => name),
          ["Internal"],
        )
      }),
    )
  })
})
