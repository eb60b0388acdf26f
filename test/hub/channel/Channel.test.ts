import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { Seq } from "../../../src/domain/Seq.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import { ChannelStore } from "../../../src/channels/ChannelStore.ts"
import { History } from "../../../src/history/History.ts"
import { ChannelGone } from "../../../src/hub/audience/ChannelLink.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, id, online, types } from "../fixture.ts"
import { counting, encodings, member, type TestMember } from "../members.ts"
import { controlledHistory } from "../stores.ts"
import { channel, seqs } from "./fixture.ts"

const contents = (who: TestMember) =>
  who.writes.flat().flatMap((frame) => (frame.type === "Message" || frame.type === "ChatMessage" ? frame.content : []))

describe("Channel", () => {
  it.effect("a message reaches every member with its place, and its sender is told", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const [alice, bob, old] = [
        member("alice"),
        member("bob", { encoding: encodings.msgpack }),
        member("old", { encoding: encodings.v1 }),
      ]
      for (const who of [alice, bob, old]) yield* general.join(who, online)
      yield* settle
      for (const who of [alice, bob, old]) who.taken()
      yield* TestClock.setTime(1_700_000_000_999)
      yield* general.publish(alice, { id: id("m1"), ref: 7, content: "hello" })
      yield* settle
      const message = {
        type: "Message",
        channel: "general",
        seq: 1,
        id: "m1",
        from: "alice",
        user_id: "alice",
        content: "hello",
        timestamp: 1_700_000_000_999,
      }
      assert.deepInclude(bob.taken(), message)
      assert.deepInclude(old.taken(), {
        type: "ChatMessage",
        from: "alice",
        content: "hello",
        timestamp: 1_700_000_000,
      })
      const told = alice.taken()
      assert.deepInclude(told, message)
      assert.deepInclude(told, {
        type: "Published",
        ref: 7,
        channel: "general",
        id: "m1",
        seq: 1,
        timestamp: 1_700_000_000_999,
        durability: "memory",
      })
    }),
  )

  it.effect("what came in a turn leaves in one write for each member", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const members = Object.values(encodings).map((encoding, n) => member(`user ${n}`, { encoding }))
      for (const who of members) yield* general.join(who, online)
      yield* settle
      for (const who of members) who.taken()
      for (let n = 0; n < 10; n++) {
        for (const who of members) yield* general.publish(who, { id: id(`m${n}`), content: `${n}` })
      }
      yield* Effect.forkChild(general.setTopic(members[0]!.user, Topic.make("new")), { startImmediately: true })
      yield* Effect.forkChild(general.join(member("new"), online), { startImmediately: true })
      yield* settle
      for (const who of members) {
        assert.lengthOf(who.writes, 1)
        assert.lengthOf(contents(who), 30)
      }
    }),
  )

  it.effect("encodes a message once for each encoding, however many members there are", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const counted = Object.values(encodings).map(({ client, server }) => ({ client, ...counting(server) }))
      const members = counted.flatMap((encoding, e) =>
        Array.from({ length: 50 }, (_, n) => member(`user ${e} ${n}`, { encoding })),
      )
      for (const who of members) yield* general.join(who, online)
      yield* TestClock.adjust("10 seconds")
      for (const { counter } of counted) counter.count = 0
      // A version 1 sender gets no answer beside its message.
      const sender = members[0]!
      assert.strictEqual(sender.encoding.version, 1)
      for (let n = 1; n <= 20; n++) {
        yield* general.publish(sender, { content: `${n}` })
        if (n % 5 === 0) yield* settle
        assert.deepStrictEqual(
          counted.map(({ counter }) => counter.count),
          n % 5 === 0 ? [n, n, n] : counted.map(() => Math.floor(n / 5) * 5),
        )
      }
      for (const who of members) assert.lengthOf(contents(who), 20)
    }),
  )

  it.effect("nothing is encoded for an encoding that nobody uses", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const { counter, server } = counting(encodings.msgpack.server)
      const gone = member("gone", { encoding: { server, client: encodings.msgpack.client } })
      const alice = member("alice")
      for (const who of [gone, alice]) yield* general.join(who, online)
      yield* general.leave(gone)
      yield* settle
      counter.count = 0
      yield* general.publish(alice, { content: "x" })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(counter.count, 0)
    }),
  )

  it.effect("a turn of more messages than fit in an outbox overflows nobody whose link has room", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const alice = member("alice", { bounds: { frames: 300, bytes: 200_000 } })
      yield* general.join(alice, online)
      for (let n = 0; n < 600; n++) yield* general.publish(alice, { id: id(`${n}`), content: "x".repeat(1000) })
      yield* settle
      assert.strictEqual(alice.overflows, 0)
      assert.lengthOf(alice.all("Message"), 600)
      assert.lengthOf(alice.all("Published"), 600)
    }),
  )

  it.effect("a member whose link is stuck overflows once; nobody else notices", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const [alice, stuck] = [member("alice"), member("stuck", { bounds: { frames: 50 } })]
      for (const who of [alice, stuck]) yield* general.join(who, online)
      yield* settle
      stuck.room = false
      for (let n = 0; n < 200; n++) {
        yield* general.publish(alice, { content: `${n}` })
        if (n % 10 === 0) yield* settle
      }
      yield* settle
      assert.strictEqual(stuck.overflows, 1)
      assert.strictEqual(alice.overflows, 0)
      assert.lengthOf(alice.all("Message"), 200)
    }),
  )

  it.effect("publishing an id again gives the first result and tells nobody", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const [alice, bob] = [member("alice"), member("bob")]
      for (const who of [alice, bob]) yield* general.join(who, online)
      const publish = (who: TestMember, ref: number) => general.publish(who, { id: id("same"), ref, content: "hello" })
      yield* publish(alice, 1)
      yield* publish(alice, 2)
      yield* TestClock.adjust("9 minutes")
      yield* publish(alice, 3)
      // Another user's id is another id.
      yield* publish(bob, 1)
      yield* TestClock.adjust("1 minute")
      yield* publish(alice, 4)
      yield* settle
      const results = (who: TestMember) => who.all("Published").map(({ ref, seq, timestamp }) => [ref, seq, timestamp])
      assert.deepStrictEqual(results(alice), [
        [1, 1, 0],
        [2, 1, 0],
        [3, 1, 0],
        [4, 1, 0],
      ])
      assert.deepStrictEqual(results(bob), [[1, 2, 540_000]])
      // Forgotten by the channel; for how long history knows it, is history's.
      yield* TestClock.adjust("1 milli")
      yield* publish(alice, 5)
      yield* settle
      assert.deepStrictEqual(results(alice).at(-1), [5, 1, 0])
      assert.deepStrictEqual(seqs(bob), [1, 2])
    }),
  )

  it.effect("typing is told at most once in 2 s for each user, not to the typist, on none of the devices", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const [phone, laptop] = [member("alice", { session: "phone" }), member("alice", { session: "laptop" })]
      const [bob, old] = [member("bob"), member("old", { encoding: encodings.v1 })]
      for (const who of [phone, laptop, bob, old]) yield* general.join(who, online)
      yield* settle
      const typing = (...who: ReadonlyArray<TestMember>) =>
        Effect.suspend(() => {
          for (const one of who) general.typing(one)
          return settle
        })
      const told = () => bob.all("UserTyping").map(({ username }) => `${username}`)
      yield* typing(phone, phone, laptop)
      yield* typing(phone)
      assert.deepStrictEqual(told(), ["alice"])
      yield* TestClock.adjust("1999 millis")
      yield* typing(laptop)
      assert.deepStrictEqual(told(), ["alice"])
      yield* TestClock.adjust("1 millis")
      yield* typing(laptop, bob)
      assert.deepStrictEqual(told(), ["alice", "alice"])
      for (const who of [phone, laptop]) {
        assert.deepStrictEqual(
          who.all("UserTyping").map(({ username }) => `${username}`),
          ["bob"],
        )
      }
      assert.notInclude(types(old.taken()), "UserTyping")
      yield* typing(member("nobody"))
      assert.lengthOf(told(), 2)
    }),
  )

  it.effect("a topic is told to every member, in its place among the messages", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const alice = member("alice")
      yield* general.join(alice, online)
      yield* settle
      alice.taken()
      yield* general.publish(alice, { content: "before" })
      const setting = yield* Effect.forkChild(general.setTopic(alice.user, Topic.make("tea")), {
        startImmediately: true,
      })
      yield* general.publish(alice, { content: "behind" })
      yield* Fiber.join(setting)
      yield* settle
      const told = alice.taken()
      assert.deepStrictEqual(types(told), ["Message", "TopicChanged", "Message"])
      assert.deepInclude(told[1], { topic: "tea", by: "alice", by_id: "alice" })
      assert.strictEqual(general.summary().topic, Topic.make("tea"))
      const bob = member("bob")
      yield* general.join(bob, online)
      yield* settle
      assert.strictEqual(bob.all("Joined")[0]!.topic, Topic.make("tea"))
    }),
  )

  it.effect("what somebody says who is not in is not said", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const [alice, bob] = [member("alice"), member("bob")]
      for (const who of [alice, bob]) yield* general.join(who, online)
      yield* general.leave(alice)
      // In the same turn, and in a later one.
      yield* general.publish(alice, { content: "1" })
      yield* settle
      yield* general.publish(alice, { content: "2" })
      yield* settle
      assert.deepStrictEqual(contents(bob), [])
      assert.deepStrictEqual(general.history.appended, [])
    }),
  )

  describe("when it has been idle", () => {
    /** A channel nobody is in, busy with a slow history when its time is over. */
    const busy = Effect.gen(function* () {
      const history = controlledHistory()
      let idle = 0
      const tested = yield* channel({ history, onIdle: Effect.sync(() => void idle++) })
      yield* settle
      const gate = yield* Deferred.make<void>()
      history.topic = Deferred.await(gate)
      yield* Effect.forkChild(tested.setTopic(member("alice").user, Topic.make("tea")), { startImmediately: true })
      yield* settle
      const join = (who: TestMember) =>
        Effect.forkChild(Effect.exit(tested.join(who, online)), { startImmediately: true })
      const go = Effect.andThen(Deferred.succeed(gate, undefined), settle)
      return { tested, idle: () => idle, join, go }
    })

    it.effect("who comes behind the end of its time has to ask for it again", () =>
      Effect.gen(function* () {
        const { go, idle, join } = yield* busy
        const alice = member("alice")
        yield* TestClock.adjust("1 minute")
        const joining = yield* join(alice)
        yield* go
        const exit = yield* Fiber.join(joining)
        assert.deepInclude(Exit.isFailure(exit) ? exit.cause.reasons[0] : exit, { error: new ChannelGone() } as object)
        assert.strictEqual(idle(), 1)
        assert.deepStrictEqual(alice.writes, [])
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(idle(), 1)
      }),
    )

    it.effect("what is changed behind the end of its time does not keep it", () =>
      Effect.gen(function* () {
        const { go, idle, tested } = yield* busy
        yield* TestClock.adjust("1 minute")
        yield* fork(tested.setTopic(member("alice").user, Topic.make("late")))
        yield* go
        assert.strictEqual(tested.summary().topic, Topic.make("late"))
        assert.strictEqual(idle(), 1)
      }),
    )

    it.effect("who comes before it stays in", () =>
      Effect.gen(function* () {
        const { go, idle, join, tested } = yield* busy
        const alice = member("alice")
        const joining = yield* join(alice)
        yield* TestClock.adjust("1 minute")
        yield* go
        assert.isTrue(Exit.isSuccess(yield* Fiber.join(joining)))
        assert.strictEqual(idle(), 0)
        yield* tested.leave(alice)
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(idle(), 0)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(idle(), 1)
      }),
    )
  })

  it.effect("goes on behind the last place, also where history has forgotten its messages", () =>
    Effect.gen(function* () {
      const old = { first: Seq.make(42), seq: Seq.make(41), durability: "memory", recent: [], ids: [] } as const
      const layer = Layer.effect(
        History,
        Effect.map(History, (history) =>
          History.of({
            ...history,
            load: () => Effect.succeed(old),
            appendUnsafe: undefined,
            append: (_, { after }) => Effect.sync(() => (assert.strictEqual(after, old.seq), "memory")),
          }),
        ),
      ).pipe(Layer.provide(History.layerMemory), Layer.merge(ChannelStore.layerMemory))
      const general = yield* channel({ history: { ...controlledHistory(), layer } })
      const alice = member("alice")
      yield* general.join(alice, online)
      yield* general.publish(alice, { content: "x" })
      yield* settle
      assert.deepInclude(alice.all("Joined")[0], { seq: 41, first: 42 } as object)
      assert.deepStrictEqual(seqs(alice), [42])
    }),
  )

  it.effect("settled when everything asked before has been answered", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const alice = member("alice")
      yield* general.join(alice, online)
      yield* settle
      yield* general.publish(alice, { id: id("a"), content: "x" })
      yield* general.settled
      alice.outbox.flush()
      assert.lengthOf(alice.all("Message"), 1)
      assert.lengthOf(alice.all("Published"), 1)
    }),
  )

  it.effect("what changes the channel is done in its place, though it came together with other commands", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const [alice, bob] = [member("alice"), member("bob")]
      for (const who of [alice, bob]) yield* general.join(who, online)
      yield* settle
      bob.taken()
      const turns = general.turns.length
      yield* general.publish(alice, { id: id("1"), content: "1" })
      const topic = yield* fork(general.setTopic(alice.user, Topic.make("tea")))
      yield* general.publish(alice, { id: id("2"), content: "2" })
      yield* settle
      assert.lengthOf(general.turns, turns + 1)
      assert.strictEqual(topic.pollUnsafe()?._tag, "Success")
      assert.lengthOf(alice.all("Published"), 2)
      assert.deepStrictEqual(types(bob.taken()), ["Message", "TopicChanged", "Message"])
    }),
  )
})
