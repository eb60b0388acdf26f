import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { Outgoing } from "../../../src/client/internal/Outgoing.ts"
import { Positions } from "../../../src/client/internal/Positions.ts"
import { receiver } from "../../../src/client/internal/receiver.ts"
import { Subscribers } from "../../../src/client/internal/Subscribers.ts"
import type { Disconnect } from "../../../src/domain/Disconnect.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import type { ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"
import { channel, inShort, joined, message, sessionOf } from "./fakes.ts"

/** A receiver whose pages the test gives. */
const setting = Effect.gen(function* () {
  const positions = new Positions()
  const told: Array<string> = []
  const subscribers = new Subscribers()
  const emit = subscribers.emit.bind(subscribers)
  subscribers.emit = (event) => {
    told.push(...inShort([event]))
    emit(event)
  }
  const bound: Array<ReadonlyArray<unknown>> = []
  const outgoing = {
    bind: (position: { readonly name: string }, isIts: (name: string) => boolean) =>
      void bound.push([position.name, ["den", "@BOB", "attic"].filter(isIts)]),
  } as unknown as Outgoing
  const asked: Array<string> = []
  const pages = new Map<string, Deferred.Deferred<ServerFrameOf<"HistoryPage">, Disconnect>>()
  const session = sessionOf({
    history: (name) =>
      Effect.suspend(() => {
        asked.push(name)
        const page = Deferred.makeUnsafe<ServerFrameOf<"HistoryPage">, Disconnect>()
        pages.set(name, page)
        return Deferred.await(page)
      }),
  })
  const give = (name: string, from: number, to: number, more = false) =>
    Effect.andThen(
      Deferred.succeed(pages.get(name)!, {
        type: "HistoryPage",
        channel: channel(name),
        entries: Array.from({ length: to - from + 1 }, (_, at) => message(name, from + at)) as never,
        first: Seq.make(1),
        more,
      }),
      // Lets what waits for it go on.
      TestClock.adjust(0),
    )
  return { ...(yield* receiver({ session, positions, outgoing, subscribers })), positions, told, bound, asked, give }
})

const want = (positions: Positions, name: string) => void positions.want(name, { after: Seq.make(0) })

describe("receiver", () => {
  it.effect("tells what comes, and what it joins to whom something waits to be sent", () =>
    Effect.gen(function* () {
      const { bound, receive, told } = yield* setting
      receive(joined("@bob", 0, { ref: 1 }))
      receive(joined("den", 3))
      receive(message("den", 4))
      receive({ type: "Left", channel: channel("den") })
      assert.deepStrictEqual(told, ["Joined @bob", "Joined den", "den 4", "out of den"])
      assert.deepStrictEqual(bound, [
        ["@bob", ["@BOB"]],
        ["den", ["den"]],
      ])
    }).pipe(Effect.scoped),
  )

  it.effect("fetches in four channels at once, beside those that do not answer within a second", () =>
    Effect.gen(function* () {
      const { asked, give, positions, receive, told } = yield* setting
      const names = ["a", "b", "c", "d", "e", "f"]
      for (const name of names) {
        want(positions, name)
        receive(joined(name, 1))
      }
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(asked, ["a", "b", "c", "d"])
      yield* give("a", 1, 1)
      assert.deepStrictEqual(asked, ["a", "b", "c", "d", "e"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(asked, names)
      // What comes late is told all the same, as soon as there is a place again.
      for (const name of ["f", "e", "b", "c", "d"]) yield* give(name, 1, 1)
      assert.deepStrictEqual(told.slice(6).toSorted(), ["a 1", "b 1", "c 1", "d 1", "e 1", "f 1"])
    }).pipe(Effect.scoped),
  )

  it.effect("notes what answers a request once it was told: who has joined or left", () =>
    Effect.gen(function* () {
      const { heard, receive, told } = yield* setting
      const waiting = yield* Effect.forkChild(
        Effect.andThen(
          heard.event(1),
          Effect.sync(() => [...told]),
        ),
        { startImmediately: true },
      )
      receive(joined("den", 3, { ref: 1 }))
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["Joined den"])
      receive({ type: "Left", ref: 2, channel: channel("den") })
      yield* heard.event(2)
      receive({ type: "TopicChanged", ref: 3, channel: channel("den") } as never)
      const never = yield* Effect.forkChild(heard.event(3), { startImmediately: true })
      assert.isUndefined(never.pollUnsafe())
    }).pipe(Effect.scoped),
  )

  it.effect("fetches what is missing, a channel at a time once, and goes on where more is missing by then", () =>
    Effect.gen(function* () {
      const { asked, give, positions, receive, told } = yield* setting
      want(positions, "den")
      receive(joined("den", 2))
      receive(message("den", 3))
      yield* TestClock.adjust(0)
      // One that leaves a gap does not have it fetched a second time beside the first.
      receive(message("den", 5))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(asked, ["den"])
      yield* give("den", 1, 2)
      assert.deepStrictEqual(asked, ["den", "den"])
      yield* give("den", 3, 4)
      assert.deepStrictEqual(told, ["Joined den", "den 1", "den 2", "den 3", "den 4", "den 5"])
      // Later ones are fetched anew.
      receive(message("den", 7))
      yield* TestClock.adjust(0)
      assert.strictEqual(asked.length, 3)
    }).pipe(Effect.scoped),
  )

  it.effect("fetches of four channels at a time", () =>
    Effect.gen(function* () {
      const { asked, give, positions, receive } = yield* setting
      const channels = ["a", "b", "c", "d", "e", "f"]
      for (const name of channels) {
        want(positions, name)
        receive(joined(name, 2))
      }
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(asked, ["a", "b", "c", "d"])
      yield* give("b", 1, 2)
      assert.deepStrictEqual(asked, ["a", "b", "c", "d", "e"])
    }).pipe(Effect.scoped),
  )

  it.effect("fetches nothing of what waits for its read marker, until that is known", () =>
    Effect.gen(function* () {
      const { asked, begin, give, positions, receive, told } = yield* setting
      positions.connected()
      receive(joined("@bob", 3))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(asked, [])
      begin(new Map([["@bob", Seq.make(1)]]))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(asked, ["@bob"])
      yield* give("@bob", 2, 3)
      assert.deepStrictEqual(told, ["Joined @bob", "@bob 2", "@bob 3"])
    }).pipe(Effect.scoped),
  )

  it.effect("tells no page of a channel that it is out of by then, and fetches anew when it is in again", () =>
    Effect.gen(function* () {
      const { asked, give, positions, receive, told } = yield* setting
      want(positions, "den")
      receive(joined("den", 2))
      yield* TestClock.adjust(0)
      receive({ type: "Left", channel: channel("den") })
      yield* give("den", 1, 2)
      assert.deepStrictEqual(told, ["Joined den", "out of den"])
      receive(joined("den", 2))
      yield* TestClock.adjust(0)
      yield* give("den", 1, 2)
      assert.deepStrictEqual(told.slice(2), ["Joined den", "den 1", "den 2"])
      assert.deepStrictEqual(asked, ["den", "den"])
    }).pipe(Effect.scoped),
  )
})
