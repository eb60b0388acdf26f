/** Who comes and goes, and what a channel tells of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { Topic } from "../../../src/domain/Topic.ts"
import { defaults } from "../../../src/hub/HubSettings.ts"
import type { ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, online, types } from "../fixture.ts"
import { encodings, member } from "../members.ts"
import { channel } from "./fixture.ts"

/** Without what tells this channel and its history from others. */
const nameless = ({ history: _, id: _id, ...frame }: ServerFrameOf<"Joined">) => frame as never

describe("Channel", () => {
  describe("joining", () => {
    it.effect("shows the channel as it is, the newcomer included", () =>
      Effect.gen(function* () {
        const general = yield* channel()
        const [alice, bob] = [member("alice"), member("bob")]
        yield* general.join(alice, { status: "away", text: "lunch" }, 3)
        yield* general.publish(alice, { content: "x" })
        yield* TestClock.adjust("2 seconds")
        yield* general.join(bob, online)
        yield* settle
        assert.deepStrictEqual(alice.all("Joined").map(nameless), [
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
        assert.deepStrictEqual(bob.all("Joined").map(nameless), [
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
        yield* general.leave(member("bob"))
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
        yield* general.publish(alice, { content: "1" })
        yield* settle
        slow.taken()
        yield* general.publish(alice, { content: "2" })
        yield* general.setTopic(alice.user, Topic.make("old"))
        yield* general.leave(slow, 1)
        yield* general.publish(alice, { content: "3" })
        yield* general.setTopic(alice.user, Topic.make("new"))
        yield* general.join(slow, online, 2)
        yield* general.publish(alice, { content: "4" })
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

  describe("newcomers of one turn", () => {
    it.effect("get one list, in which all of them are, and are not told of each other", () =>
      Effect.gen(function* () {
        const tested = yield* channel()
        const watcher = member("watcher", { encoding: encodings.v1 })
        yield* tested.join(watcher, online)
        yield* settle
        watcher.taken()
        const [ann, bob] = [member("ann", { encoding: encodings.v1 }), member("bob", { encoding: encodings.v1 })]
        const [cat, dan] = [member("cat"), member("dan")]
        const turns = tested.turns.length
        for (const who of [ann, cat, bob, dan]) yield* fork(tested.join(who, online))
        yield* settle
        assert.lengthOf(tested.turns, turns + 1)
        const users = ["watcher", "ann", "cat", "bob", "dan"]
        for (const who of [ann, bob]) assert.deepStrictEqual(who.taken(), [{ type: "UserList", users }])
        assert.deepStrictEqual(
          watcher.taken(),
          users.slice(1).map((username) => ({ type: "UserJoined", username })),
        )
        for (const who of [cat, dan]) {
          assert.deepStrictEqual(types(who.taken()), ["Joined"])
        }
        // The very same lists, made once for all of them.
        const welcomes = tested.turns[turns]!.events.flatMap((event) =>
          event.type === "Entered" ? [event.welcome] : [],
        )
        assert.lengthOf(welcomes, 4)
        assert.strictEqual(new Set(welcomes.map(({ members }) => members)).size, 1)
        assert.strictEqual(welcomes[0]!.names, welcomes[2]!.names)
        // Who does not want the names gets none.
        assert.deepStrictEqual(welcomes[1]!.names, [])
      }),
    )

    it.effect("end where something else is said: who comes behind it is told of to those before", () =>
      Effect.gen(function* () {
        const tested = yield* channel()
        const [ann, bob] = [member("ann", { encoding: encodings.v1 }), member("bob", { encoding: encodings.v1 })]
        yield* fork(tested.join(ann, online))
        yield* tested.publish(ann, { content: "hello" })
        yield* fork(tested.join(bob, online))
        yield* settle
        assert.lengthOf(tested.turns, 1)
        assert.deepStrictEqual(types(ann.taken()), ["UserList", "ChatMessage", "UserJoined"])
        assert.deepStrictEqual(bob.taken(), [{ type: "UserList", users: ["ann", "bob"] }])
      }),
    )

    it.effect("and who comes while nothing changes gets the list that was made before", () =>
      Effect.gen(function* () {
        const tested = yield* channel()
        const [phone, laptop] = [member("ann", { session: "phone" }), member("ann", { session: "laptop" })]
        for (const who of [phone, laptop]) yield* tested.join(who, online)
        const [first, second] = tested.turns
          .flatMap(({ events }) => events)
          .flatMap((event) => (event.type === "Entered" ? [event.welcome.members] : []))
        assert.strictEqual(first, second)
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
        yield* general.leave(bob)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserLeft", username: "bob" }])
        assert.deepStrictEqual(bob.taken(), [])
        // The grace time is version 2's: in version 1 who is gone is gone.
        yield* general.join(bob, online)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [{ type: "UserJoined", username: "bob" }])
        assert.deepStrictEqual(bob.taken(), [{ type: "UserList", users: ["alice", "carol", "bob"] }])
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
        yield* general.leave(phone)
        yield* settle
        assert.deepStrictEqual(alice.taken(), [
          { type: "UserList", users: ["alice"] },
          { type: "UserJoined", username: "bob" },
        ])
        yield* general.leave(laptop)
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
        yield* general.publish(alice, { content: "1" })
        yield* Effect.forkChild(general.join(bob, online), { startImmediately: true })
        yield* general.publish(bob, { content: "2" })
        yield* general.leave(bob)
        yield* general.publish(alice, { content: "3" })
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
        for (let n = 0; n < 6; n++) yield* general.publish(alice, { content: `${n}` })
        yield* settle
        slow.taken()
        for (const name of ["bob", "carol"]) yield* general.join(member(name), online)
        yield* general.leave(alice)
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(slow.taken(), [])
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
})
