import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Hub } from "../../src/embedding/Hub.ts"
import { settle } from "../actor/fibers.ts"
import { modes, pass } from "./fixture.ts"
import { as, connect, reason } from "./world.ts"

describe.for(modes)("a user without a session ($mode)", ({ hub }) => {
  it.effect("posts, reads and lists who is present, and is in no channel for that", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ name: "ann", events: false })
      yield* ann.join("kitchen")
      const shop = yield* as({ name: "shop", id: "s1" })
      const posted = yield* shop.publish("kitchen", "order 7 is ready", "order-7")
      assert.deepStrictEqual(yield* shop.publish("kitchen", "order 7 is ready", "order-7"), posted)
      assert.deepInclude(posted, { seq: 1, id: "order-7", durability: "memory" } as object)
      yield* shop.edit("kitchen", posted.seq, "order 7 is gone")
      yield* shop.react("kitchen", posted.seq, "+1")
      const { entries } = yield* shop.history("kitchen", { limit: 20 })
      assert.deepStrictEqual(
        entries.map(({ from, seq, type, user_id }) => [Number(seq), type, String(from), String(user_id)]),
        [
          [1, "Message", "shop", "s1"],
          [2, "Edited", "shop", "s1"],
          [3, "Reacted", "shop", "s1"],
        ],
      )
      const { count, members } = yield* shop.members("kitchen")
      assert.deepStrictEqual([count, members.map(({ username }) => String(username))], [1, ["ann"]])
      assert.strictEqual((yield* shop.search("gone", { channel: "kitchen" })).hits.length, 1)
      const { stats } = yield* Hub
      assert.deepInclude(yield* stats, { users: 1, sessions: 1, memberships: 1 })
    }).pipe(Effect.provide(hub())),
  )

  it.effect("speaks to one user alone", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ name: "ann" })
      const shop = yield* as({ name: "shop", id: "s1" })
      yield* shop.publish("@ann", "your order is ready")
      const [joined, message] = yield* ann.events.pipe(Stream.take(2), Stream.runCollect)
      assert.deepInclude(joined, { type: "Joined", channel: "@shop" } as object)
      assert.deepInclude(message, { type: "Message", channel: "@shop", user_id: "s1" } as object)
      assert.strictEqual(yield* reason(shop.publish("@bob", "hello")), "NoSuchUser")
    }).pipe(Effect.provide(hub())),
  )

  it.effect("does with rights what these allow, and is refused with a reason otherwise", () =>
    Effect.gen(function* () {
      const owner = yield* as({ name: "owner" })
      const other = yield* as({ name: "other" })
      yield* owner.createChannel("club", { access: "private", topic: "chess" })
      assert.strictEqual(yield* reason(other.publish("club", "let me in")), "Forbidden")
      assert.strictEqual(yield* reason(other.publish("nowhere", "hello")), "NoSuchChannel")
      assert.strictEqual(yield* reason(other.publish("@nobody", "hello")), "NoSuchUser")
      const guest = yield* connect({ name: "guest", events: false })
      yield* owner.invite("club", "guest")
      yield* guest.join("club")
      yield* owner.setRole("club", "guest", "moderator")
      yield* owner.mute("club", "guest", { duration: 60_000, reason: "enough" })
      assert.strictEqual(yield* reason(guest.publish("club", "hm")), "Muted")
      yield* pass("61 seconds")
      yield* guest.publish("club", "hm")
      const { access, roles, topic } = yield* owner.describe("club")
      assert.deepStrictEqual([access, String(topic)], ["private", "chess"])
      assert.deepStrictEqual(roles.map(({ role, username }) => `${username} ${role}`).toSorted(), [
        "guest moderator",
        "owner owner",
      ])
      assert.isAbove((yield* owner.audit("club")).entries.length, 3)
      assert.strictEqual(yield* reason(other.audit("club")), "Forbidden")
    }).pipe(Effect.provide(hub())),
  )

  it.effect("is refused what is not text or number of its kind, by the field", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      const wrong = [
        [ann.publish("no such name!", "x"), "channel"],
        [ann.publish("kitchen", "a lone surrogate: \ud800"), "content"],
        [ann.publish("kitchen", "a NUL: \0"), "content"],
        [ann.kick("kitchen", "bob", "a NUL: \0"), "reason"],
        [ann.publish("kitchen", "x", "an id with spaces"), "id"],
        [ann.edit("kitchen", 0.5, "x"), "target"],
        [ann.history("kitchen", { after: -1 }), "after"],
        [ann.history("kitchen", { limit: 301 }), "limit"],
        [ann.history("kitchen", { since: Number.NaN }), "since"],
        [ann.configure("kitchen", { slowMode: -1 }), "slowMode"],
        [ann.ban("kitchen", { address: "everywhere" }), "address"],
        [ann.ban("kitchen", { username: "bob" }, { duration: Number.POSITIVE_INFINITY }), "duration"],
        [ann.kick("kitchen", "bob", "x".repeat(257)), "reason"],
        [ann.setTopic("kitchen", "two\nlines"), "topic"],
        [ann.setStatus("busy", "x".repeat(200)), "text"],
      ] as const
      for (const [call, field] of wrong) {
        const error = yield* Effect.flip(call as Effect.Effect<unknown, { reason: string; field?: string | undefined }>)
        assert.deepStrictEqual([error.reason, error.field], ["InvalidFrame", field])
      }
      assert.strictEqual(yield* reason(as({ name: "" })), "InvalidUsername")
      assert.strictEqual(yield* reason(as({ name: "eve", id: "a\0b" })), "InvalidUsername")
      assert.strictEqual(yield* reason(Effect.scoped(connect({ name: "two\nlines" }))), "InvalidUsername")
      // What is left out may be undefined as well.
      yield* ann.history("kitchen", { after: undefined, limit: undefined })
      yield* ann.publish("kitchen", "x", undefined)
    }).pipe(Effect.provide(hub())),
  )

  it.effect("posts anew with every run of a call, unless it has an id", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      const saying = ann.publish("kitchen", "tick")
      const ids = [(yield* saying).id, (yield* saying).id]
      assert.notStrictEqual(ids[0], ids[1])
      const once = ann.publish("kitchen", "tock", "tock-1")
      assert.deepStrictEqual(yield* once, yield* once)
      assert.strictEqual((yield* ann.history("kitchen")).entries.length, 3)
    }).pipe(Effect.provide(hub())),
  )
})

describe.for(modes)("a session without events ($mode)", ({ hub }) => {
  it.effect("only posts, for as long as it likes, beside one that is told everything", () =>
    Effect.gen(function* () {
      const poster = yield* connect({ name: "poster", events: false })
      const reader = yield* connect({ name: "reader" })
      yield* poster.join("kitchen")
      yield* reader.join("kitchen")
      const told: Array<string> = []
      yield* reader.events.pipe(
        Stream.runForEach((event) =>
          Effect.sync(() => {
            if (event.type === "Message") told.push(`${event.user_id}: ${event.content}`)
          }),
        ),
        Effect.forkChild({ startImmediately: true }),
      )
      for (let n = 0; n < 3000; n++) yield* poster.publish("kitchen", `${n}`)
      yield* pass("1 hour")
      yield* settle
      assert.lengthOf(told, 3000)
      assert.strictEqual(told[0], "poster: 0")
      yield* poster.publish("kitchen", "still here")
    }).pipe(Effect.provide(hub())),
  )

  it.effect("is told how it ends, and does nothing more then", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const poster = yield* Scope.provide(connect({ name: "poster", events: false }), scope)
      yield* poster.join("kitchen")
      const ending = yield* Effect.forkChild(Stream.runCollect(poster.events), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* reason(Fiber.join(ending)), "Goodbye")
      const error = yield* Effect.flip(poster.publish("kitchen", "more"))
      assert.deepStrictEqual([error.reason, error.retryable], ["NotAuthenticated", false])
      assert.strictEqual(yield* reason(poster.blocked), "NotAuthenticated")
      assert.strictEqual(yield* reason(poster.join("kitchen")), "NotAuthenticated")
      yield* settle
      const { stats } = yield* Hub
      assert.deepInclude(yield* stats, { users: 0, sessions: 0, memberships: 0 })
    }).pipe(Effect.provide(hub())),
  )
})
