/** What is under way in Postgres at the moment at which a channel goes to another node: each order in which it can happen. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { Fence } from "../../src/domain/Fence.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { Epochs } from "../../src/history/Epochs.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryError } from "../../src/history/HistoryError.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlChannels from "../../src/storage/SqlChannels.ts"
import * as SqlEpochs from "../../src/storage/SqlEpochs.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { everything, general, id, said, seq } from "../suites/historyWorld.ts"

const layer = Layer.unwrap(
  Effect.map(emptyDatabase, (url) =>
    Layer.mergeAll(SqlHistory.layer, SqlEpochs.layer, SqlChannels.layer).pipe(
      Layer.provideMerge(Postgres.layer({ url, maxConnections: 24 })),
    ),
  ),
)

const claimed = (node: string, partition = 7): Effect.Effect<Fence, HistoryError, Epochs> =>
  Effect.gen(function* () {
    const given = yield* (yield* Epochs).claim([partition], node)
    return { partition, epoch: given.get(partition)! }
  })
const loaded = (fence: Fence) => Effect.flatMap(History, (history) => history.load(general, 0, fence))
const stored = (at: number, text: string, fence: Fence) =>
  Effect.flatMap(History, (history) =>
    history.append(general, { after: seq(at - 1), entries: [said(at, text)], durability: "disk", fence }),
  )
const reasonOf = <A>(effect: Effect.Effect<A, HistoryError, History>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** Does something in a transaction that stays open until it is ended, one way or the other. */
const underWay = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const sql = yield* SqlClient
  const done = yield* Deferred.make<{ readonly value: A; readonly pid: number }>()
  const end = yield* Deferred.make<void, "rolled back">()
  const fiber = yield* Effect.gen(function* () {
    const value = yield* effect
    const [backend] = yield* sql<{ readonly pid: number }>`SELECT pg_backend_pid() AS pid`
    yield* Deferred.succeed(done, { value, pid: backend!.pid })
    yield* Deferred.await(end)
  }).pipe(sql.withTransaction, Effect.exit, Effect.forkChild({ startImmediately: true }))
  const { pid, value } = yield* Deferred.await(done)
  return {
    value,
    /** Somebody waits for it. */
    awaited: Effect.repeat(
      Effect.map(
        sql<{ readonly waiting: number }>`
          SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE ${pid}::int = ANY (pg_blocking_pids(pid))`,
        ([row]) => row!.waiting,
      ),
      { until: (waiting) => waiting > 0 },
    ),
    commit: Effect.andThen(Deferred.succeed(end, undefined), Fiber.join(fiber)),
    rollBack: Effect.andThen(Deferred.fail(end, "rolled back"), Fiber.join(fiber)),
  }
})

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("a channel in Postgres that goes to another node", () => {
  const test = (
    title: string,
    body: (given: {
      readonly written: boolean
      readonly commits: boolean
    }) => Effect.Effect<void, unknown, History | Epochs | ChannelStore | SqlClient>,
    given: { readonly written?: boolean } = {},
  ) => {
    for (const written of given.written === undefined ? [true, false] : [given.written]) {
      for (const commits of [true, false]) {
        it.live(
          `${title}; it is ${written ? "" : "not "}written to, the first ${commits ? "commits" : "rolls back"}`,
          () =>
            Effect.gen(function* () {
              if (written) {
                const first = yield* claimed("before")
                yield* stored(1, "before", first)
              }
              yield* body({ written, commits })
            }).pipe(Effect.provide(Layer.fresh(layer))),
        )
      }
    }
  }
  const ended = (way: Effect.Success<ReturnType<typeof underWay>>, commits: boolean) =>
    commits ? way.commit : way.rollBack
  const texts = Effect.flatMap(History, (history) =>
    Effect.map(everything(history, general), (entries) =>
      entries.map((entry) => (entry.type === "Message" ? entry.content : entry.type)),
    ),
  )

  test("who loads it waits for an append that is under way, and knows of it", ({ commits, written }) =>
    Effect.gen(function* () {
      const stale = yield* claimed("a")
      const { seq: last } = yield* loaded(stale)
      const appending = yield* underWay(stored(last + 1, "in time", stale))
      // Whoever begins a log holds the claim by which it does, so it is the claim that waits.
      const taking = yield* fork(
        Effect.flatMap(claimed("b"), (fence) => Effect.map(loaded(fence), (log) => ({ fence, log }))),
      )
      yield* appending.awaited
      assert.isUndefined(taking.pollUnsafe())
      yield* ended(appending, commits)
      const { fence, log } = yield* Fiber.join(taking)
      assert.strictEqual(Number(log.seq), last + Number(commits))
      assert.lengthOf(log.recent, log.seq)
      assert.strictEqual(yield* reasonOf(stored(log.seq + 1, "late", stale)), "Fenced")
      yield* stored(log.seq + 1, "new", fence)
      assert.deepStrictEqual(yield* texts, [...(written ? ["before"] : []), ...(commits ? ["in time"] : []), "new"])
    }))

  test("an append waits for whoever is loading it, and is too late where that one has it", ({ commits, written }) =>
    Effect.gen(function* () {
      const stale = yield* claimed("a")
      const { seq: last } = yield* loaded(stale)
      const fence = yield* claimed("b")
      const loading = yield* underWay(loaded(fence))
      const late = yield* fork(Effect.exit(stored(last + 1, "late", stale)))
      if (written) yield* loading.awaited
      yield* ended(loading, commits)
      const exit = yield* Fiber.join(late)
      // A log that there is, is whose it was until somebody else has loaded it. One that there is not is the last claim's.
      assert.strictEqual(exit._tag, written && !commits ? "Success" : "Failure")
      if (!commits) assert.strictEqual((yield* loaded(fence)).seq, seq(last + Number(written)))
      assert.strictEqual(yield* reasonOf(stored(last + 1, "late", stale)), "Fenced")
    }))

  test(
    "the first entry waits for a claim that is under way, and is too late where that is made",
    ({ commits }) =>
      Effect.gen(function* () {
        const stale = yield* claimed("a")
        yield* loaded(stale)
        const claiming = yield* underWay(claimed("b"))
        const late = yield* fork(Effect.exit(stored(1, "first", stale)))
        yield* claiming.awaited
        assert.isUndefined(late.pollUnsafe())
        yield* ended(claiming, commits)
        assert.strictEqual((yield* Fiber.join(late))._tag, commits ? "Failure" : "Success")
        assert.deepStrictEqual(yield* texts, commits ? [] : ["first"])
        if (!commits) return
        assert.strictEqual(yield* reasonOf(stored(1, "first", stale)), "Fenced")
        yield* stored(1, "new", claiming.value)
      }),
    { written: false },
  )

  test(
    "an append to what is written to does not wait for a claim, and is known to who loads it then",
    ({ commits }) =>
      Effect.gen(function* () {
        const stale = yield* claimed("a")
        yield* loaded(stale)
        const claiming = yield* underWay(claimed("b"))
        yield* stored(2, "in time", stale)
        yield* ended(claiming, commits)
        yield* stored(3, "in time", stale)
        if (commits) assert.strictEqual((yield* loaded(claiming.value)).seq, seq(3))
        else yield* stored(4, "still", stale)
      }),
    { written: true },
  )

  test("who loads it by an older claim waits for one that is under way, and is too late", ({ commits, written }) =>
    Effect.gen(function* () {
      const stale = yield* claimed("a")
      const claiming = yield* underWay(claimed("b"))
      const late = yield* fork(Effect.exit(loaded(stale)))
      yield* claiming.awaited
      yield* ended(claiming, commits)
      assert.strictEqual((yield* Fiber.join(late))._tag, commits ? "Failure" : "Success")
      if (commits) assert.strictEqual((yield* loaded(claiming.value)).seq, seq(Number(written)))
    }))

  test("a claim waits for whoever is loading it, and takes over behind that", ({ commits, written }) =>
    Effect.gen(function* () {
      const second = yield* claimed("b")
      const loading = yield* underWay(loaded(second))
      const claiming = yield* fork(claimed("c"))
      yield* loading.awaited
      yield* ended(loading, commits)
      const third = yield* Fiber.join(claiming)
      assert.isAbove(third.epoch, second.epoch)
      assert.strictEqual((yield* loaded(third)).seq, seq(Number(written)))
      assert.strictEqual(yield* reasonOf(loaded(second)), "Fenced")
      assert.strictEqual(yield* reasonOf(stored(Number(written) + 1, "late", second)), "Fenced")
    }))

  test(
    "a claim waits for a change of what the channel is, and the new owner reads it",
    ({ commits }) =>
      Effect.gen(function* () {
        const store = yield* ChannelStore
        const stale = yield* claimed("a")
        const den = {
          id: ChannelId.make("d"),
          name: ChannelName.make("den"),
          access: "public",
          topic: Topic.make("before"),
          durability: undefined,
          createdAt: 0,
          owner: undefined,
        } as const
        yield* store.create(den, undefined, stale)
        const change = (topic: string) =>
          store.change(den.id, [{ type: "Topic", topic: Topic.make(topic) }], undefined, stale)
        const changing = yield* underWay(change("in time"))
        const claiming = yield* fork(claimed("b"))
        yield* changing.awaited
        yield* ended(changing, commits)
        yield* Fiber.join(claiming)
        const found = yield* store.get(den.id)
        assert.strictEqual(found._tag === "Some" ? found.value.topic : "", commits ? "in time" : "before")
        assert.strictEqual((yield* Effect.flip(change("late"))).reason, "Fenced")
      }),
    { written: false },
  )

  it.live("a claim does not wait for long for who fell asleep while it changed what the channel is", () =>
    Effect.gen(function* () {
      const store = yield* ChannelStore
      const stale = yield* claimed("a")
      const changing = yield* underWay(store.change(ChannelId.make("d"), [{ type: "Used" }], undefined, stale))
      const fence = yield* Effect.timeout(claimed("b"), "10 seconds")
      assert.isAbove(fence.epoch, stale.epoch)
      assert.strictEqual((yield* changing.commit)._tag, "Failure")
    }).pipe(Effect.provide(Layer.fresh(layer))),
  )

  it.live(
    "whatever is claimed by whom and when: no gap, no place twice, nothing acknowledged lost, and no stale word",
    () =>
      Effect.gen(function* () {
        const history = yield* History
        const epochs = yield* Epochs
        const channels = Array.from({ length: 12 }, (_, n) => ({ channel: ChannelId.make(`c${n}`), partition: n % 3 }))
        const acknowledged: Array<{ readonly channel: string; readonly seq: number; readonly id: string }> = []
        const refused = new Set<string>()
        let fenced = 0
        /** Owns a channel until somebody else does. */
        const own = (channel: ChannelId, fence: Fence) =>
          Effect.gen(function* () {
            let { seq: last } = yield* history.load(channel, 0, fence)
            for (let n = 0; n < 40; n++) {
              const entries = Array.from({ length: 1 + (n % 3) }, (_, more) =>
                said(last + 1 + more, String(fence.epoch), { id: id(`${fence.epoch}-${n}-${more}`) }),
              )
              for (const { id } of entries) refused.add(`${channel} ${id}`)
              yield* history.append(channel, {
                after: last,
                entries,
                durability: n % 2 === 0 ? "disk" : "memory",
                fence,
              })
              for (const { id, seq } of entries) {
                refused.delete(`${channel} ${id}`)
                acknowledged.push({ channel, seq, id: String(id) })
              }
              last = entries.at(-1)!.seq
            }
          }).pipe(
            Effect.catch((error) => {
              fenced++
              return Effect.sync(() => assert.strictEqual(error.reason, "Fenced"))
            }),
          )
        const node = (name: number) =>
          Effect.gen(function* () {
            for (let round = 0; round < 12; round++) {
              const partitions = [0, 1, 2].filter((partition) => (partition + name + round) % 3 > 0)
              const given = yield* epochs.claim(partitions, `node ${name}`)
              yield* Effect.forEach(
                channels.filter(({ partition }) => given.has(partition)),
                ({ channel, partition }) => own(channel, { partition, epoch: given.get(partition)! }),
                { concurrency: "unbounded", discard: true },
              )
            }
          })
        yield* Effect.forEach([0, 1, 2, 3], node, { concurrency: "unbounded", discard: true })
        assert.isAbove(fenced, 50)
        assert.isAbove(acknowledged.length, 500)
        for (const { channel } of channels) {
          const entries = yield* everything(history, channel)
          assert.deepStrictEqual(
            entries.map(({ seq }) => Number(seq)),
            Array.from(entries, (_, n) => n + 1),
          )
          assert.strictEqual((yield* history.load(channel, 0)).seq, entries.length)
          const at = new Map(entries.map(({ id, seq }) => [String(id), Number(seq)]))
          assert.strictEqual(at.size, entries.length)
          const mine = acknowledged.filter((one) => one.channel === channel)
          for (const { id, seq } of mine) assert.strictEqual(at.get(id), seq)
          // Nor is there anything that its sender was told not to be there.
          assert.strictEqual(mine.length, entries.length)
          for (const id of at.keys()) assert.isFalse(refused.has(`${channel} ${id}`))
          // Whoever had it once more behind another one would have stored what nobody there was told of.
          const owners = entries.map((entry) => (entry.type === "Message" ? Number(entry.content) : 0))
          assert.deepStrictEqual(
            owners,
            owners.toSorted((one, other) => one - other),
          )
        }
      }).pipe(Effect.provide(Layer.fresh(layer))),
  )
})
