import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { Epochs } from "../../src/history/Epochs.ts"
import { History } from "../../src/history/History.ts"
import { historySuite } from "../suites/history.ts"
import { append, deleted, everything, general, messages, said, seq } from "../suites/historyWorld.ts"

historySuite("History in memory", Layer.merge(History.layerMemory, Epochs.layerMemory))

describe("History in memory", () => {
  const seqOf = (history: History["Service"], name: string) =>
    Effect.map(history.load(ChannelId.make(name), 0), ({ seq }) => Number(seq))

  it.effect("says that it is in memory, and gives no more than 256", () =>
    Effect.gen(function* () {
      const history = yield* History
      for (let last = 1; last <= 700; last++) {
        const batch = { after: seq(last - 1), entries: [said(last)], durability: "disk" as const }
        assert.strictEqual(yield* history.append(general, batch), "memory")
        assert.lengthOf((yield* history.load(general, 0)).recent, Math.min(last, 256))
      }
    }).pipe(Effect.provide(History.layerMemory)),
  )

  it.effect("keeps the 10 000 channels written to last; looking at one keeps nothing", () =>
    Effect.gen(function* () {
      const history = yield* History
      for (let n = 0; n < 10_000; n++) {
        yield* append(history, ChannelId.make(`c${n}`), [said(1)])
        yield* history.load(ChannelId.make(`nobody-${n}`), 0)
      }
      const historyOf = (name: string) => Effect.map(history.load(ChannelId.make(name), 0), ({ history }) => history)
      const [first, second] = [yield* historyOf("c1"), yield* historyOf("c2")]
      yield* append(history, ChannelId.make("c0"), [said(2)])
      assert.strictEqual(yield* seqOf(history, "c1"), 1)
      yield* append(history, ChannelId.make("one-more"), [said(1)])
      assert.strictEqual(yield* seqOf(history, "c0"), 2)
      assert.strictEqual(yield* seqOf(history, "c1"), 0)
      assert.strictEqual(yield* seqOf(history, "c2"), 1)
      // What begins under that name now is another history.
      assert.notStrictEqual(yield* historyOf("c1"), first)
      assert.strictEqual(yield* historyOf("c2"), second)
    }).pipe(Effect.provide(History.layerMemory)),
  )

  it.effect("makes room in the channel written to longest ago", () =>
    Effect.gen(function* () {
      const history = yield* History
      const old = ChannelId.make("old")
      yield* append(history, old, messages(1, 10))
      const large = "x".repeat(1024 * 1024)
      yield* append(
        history,
        general,
        Array.from({ length: 64 }, (_, n) => said(n + 1, large)),
      )
      assert.deepStrictEqual(yield* everything(history, old), [])
      assert.strictEqual(yield* seqOf(history, "old"), 10)
      assert.lengthOf((yield* history.load(general, 0)).recent, 64)
    }).pipe(Effect.provide(History.layerMemory)),
  )

  it.effect("lets others have their turns while much is searched, and finds nothing that was deleted meanwhile", () =>
    Effect.gen(function* () {
      const history = yield* History
      const long = `${"word ".repeat(10_000)}needle`
      yield* append(
        history,
        general,
        Array.from({ length: 50 }, (_, n) => said(n + 1, long)),
      )
      const query = { channels: [general], text: "needle", limit: 50 }
      const searching = yield* Effect.forkChild(history.search(query), { startImmediately: true })
      const turns = yield* Effect.sync(() => searching.pollUnsafe() === undefined).pipe(
        Effect.tap((busy) => (busy ? Effect.yieldNow : Effect.void)),
        Effect.repeat({ while: (busy) => busy, times: 5 }),
      )
      assert.isTrue(turns, "it was done in a few turns")
      yield* append(history, general, [deleted(51, 1)])
      const { hits } = yield* Fiber.join(searching)
      assert.deepStrictEqual(
        hits.map(({ message }) => Number(message.seq)),
        Array.from({ length: 49 }, (_, n) => 50 - n),
      )
    }).pipe(Effect.provide(History.layerMemory)),
  )
})
