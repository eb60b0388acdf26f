import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Chat } from "../../src/chat/Chat.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { settle } from "../actor/fibers.ts"
import { fork, reason } from "../hub/fixture.ts"
import { controlledHistory } from "../hub/stores.ts"
import { connect, modes, pass } from "./fixture.ts"

describe.for(modes)("Hub ($mode)", ({ hub }) => {
  describe("sessions", () => {
    it.effect("how fast a user may publish is counted over all sessions, and what is said without one", () =>
      Effect.gen(function* () {
        const limited = { name: "alice", limited: true }
        const [phone, laptop] = [yield* connect(limited), yield* connect(limited)]
        const bob = yield* connect({ name: "bob", limited: true })
        const alone = yield* Effect.flatMap(Hub, (hub) => hub.as(limited))
        for (const who of [phone, laptop, bob]) yield* who.join("general")
        for (let n = 0; n < 3; n++) for (const who of [phone, laptop, alone]) yield* who.publish("general", "x")
        yield* alone.publish("general", "the tenth")
        for (const who of [phone, laptop, alone]) {
          const error = yield* Effect.flip(who.publish("general", "x"))
          assert.include(error, { reason: "RateLimited", retryable: true })
          assert.deepStrictEqual(error.retryAfter, Duration.millis(200))
        }
        yield* bob.publish("general", "x")
        yield* pass("200 millis")
        yield* laptop.publish("general", "x")
        assert.strictEqual(yield* reason(phone.publish("general", "x")), "RateLimited")
        // Whoever is not limited says what it wants, and takes nothing from who is.
        const bot = yield* connect({ name: "bot" })
        yield* bot.join("general")
        for (let n = 0; n < 50; n++) yield* bot.publish("general", "x")
      }).pipe(Effect.provide(hub())),
    )

    it.effect("without a limit nothing is counted", () =>
      Effect.gen(function* () {
        const { limitsOf } = yield* Chat
        const alice = yield* connect({ name: "alice", limited: true })
        assert.isUndefined(limitsOf(alice.user))
        yield* alice.join("general")
        for (let n = 0; n < 50; n++) yield* alice.publish("general", "x")
      }).pipe(Effect.provide(hub({ publishing: undefined, operations: undefined }))),
    )

    it.effect("a session that is ended leaves its channels", () =>
      Effect.gen(function* () {
        const { disconnect, stats } = yield* Hub
        const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
        for (const who of [alice, bob]) yield* who.join("general")
        assert.strictEqual(yield* disconnect({ user: bob.user.id }, new Disconnect({ reason: "AccountDisabled" })), 1)
        yield* pass("10 seconds")
        assert.strictEqual(bob.ended(), "AccountDisabled")
        assert.deepStrictEqual(alice.all("Presence").at(-1)!.left, [bob.user.name])
        assert.deepStrictEqual(yield* stats, { users: 1, sessions: 1, channels: 1, memberships: 1 })
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
        yield* pass("1 minute")
        yield* bob.join("d")
      }).pipe(Effect.provide(hub({ maxChannels: 3 }))),
    )

    it.effect("are listed by name, 100 a page, with their topics and users", () =>
      Effect.gen(function* () {
        const { channels } = yield* Effect.flatMap(Hub, (hub) => hub.as({ name: "reader" }))
        assert.deepStrictEqual((yield* channels()).channels, [])
        const names = Array.from({ length: 250 }, (_, n) => `c${String(n).padStart(3, "0")}`)
        const sessions = yield* Effect.forEach([0, 1, 2], (n) => connect(`user ${n}`))
        // In no order.
        for (const n of names.keys()) yield* sessions[n % 3]!.join(names[(n * 101) % 250]!)
        yield* sessions[0]!.join(names[7]!).pipe(Effect.ignore)
        yield* sessions[1]!.join(names[7]!).pipe(Effect.ignore)
        yield* sessions[0]!.setTopic(names[7]!, "seven")
        const pages = []
        for (let after: string | undefined; pages.length < 5;) {
          const page = yield* channels(after === undefined ? {} : { after })
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
          (yield* channels({ after: "c248" })).channels.map(({ channel }) => `${channel}`),
          ["c249"],
        )
        assert.deepStrictEqual((yield* channels({ after: "c0485" })).channels[0]!.channel, ChannelName.make("c049"))
        assert.deepStrictEqual((yield* channels({ after: "zzz" })).channels, [])
      }).pipe(Effect.provide(hub())),
    )

    it.effect("one that began to be shows in the next list, also when nobody is in it any more", () =>
      Effect.gen(function* () {
        const { stats } = yield* Hub
        const alice = yield* connect("alice")
        const list = Effect.map(alice.channels(), (page) => page.channels.map(({ channel }) => `${channel}`))
        yield* alice.join("b")
        assert.deepStrictEqual(yield* list, ["b"])
        yield* alice.join("a")
        assert.deepStrictEqual(yield* list, ["a", "b"])
        yield* alice.leave("b")
        yield* pass("1 minute")
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
        yield* pass("59999 millis")
        assert.strictEqual((yield* stats).channels, 1)
        yield* pass("1 millis")
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
        yield* pass("10 minutes")
        yield* alice.leave("general")
        yield* pass("50 seconds")
        yield* alice.join("general")
        yield* pass("50 seconds")
        yield* alice.leave("general")
        yield* pass("59 seconds")
        assert.strictEqual((yield* stats).channels, 1)
        yield* pass("1 second")
        assert.strictEqual((yield* stats).channels, 0)
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
          yield* pass("1 second")
          assert.isUndefined(publishing.pollUnsafe())
          assert.isUndefined(joining.pollUnsafe())
          yield* Deferred.succeed(gate, undefined)
          assert.strictEqual(Number((yield* Fiber.join(publishing)).seq), 1)
          assert.strictEqual(Number((yield* Fiber.join(joining)).seq), 1)
        }).pipe(Effect.provide(hub({}, history.layer)))
      },
    )

    it.effect("a channel whose history is slow to load lets everybody in when it has", () => {
      const history = controlledHistory()
      return Effect.gen(function* () {
        const { stats } = yield* Hub
        history.load = Effect.sleep("5 minutes")
        const sessions = yield* Effect.forEach([0, 1, 2], (n) => connect(`user ${n}`))
        const joining = yield* Effect.forEach(sessions, (session) => fork(session.join("general")))
        yield* settle
        yield* pass("4 minutes")
        assert.strictEqual((yield* stats).channels, 1)
        yield* pass("1 minute")
        for (const fiber of joining) assert.strictEqual((yield* Fiber.join(fiber)).seq, 0 as never)
        // As the nodes end, one takes it over from the other.
        history.load = Effect.void
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
        yield* pass("10 seconds")
        yield* phone.setStatus("away", "lunch")
        yield* pass("2 seconds")
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
        yield* pass("2 seconds")
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
