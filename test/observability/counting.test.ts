import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { FileRecords } from "../../src/files/FileRecords.ts"
import { FileStore } from "../../src/files/FileStore.ts"
import { FileStoreError } from "../../src/files/FileStoreError.ts"
import { HistoryError } from "../../src/history/HistoryError.ts"
import { History } from "../../src/history/History.ts"
import { defaultBounds, Outbox } from "../../src/hub/audience/Outbox.ts"
import { Outboxes } from "../../src/hub/audience/Outboxes.ts"
import { Meter } from "../../src/observability/Meters.ts"
import { noting } from "../../src/observability/failures.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { Hub } from "../../src/embedding/Hub.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { values } from "./scrape.ts"
import { inMemory, quietly } from "./service.ts"

describe("what is rare, and counted where it happens", () => {
  it("what an outbox leaves out, by its lane", () => {
    const meter = new Meter()
    const ends = { send: () => false, keep: (piece: string) => piece, onOverflow: () => {} }
    const outbox = new Outbox<string>({ ...defaultBounds, frames: 4 }, ends, new Outboxes(meter))
    outbox.offer("chat", "a", 1)
    outbox.offer("chat", "b", 1)
    assert.deepStrictEqual([meter.shedTyping, meter.shedPresence], [0, 0])
    outbox.offer("typing", "c", 1)
    outbox.offer("presence", "d", 1)
    assert.deepStrictEqual([meter.shedTyping, meter.shedPresence], [1, 0])
    outbox.offer("presence", "e", 1)
    outbox.offer("presence", "f", 1)
    assert.deepStrictEqual([meter.shedTyping, meter.shedPresence], [1, 2])
  })

  it.live("who reads too slowly, and the bytes that wait for it", () =>
    Effect.gen(function* () {
      const { client2, meter, sessions } = yield* TestServer
      const slow = yield* client2()
      const fast = yield* client2()
      for (const [client, username] of [
        [slow, "slow"],
        [fast, "fast"],
      ] as const) {
        yield* client.ask({ type: "Login", username, password: "secret" }, "LoggedIn")
        yield* client.ask({ type: "Join", channel: "den" }, "Joined")
      }
      let most = 0
      for (let n = 0; n < 60; n++) {
        yield* fast.ask({ type: "Publish", channel: "den", id: `${n}`, content: "x".repeat(10_000) }, "Published")
        const { chat, leaving } = sessions.figures().waiting
        most = Math.max(most, chat + leaving)
      }
      const ended = Effect.sync(() => meter.disconnects.get("SlowConsumer"))
      assert.strictEqual(
        yield* Effect.repeat(ended, { until: (count) => count > 0, schedule: Schedule.spaced("5 millis") }),
        1,
      )
      assert.isAbove(most, 64 * 1024)
    }).pipe(
      Effect.provide(
        TestServer.layerMemory({
          hub: { publishing: undefined, outbox: { ...defaultBounds, bytes: 256 * 1024 } },
          session: { frames: undefined },
        }),
      ),
      quietly,
    ),
  )

  it.live("what a store could not do, and why", () =>
    Effect.gen(function* () {
      const failing = Layer.effect(
        History,
        Effect.map(History, (history) => ({
          ...history,
          appendUnsafe: undefined,
          append: () => Effect.fail(new HistoryError({ reason: "Unavailable", operation: "append", trouble: "full" })),
          page: () => Effect.fail(new HistoryError({ reason: "Unsure", operation: "page" })),
        })),
      ).pipe(Layer.provide(History.layerMemory))
      const context = yield* Layer.build(inMemory({}, { history: failing }))
      const ann = yield* Context.get(context, Hub).as({ name: "ann" })
      yield* ann.createChannel("den")
      yield* Effect.flip(ann.publish("den", "hello"))
      yield* Effect.flip(ann.history("den"))
      const found = yield* values(Context.get(context, ChatServer).address)
      assert.strictEqual(found.get('natter_store_failures_total{store="history",trouble="full"}'), 1)
      assert.strictEqual(found.get('natter_store_failures_total{store="history",trouble="busy"}'), 1)
      assert.strictEqual(found.get("natter_messages_total"), 0)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("what the stores of files could not do, but not what they have lost", () =>
    Effect.gen(function* () {
      const failing = (error: FileStoreError) =>
        Layer.mergeAll(
          Layer.effect(
            FileStore,
            Effect.map(FileStore, (store) => ({ ...store, drafts: Stream.fail(error) })),
          ).pipe(Layer.provide(FileStore.layerMemory)),
          Layer.effect(
            FileRecords,
            Effect.map(FileRecords, (records) => ({ ...records, expired: () => Effect.fail(error) })),
          ).pipe(Layer.provide(FileRecords.layerMemory)),
        )
      /** Both are asked at the start, for what is to go. */
      const failures = (error: FileStoreError) =>
        Effect.gen(function* () {
          const context = yield* Layer.build(inMemory({}, { files: failing(error) }))
          const found = yield* values(Context.get(context, ChatServer).address)
          return [...found].filter(([key, count]) => key.startsWith("natter_store_failures_total") && count > 0)
        })
      assert.deepStrictEqual(yield* failures(new FileStoreError({ operation: "test", trouble: "full" })), [
        ['natter_store_failures_total{store="files",trouble="full"}', 1],
        ['natter_store_failures_total{store="file_records",trouble="full"}', 1],
      ])
      assert.deepStrictEqual(yield* failures(new FileStoreError({ operation: "test", lost: true })), [])
    }).pipe(Effect.scoped, quietly),
  )

  it.live("not what was only asked wrongly", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(inMemory())
      const ann = yield* Context.get(context, Hub).as({ name: "ann" })
      yield* ann.createChannel("den")
      yield* Effect.flip(ann.createChannel("den"))
      const found = yield* values(Context.get(context, ChatServer).address)
      const failures = [...found].filter(([key]) => key.startsWith("natter_store_failures_total"))
      assert.deepStrictEqual(
        failures.map(([, count]) => count),
        failures.map(() => 0),
      )
    }).pipe(Effect.scoped, quietly),
  )
})

describe("a service whose failures are noted", () => {
  it.effect("is the same, whatever its members are", () =>
    Effect.gen(function* () {
      const noted: Array<unknown> = []
      const service = noting(
        {
          plain: (n: number) => n + 1,
          fails: (n: number) => Effect.fail(n),
          value: Effect.fail("value"),
          works: Effect.succeed(ChannelName.make("den")),
          atOnce: (n: number): Exit.Exit<number, string> => (n > 0 ? Exit.succeed(n) : Exit.fail("at once")),
          pieces: Stream.fail("pieces"),
          nothing: undefined,
        },
        (error) => noted.push(error),
      )
      assert.strictEqual(service.plain(1), 2)
      assert.strictEqual(yield* service.works, "den")
      assert.isUndefined(service.nothing)
      assert.strictEqual(yield* Effect.flip(service.fails(7)), 7)
      assert.strictEqual(yield* Effect.flip(service.value), "value")
      // What is done at the call is done when it returns.
      assert.deepStrictEqual(service.atOnce(3), Exit.succeed(3))
      assert.isTrue(Exit.isFailure(service.atOnce(0)))
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(service.pieces)), "pieces")
      assert.deepStrictEqual(noted, [7, "value", "at once", "pieces"])
    }),
  )
})
