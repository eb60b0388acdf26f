import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { Topic } from "../../src/domain/Topic.ts"
import type { Channel } from "../../src/hub/Channel.ts"
import { Hub, type HubStats } from "../../src/hub/Hub.ts"
import { Disconnect } from "../../src/protocol/Disconnect.ts"
import { fibersLeft, settle } from "../actor/fibers.ts"
import { connect, controlledHistory, hub, user } from "./fixture.ts"

const fork = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.forkChild(self, { startImmediately: true })
const reason = <A, E extends { readonly reason: string }, R>(self: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(self), (error) => error.reason)

const nothing: HubStats = { users: 0, sessions: 0, channels: 0, memberships: 0 }

/** Signs a session in by hand, and notes why it is ended. */
const signIn = Effect.fnUntraced(function* (
  name: string,
  options: { readonly session?: string; readonly tokenId?: string; readonly exclusive?: boolean } = {},
) {
  const ends: Array<string> = []
  const { exclusive = false, session = name, tokenId } = options
  const hub = yield* Hub
  const signedIn = yield* hub.signIn({
    session: SessionId.make(session),
    user: user(name),
    tokenId,
    exclusive,
    end: ({ reason }) => void ends.push(reason),
  })
  return { ...signedIn, ends }
})

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

    it.effect("one that came or went shows in the next list", () =>
      Effect.gen(function* () {
        const { channels } = yield* Hub
        const alice = yield* connect("alice")
        const list = Effect.map(channels(), (page) => page.channels.map(({ channel }) => `${channel}`))
        yield* alice.join("b")
        assert.deepStrictEqual(yield* list, ["b"])
        yield* alice.join("a")
        assert.deepStrictEqual(yield* list, ["a", "b"])
        yield* alice.leave("b")
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* list, ["a"])
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

    it.effect("one that nobody ever entered is released after the same time", () =>
      Effect.gen(function* () {
        const { find, signOut, stats } = yield* Hub
        yield* signIn("alice")
        yield* find(ChannelName.make("general"), SessionId.make("alice"))
        yield* TestClock.adjust("59999 millis")
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
        const first = yield* fork(channel.setTopic(user("by hand"), Topic.make("first")))
        yield* settle
        // The end of its time is in the mailbox, which has room for no more; this waits behind it.
        yield* TestClock.adjust("1 minute")
        const second = yield* fork(channel.setTopic(user("by hand"), Topic.make("second")))
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

  const Step = Schema.Union([
    Schema.Struct({
      type: Schema.Literal("toggle"),
      who: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
    }),
    // Around the idle moment.
    Schema.Struct({ type: Schema.Literal("pass"), ms: Schema.Literals([0, 1, 59_998, 59_999, 60_000]) }),
    Schema.Struct({ type: Schema.Literal("settle") }),
  ])
  it.effect.prop(
    "joining just as a channel is released loses no member and nothing that was said",
    [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 30 })],
    ([steps]) =>
      Effect.gen(function* () {
        const { stats } = yield* Hub
        const sessions = yield* Effect.forEach([0, 1, 2, 3], (n) => connect(`user ${n}`))
        const speaker = yield* connect("speaker")
        const inside = new Set<number>()
        const moving = new Map<number, Fiber.Fiber<unknown, unknown>>()
        let said = 0
        for (const step of steps) {
          if (step.type === "settle") yield* settle
          else if (step.type === "pass") yield* fork(TestClock.adjust(step.ms))
          else {
            const session = sessions[step.who]!
            if (moving.has(step.who)) yield* Fiber.await(moving.get(step.who)!)
            if (inside.delete(step.who)) moving.set(step.who, yield* fork(session.leave("general")))
            else {
              inside.add(step.who)
              moving.set(step.who, yield* fork(session.join("general")))
            }
          }
        }
        for (const fiber of moving.values()) assert.strictEqual((yield* Fiber.await(fiber))._tag, "Success")
        yield* speaker.join("general")
        assert.strictEqual(Number((yield* speaker.publish("general", "anybody?")).seq), ++said)
        yield* settle
        for (const [n, session] of sessions.entries()) {
          assert.strictEqual(session.all("Message").length, inside.has(n) ? 1 : 0)
        }
        assert.deepStrictEqual(yield* stats, { users: 5, sessions: 5, channels: 1, memberships: inside.size + 1 })
        for (const n of inside) yield* sessions[n]!.leave("general")
        yield* speaker.leave("general")
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(yield* stats, { users: 5, sessions: 5, channels: 0, memberships: 0 })
      }).pipe(Effect.scoped, Effect.provide(hub())),
    { arbitrary: { runs: 200, size: 30 } },
  )

  describe("leaves nothing behind", () => {
    it.effect("after 1000 random sessions everything is at zero, and no fiber is alive when it has closed", () =>
      Effect.gen(function* () {
        const { alive } = yield* fibersLeft(
          Effect.gen(function* () {
            const { disconnect, stats } = yield* Hub
            const life = (n: number) =>
              Effect.gen(function* () {
                const session = yield* connect(`user ${n % 200}`)
                const steps = yield* Random.nextIntBetween(0, 12)
                for (let step = 0; step < steps; step++) {
                  const channel = `c${yield* Random.nextIntBetween(0, 20)}`
                  const what = yield* Random.nextIntBetween(0, 8)
                  const call: Effect.Effect<unknown, unknown> =
                    what < 3
                      ? session.join(channel)
                      : what < 5
                        ? session.publish(channel, "hello")
                        : what === 5
                          ? session.leave(channel)
                          : what === 6
                            ? session.setStatus("busy")
                            : session.typing(channel)
                  // Some lose patience.
                  yield* Effect.exit(n % 7 === 0 ? Effect.raceFirst(call, Effect.yieldNow) : call)
                  if (yield* Random.nextBoolean) yield* Effect.sleep(`${yield* Random.nextIntBetween(1, 5000)} millis`)
                }
                if (n % 50 === 0)
                  yield* disconnect({ user: session.user.id }, new Disconnect({ reason: "TokenRevoked" }))
                return yield* n % 11 === 0 ? Effect.die("rude") : Effect.void
              }).pipe(Effect.scoped, Effect.exit)
            const lives = yield* Effect.forEach(
              Array.from({ length: 1000 }, (_, n) => n),
              (n) => fork(life(n)),
            )
            for (const [n, fiber] of lives.entries()) if (n % 13 === 0) yield* Fiber.interrupt(fiber)
            yield* TestClock.adjust("2 minutes")
            for (const fiber of lives) assert.isDefined(fiber.pollUnsafe())
            yield* TestClock.adjust("2 minutes")
            assert.deepStrictEqual(yield* stats, nothing)
          }).pipe(Random.withSeed("churn"), Effect.provide(hub())),
        )
        assert.strictEqual(alive, 0)
      }),
    )

    it.effect("a channel that was released is garbage", () =>
      Effect.gen(function* () {
        const { find, stats } = yield* Hub
        const alice = yield* connect("alice")
        yield* signIn("by hand")
        const visit = Effect.fnUntraced(function* (name: string) {
          yield* alice.join(name)
          yield* alice.publish(name, "hello")
          yield* alice.leave(name)
          const found = yield* find(ChannelName.make(name), SessionId.make("by hand"))
          // Its effects hold the mailbox and the fiber.
          return new WeakRef((found.channel as Channel).close)
        })
        const channels = yield* Effect.forEach(["a", "b", "c", "d"], visit)
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual((yield* stats).channels, 0)
        yield* settle
        setFlagsFromString("--expose-gc")
        const collect = runInNewContext("gc") as () => void
        // What a weak reference shows is kept to the end of the running task.
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        collect()
        assert.deepStrictEqual(
          channels.map((channel) => channel.deref()),
          channels.map(() => undefined),
        )
      }).pipe(Effect.provide(hub())),
    )

    it.effect("closing while people publish, join and leave: every call ends, and no fiber stays", () =>
      Effect.gen(function* () {
        const history = controlledHistory()
        history.before = Effect.sleep("10 millis")
        const { alive } = yield* fibersLeft(
          Effect.gen(function* () {
            const scope = yield* Scope.make()
            const context = yield* Layer.buildWithScope(hub({}, history.layer), scope)
            const sessionScope = yield* Scope.make()
            let stored = 0
            const people = yield* Effect.forEach(
              Array.from({ length: 20 }, (_, n) => n),
              (n) =>
                Effect.gen(function* () {
                  const session = yield* connect(`user ${n}`).pipe(
                    Effect.provideContext(context),
                    Scope.provide(sessionScope),
                  )
                  for (let round = 0; ; round++) {
                    yield* session.join(`c${round % 5}`)
                    yield* session.publish(`c${round % 5}`, "hello")
                    stored++
                    yield* session.leave(`c${round % 5}`)
                  }
                }).pipe(fork),
            )
            yield* TestClock.adjust("1 second")
            assert.isAtLeast(stored, 100)
            const closing = yield* fork(Scope.close(scope, Exit.void))
            yield* TestClock.adjust("1 second")
            assert.isDefined(closing.pollUnsafe())
            for (const fiber of people) {
              assert.strictEqual(yield* reason(Fiber.join(fiber)), "Unavailable")
            }
            // Nobody was told of more than was stored.
            assert.isAtLeast(history.appended.flat().length, stored)
            yield* Scope.close(sessionScope, Exit.void)
          }),
        )
        assert.strictEqual(alive, 0)
      }),
    )
  })
})
