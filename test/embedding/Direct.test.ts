import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { Hub } from "../../src/embedding/Hub.ts"
import { maxBrought } from "../../src/hub/audience/Memberships.ts"
import { settle } from "../actor/fibers.ts"
import { fork, reason } from "../hub/fixture.ts"
import { controlledHistory } from "../hub/stores.ts"
import { connect, modes, pass, nothing, stats } from "./fixture.ts"

describe.for(modes)("direct conversations ($mode)", ({ hub }) => {
  it.effect("of sessions inside this program", () =>
    Effect.gen(function* () {
      const ann = yield* connect("ann")
      assert.strictEqual(yield* reason(ann.join("@bob")), "NoSuchUser")
      const bob = yield* connect("bob")
      assert.strictEqual<string>((yield* ann.join("@BOB")).channel, "@bob")
      yield* ann.publish("@bob", "hello")
      yield* bob.publish("@ann", "hello yourself")
      yield* settle
      assert.deepStrictEqual(
        bob.all("Message").map(({ channel, content }) => `${channel} ${content}`),
        ["@ann hello", "@ann hello yourself"],
      )
      assert.lengthOf(bob.all("Joined"), 1)
      yield* pass("2 seconds")
      yield* ann.setStatus("busy")
      yield* pass("2 seconds")
      assert.deepInclude(bob.all("Presence").at(-1)!, {
        channel: "@ann",
        changed: [{ username: "ann", status: "busy" }],
      } as object)
      yield* bob.setStatus("away")
      yield* pass("2 seconds")
      assert.deepInclude(ann.all("Presence").at(-1)!, { changed: [{ username: "bob", status: "away" }] } as object)
      // It is in it once, however it came there.
      assert.strictEqual(yield* reason(bob.join("@ann")), "AlreadyMember")
      assert.strictEqual((yield* stats).memberships, 2)
      assert.deepStrictEqual((yield* ann.channels()).channels, [])
    }).pipe(Effect.provide(hub())),
  )

  it.effect("a session others bring into many leaves the one silent longest, and none of its own channels", () =>
    Effect.gen(function* () {
      const bob = yield* connect("bob")
      for (const own of ["one", "two"]) yield* bob.join(own)
      const others = yield* Effect.forEach(
        Array.from({ length: maxBrought + 1 }, (_, n) => n),
        (n) => connect(`user${n}`),
      )
      for (const other of others) yield* other.join("@bob")
      for (const other of others.slice(0, -1)) yield* other.publish("@bob", "hello")
      // The first has spoken since.
      yield* others[0]!.publish("@bob", "again")
      assert.lengthOf(bob.all("Left"), 0)
      yield* others.at(-1)!.publish("@bob", "hello")
      yield* settle
      assert.deepStrictEqual<ReadonlyArray<unknown>>(
        bob.all("Left").map(({ channel }) => channel),
        ["@user1"],
      )
      assert.strictEqual((yield* stats).memberships, 2 + maxBrought + others.length)
      yield* bob.publish("@user0", "still here")
      yield* bob.publish("one", "still here")
      assert.strictEqual(yield* reason(bob.publish("@user1", "still here?")), "NotMember")
      // It is brought back.
      yield* others[1]!.publish("@bob", "back")
      yield* settle
      assert.deepStrictEqual(
        bob.all("Message").flatMap(({ channel, content }) => (channel === "@user1" ? [content] : [])),
        ["hello", "back"],
      )
    }).pipe(Effect.provide(hub({ maxMemberships: 2 }))),
  )

  it.effect("one's own entries count as channels do", () =>
    Effect.gen(function* () {
      const [ann] = [yield* connect("ann"), yield* connect("bob"), yield* connect("cat")]
      yield* ann.join("@bob")
      assert.strictEqual(yield* reason(ann.join("@cat")), "TooManyMemberships")
      assert.strictEqual(yield* reason(ann.join("den")), "TooManyMemberships")
      yield* ann.leave("@BOB")
      yield* ann.join("@cat")
    }).pipe(Effect.provide(hub({ maxMemberships: 1 }))),
  )

  it.effect("a session that ends while it is brought in leaves nothing behind", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const ann = yield* connect("ann")
      const scope = yield* Scope.make()
      const bob = yield* Scope.provide(connect("bob"), scope)
      yield* ann.join("@bob")
      yield* ann.publish("@bob", "1")
      const stored = yield* Deferred.make<void>()
      history.before = Deferred.await(stored)
      const said = yield* fork(ann.publish("@bob", "2"))
      yield* settle
      yield* fork(Effect.ignore(bob.leave("@ann")))
      yield* settle
      // The channel is storing: bob has to wait at its door.
      const again = yield* fork(ann.publish("@bob", "3"))
      yield* settle
      yield* Scope.close(scope, Exit.void)
      yield* Deferred.succeed(stored, undefined)
      yield* Fiber.joinAll([said, again])
      yield* pass("10 seconds")
      assert.deepStrictEqual(yield* stats, { users: 1, sessions: 1, channels: 1, memberships: 1 })
      assert.strictEqual(ann.all("Presence").at(-1)?.count, 1)
      assert.deepStrictEqual(
        ann.all("Message").map(({ content }) => content),
        ["1", "2", "3"],
      )
    }).pipe(Effect.provide(hub({}, history.layer)))
  })

  it.effect("who is brought in and ends at every possible moment is gone in the end", () =>
    Effect.gen(function* () {
      for (let turns = 0; turns < 40; turns++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const ann = yield* connect("ann")
            const scope = yield* Scope.make()
            const bob = yield* Scope.provide(connect("bob"), scope)
            yield* ann.join("@bob")
            yield* fork(Effect.ignore(ann.publish("@bob", "hello")))
            if (turns % 2 === 1) yield* fork(Effect.ignore(bob.join("@ann")))
            for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
            if (turns % 3 === 1) yield* fork(Effect.ignore(bob.leave("@ann")))
            yield* Scope.close(scope, Exit.void)
            yield* settle
          }),
        )
        yield* settle
        const { memberships, sessions, users } = yield* stats
        assert.deepStrictEqual({ memberships, sessions, users }, { memberships: 0, sessions: 0, users: 0 })
        // Nobody is in it: it rests.
        yield* pass(Duration.minutes(5))
        assert.deepStrictEqual(yield* stats, nothing, `after ${turns} turns`)
      }
    }).pipe(Effect.provide(hub())),
  )

  it.effect("whoever speaks and ends at every possible moment holds up nobody", () =>
    Effect.gen(function* () {
      const bob = yield* connect("bob")
      for (let turns = 0; turns < 40; turns++) {
        const scope = yield* Scope.make()
        const ann = yield* Scope.provide(connect("ann"), scope)
        yield* ann.join("@bob")
        const saying = yield* fork(Effect.ignore(ann.publish("@bob", "hello")))
        for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
        yield* Fiber.interrupt(saying)
        yield* Scope.close(scope, Exit.void)
        yield* settle
        // Whether bob was brought in or not, he can come and go.
        yield* Effect.ignore(bob.leave("@ann"))
        assert.strictEqual((yield* stats).memberships, 0)
        yield* pass(Duration.minutes(5))
        assert.strictEqual((yield* stats).channels, 0, `after ${turns} turns`)
      }
    }).pipe(Effect.provide(hub())),
  )

  it.effect("a name that is somebody else's now is another conversation", () =>
    Effect.gen(function* () {
      const { connect: enter } = yield* Hub
      const ann = yield* connect("ann")
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* enter({ name: "bob", id: "one" })
          yield* ann.join("@bob")
          yield* ann.publish("@bob", "for the first")
        }),
      )
      const second = yield* enter({ name: "Bob", id: "two" })
      assert.strictEqual(Number((yield* second.join("@ann")).seq), 0)
      yield* second.publish("@ann", "from the second")
      yield* settle
      assert.lengthOf(ann.all("Left"), 1)
      assert.deepStrictEqual(
        ann.all("Joined").map(({ channel }) => channel as string),
        ["@Bob"],
      )
      yield* ann.publish("@bob", "to the second")
      yield* settle
      assert.deepStrictEqual(
        ann.all("Message").map(({ channel, content, seq }) => `${channel} ${seq} ${content}`),
        ["@bob 1 for the first", "@Bob 1 from the second", "@Bob 2 to the second"],
      )
      assert.strictEqual((yield* stats).memberships, 2)
    }).pipe(Effect.provide(hub())),
  )

  it.effect("leaving waits for who is just bringing one in", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const [ann, bob] = [yield* connect("ann"), yield* connect("bob")]
      yield* ann.join("@bob")
      yield* ann.publish("@bob", "1")
      const stored = yield* Deferred.make<void>()
      history.before = Deferred.await(stored)
      yield* fork(ann.publish("@bob", "2"))
      yield* settle
      const first = yield* fork(bob.leave("@ann"))
      yield* settle
      yield* fork(ann.publish("@bob", "3"))
      yield* settle
      const second = yield* fork(bob.leave("@ann"))
      yield* settle
      yield* Deferred.succeed(stored, undefined)
      yield* Fiber.joinAll([first, second])
      yield* settle
      assert.strictEqual((yield* stats).memberships, 1)
    }).pipe(Effect.provide(hub({}, history.layer)))
  })

  it.effect("what one said in going is not told when one comes back", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const [ann] = [yield* connect("ann"), yield* connect("bob")]
      yield* ann.join("@bob")
      const stored = yield* Deferred.make<void>()
      history.before = Deferred.await(stored)
      yield* fork(ann.publish("@bob", "1"))
      yield* settle
      yield* fork(ann.publish("@bob", "2"))
      yield* settle
      const left = yield* fork(ann.leave("@bob"))
      yield* settle
      yield* Deferred.succeed(stored, undefined)
      yield* Fiber.join(left)
      assert.strictEqual(Number((yield* ann.join("@bob")).seq), 2)
    }).pipe(Effect.provide(hub({}, history.layer)))
  })

  it.effect("one that crashed for good is entered anew", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const [ann, bob] = [yield* connect("ann"), yield* connect("bob")]
      yield* ann.join("@bob")
      yield* bob.join("@ann")
      yield* ann.publish("@bob", "1")
      history.load = Effect.die("a bug")
      history.before = Effect.die("a bug")
      yield* Effect.ignore(ann.publish("@bob", "lost"))
      yield* pass("1 minute")
      history.load = Effect.void
      history.before = Effect.void
      yield* settle
      assert.deepStrictEqual(
        [...ann.all("Left"), ...bob.all("Left")].map(({ channel }) => channel as string),
        ["@bob", "@ann"],
      )
      assert.include(["Unavailable", "NotMember"], yield* reason(ann.publish("@bob", "2")))
      yield* ann.join("@bob")
      yield* ann.publish("@bob", "2")
      yield* settle
      assert.lengthOf(bob.all("Joined"), 1)
      assert.deepStrictEqual(
        bob.all("Message").map(({ content, seq }) => `${seq} ${content}`),
        ["1 1", "2 2"],
      )
      assert.strictEqual((yield* stats).memberships, 2)
    }).pipe(Effect.provide(hub({}, history.layer)))
  })
})
