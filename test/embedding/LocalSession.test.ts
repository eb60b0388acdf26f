import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Hub } from "../../src/embedding/Hub.ts"
import { settle } from "../actor/fibers.ts"
import { fork, reason } from "../hub/fixture.ts"
import { controlledHistory } from "../hub/stores.ts"
import { connect, modes, pass } from "./fixture.ts"

/** Where a page goes on. */
const before = (next: string | undefined) => (next === undefined ? assert.fail() : { before: next })

describe.for(modes)("LocalSession ($mode)", ({ hub, isOneOfMany }) => {
  it.effect("joins, publishes, receives, and sees who is there", () =>
    Effect.gen(function* () {
      const alice = yield* connect("alice")
      const joined = yield* alice.join("general")
      assert.deepInclude(joined, {
        type: "Joined",
        seq: 0,
        count: 1,
        members: [{ username: "alice", status: "online" }],
      } as object)
      const bob = yield* connect("bob")
      assert.strictEqual((yield* bob.join("general")).count, 2)
      const published = yield* bob.publish("general", "hello")
      assert.strictEqual(Number(published.seq), 1)
      assert.strictEqual(published.durability, "memory")
      yield* alice.setTopic("general", "tea")
      yield* bob.typing("general")
      yield* pass("1500 millis")
      assert.deepInclude(alice.all("Message")[0], { seq: 1, from: "bob", content: "hello" } as object)
      assert.lengthOf(bob.all("Message"), 1)
      assert.deepInclude(bob.all("TopicChanged")[0], { topic: "tea", by: "alice" } as object)
      assert.lengthOf(alice.all("UserTyping"), 1)
      assert.deepStrictEqual(
        alice.all("Presence").map(({ count }) => count),
        [2],
      )
      yield* bob.leave("general")
      yield* alice.publish("general", "alone")
      yield* pass("10 seconds")
      assert.lengthOf(bob.all("Message"), 1)
      assert.deepStrictEqual(alice.all("Presence").at(-1)!.left, [bob.user.name])
    }).pipe(Effect.provide(hub())),
  )

  it.effect("publishing an id of one's own again gives the first result", () =>
    Effect.gen(function* () {
      const alice = yield* connect("alice")
      yield* alice.join("general")
      const first = yield* alice.publish("general", "once", "my-id")
      yield* pass("1 minute")
      const second = yield* alice.publish("general", "once", "my-id")
      assert.deepStrictEqual([second.seq, second.timestamp], [first.seq, first.timestamp])
      yield* settle
      assert.lengthOf(alice.all("Message"), 1)
    }).pipe(Effect.provide(hub())),
  )

  it.effect("refuses what a client could not send either", () =>
    Effect.gen(function* () {
      const alice = yield* connect("alice")
      yield* alice.join("general")
      const refusals: ReadonlyArray<
        Effect.Effect<unknown, { readonly reason: string; readonly field?: string | undefined }>
      > = [
        alice.join("no such name!"),
        alice.publish("general", "a lone surrogate: \ud800"),
        alice.publish("general", "x", "an id with spaces"),
        alice.setTopic("general", "two\nlines"),
        alice.setStatus("busy", "x".repeat(200)),
      ]
      for (const [n, refusal] of refusals.entries()) {
        const error = yield* Effect.flip(refusal)
        assert.strictEqual(error.reason, "InvalidFrame")
        assert.strictEqual(error.field, ["channel", "content", "id", "topic", "text"][n])
      }
      assert.strictEqual(yield* reason(alice.publish("general", "")), "EmptyMessage")
      assert.strictEqual(yield* reason(alice.publish("general", "x".repeat(16_001))), "MessageTooLong")
      assert.strictEqual(yield* reason(alice.publish("random", "x")), "NotMember")
      assert.strictEqual(yield* reason(alice.leave("random")), "NotMember")
      assert.strictEqual(yield* reason(alice.join("general")), "AlreadyMember")
      // None of it did any harm.
      yield* alice.publish("general", "x")
      assert.strictEqual(yield* reason(Effect.flatMap(Hub, (hub) => hub.connect({ name: "" }))), "InvalidUsername")
    }).pipe(Effect.scoped, Effect.provide(hub())),
  )

  it.effect("many publishes at once have an order each, and are all seen", () =>
    Effect.gen(function* () {
      const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
      for (const who of [alice, bob]) yield* who.join("general")
      const published = yield* Effect.forEach(
        Array.from({ length: 3000 }, (_, n) => n),
        (n) => [alice, bob][n % 2]!.publish("general", `${n}`),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(new Set(published.map(({ seq }) => seq)).size, 3000)
      yield* settle
      for (const who of [alice, bob]) {
        assert.deepStrictEqual(
          who.all("Message").map(({ seq }) => Number(seq)),
          Array.from({ length: 3000 }, (_, n) => n + 1),
        )
        assert.isUndefined(who.ended())
      }
    }).pipe(Effect.provide(hub())),
  )

  it.effect("joining twice at once: one is in, and counts as in", () =>
    Effect.gen(function* () {
      const { stats } = yield* Hub
      const alice = yield* connect("alice")
      const exits = yield* Effect.all([Effect.exit(alice.join("general")), Effect.exit(alice.join("general"))], {
        concurrency: "unbounded",
      })
      assert.lengthOf(exits.filter(Exit.isSuccess), 1)
      assert.strictEqual((yield* stats).memberships, 1)
      yield* alice.leave("general")
      assert.strictEqual((yield* stats).memberships, 0)
    }).pipe(Effect.provide(hub())),
  )

  describe("that consumes too slowly", () => {
    it.effect("is ended when its outbox overflows; the others do not notice", () =>
      Effect.gen(function* () {
        const { connect: connectBare, stats } = yield* Hub
        const slow = yield* connectBare({ name: "slow" })
        const alice = yield* connect("alice")
        for (const who of [slow, alice]) yield* who.join("general")
        for (let n = 0; n < 2000; n++) yield* alice.publish("general", `${n}`)
        yield* settle
        assert.lengthOf(alice.all("Message"), 2000)
        // It has left, though it still takes nothing and nobody has closed its scope.
        assert.deepStrictEqual(yield* stats, { users: 1, sessions: 1, channels: 1, memberships: 1 })
        // It gets what had been handed over, then the reason.
        const seen: Array<number> = []
        const end = yield* slow.events.pipe(
          Stream.runForEach((event) => Effect.sync(() => event.type === "Message" && seen.push(event.seq))),
          Effect.flip,
        )
        assert.strictEqual(end.reason, "SlowConsumer")
        assert.deepStrictEqual(
          seen,
          Array.from({ length: seen.length }, (_, n) => n + 1),
        )
        assert.isAtLeast(seen.length, 256)
        assert.strictEqual(yield* reason(slow.publish("general", "x")), "NotAuthenticated")
        yield* pass("10 seconds")
        assert.strictEqual(alice.all("Presence").at(-1)!.count, 1)
      }).pipe(Effect.scoped, Effect.provide(hub())),
    )

    it.effect("is ended when it takes nothing for 10 s, and not when it takes one now and then", () =>
      Effect.gen(function* () {
        const hub = yield* Hub
        const [slow, stopped] = [yield* hub.connect({ name: "slow" }), yield* hub.connect({ name: "stopped" })]
        const alice = yield* connect("alice")
        for (const who of [slow, stopped, alice]) yield* who.join("general")
        for (let n = 1; n <= 300; n++) yield* alice.publish("general", `${n}`)
        let seen = 0
        const consuming = yield* fork(
          Stream.runForEach(slow.events, (event) =>
            event.type === "Message"
              ? Effect.andThen(
                  Effect.sync(() => void seen++),
                  Effect.sleep("9 seconds"),
                )
              : Effect.void,
          ),
        )
        yield* pass("9999 millis")
        // Its answers do not wait behind what it does not take.
        yield* stopped.publish("general", "x")
        yield* pass("1 millis")
        assert.strictEqual(yield* reason(stopped.publish("general", "x")), "NotAuthenticated")
        assert.strictEqual(yield* reason(Stream.runDrain(stopped.events)), "SlowConsumer")
        yield* pass("10 minutes")
        assert.isUndefined(consuming.pollUnsafe())
        assert.isAtLeast(seen, 60)
        yield* pass("1 hour")
        assert.strictEqual(seen, 301)
      }).pipe(Effect.scoped, Effect.provide(hub())),
    )
  })

  describe("that has ended", () => {
    it.effect("by its scope: it is out, its stream and its calls fail, waiting ones too", () =>
      Effect.gen(function* () {
        const history = controlledHistory()
        yield* Effect.gen(function* () {
          const { stats } = yield* Hub
          const scope = yield* Scope.make()
          const alice = yield* Scope.provide(connect("alice"), scope)
          const bob = yield* connect("bob")
          for (const who of [alice, bob]) yield* who.join("general")
          const gate = yield* Deferred.make<void>()
          history.before = Deferred.await(gate)
          const publishing = yield* fork(reason(alice.publish("general", "x")))
          yield* settle
          yield* Scope.close(scope, Exit.void)
          assert.strictEqual(yield* Fiber.join(publishing), "NotAuthenticated")
          const calls: ReadonlyArray<Effect.Effect<unknown, { readonly reason: string }>> = [
            alice.publish("general", "x"),
            alice.join("random"),
            alice.setStatus("busy"),
            alice.leave("general"),
            alice.history("general"),
            alice.channels(),
          ]
          for (const call of calls) {
            assert.strictEqual(yield* reason(call), "NotAuthenticated")
          }
          assert.deepStrictEqual(yield* stats, { users: 1, sessions: 1, channels: 1, memberships: 1 })
          yield* Deferred.succeed(gate, undefined)
          yield* pass("10 seconds")
          // What it had published before is said.
          assert.lengthOf(bob.all("Message"), 1)
          assert.deepStrictEqual(bob.all("Presence").at(-1)!.left, [alice.user.name])
        }).pipe(Effect.provide(hub({}, history.layer)))
      }),
    )

    it.effect("with its hub: it is told, and so are later calls", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(hub(), scope)
        const alice = yield* connect("alice").pipe(Effect.provideContext(context))
        yield* alice.join("general")
        yield* Scope.close(scope, Exit.void)
        yield* settle
        assert.strictEqual(alice.ended(), "Draining")
        assert.strictEqual(yield* reason(alice.publish("general", "x")), "NotAuthenticated")
        assert.strictEqual(yield* reason(alice.join("random")), "NotAuthenticated")
      }),
    )
  })

  it.effect("a join that is given up leaves no member behind", () =>
    Effect.gen(function* () {
      const history = controlledHistory()
      yield* Effect.gen(function* () {
        const { stats } = yield* Hub
        const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
        yield* alice.join("general")
        const gate = yield* Deferred.make<void>()
        history.before = Deferred.await(gate)
        yield* fork(alice.publish("general", "x"))
        yield* settle
        const joining = yield* fork(bob.join("general").pipe(Effect.timeoutOption("1 second")))
        yield* pass("1 second")
        assert.strictEqual((yield* Fiber.join(joining))._tag, "None")
        assert.strictEqual((yield* stats).memberships, 1)
        yield* Deferred.succeed(gate, undefined)
        yield* settle
        yield* alice.publish("general", "y")
        yield* settle
        assert.deepStrictEqual(bob.all("Message"), [])
        assert.strictEqual((yield* bob.join("general")).count, 2)
      }).pipe(Effect.provide(hub({}, history.layer)))
    }),
  )

  it.effect("a channel that is given up is left by all, and can be joined again", () =>
    Effect.gen(function* () {
      const history = controlledHistory()
      yield* Effect.gen(function* () {
        const { stats } = yield* Hub
        const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
        for (const who of [alice, bob]) yield* who.join("general")
        yield* alice.publish("general", "1")
        history.before = Effect.die("gone")
        history.load = Effect.die("gone")
        assert.strictEqual(yield* reason(alice.publish("general", "2")), "Internal")
        yield* settle
        for (const who of [alice, bob]) assert.lengthOf(who.all("Left"), 1)
        assert.strictEqual((yield* stats).channels, 0)
        // Another node may have it in a moment: it is looked for, which takes time, where there are others.
        const inTime = <A, E>(asking: Effect.Effect<A, E>) =>
          Effect.flatMap(fork(asking), (asked) => {
            const passing = isOneOfMany ? Effect.repeat(pass("1 second"), { times: 25 }) : Effect.void
            return Effect.andThen(passing, Fiber.join(asked))
          })
        assert.strictEqual(yield* inTime(reason(alice.join("general"))), "Unavailable")
        // Leaving what has ended is no error, and is answered.
        yield* inTime(bob.leave("general"))
        history.before = Effect.void
        history.load = Effect.void
        assert.strictEqual(Number((yield* inTime(alice.join("general"))).seq), 1)
        yield* bob.join("general")
        assert.strictEqual(Number((yield* bob.publish("general", "3")).seq), 2)
        yield* settle
        assert.strictEqual(alice.all("Message").at(-1)!.content, "3")
        assert.deepStrictEqual(yield* stats, { users: 2, sessions: 2, channels: 1, memberships: 2 })
      }).pipe(Effect.provide(hub({}, history.layer)))
    }),
  )

  it.effect("a crash while a topic is set is an error, and the session stays in", () =>
    Effect.gen(function* () {
      const history = controlledHistory()
      yield* Effect.gen(function* () {
        const alice = yield* connect("alice")
        yield* alice.join("den")
        history.topic = Effect.die("gone")
        assert.strictEqual(yield* reason(alice.setTopic("den", "tea")), "Internal")
        history.topic = Effect.void
        yield* alice.setTopic("den", "tea")
        yield* alice.publish("den", "x")
        yield* alice.leave("den")
        assert.strictEqual((yield* alice.join("den")).count, 1)
      }).pipe(Effect.provide(hub({}, history.layer)))
    }),
  )

  it.effect("reads, searches, changes and marks what was said", () =>
    Effect.gen(function* () {
      const [alice, bob] = [yield* connect("alice"), yield* connect("bob")]
      for (const who of [alice, bob]) yield* who.join("lobby")
      const { seq } = yield* alice.publish("lobby", "tea at four")
      yield* alice.publish("lobby", "and cake")
      const edited = yield* alice.edit("lobby", seq, "tea at five", "e1")
      assert.strictEqual((yield* alice.edit("lobby", seq, "no", "e1")).seq, edited.seq)
      yield* bob.react("lobby", 2, "ok")
      yield* settle
      assert.deepInclude(bob.all("Edited")[0], { target: 1, content: "tea at five", seq: 3 } as object)
      const { entries, first, more } = yield* bob.history("lobby")
      assert.deepStrictEqual([first, more], [1, false] as ReadonlyArray<unknown>)
      assert.deepStrictEqual(
        entries.map(({ seq, type }) => `${seq} ${type}`),
        ["1 Message", "2 Message", "3 Edited", "4 Reacted"],
      )
      const found = yield* bob.search("tea")
      assert.deepStrictEqual(
        found.hits.map(({ channel, message }) => `${channel} ${message.content}`),
        ["lobby tea at five"],
      )
      yield* pass("1 second")
      yield* alice.publish("lobby", "more tea")
      const page = yield* bob.search("tea", { channel: "lobby", limit: 1 })
      const rest = yield* bob.search("tea", { channel: "lobby", limit: 1, ...before(page.next) })
      assert.deepStrictEqual(
        [page, rest].map(({ hits }) => hits.map(({ message }) => message.content)),
        [["more tea"], ["tea at five"]],
      )
      assert.isUndefined(rest.next)
      yield* bob.read("lobby", 4)
      yield* settle
      assert.deepInclude(alice.all("ReadMarker")[0], { username: "bob", seq: 4 } as object)
      assert.strictEqual(yield* reason(bob.delete("lobby", -1)), "InvalidFrame")
      assert.strictEqual(yield* reason(bob.read("lobby", 0.5)), "InvalidFrame")
      assert.strictEqual(yield* reason(bob.delete("lobby", 1)), "Forbidden")
      assert.strictEqual(yield* reason(bob.search("tea", { channel: "elsewhere" })), "NoSuchChannel")
    }).pipe(Effect.provide(hub())),
  )
})
