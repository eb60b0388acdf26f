import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { History, type StoredMessage } from "../../src/history/History.ts"
import { historySuite } from "../suites/history.ts"

historySuite("History in memory", History.layerMemory)

describe("History in memory", () => {
  const message = (seq: number): StoredMessage => ({
    seq: Seq.make(seq),
    from: { id: UserId.make("u1"), name: Username.make("alice") },
    content: "x",
    timestamp: 0,
  })
  const seqOf = (history: History["Service"], name: string) =>
    Effect.map(history.load(ChannelName.make(name)), ({ seq }) => Number(seq))

  it.effect("says that it is in memory, and gives no more than 256", () =>
    Effect.gen(function* () {
      const history = yield* History
      const general = ChannelName.make("general")
      for (let seq = 1; seq <= 700; seq++) {
        assert.strictEqual(yield* history.append(general, [message(seq)]), "memory")
        assert.lengthOf((yield* history.load(general)).recent, Math.min(seq, 256))
      }
    }).pipe(Effect.provide(History.layerMemory)),
  )

  it.effect("keeps the 10 000 channels written to last; looking at one keeps nothing", () =>
    Effect.gen(function* () {
      const history = yield* History
      for (let n = 0; n < 10_000; n++) {
        yield* history.append(ChannelName.make(`c${n}`), [message(1)])
        yield* history.load(ChannelName.make(`nobody-${n}`))
      }
      yield* history.append(ChannelName.make("c0"), [message(2)])
      assert.strictEqual(yield* seqOf(history, "c1"), 1)
      yield* history.append(ChannelName.make("one-more"), [message(1)])
      assert.strictEqual(yield* seqOf(history, "c0"), 2)
      assert.strictEqual(yield* seqOf(history, "c1"), 0)
      assert.strictEqual(yield* seqOf(history, "c2"), 1)
    }).pipe(Effect.provide(History.layerMemory)),
  )
})
