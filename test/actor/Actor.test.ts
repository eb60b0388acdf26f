import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Actor from "../../src/actor/Actor.ts"
import type * as Supervisor from "../../src/actor/Supervisor.ts"
import { fibersLeft, settle } from "./fibers.ts"

type Message =
  | { readonly type: "Say"; readonly text: string }
  | { readonly type: "Echo"; readonly text: string; readonly reply: Actor.Asks<string, "refused">["reply"] }

const say = (text: string): Message => ({ type: "Say", text })
const echo =
  (text: string) =>
  ({ reply }: Actor.Asks<string, "refused">): Message => ({ type: "Echo", text, reply })

/** An actor that notes its batches and echoes, and waits at the gate before each of them. */
const noting = Effect.fnUntraced(function* (options?: {
  readonly mailbox?: number
  readonly gate?: () => Effect.Effect<void>
  readonly start?: Effect.Effect<void, string | Cause.Done>
  readonly supervision?: Supervisor.Policy
}) {
  const batches: Array<ReadonlyArray<string>> = []
  const crashed: Array<string> = []
  const left: Array<string> = []
  let starts = 0
  const actor = yield* Actor.make<Message>({
    name: "noting",
    mailbox: options?.mailbox ?? 8,
    start: Effect.andThen(
      Effect.sync(() => void starts++),
      options?.start ?? Effect.void,
    ),
    receive: (messages) =>
      Effect.gen(function* () {
        yield* options?.gate?.() ?? Effect.void
        batches.push(messages.map(({ text }) => text))
        for (const message of messages) {
          if (message.text === "crash") return yield* Effect.die("crash")
          if (message.text === "end") return yield* Effect.fail(Cause.Done())
          if (message.type === "Say") continue
          yield* message.text === "refuse"
            ? Deferred.fail(message.reply, "refused")
            : Deferred.succeed(message.reply, message.text)
        }
      }),
    onCrash: (messages) => Effect.sync(() => void crashed.push(...messages.map(({ text }) => text))),
    onEnd: (messages) => Effect.sync(() => void left.push(...messages.map(({ text }) => text))),
    ...(options?.supervision === undefined ? {} : { supervision: options.supervision }),
  })
  return { actor, batches, crashed, left, starts: () => starts }
})

/** The tag and the reason of a failed ask or tell. */
const failure = <A, E>(exit: Exit.Exit<A, E | Actor.ActorUnavailable>) => {
  if (Exit.isSuccess(exit)) return exit.value
  const reason = exit.cause.reasons[0]
  if (reason?._tag !== "Fail") return reason?._tag
  return Actor.isUnavailable(reason.error) ? reason.error.why : reason.error
}

const poll = <A, E>(fiber: Fiber.Fiber<A, E | Actor.ActorUnavailable>) => {
  const exit = fiber.pollUnsafe()
  return exit === undefined ? "waiting" : failure(exit)
}

describe("Actor", () => {
  it.effect("answers and refusals reach who asked", () =>
    Effect.gen(function* () {
      const { actor } = yield* noting()
      assert.strictEqual(yield* actor.ask(echo("hello")), "hello")
      assert.strictEqual(yield* Effect.flip(actor.ask(echo("refuse"))), "refused")
    }),
  )

  it.effect("takes everything that waits at once, in its order", () =>
    Effect.gen(function* () {
      const { actor, batches } = yield* noting()
      for (const text of ["a", "b", "c"]) assert.isTrue(actor.tellUnsafe(say(text)))
      yield* settle
      yield* actor.tell(say("d"))
      yield* settle
      assert.deepStrictEqual(batches, [["a", "b", "c"], ["d"]])
    }),
  )

  it.effect("a full mailbox makes senders wait, and what they left is handled in their order", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { actor, batches } = yield* noting({ mailbox: 2, gate: () => Deferred.await(gate) })
      yield* actor.tell(say("0"))
      yield* settle
      yield* actor.tell(say("1"))
      yield* actor.tell(say("2"))
      assert.isFalse(actor.tellUnsafe(say("dropped")))
      const telling = yield* Effect.forkChild(actor.tell(say("3")), { startImmediately: true })
      const asking = yield* Effect.forkChild(actor.ask(echo("4")), { startImmediately: true })
      yield* settle
      assert.strictEqual(poll(telling), "waiting")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(telling)
      assert.strictEqual(yield* Fiber.join(asking), "4")
      assert.deepStrictEqual(batches.flat(), ["0", "1", "2", "3", "4"])
    }),
  )

  it.effect("takes a bounded number at a time, and lets others run in between", () =>
    Effect.gen(function* () {
      const { actor, batches } = yield* noting({ mailbox: 1000 })
      let turns = 0
      yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => void turns++),
          ),
        ),
      )
      yield* Effect.yieldNow
      const before = turns
      for (let n = 0; n < 1000; n++) actor.tellUnsafe(say(`${n}`))
      assert.strictEqual(yield* actor.ask(echo("last")), "last")
      assert.deepStrictEqual(
        batches.map(({ length }) => length),
        [256, 256, 256, 233],
      )
      assert.isAtLeast(turns - before, 2)
    }),
  )

  it.effect("an ask that is interrupted leaves nothing behind, whether it waited for room or for the answer", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { actor, batches } = yield* noting({ mailbox: 1, gate: () => Deferred.await(gate) })
      const first = yield* Effect.forkChild(actor.ask(echo("in hand")), { startImmediately: true })
      yield* settle
      const second = yield* Effect.forkChild(actor.ask(echo("in the mailbox")), { startImmediately: true })
      const third = yield* Effect.forkChild(actor.ask(echo("waits for room")), { startImmediately: true })
      for (const fiber of [first, second, third]) yield* Fiber.interrupt(fiber)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* actor.ask(echo("next")), "next")
      assert.deepStrictEqual(batches.flat(), ["in hand", "in the mailbox", "next"])
    }),
  )

  it.effect("drain handles what was accepted, those who wait for room included, and refuses the rest", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { actor, batches, left } = yield* noting({ mailbox: 2, gate: () => Deferred.await(gate) })
      actor.tellUnsafe(say("0"))
      yield* settle
      const asking = yield* Effect.forEach(["1", "2", "3", "4"], (text) =>
        Effect.forkChild(actor.ask(echo(text)), { startImmediately: true }),
      )
      const draining = yield* Effect.forkChild(actor.drain, { startImmediately: true })
      assert.isFalse(actor.tellUnsafe(say("late")))
      assert.strictEqual(failure(yield* Effect.exit(actor.tell(say("late")))), "stopped")
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("late")))), "stopped")
      assert.isUndefined(draining.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(draining)
      assert.deepStrictEqual(batches.flat(), ["0", "1", "2", "3", "4"])
      assert.deepStrictEqual(asking.map(poll), ["1", "2", "3", "4"])
      assert.deepStrictEqual(left, [])
      yield* actor.stopped
    }),
  )

  it.effect("closing its scope drains it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { actor, batches } = yield* Scope.provide(noting(), scope)
      for (const text of ["a", "b"]) actor.tellUnsafe(say(text))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(batches, [["a", "b"]])
      yield* actor.stopped
    }),
  )

  it.effect("a crash fails the asks of its batch alone, and it starts again", () =>
    Effect.gen(function* () {
      const { actor, batches, crashed, starts } = yield* noting()
      const asking = yield* Effect.forEach(["before", "crash", "behind"], (text) =>
        Effect.forkChild(actor.ask(echo(text)), { startImmediately: true }),
      )
      yield* settle
      assert.deepStrictEqual(asking.map(poll), ["before", "crashed", "crashed"])
      assert.deepStrictEqual(crashed, ["before", "crash", "behind"])
      assert.strictEqual(yield* actor.ask(echo("next")), "next")
      assert.strictEqual(starts(), 2)
      assert.lengthOf(batches, 2)
    }),
  )

  it.effect("a receive that was interrupted from within counts as a crash", () =>
    Effect.gen(function* () {
      let interrupted = false
      const { actor, starts } = yield* noting({
        gate: () =>
          interrupted
            ? Effect.void
            : Effect.andThen(
                Effect.sync(() => (interrupted = true)),
                Effect.interrupt,
              ),
      })
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("a")))), "crashed")
      assert.strictEqual(yield* actor.ask(echo("b")), "b")
      assert.strictEqual(starts(), 2)
    }),
  )

  it.effect("a start that fails is tried again; what waits meanwhile is handled", () =>
    Effect.gen(function* () {
      let failures = 3
      const { actor, starts } = yield* noting({
        start: Effect.suspend(() => (failures-- > 0 ? Effect.fail("no state yet") : Effect.void)),
      })
      assert.strictEqual(yield* actor.ask(echo("a")), "a")
      assert.strictEqual(starts(), 4)
    }),
  )

  it.effect("given up, it refuses everybody: in hand, in the mailbox, waiting for room, and later", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { actor, crashed, left } = yield* noting({
        mailbox: 2,
        gate: () => Deferred.await(gate),
        supervision: { maxRestarts: 0, within: Duration.seconds(10) },
      })
      const fork = (text: string) => Effect.forkChild(actor.ask(echo(text)), { startImmediately: true })
      const inHand = yield* fork("crash")
      yield* settle
      const waiting = yield* Effect.forEach(["in the mailbox 1", "in the mailbox 2", "for room 1", "for room 2"], fork)
      const telling = yield* Effect.forkChild(actor.tell(say("for room 3")), { startImmediately: true })
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.strictEqual(poll(inHand), "crashed")
      assert.deepStrictEqual(waiting.map(poll), ["stopped", "stopped", "stopped", "stopped"])
      // A tell is done once it was accepted.
      yield* Fiber.join(telling)
      assert.deepStrictEqual(crashed, ["crash"])
      assert.deepStrictEqual(left, ["in the mailbox 1", "in the mailbox 2", "for room 1", "for room 2", "for room 3"])
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("later")))), "stopped")
      assert.strictEqual(failure(yield* Effect.exit(actor.tell(say("later")))), "stopped")
      assert.isFalse(actor.tellUnsafe(say("later")))
      yield* actor.stopped
      yield* actor.drain
    }),
  )

  it.effect("ends where it says so itself: nobody starts it again, and what waits is left", () =>
    Effect.gen(function* () {
      const one = yield* noting()
      for (const text of ["a", "end"]) yield* one.actor.tell(say(text))
      yield* settle
      const last = one.actor.ask(echo("later"))
      yield* one.actor.stopped
      assert.strictEqual(failure(yield* Effect.exit(last)), "stopped")
      assert.deepStrictEqual([one.crashed, one.left, one.starts()], [[], [], 1])
      const other = yield* noting({ start: Effect.fail(Cause.Done()) })
      yield* other.actor.stopped
      assert.deepStrictEqual([other.crashed, other.batches, other.starts()], [[], [], 1])
    }),
  )

  it.effect("the number of restarts counts within its time", () =>
    Effect.gen(function* () {
      const { actor, starts } = yield* noting({ supervision: { maxRestarts: 2, within: Duration.seconds(10) } })
      const crash = Effect.map(Effect.exit(actor.ask(echo("crash"))), failure)
      for (let n = 0; n < 10; n++) {
        assert.strictEqual(yield* crash, "crashed")
        yield* TestClock.adjust("6 seconds")
      }
      assert.strictEqual(starts(), 11)
      assert.strictEqual(yield* crash, "crashed")
      assert.strictEqual(yield* crash, "crashed")
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("a")))), "stopped")
    }),
  )

  it.effect("crashing while it drains, it still handles the rest", () =>
    Effect.gen(function* () {
      const { actor, batches } = yield* noting({ mailbox: 600 })
      actor.tellUnsafe(say("crash"))
      for (let n = 0; n < 500; n++) actor.tellUnsafe(say("x"))
      yield* actor.drain
      assert.strictEqual(batches.flat().length, 501)
    }),
  )

  it.effect("whoever asked is answered also when cleaning up fails", () =>
    Effect.gen(function* () {
      let starts = 0
      const actor = yield* Actor.make<Message>({
        name: "clumsy",
        mailbox: 8,
        start: Effect.sync(() => void starts++),
        receive: () => Effect.die("crash"),
        onCrash: () => Effect.die("and again"),
        onEnd: () => Effect.die("and again"),
        supervision: { maxRestarts: 1, within: Duration.seconds(10) },
      })
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("a")))), "crashed")
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("b")))), "crashed")
      assert.strictEqual(failure(yield* Effect.exit(actor.ask(echo("c")))), "stopped")
      assert.strictEqual(starts, 2)
      yield* actor.stopped
    }),
  )

  it.effect("leaves no fiber behind, however it ends", () =>
    Effect.gen(function* () {
      const { alive } = yield* fibersLeft(
        Effect.gen(function* () {
          yield* Effect.scoped(Effect.flatMap(noting(), ({ actor }) => actor.tell(say("a"))))
          yield* Effect.scoped(Effect.flatMap(noting(), ({ actor }) => Effect.exit(actor.ask(echo("crash")))))
          yield* Effect.scoped(
            Effect.flatMap(noting({ supervision: { maxRestarts: 0, within: Duration.zero } }), ({ actor }) =>
              Effect.exit(actor.ask(echo("crash"))),
            ),
          )
          yield* Effect.scoped(
            Effect.gen(function* () {
              const { actor } = yield* noting({ mailbox: 1 })
              for (let n = 0; n < 5; n++) {
                const asking = yield* Effect.forkChild(actor.ask(echo("a")), { startImmediately: true })
                if (n % 2 === 0) yield* Fiber.interrupt(asking)
              }
            }),
          )
        }),
      )
      assert.strictEqual(alive, 0)
    }),
  )

  const Step = Schema.Literals(["ask", "tell", "crash", "refuse", "settle", "interrupt"])
  it.effect.prop(
    "every ask gets exactly one outcome, the accepted are handled once and in order",
    {
      steps: Arbitrary.array(Arbitrary.schema(Step), { maxLength: 60 }),
      mailbox: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
      maxRestarts: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 })),
    },
    ({ mailbox, maxRestarts, steps }) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const { actor, batches, left } = yield* Scope.provide(
          noting({ mailbox, supervision: { maxRestarts, within: Duration.seconds(10) } }),
          scope,
        )
        const asks: Array<Fiber.Fiber<string, "refused" | Actor.ActorUnavailable>> = []
        const told: Array<string> = []
        for (const [n, step] of steps.entries()) {
          if (step === "settle") yield* settle
          else if (step === "interrupt") yield* asks.length === 0 ? Effect.void : Fiber.interrupt(asks.at(-1)!)
          else if (step === "tell") {
            if (actor.tellUnsafe(say(`${n}`))) told.push(`${n}`)
          } else {
            const text = step === "ask" ? `${n}` : step
            asks.push(yield* Effect.forkChild(actor.ask(echo(text)), { startImmediately: true }))
          }
        }
        yield* Scope.close(scope, Exit.void)
        yield* settle
        for (const fiber of asks) assert.notStrictEqual(poll(fiber), "waiting")
        const numbers = [...batches.flat(), ...left].filter((text) => /^\d+$/.test(text)).map(Number)
        assert.deepStrictEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
        )
        for (const text of told) assert.include(numbers, Number(text))
      }),
    { arbitrary: { runs: 200 } },
  )
})
