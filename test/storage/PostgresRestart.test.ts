import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryError } from "../../src/history/HistoryError.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import { PostgresServer } from "../postgres/PostgresServer.ts"
import { everything, said, seq } from "../suites/historyWorld.ts"

const server = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = await PostgresServer.make()
    await server.start()
    return server
  }),
  (server) => Effect.promise(() => server.close()),
)

/** A channel that is written to without a pause, as its actor does it. */
class Writer {
  readonly channel: ChannelId
  last = 0
  /** Contents, in the order in which they were acknowledged. */
  readonly acknowledged: Array<string> = []
  readonly failures: Array<HistoryError["reason"]> = []
  private made = 0
  private readonly history: History["Service"]

  constructor(history: History["Service"], name: string) {
    this.history = history
    this.channel = ChannelId.make(name)
  }

  /** Stores a batch; what fails is tried again until it is known what became of it. */
  get step() {
    return Effect.gen({ self: this }, function* () {
      const contents = Array.from({ length: 1 + (this.made % 3) }, () => `message ${++this.made}`)
      const entries = contents.map((content, n) => said(this.last + 1 + n, content))
      const batch = { after: seq(this.last), entries, durability: "disk" as const }
      for (let stored = false; !stored;) {
        stored = yield* this.history.append(this.channel, batch).pipe(
          Effect.map((durability) => durability === "disk"),
          Effect.catch((error) => this.failed(error, this.last + entries.length)),
        )
      }
      this.last += entries.length
      this.acknowledged.push(...contents)
    })
  }

  /** Whether it was stored all the same. */
  private failed(error: HistoryError, expected: number): Effect.Effect<boolean> {
    this.failures.push(error.reason)
    if (error.reason === "Unavailable") return Effect.as(Effect.sleep("20 millis"), false)
    return this.history.load(this.channel, 0).pipe(
      Effect.map(({ seq }) => {
        assert.include([this.last, expected], Number(seq))
        return Number(seq) === expected
      }),
      Effect.catch((again) => {
        assert.notStrictEqual(again.reason, "Conflict")
        return Effect.andThen(Effect.sleep("20 millis"), this.failed(error, expected))
      }),
    )
  }
}

describe.concurrent("Postgres that is restarted", () => {
  for (const end of ["kill", "stopNow"] as const) {
    it.live(`under a stream of messages loses none and doubles none, and all goes on by itself: ${end}`, () =>
      Effect.gen(function* () {
        const postgres = yield* server
        const layer = SqlHistory.layer.pipe(Layer.provide(Postgres.layer({ url: Redacted.make(postgres.url()) })))
        const history = yield* Effect.provide(History, yield* Layer.build(layer))
        const writers = Array.from({ length: 4 }, (_, n) => new Writer(history, `channel ${n}`))
        const going = { on: true }
        const stepped = yield* Latch.make()
        const fibers = yield* Effect.forEach(writers, (writer) =>
          Effect.forkScoped(
            Effect.gen(function* () {
              while (going.on) {
                yield* writer.step
                yield* stepped.release
              }
            }),
          ),
        )
        const goOn = Effect.gen(function* () {
          const from = writers.map(({ last }) => last)
          while (writers.some(({ last }, n) => last < from[n]! + 30)) yield* stepped.await
        })
        for (let round = 0; round < 4; round++) {
          yield* goOn
          yield* Effect.promise(() => postgres[end]())
          yield* Effect.promise(() => postgres.start())
        }
        yield* goOn
        going.on = false
        yield* Fiber.joinAll(fibers)
        for (const { acknowledged, channel, failures, last } of writers) {
          const entries = yield* everything(history, channel)
          assert.deepStrictEqual(
            entries.map((entry) => "content" in entry && entry.content),
            acknowledged,
          )
          assert.deepStrictEqual(
            entries.map(({ seq }) => Number(seq)),
            Array.from({ length: last }, (_, n) => n + 1),
          )
          assert.isNotEmpty(failures)
          assert.notInclude(failures, "Duplicate")
        }
      }),
    )
  }

  it.live("while nobody writes is found again by the first who does", () =>
    Effect.gen(function* () {
      const postgres = yield* server
      const layer = SqlHistory.layer.pipe(Layer.provide(Postgres.layer({ url: Redacted.make(postgres.url()) })))
      const history = yield* Effect.provide(History, yield* Layer.build(layer))
      const writer = new Writer(history, "channel")
      yield* writer.step
      yield* Effect.promise(() => postgres.kill())
      const error = yield* Effect.flip(history.load(writer.channel, 0))
      assert.include(["Unavailable", "Unsure"], error.reason)
      assert.strictEqual((yield* Effect.flip(history.load(writer.channel, 0))).reason, "Unavailable")
      yield* Effect.promise(() => postgres.start())
      yield* writer.step
      assert.lengthOf(yield* everything(history, writer.channel), writer.last)
    }),
  )
})
