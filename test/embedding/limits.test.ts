import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { modes, pass } from "./fixture.ts"
import { as, connect, reason } from "./world.ts"

const publishing = { burst: 3, perSecond: 1 }

describe.for(modes)("limits of embedded users ($mode)", ({ hub }) => {
  it.effect("hold for nobody who is not asked to keep them", () =>
    Effect.gen(function* () {
      const bot = yield* connect({ name: "bot", events: false })
      yield* bot.join("kitchen")
      for (let n = 0; n < 100; n++) yield* bot.publish("kitchen", `${n}`)
    }).pipe(Effect.provide(hub({ publishing }))),
  )

  it.effect("are one for a user, in all sessions and without one", () =>
    Effect.gen(function* () {
      const one = yield* connect({ name: "ann", limited: true, events: false })
      const other = yield* connect({ name: "ann", limited: true, events: false })
      const none = yield* as({ name: "ann", limited: true })
      yield* one.join("kitchen")
      yield* other.join("kitchen")
      const { seq } = yield* one.publish("kitchen", "1")
      yield* other.publish("kitchen", "2")
      yield* none.publish("kitchen", "3")
      const refused = yield* Effect.flip(one.publish("kitchen", "4"))
      assert.strictEqual(refused.reason, "RateLimited")
      assert.isTrue(refused.retryable)
      assert.strictEqual(Duration.toMillis(refused.retryAfter!), 1000)
      assert.strictEqual(yield* reason(none.publish("kitchen", "4")), "RateLimited")
      assert.strictEqual(yield* reason(other.react("kitchen", seq, "+1")), "RateLimited")
      assert.strictEqual(yield* reason(none.edit("kitchen", seq, "one")), "RateLimited")
      // Reading is not limited, and nobody else is by this.
      yield* none.history("kitchen")
      const bob = yield* as({ name: "bob", limited: true })
      yield* bob.publish("kitchen", "4")
      yield* pass("1 second")
      yield* one.publish("kitchen", "5")
      assert.strictEqual(yield* reason(one.publish("kitchen", "6")), "RateLimited")
    }).pipe(Effect.provide(hub({ publishing }))),
  )

  it.effect("are for each kind of operation, and say when to try again", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ name: "ann", limited: true, events: false })
      yield* ann.join("kitchen")
      const refused = <A, E>(call: Effect.Effect<A, E>, times: number) =>
        Effect.gen(function* () {
          for (let n = 0; n < times; n++) yield* call
          return yield* Effect.flip(call)
        })
      const kinds = [
        [ann.setTopic("kitchen", "tea"), 3],
        [ann.setStatus("busy", "tea"), 2],
        [ann.search("tea"), 1],
        [ann.history("kitchen"), 4],
        [Effect.andThen(Effect.ignore(ann.leave("attic")), ann.join("attic")), 2],
      ] as const
      for (const [call, times] of kinds) {
        const error = yield* refused(
          call as Effect.Effect<unknown, { reason: string; retryAfter?: Duration.Duration }>,
          times,
        )
        assert.strictEqual(error.reason, "RateLimited")
        assert.isAbove(Duration.toMillis(error.retryAfter!), 0)
        yield* pass("1 second")
        yield* call
      }
      // Whoever is not limited does what it wants.
      const bot = yield* as({ name: "bot" })
      for (let n = 0; n < 50; n++) yield* bot.createChannel(`tea${n}`)
    }).pipe(
      Effect.provide(
        hub({
          operations: {
            kinds: {
              administration: { burst: 3, perSecond: 1 },
              status: { burst: 2, perSecond: 1 },
              searches: { burst: 1, perSecond: 1 },
              reading: { burst: 4, perSecond: 1 },
              visits: { burst: 5, perSecond: 2 },
            },
            perAddress: 10,
          },
        }),
      ),
    ),
  )

  it.effect("slow mode holds for everybody, asked or not", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      yield* ann.configure("kitchen", { slowMode: 5000 })
      const bot = yield* as({ name: "bot" })
      yield* bot.publish("kitchen", "1")
      assert.strictEqual(yield* reason(bot.publish("kitchen", "2")), "SlowMode")
    }).pipe(Effect.provide(hub())),
  )
})
