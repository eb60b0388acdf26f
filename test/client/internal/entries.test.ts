import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { entries } from "../../../src/client/internal/entries.ts"
import type { Range } from "../../../src/client/Requests.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { channel, message } from "./fakes.ts"

/** A history whose pages are these; what was asked for, and what came. */
const read = (pages: ReadonlyArray<{ readonly seqs: ReadonlyArray<number>; readonly more: boolean }>, range?: Range) =>
  Effect.gen(function* () {
    const asked: Array<unknown> = []
    const left = [...pages]
    const history = (name: string, range?: Range) =>
      Effect.sync(() => {
        asked.push([name, range])
        const { more, seqs } = left.shift()!
        const page = seqs.map((seq) => message("other", seq))
        return { type: "HistoryPage", channel: channel("den"), entries: page, first: Seq.make(1), more } as never
      })
    const came = yield* Stream.runCollect(entries({ history }, "@den", range))
    return { asked, came }
  })

describe("the entries of a channel", () => {
  it.effect("come backward from the end, page by page, as the channel is called there", () =>
    Effect.gen(function* () {
      const { asked, came } = yield* read([
        { seqs: [4, 5, 6], more: true },
        { seqs: [2, 3], more: false },
      ])
      assert.deepStrictEqual(
        came,
        [6, 5, 4, 3, 2].map((seq) => message("den", seq)),
      )
      assert.deepStrictEqual(asked, [
        ["@den", {}],
        ["@den", { before: 4, limit: undefined }],
      ])
    }),
  )

  it.effect("come backward from a place or a moment", () =>
    Effect.gen(function* () {
      for (const range of [
        { before: 9, limit: 2 },
        { until: 1000, limit: 2 },
      ]) {
        const { asked, came } = yield* read(
          [
            { seqs: [7, 8], more: true },
            { seqs: [6], more: false },
          ],
          range,
        )
        assert.deepStrictEqual(
          came.map(({ seq }) => Number(seq)),
          [8, 7, 6],
        )
        assert.deepStrictEqual(asked, [
          ["@den", range],
          ["@den", { before: 7, limit: 2 }],
        ])
      }
    }),
  )

  it.effect("come forward behind a place or from a moment on", () =>
    Effect.gen(function* () {
      for (const range of [
        { after: 0, limit: 2 },
        { since: 0, limit: 2 },
      ]) {
        const { asked, came } = yield* read(
          [
            { seqs: [1, 2], more: true },
            { seqs: [3], more: false },
          ],
          range,
        )
        assert.deepStrictEqual(
          came.map(({ seq }) => Number(seq)),
          [1, 2, 3],
        )
        assert.deepStrictEqual(asked, [
          ["@den", range],
          ["@den", { after: 2, limit: 2 }],
        ])
      }
    }),
  )

  it.effect("end behind a page without entries, whatever the server says", () =>
    Effect.gen(function* () {
      const { asked, came } = yield* read([{ seqs: [], more: true }])
      assert.deepStrictEqual([asked.length, came.length], [1, 0])
    }),
  )

  it.effect("are asked for as they are read, and fail as the request does", () =>
    Effect.gen(function* () {
      let asked = 0
      const forbidden = new RequestError({ reason: "Forbidden" })
      const history = () =>
        asked++ === 0
          ? Effect.succeed({ entries: [message("den", 2)], channel: channel("den"), more: true } as never)
          : Effect.fail(forbidden)
      const stream = entries({ history }, "den")
      assert.strictEqual((yield* Stream.runCollect(Stream.take(stream, 1))).length, 1)
      assert.strictEqual(asked, 1)
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(stream)), forbidden)
    }),
  )
})
