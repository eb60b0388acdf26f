/** Many sessions that come and go, and what they leave behind: nothing. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { Chat } from "../../src/chat/Chat.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { fibersLeft, settle } from "../actor/fibers.ts"
import { fork, reason } from "../hub/fixture.ts"
import { controlledHistory } from "../hub/stores.ts"
import { connect, modes, nothing, pass } from "./fixture.ts"

describe.for(modes)("Hub ($mode)", ({ hub, isOneOfMany }) => {
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
          else if (step.type === "pass") yield* fork(pass(step.ms))
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
        yield* pass("2 minutes")
        assert.deepStrictEqual(yield* stats, { users: 5, sessions: 5, channels: 0, memberships: 0 })
      }).pipe(Effect.scoped, Effect.provide(hub())),
    { arbitrary: { runs: isOneOfMany ? 50 : 200, size: 30 } },
  )

  describe("leaves nothing behind", () => {
    it.effect("after many random sessions everything is at zero, and no fiber is alive when it has closed", () =>
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
              Array.from({ length: isOneOfMany ? 300 : 1000 }, (_, n) => n),
              (n) => fork(life(n)),
            )
            for (const [n, fiber] of lives.entries()) if (n % 13 === 0) yield* Fiber.interrupt(fiber)
            yield* pass("2 minutes")
            for (const fiber of lives) assert.isDefined(fiber.pollUnsafe())
            yield* pass("2 minutes")
            assert.deepStrictEqual(yield* stats, nothing)
          }).pipe(Random.withSeed("churn"), Effect.provide(hub())),
        )
        assert.strictEqual(alive, 0)
      }),
    )

    it.effect("a channel that was released is garbage", () =>
      Effect.gen(function* () {
        const { stats } = yield* Hub
        const { directory } = yield* Chat
        const alice = yield* connect("alice")
        const visit = Effect.fnUntraced(function* (name: string) {
          yield* alice.join(name)
          yield* alice.publish(name, "hello")
          yield* alice.leave(name)
          // It holds the way to the channel, and so the mailbox and the fiber.
          return new WeakRef((yield* directory.open(ChannelName.make(name), alice.user)).link)
        })
        const channels = yield* Effect.forEach(["a", "b", "c", "d"], visit)
        yield* pass("2 minutes")
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
            for (let n = 0; n < 100; n++) yield* Effect.andThen(settle, pass("10 millis"))
            assert.isAtLeast(stored, 100)
            const closing = yield* fork(Scope.close(scope, Exit.void))
            yield* pass("1 second")
            assert.isDefined(closing.pollUnsafe())
            for (const fiber of people) {
              // Another node might have the channel in a moment: what was asked ends with the session.
              const ends = isOneOfMany ? "NotAuthenticated" : "Unavailable"
              assert.strictEqual(yield* reason(Fiber.join(fiber)), ends)
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
