/** Transfers of files by themselves, on the test clock: their bounds, their times, and that nothing is left of them. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { Party, TransferNotice } from "../../src/chat/transfers/Party.ts"
import { Transfers } from "../../src/chat/transfers/Transfers.ts"
import { defaults, type TransferSettings } from "../../src/chat/transfers/TransferSettings.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { TransferId } from "../../src/domain/TransferId.ts"
import { Username } from "../../src/domain/Username.ts"
import { make as makeLater } from "../../src/hub/audience/Later.ts"
import { defaultBounds, Outbox } from "../../src/hub/audience/Outbox.ts"
import { Outboxes } from "../../src/hub/audience/Outboxes.ts"

/** What a session was told, in the order in which it left: a chunk as its number. */
const said = (notice: TransferNotice): string => {
  switch (notice.type) {
    case "Answered":
      return notice.accept ? "accepted" : "refused"
    case "Chunk":
      return `chunk ${notice.chunk}`
    case "Completed":
      return notice.success ? "done" : "failed"
    case "Failed":
      return notice.error.message
  }
}

const make = (settings: Partial<TransferSettings> = {}) =>
  Effect.gen(function* () {
    const outboxes = new Outboxes()
    let ids = 0
    const transfers = new Transfers({
      settings: { ...defaults, ...settings },
      files: { enabled: true, maxBytes: 1_000_000 },
      clock: yield* Clock.Clock,
      later: yield* makeLater,
      flush: () => outboxes.flush(),
      isOneOfMany: () => false,
      newId: Effect.sync(() => TransferId.make(`t${++ids}`)),
    })

    /** Somebody with a link that takes what comes as long as it `reads`. */
    const party = (name: string) => {
      const heard: Array<string> = []
      const state = { reads: true, isHere: true }
      const outbox = new Outbox<TransferNotice>(
        { ...defaultBounds, files: 30 },
        {
          send: (batch) => {
            heard.push(...batch.map(said))
            return state.reads
          },
          keep: (piece) => piece,
          onOverflow: () => assert.fail("a file is no reason to end a session"),
        },
        outboxes,
      )
      const self: Party = {
        session: SessionId.make(name),
        name: Username.make(name),
        isHere: () => state.isHere,
        tell: (notice) => void outbox.offer("control", notice, 1),
        give: (notice) => outbox.offer("files", notice, notice.type === "Chunk" ? notice.data.length : 1),
        whenLeft: (run) => void outbox.whenFilesLeft(run),
      }
      return { self, heard, state, outbox, take: () => heard.splice(0) }
    }
    type Somebody = ReturnType<typeof party>

    /** Shown to all of these. */
    const offer = (by: Somebody, to: ReadonlyArray<Somebody>, size = 30) => {
      let shown: TransferId | undefined
      const offering = transfers.offer(by.self, { name: "tea", size }, (id) =>
        Effect.sync(() => {
          shown = id
          for (const { self } of to) transfers.show(self, id)
        }),
      )
      return Effect.map(offering, () => shown!)
    }
    const chunk = (by: Somebody, id: TransferId, n: number, bytes = 10) =>
      transfers.chunk(
        by.self,
        id,
        n,
        Array.from({ length: bytes }, () => n),
      )
    return { transfers, party, offer, chunk }
  })

type World = Effect.Success<ReturnType<typeof make>>

/** Bob takes a file of ann's. */
const running = Effect.fnUntraced(function* ({ offer, party, transfers }: World, size?: number) {
  const [ann, bob] = [party("ann"), party("bob")]
  const id = yield* offer(ann, [bob], size)
  assert.isUndefined(transfers.answer(bob.self, true, undefined))
  assert.deepStrictEqual(ann.take(), ["accepted"])
  assert.deepStrictEqual(bob.take(), ["accepted"])
  return { ann, bob, id }
})

const nothingLeft = ({ transfers }: World, ...somebodies: ReadonlyArray<{ readonly self: Party }>) => {
  assert.strictEqual(transfers.count, 0)
  for (const { self } of somebodies) transfers.leave(self.session)
  assert.strictEqual(transfers.parties, 0)
}

const inWorld = (
  title: string,
  body: (world: World) => Effect.Effect<void, unknown, Scope.Scope>,
  settings?: Partial<TransferSettings>,
) => it.effect(title, () => Effect.scoped(Effect.flatMap(make(settings), body)))

describe("a transfer", () => {
  inWorld("is read no faster than whoever takes it reads", (world) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* running(world, 60)
      bob.state.reads = false
      // One is with the link, three wait in the lane; the next has no room.
      for (let n = 0; n < 4; n++) yield* world.chunk(ann, id, n)
      const fifth = yield* Effect.forkChild(world.chunk(ann, id, 4), { startImmediately: true })
      yield* TestClock.adjust(Duration.seconds(1))
      assert.deepStrictEqual(bob.heard, ["chunk 0"])
      assert.isUndefined(fifth.pollUnsafe())
      for (let n = 1; n <= 3; n++) bob.outbox.resume()
      yield* TestClock.adjust(Duration.seconds(1))
      yield* Fiber.join(fifth)
      assert.isUndefined(world.transfers.complete(ann.self, id, false))
      bob.state.reads = true
      bob.outbox.resume()
      const why = "ann has stopped sending tea"
      assert.deepStrictEqual(bob.take(), ["chunk 0", "chunk 1", "chunk 2", "chunk 3", "chunk 4", why, "failed"])
      nothingLeft(world, ann, bob)
    }),
  )

  inWorld("is complete for who sends it when all has left", (world) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* running(world)
      bob.state.reads = false
      for (let n = 0; n < 3; n++) yield* world.chunk(ann, id, n)
      assert.isUndefined(world.transfers.complete(ann.self, id, true))
      assert.deepStrictEqual(ann.take(), [])
      bob.outbox.resume()
      bob.outbox.resume()
      assert.deepStrictEqual(ann.take(), [])
      bob.outbox.resume()
      assert.deepStrictEqual(bob.take(), ["chunk 0", "chunk 1", "chunk 2", "done"])
      assert.deepStrictEqual(ann.take(), ["done"])
      nothingLeft(world, ann, bob)
    }),
  )

  inWorld("goes on for the others where one takes nothing", (world) =>
    Effect.gen(function* () {
      const [ann, bob, cat] = [world.party("ann"), world.party("bob"), world.party("cat")]
      const id = yield* world.offer(ann, [bob, cat], 60)
      for (const { self } of [bob, cat]) world.transfers.answer(self, true, id)
      for (const one of [ann, bob, cat]) one.take()
      bob.state.reads = false
      for (let n = 0; n < 4; n++) yield* world.chunk(ann, id, n)
      const fifth = yield* Effect.forkChild(world.chunk(ann, id, 4), { startImmediately: true })
      yield* TestClock.adjust(Duration.seconds(7))
      assert.isUndefined(fifth.pollUnsafe())
      yield* TestClock.adjust(Duration.seconds(3))
      yield* Fiber.join(fifth)
      yield* world.chunk(ann, id, 5)
      assert.isUndefined(world.transfers.complete(ann.self, id, true))
      const all = [0, 1, 2, 3, 4, 5].map((n) => `chunk ${n}`)
      assert.deepStrictEqual(cat.take(), [...all, "done"])
      assert.deepStrictEqual(ann.take(), ["done"])
      bob.state.reads = true
      bob.outbox.resume()
      const why = "You have read nothing of tea for 8s"
      assert.deepStrictEqual(bob.take(), [...all.slice(0, 5), why, "failed"])
      nothingLeft(world, ann, bob, cat)
    }),
  )

  inWorld("ends where nobody reads it, and lets its sender go on", (world) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* running(world, 60)
      bob.state.reads = false
      for (let n = 0; n < 4; n++) yield* world.chunk(ann, id, n)
      const fifth = yield* Effect.forkChild(world.chunk(ann, id, 4), { startImmediately: true })
      yield* TestClock.adjust(Duration.seconds(10))
      yield* Fiber.join(fifth)
      assert.deepStrictEqual(ann.take(), ["bob does not take tea any more", "failed"])
      // What was on its way then.
      yield* world.chunk(ann, id, 5)
      assert.isUndefined(world.transfers.complete(ann.self, id, true))
      assert.deepStrictEqual(ann.take(), [])
      nothingLeft(world, ann, bob)
    }),
  )

  inWorld("ends where whoever takes it goes while its sender waits", (world) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* running(world, 60)
      bob.state.reads = false
      for (let n = 0; n < 4; n++) yield* world.chunk(ann, id, n)
      const fifth = yield* Effect.forkChild(world.chunk(ann, id, 4), { startImmediately: true })
      bob.outbox.close()
      world.transfers.leave(bob.self.session)
      yield* TestClock.adjust(Duration.millis(10))
      yield* Fiber.join(fifth)
      assert.deepStrictEqual(ann.take(), ["bob does not take tea any more", "failed"])
      nothingLeft(world, ann)
    }),
  )

  inWorld("ends where nothing comes any more", (world) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* running(world)
      yield* TestClock.adjust(Duration.seconds(29))
      yield* world.chunk(ann, id, 0)
      yield* TestClock.adjust(Duration.seconds(29))
      assert.deepStrictEqual(bob.take(), ["chunk 0"])
      yield* TestClock.adjust(Duration.seconds(2))
      for (const one of [ann, bob]) assert.deepStrictEqual(one.take(), ["Nothing came of tea for 30s", "failed"])
      nothingLeft(world, ann, bob)
    }),
  )

  inWorld(
    "ends where it takes too long, however lively it is",
    (world) =>
      Effect.gen(function* () {
        const { ann, bob, id } = yield* running(world, 1000)
        for (let n = 0; n < 6; n++) {
          yield* TestClock.adjust(Duration.seconds(10))
          yield* world.chunk(ann, id, n)
        }
        yield* TestClock.adjust(Duration.seconds(2))
        assert.deepStrictEqual(ann.take(), ["tea has taken too long", "failed"])
        assert.deepStrictEqual(bob.take().slice(-2), ["tea has taken too long", "failed"])
        nothingLeft(world, ann, bob)
      }),
    { lasts: Duration.minutes(1) },
  )

  inWorld("ends for who is in the channel no more", (world) =>
    Effect.gen(function* () {
      const one = yield* running(world)
      one.bob.state.isHere = false
      yield* TestClock.adjust(Duration.seconds(1))
      assert.deepStrictEqual(one.ann.take(), ["bob does not take tea any more", "failed"])
      nothingLeft(world, one.ann, one.bob)
      const other = yield* running(world)
      other.ann.state.isHere = false
      yield* world.chunk(other.ann, other.id, 0)
      assert.deepStrictEqual(other.bob.take(), ["ann has gone", "failed"])
      nothingLeft(world, other.ann, other.bob)
    }),
  )

  inWorld("still arrives where its sender goes behind the end of it", (world) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* running(world, 10)
      bob.state.reads = false
      bob.outbox.offer("chat", { type: "Failed", error: new RequestError({ reason: "Internal" }) }, 1)
      bob.outbox.flush()
      bob.take()
      yield* world.chunk(ann, id, 0)
      assert.isUndefined(world.transfers.complete(ann.self, id, true))
      world.transfers.leave(ann.self.session)
      bob.state.reads = true
      bob.outbox.resume()
      assert.deepStrictEqual(bob.take(), ["chunk 0", "done"])
      nothingLeft(world, bob)
    }),
  )

  inWorld(
    "has its chunks read later where they are too many",
    (world) =>
      Effect.gen(function* () {
        const { ann, bob, id } = yield* running(world, 1000)
        for (let n = 0; n < 2; n++) yield* world.chunk(ann, id, n)
        const third = yield* Effect.forkChild(world.chunk(ann, id, 2), { startImmediately: true })
        yield* TestClock.adjust(Duration.millis(99))
        assert.isUndefined(third.pollUnsafe())
        yield* TestClock.adjust(Duration.millis(1))
        yield* Fiber.join(third)
        assert.deepStrictEqual(bob.take(), ["chunk 0", "chunk 1", "chunk 2"])
        world.transfers.leave(ann.self.session)
        nothingLeft(world, bob)
      }),
    { chunks: { burst: 2, perSecond: 10 } },
  )
})

describe("an offer", () => {
  inWorld("that nobody takes in time is told to who made it, and cannot be taken", (world) =>
    Effect.gen(function* () {
      const [ann, bob] = [world.party("ann"), world.party("bob")]
      const id = yield* world.offer(ann, [bob])
      yield* TestClock.adjust(Duration.seconds(59))
      assert.deepStrictEqual(ann.take(), [])
      yield* TestClock.adjust(Duration.seconds(2))
      assert.deepStrictEqual(ann.take(), ["Nobody has taken tea in time", "refused"])
      assert.strictEqual(world.transfers.answer(bob.self, true, id)?.message, "The offer of tea has ended")
      nothingLeft(world, ann, bob)
    }),
  )

  inWorld("is not answered by an answer to a later one that has ended", (world) =>
    Effect.gen(function* () {
      const [ann, bob, cat] = [world.party("ann"), world.party("bob"), world.party("cat")]
      yield* world.offer(ann, [bob])
      yield* world.offer(cat, [bob])
      world.transfers.leave(cat.self.session)
      assert.strictEqual(world.transfers.answer(bob.self, true, undefined)?.message, "The offer of tea has ended")
      assert.isUndefined(world.transfers.answer(bob.self, true, undefined))
      assert.deepStrictEqual(ann.take(), ["accepted"])
      world.transfers.leave(ann.self.session)
      nothingLeft(world, bob)
    }),
  )

  inWorld("that is refused by the channel leaves nothing behind", (world) =>
    Effect.gen(function* () {
      const ann = world.party("ann")
      const error = new RequestError({ reason: "Muted" })
      const refused = yield* Effect.flip(
        world.transfers.offer(ann.self, { name: "tea", size: 1 }, () => Effect.fail(error)),
      )
      assert.strictEqual(refused, error)
      const announcing = yield* Effect.forkChild(
        world.transfers.offer(ann.self, { name: "tea", size: 1 }, () => Effect.never),
        { startImmediately: true },
      )
      assert.strictEqual(world.transfers.count, 1)
      yield* Fiber.interrupt(announcing)
      assert.deepStrictEqual(ann.take(), [])
      nothingLeft(world, ann)
    }),
  )

  inWorld("is shown to nobody who is about to leave", (world) =>
    Effect.gen(function* () {
      const [ann, bob] = [world.party("ann"), world.party("bob")]
      bob.state.isHere = false
      yield* world.offer(ann, [bob])
      assert.deepStrictEqual(ann.take(), ["refused"])
      assert.isFalse(world.transfers.show(bob.self, TransferId.make("of another node")))
      nothingLeft(world, ann)
    }),
  )

  inWorld(
    "counts for who makes it, for who takes it and in all",
    (world) =>
      Effect.gen(function* () {
        const [ann, bob, cat, dan] = [world.party("ann"), world.party("bob"), world.party("cat"), world.party("dan")]
        const refusal = (by: typeof ann) => Effect.map(Effect.flip(world.offer(by, [dan])), ({ message }) => message)
        for (let n = 0; n < 2; n++) yield* world.offer(ann, [dan])
        assert.strictEqual(yield* refusal(ann), "As many files as one may offer and send at once: 2")
        yield* world.offer(bob, [dan])
        assert.strictEqual(yield* refusal(cat), "There are too many file transfers already")
        assert.isUndefined(world.transfers.answer(dan.self, true, undefined))
        assert.strictEqual(
          world.transfers.answer(dan.self, true, undefined)?.message,
          "As many files as one may take at once: 1",
        )
        // The offer stands: what is refused is no answer.
        assert.isUndefined(world.transfers.answer(dan.self, false, undefined))
        world.transfers.leave(dan.self.session)
        assert.deepStrictEqual(ann.take(), ["refused", "refused"])
        nothingLeft(world, ann, bob, cat)
      }),
    { sending: 2, taking: 1, total: 3 },
  )

  inWorld(
    "that is shown too long ago counts as refused",
    (world) =>
      Effect.gen(function* () {
        const [ann, bob] = [world.party("ann"), world.party("bob")]
        const first = yield* world.offer(ann, [bob])
        for (let n = 0; n < 2; n++) yield* world.offer(ann, [bob])
        assert.deepStrictEqual(ann.take(), ["refused"])
        assert.strictEqual(world.transfers.answer(bob.self, true, first)?.reason, "NoSuchTransfer")
        world.transfers.leave(ann.self.session)
        nothingLeft(world, bob)
      }),
    { shown: 2 },
  )
})
