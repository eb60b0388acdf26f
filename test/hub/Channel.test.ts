import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { ActorUnavailable } from "../../src/actor/Actor.ts"
import { Seq } from "../../src/domain/Seq.ts"
import type { SessionId } from "../../src/domain/SessionId.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { History } from "../../src/history/History.ts"
import { defaults } from "../../src/hub/HubSettings.ts"
import type { ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import { settle } from "../actor/fibers.ts"
import { channel, controlledHistory, counting, encodings, id, member, online, type TestMember } from "./fixture.ts"

const seqs = (who: TestMember) => who.all("Message").map(({ seq }) => Number(seq))
const contents = (who: TestMember) =>
  who.writes.flat().flatMap((frame) => (frame.type === "Message" || frame.type === "ChatMessage" ? frame.content : []))
const types = (frames: ReadonlyArray<{ readonly type: string }>) => frames.map(({ type }) => type)

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
      yield* general.publish({ session: alice.session, id: id("m1"), ref: 7, content: "hello" })
      yield* settle
      const message = {
        type: "Message",
        channel: "general",
        seq: 1,
        id: "m1",
        from: "alice",
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
        for (const { session } of members) yield* general.publish({ session, id: id(`m${n}`), content: `${n}` })
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
      const session = members[0]!.session
      assert.strictEqual(members[0]!.encoding.version, 1)
      for (let n = 1; n <= 20; n++) {
        yield* general.publish({ session, content: `${n}` })
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
      yield* general.leave(gone.session)
      yield* settle
      counter.count = 0
      yield* general.publish({ session: alice.session, content: "x" })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(counter.count, 0)
    }),
  )

  it.effect("a turn of more messages than fit in an outbox overflows nobody whose link has room", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const alice = member("alice", { bounds: { frames: 300, bytes: 200_000 } })
      yield* general.join(alice, online)
      for (let n = 0; n < 600; n++)
        yield* general.publish({ session: alice.session, id: id(`${n}`), content: "x".repeat(1000) })
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
        yield* general.publish({ session: alice.session, content: `${n}` })
        if (n % 10 === 0) yield* settle
      }
      yield* settle
      assert.strictEqual(stuck.overflows, 1)
      assert.strictEqual(alice.overflows, 0)
      assert.lengthOf(alice.all("Message"), 200)
    }),
  )

  it.effect(
    "publishing an id again within 10 minutes gives the first result and tells nobody, and not behind them",
    () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, bob] = [member("alice"), member("bob")]
        for (const who of [alice, bob]) yield* general.join(who, online)
        const publish = (who: TestMember, ref: number) =>
          general.publish({ session: who.session, id: id("same"), ref, content: "hello" })
        yield* publish(alice, 1)
        yield* publish(alice, 2)
        yield* TestClock.adjust("9 minutes")
        yield* publish(alice, 3)
        // Another user's id is another id.
        yield* publish(bob, 1)
        yield* TestClock.adjust("1 minute")
        yield* publish(alice, 4)
        yield* settle
        const results = (who: TestMember) =>
          who.all("Published").map(({ ref, seq, timestamp }) => [ref, seq, timestamp])
        assert.deepStrictEqual(results(alice), [
          [1, 1, 0],
          [2, 1, 0],
          [3, 1, 0],
          [4, 1, 0],
        ])
        assert.deepStrictEqual(results(bob), [[1, 2, 540_000]])
        yield* TestClock.adjust("1 milli")
        yield* publish(alice, 5)
        yield* settle
        assert.deepStrictEqual(results(alice).at(-1), [5, 3, 600_001])
        assert.deepStrictEqual(seqs(bob), [1, 2, 3])
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
          for (const { session } of who) general.typing(session)
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
      yield* general.publish({ session: alice.session, content: "before" })
      const setting = yield* Effect.forkChild(general.setTopic(alice.user, Topic.make("tea")), {
        startImmediately: true,
      })
      yield* general.publish({ session: alice.session, content: "behind" })
      yield* Fiber.join(setting)
      yield* settle
      const told = alice.taken()
      assert.deepStrictEqual(types(told), ["Message", "TopicChanged", "Message"])
      assert.deepInclude(told[1], { topic: "tea", by: "alice" })
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
      yield* general.leave(alice.session)
      // In the same turn, and in a later one.
      yield* general.publish({ session: alice.session, content: "1" })
      yield* settle
      yield* general.publish({ session: alice.session, content: "2" })
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
        assert.deepInclude(Exit.isFailure(exit) ? exit.cause.reasons[0] : exit, {
          error: new ActorUnavailable({ actor: "channel general", why: "stopped" }),
        } as object)
        assert.strictEqual(idle(), 1)
        assert.deepStrictEqual(alice.writes, [])
        yield* TestClock.adjust("10 minutes")
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
        yield* tested.leave(alice.session)
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(idle(), 0)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(idle(), 1)
      }),
    )
  })

  it.effect("goes on behind the last place, also where history has forgotten its messages", () =>
    Effect.gen(function* () {
      const old = { seq: Seq.make(41), topic: Topic.make("tea"), recent: [] }
      const layer = Layer.effect(
        History,
        Effect.map(History, (history) => History.of({ ...history, load: () => Effect.succeed(old) })),
      ).pipe(Layer.provide(History.layerMemory))
      const general = yield* channel({ history: { ...controlledHistory(), layer } })
      const alice = member("alice")
      yield* general.join(alice, online)
      yield* general.publish({ session: alice.session, content: "x" })
      yield* settle
      assert.deepInclude(alice.all("Joined")[0], { seq: 41, topic: "tea" } as object)
      assert.deepStrictEqual(seqs(alice), [42])
    }),
  )

  it.effect("settled when everything asked before has been answered", () =>
    Effect.gen(function* () {
      const general = yield* channel()
      const alice = member("alice")
      yield* general.join(alice, online)
      yield* settle
      yield* general.publish({ session: alice.session, id: id("a"), content: "x" })
      yield* general.settled
      alice.outbox.flush()
      assert.lengthOf(alice.all("Message"), 1)
      assert.lengthOf(alice.all("Published"), 1)
    }),
  )

  describe("joining", () => {
    it.effect("shows the channel as it is, the newcomer included", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, bob] = [member("alice"), member("bob")]
        yield* general.join(alice, { status: "away", text: "lunch" }, 3)
        yield* general.publish({ session: alice.session, content: "x" })
        yield* TestClock.adjust("2 seconds")
        yield* general.join(bob, online)
        yield* settle
        assert.deepStrictEqual(alice.all("Joined"), [
          {
            type: "Joined",
            ref: 3,
            channel: "general",
            topic: "",
            seq: 0,
            count: 1,
            members: [{ username: "alice", status: "away", text: "lunch" }],
            presence: 0,
          } as never,
        ])
        assert.deepStrictEqual(bob.all("Joined"), [
          {
            type: "Joined",
            channel: "general",
            topic: "",
            seq: 1,
            count: 2,
            members: [
              { username: "alice", status: "away", text: "lunch" },
              { username: "bob", status: "online" },
            ],
            presence: 1,
          } as never,
        ])
        assert.strictEqual(general.summary().count, 2)
      }),
    )

    it.effect("twice is refused, and leaving without being in does nothing", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const alice = member("alice")
        yield* general.join(alice, online)
        const error = yield* Effect.flip(general.join(alice, online))
        assert.include(error, { reason: "AlreadyMember" })
        yield* general.leave(member("bob").session)
        yield* settle
        assert.lengthOf(alice.all("Joined"), 1)
        assert.strictEqual(general.summary().count, 1)
      }),
    )

    it.effect("out and in again, to a link that has no room, everything still has its place", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, slow] = [member("alice"), member("slow")]
        for (const who of [alice, slow]) yield* general.join(who, online)
        yield* settle
        slow.room = false
        yield* general.publish({ session: alice.session, content: "1" })
        yield* settle
        slow.taken()
        yield* general.publish({ session: alice.session, content: "2" })
        yield* general.setTopic(alice.user, Topic.make("old"))
        yield* general.leave(slow.session, 1)
        yield* general.publish({ session: alice.session, content: "3" })
        yield* general.setTopic(alice.user, Topic.make("new"))
        yield* general.join(slow, online, 2)
        yield* general.publish({ session: alice.session, content: "4" })
        yield* settle
        slow.room = true
        slow.outbox.resume()
        const told = slow.taken().filter(({ type }) => type !== "Presence")
        assert.deepStrictEqual(types(told), ["Message", "TopicChanged", "Left", "Joined", "Message"])
        assert.deepInclude(told[3], { ref: 2, seq: 3, topic: "new" })
        assert.deepInclude(told[4], { content: "4", seq: 4 })
      }),
    )
  })

  describe("version 1", () => {
    it.effect("the others are told who comes, the newcomer who is there, all are told who goes; at once", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, bob] = [member("alice", { encoding: encodings.v1 }), member("bob", { encoding: encodings.v1 })]
        const carol = member("carol")
        yield* general.join(alice, online)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserList", users: ["alice"] }])
        yield* general.join(bob, online)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserJoined", username: "bob" }])
        assert.deepStrictEqual(bob.taken(), [{ type: "UserList", users: ["alice", "bob"] }])
        yield* general.join(carol, online)
        yield* settle
        for (const who of [alice, bob]) assert.deepStrictEqual(who.taken(), [{ type: "UserJoined", username: "carol" }])
        yield* general.leave(bob.session)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserLeft", username: "bob" }])
        assert.deepStrictEqual(bob.taken(), [])
        // The grace time is version 2's: in version 1 who is gone is gone.
        yield* general.join(bob, online)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserJoined", username: "bob" }])
        assert.deepStrictEqual(bob.taken(), [{ type: "UserList", users: ["alice", "bob", "carol"] }])
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(alice.taken(), [])
      }),
    )

    it.effect("a user's second device is not told of", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const alice = member("alice", { encoding: encodings.v1 })
        const [phone, laptop] = [member("bob", { session: "phone" }), member("bob", { session: "laptop" })]
        for (const who of [alice, phone, laptop]) yield* general.join(who, online)
        yield* general.leave(phone.session)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [
          { type: "UserList", users: ["alice"] },
          { type: "UserJoined", username: "bob" },
        ])
        yield* general.leave(laptop.session)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserLeft", username: "bob" }])
      }),
    )

    it.effect("all within one turn: joins, messages and leaves keep their order", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, bob] = [member("alice", { encoding: encodings.v1 }), member("bob", { encoding: encodings.v1 })]
        yield* general.join(alice, online)
        yield* settle
        alice.taken()
        yield* general.publish({ session: alice.session, content: "1" })
        yield* Effect.forkChild(general.join(bob, online), { startImmediately: true })
        yield* general.publish({ session: bob.session, content: "2" })
        yield* general.leave(bob.session)
        yield* general.publish({ session: alice.session, content: "3" })
        yield* settle
        assert.lengthOf(alice.writes, 1)
        assert.deepStrictEqual(types(alice.taken()), [
          "ChatMessage",
          "UserJoined",
          "ChatMessage",
          "UserLeft",
          "ChatMessage",
        ])
        assert.deepStrictEqual(types(bob.taken()), ["UserList", "ChatMessage"])
      }),
    )
  })

  describe("presence", () => {
    it.effect("a crowd that comes within 1.5 s is one frame for a member", () =>
      Effect.gen(function* () {
        const general = yield* channel({
          settings: { presence: { ...defaults.presence, countOnlyAbove: 10_000 } },
        })
        const alice = member("alice")
        yield* general.join(alice, online)
        yield* TestClock.adjust("10 seconds")
        alice.taken()
        for (let n = 0; n < 300; n++) {
          yield* general.join(member(`user ${n}`), online)
          yield* TestClock.adjust("1 millis")
        }
        yield* TestClock.adjust("10 seconds")
        const told = alice.all("Presence")
        assert.lengthOf(told, 1)
        assert.lengthOf(told[0]!.joined!, 300)
      }),
    )

    it.effect("a member that was too slow for it gets the whole presence later", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const slow = member("slow", { bounds: { frames: 8 } })
        const alice = member("alice")
        for (const who of [slow, alice]) yield* general.join(who, online)
        yield* TestClock.adjust("10 seconds")
        slow.room = false
        for (let n = 0; n < 6; n++) yield* general.publish({ session: alice.session, content: `${n}` })
        yield* settle
        slow.taken()
        for (const name of ["bob", "carol"]) yield* general.join(member(name), online)
        yield* general.leave(alice.session)
        yield* TestClock.adjust("20 seconds")
        assert.isAtLeast(slow.outbox.shed, 1)
        slow.room = true
        slow.outbox.resume()
        yield* TestClock.adjust("3 seconds")
        const told = slow.all("Presence")
        assert.lengthOf(told, 1)
        assert.isTrue(told[0]!.full)
        assert.deepStrictEqual(
          told[0]!.joined!.map(({ username }) => `${username}`),
          ["slow", "bob", "carol"],
        )
        assert.strictEqual(told[0]!.count, 3)
        // From then on it is told like everybody.
        yield* general.join(member("dave"), online)
        yield* TestClock.adjust("1 minute")
        assert.lengthOf(slow.all("Presence"), 2)
        assert.isUndefined(slow.all("Presence")[1]!.full)
        assert.strictEqual(slow.all("Presence")[1]!.version, told[0]!.version + 1)
      }),
    )

    it.effect("a status is told to the others and shown to who comes", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, bob] = [member("alice"), member("bob")]
        for (const who of [alice, bob]) yield* general.join(who, online)
        yield* TestClock.adjust("10 seconds")
        alice.taken()
        yield* general.setAppearance(bob.user.id, { status: "busy", text: "deep work" })
        yield* TestClock.adjust("1500 millis")
        assert.deepStrictEqual(alice.all("Presence")[0]!.changed, [
          { username: bob.user.name, status: "busy", text: "deep work" },
        ])
      }),
    )
  })

  // Six sessions of four users, in all encodings.
  const cast = () =>
    (["v1", "json", "msgpack", "json", "v1", "msgpack"] as const).map((encoding, n) =>
      member(`user ${n % 4}`, { session: `session ${n}`, encoding: encodings[encoding] }),
    )
  const Who = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  const Step = Schema.Union([
    Schema.Struct({ type: Schema.Literals(["toggle", "publish", "publish", "again", "slow"]), who: Who }),
    Schema.Struct({ type: Schema.Literals(["settle", "pass"]) }),
  ])

  it.effect.prop(
    "any interleaving of joins, publishes and leaves: one order, no gap, and no seam to be seen",
    [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 80 })],
    ([steps]) =>
      Effect.gen(function* () {
        const tested = yield* channel({ settings: { channelIdle: Duration.hours(1) } })
        const members = cast()
        const inside = new Set<SessionId>()
        const joins: Array<Fiber.Fiber<void, unknown>> = []
        const published: Array<{ readonly session: SessionId; readonly id: string; readonly content: string }> = []
        let sent = 0
        for (const step of steps) {
          if (!("who" in step)) yield* step.type === "settle" ? settle : TestClock.adjust("2 seconds")
          else {
            const who = members[step.who]!
            const { session } = who
            if (step.type === "toggle") {
              if (inside.delete(session)) yield* tested.leave(session)
              else {
                inside.add(session)
                joins.push(yield* Effect.forkChild(tested.join(who, online), { startImmediately: true }))
              }
            } else if (step.type === "slow") {
              who.room = !who.room
              if (who.room) who.outbox.resume()
            } else if (inside.has(session)) {
              const last = published.findLast((message) => message.session === session)
              const message =
                step.type === "again" && last !== undefined
                  ? last
                  : { session, id: `${++sent}`, content: `text ${sent}` }
              published.push(message)
              yield* tested.publish({ ...message, id: id(message.id) })
            }
          }
        }
        yield* settle
        for (const who of members) {
          who.room = true
          who.outbox.resume()
        }
        yield* TestClock.adjust("1 minute")
        for (const fiber of joins) assert.strictEqual(fiber.pollUnsafe()?._tag, "Success")

        const stored = tested.history.appended.flat()
        assert.deepStrictEqual(
          stored.map(({ seq }) => Number(seq)),
          stored.map((_, n) => n + 1),
        )
        assert.strictEqual(stored.length, sent)
        const order = stored.map(({ content }) => content)
        for (const who of members) {
          assert.strictEqual(who.overflows, 0)
          const frames = who.writes.flat()
          if (who.encoding.version === 1) {
            // Each stay is a piece of the one order.
            let stay: Array<string> = []
            const check = () => assert.deepStrictEqual(order.slice(order.indexOf(stay[0]!)).slice(0, stay.length), stay)
            for (const frame of frames) {
              if (frame.type === "UserList") {
                if (stay.length > 0) check()
                stay = []
              } else if (frame.type === "ChatMessage") stay.push(frame.content)
            }
            if (stay.length > 0) check()
            continue
          }
          let next: number | undefined
          for (const frame of frames) {
            if (frame.type === "Joined") {
              assert.isUndefined(next)
              next = frame.seq + 1
            } else if (frame.type === "Left") next = undefined
            else if (frame.type === "Message") {
              assert.strictEqual(frame.seq, next)
              assert.strictEqual(frame.content, order[frame.seq - 1])
              next = frame.seq + 1
            }
          }
          // Who stayed has it all.
          if (inside.has(who.session)) assert.strictEqual(next, stored.length + 1)
          // Every publish was answered, and each id always with the same place.
          const answers = new Map<string, Set<number>>()
          for (const frame of who.all("Published")) {
            answers.set(frame.id, (answers.get(frame.id) ?? new Set()).add(frame.seq))
          }
          assert.lengthOf(who.all("Published"), published.filter(({ session }) => session === who.session).length)
          for (const places of answers.values()) assert.strictEqual(places.size, 1)
        }
        // Everybody inside sees the same people as somebody who comes now.
        const fresh = member("fresh")
        yield* tested.join(fresh, online)
        yield* settle
        const shown = fresh.all("Joined")[0]!.members.map(({ username }) => `${username}`)
        for (const who of members) {
          if (!inside.has(who.session) || who.encoding.version === 1) continue
          assert.deepStrictEqual([...people(who), "fresh"].sort(), [...shown].sort())
        }
      }),
    { arbitrary: { runs: 300, size: 80 } },
  )
})

/** The people a version 2 member sees, from its last `Joined` on. */
const people = (who: TestMember): ReadonlySet<string> => {
  const seen = new Set<string>()
  let version = 0
  for (const frame of who.writes.flat()) {
    if (frame.type === "Joined") {
      seen.clear()
      version = frame.presence
      for (const { username } of frame.members) seen.add(username)
    } else if (frame.type === "Presence" && (frame as ServerFrameOf<"Presence">).version > version) {
      version = frame.version
      if (frame.full === true) seen.clear()
      for (const { username } of frame.joined ?? []) seen.add(username)
      for (const username of frame.left ?? []) seen.delete(username)
    }
  }
  return seen
}
