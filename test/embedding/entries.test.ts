import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { History } from "../../src/history/History.ts"
import { HistoryError } from "../../src/history/HistoryError.ts"
import { HistorySettings, defaults } from "../../src/history/HistorySettings.ts"
import { settle } from "../actor/fibers.ts"
import { modes, pass } from "./fixture.ts"
import { as, connect, first, reason, short } from "./world.ts"

const fork = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.forkChild(self, { startImmediately: true })

/** What is read is put into a queue, so that a test can be slow. */
const collect = <A, E, R>(self: Stream.Stream<A, E, R>) =>
  Effect.gen(function* () {
    const read: Array<A> = []
    const fiber = yield* fork(Stream.runForEach(self, (one) => Effect.sync(() => void read.push(one))))
    yield* settle
    return { read, fiber }
  })

/** History that can be made to fail, and a hub on it. */
const faulty = (hub: (typeof modes)[number]["hub"]) => {
  const state = { failing: false, crashing: false }
  const layer = Layer.effect(
    History,
    Effect.map(History, (history) =>
      History.of({
        ...history,
        appendUnsafe: undefined,
        append: (channel, batch) =>
          state.crashing
            ? Effect.die("a bug")
            : state.failing
              ? Effect.fail(new HistoryError({ reason: "Unavailable", operation: "test" }))
              : history.append(channel, batch),
        page: (channel, range) =>
          state.failing
            ? Effect.fail(new HistoryError({ reason: "Unavailable", operation: "test" }))
            : history.page(channel, range),
      }),
    ),
  ).pipe(Layer.provide(History.layerMemory))
  return { state, layer: Layer.fresh(hub({}, Layer.merge(layer, ChannelStore.layerMemory))) }
}

describe.for(modes)("entries ($mode)", ({ hub }) => {
  it.effect("tells what is in history behind a place, then what happens, with whose it is", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ name: "ann", id: "u1" })
      yield* ann.join("kitchen")
      for (const text of ["one", "two", "three"]) yield* ann.publish("kitchen", text)
      const bot = yield* connect({ name: "bot", events: false })
      const { read } = yield* collect(bot.entries("kitchen", { after: 1 }))
      assert.deepStrictEqual(read.map(short), ["2 two", "3 three"])
      yield* ann.edit("kitchen", 3, "four")
      yield* ann.react("kitchen", 2, "+1")
      yield* ann.delete("kitchen", 2)
      yield* ann.publish("kitchen", "five")
      yield* settle
      assert.deepStrictEqual(read.map(short), ["2 two", "3 three", "4 Edited", "5 Reacted", "6 Deleted", "7 five"])
      for (const entry of read) {
        assert.isTrue("user_id" in entry && entry.user_id === "u1" && entry.channel === "kitchen")
      }
    }).pipe(Effect.provide(hub())),
  )

  it.effect("begins now without a place, and is in the channel from then on", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ name: "ann" })
      yield* ann.join("kitchen")
      yield* ann.publish("kitchen", "before")
      const bot = yield* connect({ name: "bot", events: false })
      const { read, fiber } = yield* collect(bot.entries("kitchen"))
      yield* bot.publish("kitchen", "I am in")
      assert.strictEqual(yield* reason(bot.join("kitchen")), "AlreadyMember")
      yield* settle
      assert.deepStrictEqual(read.map(short), ["2 I am in"])
      yield* Fiber.interrupt(fiber)
      yield* bot.publish("kitchen", "still in")
      assert.deepStrictEqual(
        (yield* ann.members("kitchen")).members.map(({ username }) => String(username)).toSorted(),
        ["ann", "bot"],
      )
    }).pipe(Effect.provide(hub())),
  )

  it.effect("tells a session with events that it is in", () =>
    Effect.gen(function* () {
      const bot = yield* connect({ name: "bot" })
      yield* collect(bot.entries("kitchen"))
      assert.deepStrictEqual(
        yield* bot.events.pipe(
          Stream.take(1),
          Stream.map(({ type }) => type),
          Stream.runCollect,
        ),
        ["Joined"],
      )
    }).pipe(Effect.provide(hub())),
  )

  it.effect("reads long histories a page behind the other", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      yield* Effect.forEach(
        Array.from({ length: 1000 }, (_, n) => `${n + 1}`),
        (text) => ann.publish("kitchen", text),
        {
          discard: true,
        },
      )
      const bot = yield* connect({ name: "bot", events: false })
      const all = yield* first(1000)(bot.entries("kitchen", { after: 0 }))
      assert.deepStrictEqual(
        all,
        Array.from({ length: 1000 }, (_, n) => `${n + 1} ${n + 1}`),
      )
    }).pipe(Effect.provide(hub())),
  )

  it.effect("a slow reader misses nothing: it reads on from history", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      const bot = yield* connect({ name: "bot", events: false })
      const read: Array<string> = []
      const go = yield* Deferred.make<void>()
      const reader = yield* fork(
        bot.entries("kitchen", { after: 0 }).pipe(
          Stream.take(2001),
          Stream.runForEach((entry) => {
            read.push(short(entry))
            return read.length === 1 ? Deferred.await(go) : Effect.void
          }),
        ),
      )
      yield* settle
      for (let n = 1; n <= 2000; n++) yield* ann.publish("kitchen", `${n}`)
      yield* settle
      assert.lengthOf(read, 1)
      yield* Deferred.succeed(go, undefined)
      // What is said while it catches up comes behind all that.
      yield* ann.publish("kitchen", "last")
      yield* Fiber.join(reader)
      assert.deepStrictEqual(read, [...Array.from({ length: 2000 }, (_, n) => `${n + 1} ${n + 1}`), "2001 last"])
      // It was not cut off for it.
      yield* bot.publish("kitchen", "here")
    }).pipe(Effect.provide(hub())),
  )

  it.effect("each once and in order, however it is read while others speak", () =>
    Effect.gen(function* () {
      const people = yield* Effect.forEach(["ann", "bob", "cleo"], (name) => connect({ name, events: false }))
      for (const person of people) yield* person.join("kitchen")
      const speaking = yield* fork(
        Effect.forEach(
          people,
          (person) =>
            Effect.forEach(
              Array.from({ length: 300 }, (_, n) => n),
              (n) => Effect.andThen(person.publish("kitchen", `${n}`), n % 7 === 0 ? Effect.yieldNow : Effect.void),
              { discard: true },
            ),
          { concurrency: 3, discard: true },
        ),
      )
      const bot = yield* connect({ name: "bot", events: false })
      const read = yield* Effect.forEach(
        [0, 1, 2, 3],
        (pace) =>
          bot.entries("kitchen", { after: 0 }).pipe(
            Stream.tap((entry) => ("seq" in entry && entry.seq % (pace * 50) === 1 ? settle : Effect.void)),
            Stream.take(900),
            Stream.map((entry) => ("seq" in entry ? Number(entry.seq) : -1)),
            Stream.runCollect,
          ),
        { concurrency: "unbounded" },
      )
      yield* Fiber.join(speaking)
      for (const seqs of read) {
        assert.deepStrictEqual(
          seqs,
          Array.from({ length: 900 }, (_, n) => n + 1),
        )
      }
    }).pipe(Effect.provide(hub())),
  )

  it.effect("says what history has not any more", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      for (let n = 1; n <= 8; n++) yield* ann.publish("kitchen", `${n}`)
      const history = yield* History
      while ((yield* history.prune({ entries: 0, ids: 0 })) > 0);
      const bot = yield* connect({ name: "bot", events: false })
      assert.deepStrictEqual(yield* first(4)(bot.entries("kitchen", { after: 2 })), ["3-5 Missed", "6 6", "7 7", "8 8"])
      // A place that this history has not reached, or one of another: all that there is comes.
      const anew = ["HistoryChanged", "6 6", "7 7", "8 8"]
      assert.deepStrictEqual(yield* first(4)(bot.entries("kitchen", { after: 50 })), anew)
      assert.deepStrictEqual(yield* first(4)(bot.entries("kitchen", { after: 7, history: "another" })), anew)
      const { history: known } = yield* (yield* connect({ name: "other", events: false })).join("kitchen")
      assert.deepStrictEqual(yield* first(1)(bot.entries("kitchen", { after: 7, history: known })), ["8 8"])
    }).pipe(Effect.provide(Layer.provide(hub(), Layer.succeed(HistorySettings, { ...defaults, maxEntries: 3 })))),
  )

  it.effect("waits while history cannot be read, and goes on", () => {
    const { layer, state } = faulty(hub)
    return Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      for (let n = 1; n <= 400; n++) yield* ann.publish("kitchen", `${n}`)
      const bot = yield* connect({ name: "bot", events: false })
      const queue = yield* Queue.bounded<string>(1)
      const reader = yield* fork(
        bot.entries("kitchen", { after: 0 }).pipe(Stream.runForEach((entry) => Queue.offer(queue, short(entry)))),
      )
      const taken = [...(yield* Queue.takeBetween(queue, 1, 1))]
      state.failing = true
      for (let n = 2; n <= 300; n++) taken.push(yield* Queue.take(queue))
      yield* pass("10 seconds")
      assert.isUndefined(reader.pollUnsafe())
      state.failing = false
      yield* pass("2 seconds")
      for (let n = 301; n <= 400; n++) taken.push(yield* Queue.take(queue))
      assert.deepStrictEqual(
        taken,
        Array.from({ length: 400 }, (_, n) => `${n + 1} ${n + 1}`),
      )
      state.failing = true
      assert.strictEqual(yield* reason(Stream.runDrain(bot.entries("kitchen", { after: 0 }))), "Unavailable")
    }).pipe(Effect.provide(layer))
  })

  it.effect("goes on when the channel has ended and comes back", () => {
    const { layer, state } = faulty(hub)
    return Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      const bot = yield* connect({ name: "bot" })
      const { read, fiber } = yield* collect(bot.entries("kitchen"))
      const left = yield* fork(
        bot.events.pipe(
          Stream.filter(({ type }) => type === "Left"),
          Stream.runHead,
        ),
      )
      yield* ann.publish("kitchen", "one")
      state.crashing = true
      while (left.pollUnsafe() === undefined) {
        yield* Effect.ignore(ann.publish("kitchen", "lost"))
        yield* pass("1 second")
      }
      state.crashing = false
      yield* ann.publish("kitchen", "two")
      yield* pass("5 seconds")
      yield* ann.publish("kitchen", "three")
      yield* settle
      assert.deepStrictEqual(read.map(short), ["1 one", "2 two", "3 three"])
      assert.isUndefined(fiber.pollUnsafe())
      // It is in there again.
      yield* bot.publish("kitchen", "four")
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None"), Effect.provide(layer))
  })

  it.effect("goes on under the channel's new name", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      yield* ann.publish("kitchen", "one")
      const bot = yield* connect({ name: "bot", events: false })
      const { read } = yield* collect(bot.entries("kitchen", { after: 0 }))
      yield* ann.rename("kitchen", "scullery")
      yield* ann.createChannel("kitchen")
      yield* ann.publish("scullery", "two")
      yield* ann.publish("kitchen", "of another channel")
      for (let n = 3; n <= 700; n++) yield* ann.publish("scullery", `${n}`)
      yield* settle
      assert.deepStrictEqual(read.slice(0, 3).map(short), ["1 one", "2 two", "3 3"])
      assert.deepStrictEqual(
        read.map((entry) => ("seq" in entry ? Number(entry.seq) : -1)),
        Array.from({ length: 700 }, (_, n) => n + 1),
      )
      assert.deepStrictEqual([...new Set(read.map(({ channel }) => String(channel)))], ["kitchen", "scullery"])
    }).pipe(Effect.provide(hub())),
  )

  it.effect("reads a direct conversation", () =>
    Effect.gen(function* () {
      const ann = yield* connect({ name: "Ann", events: false })
      const bob = yield* connect({ name: "Bob", events: false })
      const { read } = yield* collect(ann.entries("@bob", { after: 0 }))
      yield* bob.join("@ann")
      yield* bob.publish("@ANN", "hello")
      yield* ann.publish("@BOB", "hello yourself")
      yield* settle
      assert.deepStrictEqual(read.map(short), ["1 hello", "2 hello yourself"])
    }).pipe(Effect.provide(hub())),
  )

  it.effect("stays in a direct conversation, however many others speak to the user", () =>
    Effect.gen(function* () {
      const bot = yield* connect({ name: "bot", events: false })
      const ann = yield* as({ name: "ann" })
      yield* connect({ name: "ann", events: false })
      yield* ann.publish("@bot", "one")
      const { fiber, read } = yield* collect(bot.entries("@ann", { after: 0 }))
      for (let n = 0; n < 40; n++) {
        const other = yield* connect({ name: `other-${n}`, events: false })
        yield* other.join("@bot")
        yield* other.publish("@bot", "hello")
      }
      yield* ann.publish("@bot", "two")
      yield* settle
      assert.deepStrictEqual(read.map(short), ["1 one", "2 two"])
      yield* bot.leave("@ANN")
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(hub())),
  )

  it.effect("ends when the session leaves, fails when it is put out, refused or ended", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      const bot = yield* connect({ name: "bot", events: false })
      const leaving = yield* collect(bot.entries("kitchen"))
      yield* ann.publish("kitchen", "one")
      yield* bot.leave("kitchen")
      yield* Fiber.join(leaving.fiber)
      assert.deepStrictEqual(leaving.read.map(short), ["1 one"])

      const kicked = yield* collect(bot.entries("kitchen", { after: 0 }))
      yield* ann.kick("kitchen", "bot")
      assert.strictEqual(yield* reason(Fiber.join(kicked.fiber)), "NotMember")
      assert.deepStrictEqual(kicked.read.map(short), ["1 one"])
      // It may come back.
      assert.deepStrictEqual(yield* first(1)(bot.entries("kitchen", { after: 0 })), ["1 one"])
      yield* ann.ban("kitchen", { username: "bot" })
      assert.strictEqual(yield* reason(Stream.runDrain(bot.entries("kitchen"))), "Banned")
      assert.strictEqual(yield* reason(Stream.runDrain(bot.entries("no such name!"))), "InvalidFrame")
      assert.strictEqual(yield* reason(Stream.runDrain(bot.entries("hall", { after: -1 }))), "InvalidFrame")

      const ending = yield* collect(bot.entries("hall"))
      const { disconnect } = yield* Hub
      yield* disconnect({ user: bot.user.id }, new Disconnect({ reason: "Draining" }))
      assert.strictEqual(yield* reason(Fiber.join(ending.fiber)), "Draining")
      yield* settle
      assert.strictEqual(yield* reason(Stream.runDrain(bot.entries("hall"))), "NotAuthenticated")
    }).pipe(Effect.provide(hub())),
  )

  it.effect("keeps nothing of a reader that has gone", () =>
    Effect.gen(function* () {
      const ann = yield* as({ name: "ann" })
      yield* ann.createChannel("kitchen")
      for (let n = 1; n <= 5; n++) yield* ann.publish("kitchen", `${n}`)
      const bot = yield* connect({ name: "bot", events: false })
      const { stats } = yield* Hub
      for (let n = 0; n < 100; n++) yield* first(5)(bot.entries("kitchen", { after: 0 }))
      yield* bot.leave("kitchen")
      assert.deepInclude(yield* stats, { users: 1, sessions: 1, memberships: 0 })
    }).pipe(Effect.provide(hub())),
  )
})
