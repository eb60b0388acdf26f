import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { settle } from "../actor/fibers.ts"
import { connect, controlledHistory, fork, hub, nothing, reason, setTopic, signIn, user } from "./fixture.ts"

describe("Hub", () => {
  describe("sessions", () => {
    it.effect("a user may be connected from several devices; exclusive is for who is not connected yet", () =>
      Effect.gen(function* () {
        const { signOut, stats } = yield* Hub
        const phone = yield* signIn("alice", { session: "phone" })
        const laptop = yield* signIn("alice", { session: "laptop" })
        assert.strictEqual(phone.publishing, laptop.publishing)
        assert.strictEqual(yield* reason(signIn("alice", { session: "old", exclusive: true })), "UsernameTaken")
        assert.deepStrictEqual(yield* stats, { ...nothing, users: 1, sessions: 2 })
        yield* signOut(SessionId.make("phone"))
        assert.strictEqual(yield* reason(signIn("alice", { session: "old", exclusive: true })), "UsernameTaken")
        yield* signOut(SessionId.make("laptop"))
        yield* signIn("alice", { session: "old", exclusive: true })
        for (const session of ["old", "old", "nobody"]) yield* signOut(SessionId.make(session))
        assert.deepStrictEqual(yield* stats, nothing)
      }).pipe(Effect.provide(hub())),
    )

    it.effect("how fast a user may publish is counted over all sessions", () =>
      Effect.gen(function* () {
        const phone = yield* signIn("alice", { session: "phone" })
        const laptop = yield* signIn("alice", { session: "laptop" })
        const bob = yield* signIn("bob")
        for (let n = 0; n < 5; n++) {
          assert.strictEqual(phone.publishing!.take(0), 0)
          assert.strictEqual(laptop.publishing!.take(0), 0)
        }
        assert.strictEqual(laptop.publishing!.take(0), 200)
        assert.strictEqual(bob.publishing!.take(0), 0)
      }).pipe(Effect.provide(hub())),
    )

    it.effect("without a limit nothing is counted", () =>
      Effect.gen(function* () {
        const alice = yield* signIn("alice")
        assert.isUndefined(alice.publishing)
      }).pipe(Effect.provide(hub({ publishing: undefined }))),
    )

    it.effect("are ended by user, by token, or all", () =>
      Effect.gen(function* () {
        const { disconnect } = yield* Hub
        const sessions = [
          yield* signIn("alice", { session: "a1", tokenId: "t1" }),
          yield* signIn("alice", { session: "a2", tokenId: "t2" }),
          yield* signIn("bob", { session: "b1", tokenId: "t1" }),
          yield* signIn("carol", { session: "c1" }),
        ]
        const ended = (selection: Parameters<typeof disconnect>[0], reason: Disconnect["reason"]) =>
          disconnect(selection, new Disconnect({ reason }))
        assert.strictEqual(yield* ended({ user: user("alice").id }, "AccountDisabled"), 2)
        assert.strictEqual(yield* ended({ token: "t1" }, "TokenRevoked"), 2)
        assert.strictEqual(yield* ended({ token: "t3" }, "TokenRevoked"), 0)
        assert.strictEqual(yield* ended({ user: user("nobody").id }, "AccountDisabled"), 0)
        assert.strictEqual(yield* ended({ everybody: true }, "Draining"), 4)
        assert.deepStrictEqual(
          sessions.map(({ ends }) => ends),
          [
            ["AccountDisabled", "TokenRevoked", "Draining"],
            ["AccountDisabled", "Draining"],
            ["TokenRevoked", "Draining"],
            ["Draining"],
          ],
        )
      }).pipe(Effect.provide(hub())),
    )

    it.effect("a session that is ended leaves its channels", () =>
      Effect.gen(function* () {
        const { disconnect, stats } = yield* Hub
        const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
        for (const who of [alice, bob]) yield* who.join("general")
        assert.strictEqual(yield* disconnect({ user: bob.user.id }, new Disconnect({ reason: "AccountDisabled" })), 1)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(bob.ended(), "AccountDisabled")
        assert.deepStrictEqual(alice.all("Presence").at(-1)!.left, [bob.user.name])
        assert.deepStrictEqual(yield* stats, { users: 1, sessions: 1, channels: 1, memberships: 1 })
      }).pipe(Effect.provide(hub())),
    )

    it.effect("who is not signed in finds no channel", () =>
      Effect.gen(function* () {
        const { find, stats } = yield* Hub
        const finding = find(ChannelName.make("general"), SessionId.make("nobody"))
        assert.strictEqual(yield* reason(finding), "NotAuthenticated")
        assert.deepStrictEqual(yield* stats, nothing)
      }).pipe(Effect.provide(hub())),
    )
  })

  describe("channels", () => {
    it.effect("a session is in 128 at most, and in another when it has left one", () =>
      Effect.gen(function* () {
        const alice = yield* connect("alice")
        for (let n = 1; n <= 128; n++) yield* alice.join(`c${n}`)
        assert.strictEqual(yield* reason(alice.join("c129")), "TooManyMemberships")
        assert.strictEqual(yield* reason(alice.join("c1")), "AlreadyMember")
        assert.strictEqual((yield* Effect.flatMap(Hub, ({ stats }) => stats)).memberships, 128)
        yield* alice.leave("c7")
        yield* alice.join("c129")
        const bob = yield* connect("bob")
        yield* bob.join("c1")
      }).pipe(Effect.provide(hub())),
    )

    it.effect("there are so many at most; those there are can be joined, and new ones when some are released", () =>
      Effect.gen(function* () {
        const alice = yield* connect("alice")
        const bob = yield* connect("bob")
        for (const name of ["a", "b", "c"]) yield* alice.join(name)
        assert.strictEqual(yield* reason(bob.join("d")), "TooManyChannels")
        yield* bob.join("a")
        yield* alice.leave("b")
        assert.strictEqual(yield* reason(bob.join("d")), "TooManyChannels")
        yield* TestClock.adjust("1 minute")
        yield* bob.join("d")
      }).pipe(Effect.provide(hub({ maxChannels: 3 }))),
    )

    it.effect("are listed by name, 100 a page, with their topics and users", () =>
      Effect.gen(function* () {
        const { channels } = yield* Hub
        assert.deepStrictEqual((yield* channels()).channels, [])
        const names = Array.from({ length: 250 }, (_, n) => `c${String(n).padStart(3, "0")}`)
        const sessions = yield* Effect.forEach([0, 1, 2], (n) => connect(`user ${n}`))
        // In no order.
        for (const n of names.keys()) yield* sessions[n % 3]!.join(names[(n * 101) % 250]!)
        yield* sessions[0]!.join(names[7]!).pipe(Effect.ignore)
        yield* sessions[1]!.join(names[7]!).pipe(Effect.ignore)
        yield* sessions[0]!.setTopic(names[7]!, "seven")
        const pages = []
        for (let after: ChannelName | undefined; pages.length < 5;) {
          const page = yield* channels(after)
          pages.push(page.channels)
          if (page.next === undefined) break
          after = page.next
        }
        assert.deepStrictEqual(
          pages.map(({ length }) => length),
          [100, 100, 50],
        )
        assert.deepStrictEqual(
          pages.flat().map(({ channel }) => `${channel}`),
          names,
        )
        assert.deepInclude(pages[0]![7], { topic: "seven" } as object)
        assert.isAtLeast(pages[0]![7]!.count, 2)
        assert.deepStrictEqual(
          (yield* channels(ChannelName.make("c248"))).channels.map(({ channel }) => `${channel}`),
          ["c249"],
        )
        assert.deepStrictEqual(
          (yield* channels(ChannelName.make("c0485"))).channels[0]!.channel,
          ChannelName.make("c049"),
        )
        assert.deepStrictEqual((yield* channels(ChannelName.make("zzz"))).channels, [])
      }).pipe(Effect.provide(hub())),
    )

    it.effect("one that began to be shows in the next list, also when nobody is in it any more", () =>
      Effect.gen(function* () {
        const { channels, stats } = yield* Hub
        const alice = yield* connect("alice")
        const list = Effect.map(channels(), (page) => page.channels.map(({ channel }) => `${channel}`))
        yield* alice.join("b")
        assert.deepStrictEqual(yield* list, ["b"])
        yield* alice.join("a")
        assert.deepStrictEqual(yield* list, ["a", "b"])
        yield* alice.leave("b")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* stats).channels, 1)
        assert.deepStrictEqual(yield* list, ["a", "b"])
      }).pipe(Effect.provide(hub())),
    )

    it.effect("with nobody in it, one is released after 60 s, and comes back with its place and topic", () =>
      Effect.gen(function* () {
        const { stats } = yield* Hub
        const alice = yield* connect("alice")
        yield* alice.join("general")
        yield* alice.publish("general", "1", "m1")
        yield* alice.setTopic("general", "tea")
        yield* alice.leave("general")
        yield* TestClock.adjust("59999 millis")
        assert.strictEqual((yield* stats).channels, 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual((yield* stats).channels, 0)
        const joined = yield* alice.join("general")
        assert.deepInclude(joined, { seq: 1, topic: "tea", count: 1 } as object)
        // Not stored twice, also across the release.
        assert.strictEqual(Number((yield* alice.publish("general", "1", "m1")).seq), 1)
        assert.strictEqual(Number((yield* alice.publish("general", "2", "m2")).seq), 2)
      }).pipe(Effect.provide(hub())),
    )

    it.effect("with somebody in it, one is not released; coming in renews the time", () =>
      Effect.gen(function* () {
        const { stats } = yield* Hub
        const alice = yield* connect("alice")
        yield* alice.join("general")
        yield* TestClock.adjust("10 minutes")
        yield* alice.leave("general")
        yield* TestClock.adjust("50 seconds")
        yield* alice.join("general")
        yield* TestClock.adjust("50 seconds")
        yield* alice.leave("general")
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual((yield* stats).channels, 1)
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* stats).channels, 0)
      }).pipe(Effect.provide(hub())),
    )

    it.effect("one that is none, since nobody ever entered it, is released after a second", () =>
      Effect.gen(function* () {
        const { find, signOut, stats } = yield* Hub
        yield* signIn("alice")
        yield* find(ChannelName.make("general"), SessionId.make("alice"))
        yield* TestClock.adjust("999 millis")
        assert.strictEqual((yield* stats).channels, 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual((yield* stats).channels, 0)
        yield* signOut(SessionId.make("alice"))
      }).pipe(Effect.provide(hub())),
    )

    it.effect(
      "a slow history holds up its channel and nobody else; one that ends slowly comes back behind its end",
      () => {
        const history = controlledHistory()
        return Effect.gen(function* () {
          const { stats } = yield* Hub
          const alice = yield* connect("alice")
          for (const name of ["slow", "quick"]) yield* alice.join(name)
          const gate = yield* Deferred.make<void>()
          history.before = Deferred.await(gate)
          const publishing = yield* fork(alice.publish("slow", "1"))
          yield* settle
          history.before = Effect.void
          yield* alice.publish("quick", "1")
          const bob = yield* connect("bob")
          yield* bob.join("quick")
          yield* bob.join("another")
          yield* bob.setStatus("busy")
          assert.strictEqual((yield* stats).channels, 3)
          const joining = yield* fork(bob.join("slow"))
          yield* TestClock.adjust("1 second")
          assert.isUndefined(publishing.pollUnsafe())
          assert.isUndefined(joining.pollUnsafe())
          yield* Deferred.succeed(gate, undefined)
          assert.strictEqual(Number((yield* Fiber.join(publishing)).seq), 1)
          assert.strictEqual(Number((yield* Fiber.join(joining)).seq), 1)
        }).pipe(Effect.provide(hub({}, history.layer)))
      },
    )

    it.effect("one that is released while it still stores comes back when it has stored", () => {
      const history = controlledHistory()
      return Effect.gen(function* () {
        const { find, stats } = yield* Hub
        yield* signIn("by hand")
        const { channel } = yield* find(ChannelName.make("general"), SessionId.make("by hand"))
        yield* settle
        const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        let stores = 0
        history.topic = Effect.suspend(() => Deferred.await(gates[stores++]!))
        const first = yield* fork(setTopic(channel, user("by hand"), Topic.make("first")))
        yield* settle
        // The end of its time is in the mailbox, which has room for no more; this waits behind it.
        yield* TestClock.adjust("1 minute")
        const second = yield* fork(setTopic(channel, user("by hand"), Topic.make("second")))
        yield* Deferred.succeed(gates[0]!, undefined)
        yield* settle
        assert.strictEqual((yield* stats).channels, 0)
        const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
        const joining = yield* fork(alice.join("general"))
        yield* settle
        assert.isUndefined(joining.pollUnsafe())
        yield* Deferred.succeed(gates[1]!, undefined)
        yield* Fiber.join(first)
        yield* Fiber.join(second)
        assert.strictEqual((yield* Fiber.join(joining)).topic, Topic.make("second"))
        yield* settle
        // The end of the first is not taken for the end of the second.
        assert.strictEqual((yield* bob.join("general")).count, 2)
        assert.strictEqual((yield* stats).channels, 1)
      }).pipe(Effect.provide(hub({ channelMailbox: 1 }, history.layer)))
    })

    it.effect("a channel whose history is slow to load lets everybody in when it has", () => {
      const history = controlledHistory()
      return Effect.gen(function* () {
        const { stats } = yield* Hub
        history.load = Effect.sleep("5 minutes")
        const sessions = yield* Effect.forEach([0, 1, 2], (n) => connect(`user ${n}`))
        const joining = yield* Effect.forEach(sessions, (session) => fork(session.join("general")))
        yield* TestClock.adjust("4 minutes")
        assert.strictEqual((yield* stats).channels, 1)
        yield* TestClock.adjust("1 minute")
        for (const fiber of joining) assert.strictEqual((yield* Fiber.join(fiber)).seq, 0 as never)
      }).pipe(Effect.provide(hub({}, history.layer)))
    })
  })

  describe("a status", () => {
    it.effect("reaches every channel of the user, and holds for those joined later and on other devices", () =>
      Effect.gen(function* () {
        const [phone, laptop] = [yield* connect("alice"), yield* connect("alice")]
        const bob = yield* connect("bob")
        for (const name of ["a", "b", "c"]) yield* bob.join(name)
        yield* phone.join("a")
        yield* laptop.join("b")
        yield* TestClock.adjust("10 seconds")
        yield* phone.setStatus("away", "lunch")
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(
          bob
            .all("Presence")
            .flatMap(({ changed, channel }) => (changed ?? []).map((who) => [`${channel}`, { ...who }])),
          ["a", "b"].map((name) => [name, { username: phone.user.name, status: "away" as const, text: "lunch" }]),
        )
        const joined = yield* laptop.join("c")
        assert.deepInclude(joined.members[1], { username: "alice", status: "away", text: "lunch" } as object)
        // The same again is no news.
        yield* laptop.setStatus("away", "lunch")
        yield* TestClock.adjust("2 seconds")
        assert.lengthOf(
          bob.all("Presence").filter(({ changed }) => changed !== undefined),
          2,
        )
      }).pipe(Effect.provide(hub())),
    )

    it.effect("ends with the user's last session", () =>
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const alice = yield* connect("alice")
            yield* alice.join("a")
            yield* alice.setStatus("busy")
          }),
        )
        const alice = yield* connect("alice")
        assert.deepInclude((yield* alice.join("a")).members[0], { status: "online" } as object)
      }).pipe(Effect.provide(hub())),
    )
  })
})
