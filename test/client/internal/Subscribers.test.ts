import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Subscribers } from "../../../src/client/internal/Subscribers.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { message } from "./fakes.ts"

const emit = (subscribers: Subscribers, from: number, to: number) => {
  for (let seq = from; seq <= to; seq++) subscribers.emit(message("den", seq))
}

const count = <A, E>(events: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(events), ({ length }) => length)

describe("Subscribers", () => {
  it.effect("gives everybody each event from when they have come", () =>
    Effect.gen(function* () {
      const subscribers = new Subscribers()
      emit(subscribers, 1, 1)
      const one = yield* subscribers.subscribe
      emit(subscribers, 2, 2)
      const two = yield* subscribers.subscribe
      emit(subscribers, 3, 3)
      subscribers.end(undefined)
      assert.deepStrictEqual(yield* Stream.runCollect(one), [message("den", 2), message("den", 3)])
      assert.deepStrictEqual(yield* Stream.runCollect(two), [message("den", 3)])
    }).pipe(Effect.scoped),
  )

  it.effect("ends for everybody, whenever they come: with the reason, where something has failed", () =>
    Effect.gen(function* () {
      for (const because of [undefined, new Disconnect({ reason: "AccountDisabled" })]) {
        const subscribers = new Subscribers()
        const early = yield* subscribers.subscribe
        subscribers.end(because)
        emit(subscribers, 1, 1)
        const late = yield* subscribers.subscribe
        for (const events of [early, late]) {
          assert.deepStrictEqual(
            yield* Effect.exit(Stream.runCollect(events)),
            because === undefined ? Exit.succeed([]) : Exit.fail(because),
          )
        }
      }
    }).pipe(Effect.scoped),
  )

  it.effect("leaves who lets 4096 events wait with those and the reason, and nobody else", () =>
    Effect.gen(function* () {
      const subscribers = new Subscribers()
      const slow = yield* subscribers.subscribe
      emit(subscribers, 1, 1)
      const quick = yield* subscribers.subscribe
      emit(subscribers, 2, 4096)
      emit(subscribers, 4097, 4097)
      let heard = 0
      const hearing = Stream.runForEach(slow, () => Effect.sync(() => void heard++))
      assert.deepInclude(yield* Effect.flip(hearing), { _tag: "Disconnect", reason: "SlowConsumer" })
      assert.strictEqual(heard, 4096)
      subscribers.end(undefined)
      assert.strictEqual(yield* count(quick), 4096)
    }).pipe(Effect.scoped),
  )

  it.effect("does not wait for who has lost its place", () =>
    Effect.gen(function* () {
      const subscribers = new Subscribers()
      yield* Effect.asVoid(subscribers.subscribe)
      emit(subscribers, 1, 4097)
      // No time passes.
      yield* subscribers.room
    }).pipe(Effect.scoped),
  )

  it.effect("keeps nothing for who has gone", () =>
    Effect.gen(function* () {
      const subscribers = new Subscribers()
      const scope = yield* Scope.make()
      const events = yield* Scope.provide(subscribers.subscribe, scope)
      emit(subscribers, 1, 1)
      yield* Scope.close(scope, Exit.void)
      emit(subscribers, 2, 2)
      assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(events, 1)), [message("den", 1)])
      const more = yield* Effect.forkChild(Stream.runHead(events), { startImmediately: true })
      assert.isUndefined(more.pollUnsafe())
    }).pipe(Effect.scoped),
  )

  it.effect("knows when there is somebody", () =>
    Effect.gen(function* () {
      const subscribers = new Subscribers()
      const somebody = yield* Effect.forkChild(subscribers.any, { startImmediately: true })
      assert.isUndefined(somebody.pollUnsafe())
      void (yield* subscribers.subscribe)
      yield* Fiber.join(somebody)
      yield* subscribers.any
    }).pipe(Effect.scoped),
  )

  it.effect("has the next page wait until all have room for it, but not for one that stops", () =>
    Effect.gen(function* () {
      const subscribers = new Subscribers()
      yield* subscribers.room
      const one = yield* subscribers.subscribe
      const two = yield* subscribers.subscribe
      emit(subscribers, 1, 2048)
      yield* subscribers.room
      emit(subscribers, 2049, 2049)
      const waiting = yield* Effect.forkChild(subscribers.room, { startImmediately: true })
      yield* Stream.runDrain(Stream.take(one, 1))
      yield* TestClock.adjust("1 second")
      assert.isUndefined(waiting.pollUnsafe(), "the other has none yet")
      yield* Stream.runDrain(Stream.take(two, 1))
      yield* Fiber.join(waiting)
      emit(subscribers, 1, 2049)
      const patient = yield* Effect.forkChild(subscribers.room, { startImmediately: true })
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(patient.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(patient)
    }).pipe(Effect.scoped),
  )
})
