/** What is stored in a channel is delivered: once at least, in its order, and nothing is left out in silence. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Exit from "effect/Exit"
import { TestClock } from "effect/testing"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { History } from "../../src/history/History.ts"
import { OutboundError } from "../../src/webhooks/outbound/Outbound.ts"
import type { DeadLetter } from "../../src/webhooks/Webhook.ts"
import type { WebhookSettings } from "../../src/webhooks/WebhookSettings.ts"
import { WebhookStoreError } from "../../src/webhooks/WebhookStoreError.ts"
import { WebhookStore } from "../../src/webhooks/WebhookStore.ts"
import { alice, bob, deleted, edited, reacted, said } from "../suites/historyWorld.ts"
import { answer, den, hook, id, makeDen, receivers, say, seconds, service, settle, store, webhooks } from "./world.ts"

const stores = Layer.mergeAll(History.layerMemory, ChannelStore.layerMemory, WebhookStore.layerMemory)

type World = ReturnType<typeof receivers>

const test = (
  title: string,
  body: (world: World) => Effect.Effect<void, unknown, History | ChannelStore | WebhookStore | Scope.Scope>,
  settings: Partial<WebhookSettings> = {},
) =>
  it.effect(title, () => {
    const world = receivers()
    return makeDen.pipe(
      Effect.andThen(settle),
      Effect.andThen(body(world)),
      Effect.provide(service(world.layer, settings).pipe(Layer.provideMerge(stores))),
      Effect.scoped,
    )
  })

/** Lets time pass until the next attempt, so much at once; succeeds with how many seconds that took. */
const secondsUntilNext = Effect.fnUntraced(function* ({ posted }: World, step: number) {
  const before = posted.length
  let waited = 0
  for (let n = 0; posted.length === before && n < 200; n++) {
    yield* TestClock.adjust(seconds(step))
    yield* settle
    waited += step
  }
  return waited
})

const later = new OutboundError({ reason: "Unreachable", detail: "nobody is there" })
const numbers = (letters: ReadonlyArray<DeadLetter>) => letters.map(({ seq }) => Number(seq))

describe("a webhook that goes out", () => {
  test("delivers each entry in its order, as a page of history has it, signed", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      assert.isTrue(yield* add(hook(1)))
      yield* store(
        said(1, "tea"),
        said(2, "x"),
        edited(3, 1, "coffee"),
        reacted(4, 1, "👍", true, { from: bob }),
        deleted(5, 2),
      )
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2, 3, 4, 5])
      const [first, second, , fourth] = world.posted
      assert.deepInclude(first!.body, {
        type: "Message",
        webhook: id(1),
        delivery: `${id(1)}.1.${said(1).timestamp.toString(36)}`,
        channel: "den",
        channel_id: "den-1",
        seq: 1,
        from: "alice",
        user_id: alice.id,
        content: "coffee",
        edited: 3,
      })
      assert.notProperty(first!.body, "by_webhook")
      assert.deepInclude(second!.body, { content: "", deleted: true })
      assert.deepInclude(fourth!.body, { type: "Reacted", target: 1, reaction: "👍", on: true, from: "bob" })
      assert.strictEqual(first!.letter.headers["webhook-id"], first!.body.delivery)
      assert.strictEqual(first!.letter.headers["webhook-timestamp"], "0")
      assert.match(first!.letter.headers["webhook-signature"]!, /^v1,[A-Za-z0-9+/]{43}=$/)
    }))

  test("delivers only what it was made for, and marks what came in by another", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      yield* add(hook(1, { events: ["Reacted"] }))
      yield* add(hook(2, { events: [] }))
      const robot = { id: "webhook:abc", name: "robot [bot]" } as unknown as typeof alice
      yield* store(said(1), reacted(2, 1, "x", true, { from: robot }), said(3))
      yield* settle
      assert.deepStrictEqual([world.at(1), world.at(2)], [[2], []])
      assert.deepInclude(world.posted[0]!.body, { by_webhook: true, from: "robot [bot]", user_id: "webhook:abc" })
      const all = yield* (yield* WebhookStore).all
      assert.deepStrictEqual(
        all.map((webhook) => webhook.kind === "outgoing" && Number(webhook.position)),
        [3, 3],
      )
    }))

  test("tries again what may be taken later, ever more rarely, and in the end gives it up", (world) =>
    Effect.gen(function* () {
      const { add, counters, deliveries, stats } = yield* webhooks
      yield* add(hook(1))
      world.answer = ({ body }) => (body.seq === 1 ? Effect.fail(later) : answer(204))
      yield* say(0, 2)
      yield* settle
      for (const [n, wait] of [5, 30, 120, 600, 3600, 21_600].entries()) {
        assert.lengthOf(world.posted, n + 1)
        assert.deepInclude(stats(), { working: 1 })
        const waited = yield* secondsUntilNext(world, wait / 100)
        assert.isAtLeast(waited, wait * 0.8)
        assert.isAtMost(waited, wait * 1.21)
      }
      assert.deepStrictEqual(world.at(1), [1, 1, 1, 1, 1, 1, 1, 2])
      const { dead, recent } = yield* deliveries(hook(1))
      assert.deepInclude(dead[0], { type: "Message", attempts: 7, error: "nobody is there", seq: Seq.make(1) })
      assert.lengthOf(dead, 1)
      assert.strictEqual(recent[0]!.verdict.type, "Taken")
      assert.deepInclude(counters, { delivered: 1, failed: 7, dead: 1 })
      assert.deepInclude(stats(), { working: 0, lag: 0, outgoing: 1 })
      // The same delivery each time, under the time of the attempt.
      const ids = world.posted.slice(0, 7).map(({ letter }) => letter.headers["webhook-id"])
      assert.strictEqual(new Set(ids).size, 1)
      const times = world.posted.map(({ letter }) => letter.headers["webhook-timestamp"])
      assert.strictEqual(new Set(times).size, 7)
    }))

  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    test(`tries again behind ${status}`, (world) =>
      Effect.gen(function* () {
        const { add } = yield* webhooks
        yield* add(hook(1))
        world.answer = () => answer(world.posted.length === 1 ? status : 200)
        yield* say(0, 2)
        yield* settle
        assert.deepStrictEqual(world.at(1), [1])
        yield* TestClock.adjust(seconds(6))
        yield* settle
        assert.deepStrictEqual(world.at(1), [1, 1, 2])
      }))
  }

  for (const [status, error] of [
    [400, "it answered 400"],
    [404, "it answered 404"],
    [301, "it answered 301: no redirection is followed"],
    [307, "it answered 307: no redirection is followed"],
    [101, "it answered 101"],
  ] as const) {
    test(`gives up at once behind ${status}`, (world) =>
      Effect.gen(function* () {
        const { add, deliveries } = yield* webhooks
        yield* add(hook(1))
        world.answer = ({ body }) => answer(body.seq === 1 ? status : 204)
        yield* say(0, 2)
        yield* settle
        assert.deepStrictEqual(world.at(1), [1, 2])
        const { dead } = yield* deliveries(hook(1))
        assert.deepInclude(dead[0], { attempts: 1, error, at: 0 })
      }))
  }

  test("waits as long as the receiver says, within bounds", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      yield* add(hook(1))
      const waits: ReadonlyArray<readonly [string, number]> = [
        ["90", 90],
        ["0", 1],
        ["999999999", 6 * 3600],
        ["Thu, 01 Jan 1970 12:00:00 GMT", 6 * 3600],
        ["soon", 3600],
      ]
      world.answer = () => answer(503, waits[world.posted.length - 1]?.[0])
      yield* say(0, 1)
      yield* settle
      for (const [said, wait] of waits) {
        const waited = yield* secondsUntilNext(world, wait / 10)
        if (said === "soon") assert.isAbove(waited, 2800)
        else assert.approximately(waited, wait, 0.001, said)
      }
    }))

  test("is disabled by a receiver that is gone, and goes on where it was when it is enabled again", (world) =>
    Effect.gen(function* () {
      const { add, change, get } = yield* webhooks
      yield* add(hook(1))
      world.answer = ({ body }) => answer(body.seq === 2 ? 410 : 204)
      yield* say(0, 3)
      yield* settle
      assert.strictEqual(get(id(1))?.disabled, "gone")
      yield* say(3, 1)
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2])
      world.answer = () => answer(204)
      yield* change(hook(1), (webhook) => ({ ...webhook, disabled: undefined }))
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2, 2, 3, 4])
    }))

  test("is disabled when nothing is taken any more", (world) =>
    Effect.gen(function* () {
      const { add, deliveries, get } = yield* webhooks
      yield* add(hook(1))
      world.answer = () => answer(404)
      yield* say(0, 30)
      yield* settle
      assert.strictEqual(get(id(1))?.disabled, "failing")
      assert.lengthOf(world.posted, 20)
      assert.lengthOf((yield* deliveries(hook(1))).dead, 20)
    }))

  test("is not disabled as long as something is taken now and then", (world) =>
    Effect.gen(function* () {
      const { add, get } = yield* webhooks
      yield* add(hook(1))
      world.answer = ({ body }) => answer(body.seq! % 20 === 0 ? 204 : 404)
      yield* say(0, 60)
      yield* settle
      assert.isUndefined(get(id(1))?.disabled)
      assert.lengthOf(world.posted, 60)
    }))

  test(
    "says what it cannot deliver since there was too much of it",
    (world) =>
      Effect.gen(function* () {
        const { add, counters } = yield* webhooks
        yield* say(0, 200)
        yield* add(hook(1))
        yield* settle
        const [missed, ...rest] = world.at(1)
        assert.strictEqual(missed, "Missed")
        assert.deepInclude(world.posted[0]!.body, {
          from: 1,
          to: 150,
          delivery: `${id(1)}.missed.1-150`,
          channel: "den",
        })
        assert.deepStrictEqual(
          rest,
          Array.from({ length: 50 }, (_, n) => 151 + n),
        )
        assert.strictEqual(counters.missed, 150)
      }),
    { maxBehind: 50 },
  )

  test("says what history has lost", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      yield* say(0, 30)
      const history = yield* History
      yield* history.prune({ entries: said(11).timestamp, ids: 0 })
      const { first } = yield* history.page(den, { after: Seq.make(0), upTo: Seq.make(30), limit: 1 })
      assert.isAbove(first, 1)
      yield* add(hook(1))
      yield* settle
      assert.deepInclude(world.posted[0]!.body, { type: "Missed", from: 1, to: first - 1 })
      assert.strictEqual(world.at(1)[1], first)
      yield* history.prune({ entries: Number.MAX_SAFE_INTEGER, ids: 0 })
      yield* add(hook(2))
      yield* settle
      assert.deepStrictEqual(world.at(2), ["Missed"])
      assert.deepInclude(world.posted.at(-1)!.body, { from: 1, to: 30 })
    }))

  test("says how long what waits longest has waited", (world) =>
    Effect.gen(function* () {
      const { add, stats } = yield* webhooks
      yield* add(hook(1))
      world.answer = () => answer(world.posted.length < 3 ? 503 : 204)
      yield* store(said(1, "x", { timestamp: 1000 }), said(2, "y", { timestamp: 2000 }))
      yield* TestClock.adjust(seconds(3))
      assert.strictEqual(stats().lag, 2000)
      yield* TestClock.adjust(seconds(60))
      yield* settle
      assert.strictEqual(stats().lag, 0)
      assert.deepStrictEqual(world.at(1), [1, 1, 1, 2])
    }))

  test("that is slow keeps no other waiting", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      yield* add(hook(1))
      yield* add(hook(2))
      const slow = Deferred.makeUnsafe<void>()
      world.answer = ({ url }) =>
        url.includes("receiver1") ? Effect.andThen(Deferred.await(slow), answer(204)) : answer(204)
      yield* say(0, 50)
      yield* settle
      assert.lengthOf(world.at(1), 1)
      assert.lengthOf(world.at(2), 50)
      yield* Deferred.succeed(slow, undefined)
      yield* settle
      assert.lengthOf(world.at(1), 50)
    }))

  test(
    "waits for a turn where as many deliveries are under way as may be",
    (world) =>
      Effect.gen(function* () {
        const { add } = yield* webhooks
        for (const n of [1, 2, 3]) yield* add(hook(n))
        const slow = Deferred.makeUnsafe<void>()
        world.answer = () => Effect.andThen(Deferred.await(slow), answer(204))
        yield* say(0, 1)
        yield* settle
        assert.lengthOf(world.posted, 2)
        yield* Deferred.succeed(slow, undefined)
        yield* settle
        assert.lengthOf(world.posted, 3)
      }),
    { concurrency: 2 },
  )

  test("delivers what was stored while it was at it, and what is stored when it rests", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      yield* add(hook(1))
      for (let n = 0; n < 100; n += 5) {
        yield* say(n, 5)
        if (n % 15 === 0) yield* settle
        else yield* Effect.yieldNow
      }
      yield* settle
      assert.deepStrictEqual(
        world.at(1),
        Array.from({ length: 100 }, (_, n) => n + 1),
      )
    }))

  test("that is changed or removed while it waits or is at it ends what it does", (world) =>
    Effect.gen(function* () {
      const { add, change, get, remove } = yield* webhooks
      yield* add(hook(1))
      world.answer = () => answer(500)
      yield* say(0, 1)
      yield* settle
      yield* change(hook(1), (webhook) => ({ ...webhook, url: "https://receiver2.example/" }))
      yield* settle
      assert.deepStrictEqual([world.at(1), world.at(2)], [[1], [1]])
      world.answer = () => Effect.never
      yield* TestClock.adjust(seconds(10))
      yield* settle
      assert.deepStrictEqual(world.at(2), [1, 1])
      yield* remove(id(1))
      assert.isUndefined(get(id(1)))
      yield* say(1, 1)
      yield* TestClock.adjust(seconds(100_000))
      yield* settle
      assert.lengthOf(world.posted, 3)
      assert.isEmpty(yield* (yield* WebhookStore).all)
    }))

  test("goes with its channel", (world) =>
    Effect.gen(function* () {
      const { add, of, watches } = yield* webhooks
      yield* add(hook(1))
      yield* add(hook(2))
      assert.isTrue(watches(den))
      yield* (yield* History).remove(den)
      assert.isEmpty(of(den))
      assert.isFalse(watches(den))
      assert.isEmpty(yield* (yield* WebhookStore).all)
      // Where the service ended in between, it finds out by itself.
      yield* add(hook(3))
      yield* (yield* ChannelStore).remove(den)
      yield* say(0, 1)
      yield* settle
      assert.isEmpty(of(den))
      assert.isEmpty(world.posted)
    }))

  test(
    "is one of so many, in a channel and in all",
    () =>
      Effect.gen(function* () {
        const { add } = yield* webhooks
        const other = { channel: "attic" as typeof den }
        const added = []
        for (const one of [hook(1), hook(2), hook(3), hook(4, other), hook(5, other)]) added.push(yield* add(one))
        assert.deepStrictEqual(added, [true, true, false, true, false])
      }),
    { perChannel: 2, total: 3 },
  )

  test("is tried on request, in and out of order, without a place", (world) =>
    Effect.gen(function* () {
      const { add, change, deliveries, test } = yield* webhooks
      yield* add(hook(1))
      yield* change(hook(1), (webhook) => ({ ...webhook, disabled: "asked" }))
      const tried = yield* test(hook(1))
      assert.deepInclude(tried, { type: "Test", status: 204, verdict: { type: "Taken" } })
      assert.deepInclude(world.posted[0]!.body, { type: "Test", channel: "den", webhook: id(1) })
      world.answer = () => Effect.fail(later)
      assert.deepInclude((yield* test(hook(1)))!, {
        status: undefined,
        verdict: { type: "Later", error: "nobody is there" },
      })
      assert.lengthOf((yield* deliveries(hook(1))).recent, 2)
    }))

  test("sends dead letters again on request, as they are now; those that are taken are none any more", (world) =>
    Effect.gen(function* () {
      const { add, deliveries, replay } = yield* webhooks
      yield* add(hook(1))
      world.answer = () => answer(400)
      yield* say(0, 3)
      yield* settle
      const { dead } = yield* deliveries(hook(1))
      assert.deepStrictEqual(numbers(dead), [3, 2, 1])
      const [third, second] = dead
      assert.strictEqual((yield* replay(hook(1), third!.delivery))?.status, 400)
      assert.lengthOf((yield* deliveries(hook(1))).dead, 3)
      world.answer = () => answer(204)
      yield* store(edited(4, 2, "better"))
      yield* settle
      assert.strictEqual((yield* replay(hook(1), second!.delivery))?.verdict.type, "Taken")
      assert.deepInclude(world.posted.at(-1)!.body, { seq: 2, content: "better", delivery: second!.delivery })
      assert.deepStrictEqual(numbers((yield* deliveries(hook(1))).dead), [3, 1])
      assert.isUndefined(yield* replay(hook(1), second!.delivery))
      yield* (yield* History).prune({ entries: Number.MAX_SAFE_INTEGER, ids: 0 })
      assert.isUndefined(yield* replay(hook(1), third!.delivery))
    }))

  test("begins anew where the places mean other entries", (world) =>
    Effect.gen(function* () {
      const { add } = yield* webhooks
      yield* add(hook(1, { position: Seq.make(70) }))
      yield* say(0, 2)
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2])
    }))
})

describe("a service that ends", () => {
  it.effect("delivers what it has not, when it is back; what it had under way comes twice", () =>
    Effect.gen(function* () {
      const kept = yield* Effect.context<History | ChannelStore | WebhookStore>()
      yield* makeDen
      /** One run of the service on what is kept. `ends` is how. */
      const run = Effect.fnUntraced(function* (
        world: World,
        body: Effect.Effect<void, unknown, History | ChannelStore | WebhookStore>,
      ) {
        const scope = yield* Scope.make()
        const built = yield* Layer.buildWithScope(
          service(world.layer).pipe(Layer.provideMerge(Layer.succeedContext(kept))),
          scope,
        )
        yield* Effect.andThen(settle, body).pipe(Effect.provide(built))
        yield* Scope.close(scope, Exit.void)
      })
      const first = receivers()
      // The third is under way when the service ends.
      first.answer = ({ body }) => (body.seq === 3 ? Effect.never : answer(204))
      yield* run(
        first,
        Effect.gen(function* () {
          yield* (yield* webhooks).add(hook(1))
          yield* say(0, 5)
          yield* settle
        }),
      )
      assert.deepStrictEqual(first.at(1), [1, 2, 3])
      // Stored while nobody watched.
      yield* say(5, 2)
      const second = receivers()
      yield* run(second, settle)
      assert.deepStrictEqual(second.at(1), [3, 4, 5, 6, 7])
      assert.strictEqual(first.posted[2]!.body.delivery, second.posted[0]!.body.delivery)
    }).pipe(Effect.provide(stores)),
  )

  it.effect("cannot read its webhooks yet: it says so, and begins when it can", () =>
    Effect.gen(function* () {
      const world = receivers()
      const inner = yield* WebhookStore
      yield* inner.put(hook(1))
      yield* makeDen
      let away = true
      const error = new WebhookStoreError({ operation: "all", trouble: "away" })
      const all = Effect.suspend(() => (away ? Effect.fail(error) : inner.all))
      const flaky = Layer.succeed(WebhookStore, { ...inner, all })
      yield* Effect.gen(function* () {
        const { get, ready } = yield* webhooks
        yield* say(0, 2)
        yield* settle
        assert.strictEqual((yield* Effect.flip(ready)).trouble, "away")
        assert.isUndefined(get(id(1)))
        away = false
        yield* TestClock.adjust(seconds(5))
        yield* settle
        yield* ready
        assert.deepStrictEqual(world.at(1), [1, 2])
      }).pipe(Effect.provide(service(world.layer).pipe(Layer.provideMerge(flaky))), Effect.scoped)
    }).pipe(Effect.provide(stores)),
  )

  it.effect("has a store that fails in between: nothing is lost", () =>
    Effect.gen(function* () {
      const world = receivers()
      const inner = yield* WebhookStore
      yield* makeDen
      let away = false
      const failing = <A>(effect: Effect.Effect<A, WebhookStoreError>) =>
        Effect.suspend(() => (away ? Effect.fail(new WebhookStoreError({ operation: "x" })) : effect))
      const flaky = Layer.succeed(WebhookStore, {
        ...inner,
        advance: (id, position) => failing(inner.advance(id, position)),
        addDeadLetter: (letter) => failing(inner.addDeadLetter(letter)),
      })
      yield* Effect.gen(function* () {
        yield* (yield* webhooks).add(hook(1))
        away = true
        world.answer = ({ body }) => answer(body.seq === 2 ? 400 : 204)
        yield* say(0, 3)
        yield* settle
        assert.deepStrictEqual(world.at(1), [1, 2])
        away = false
        yield* TestClock.adjust(seconds(5))
        yield* settle
        assert.deepStrictEqual(world.at(1), [1, 2, 2, 3])
        assert.deepStrictEqual(numbers(yield* inner.deadLetters(id(1))), [2])
      }).pipe(Effect.provide(service(world.layer).pipe(Layer.provideMerge(flaky))), Effect.scoped)
    }).pipe(Effect.provide(stores)),
  )
})
