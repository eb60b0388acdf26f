import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { maxPageLength } from "../../src/domain/Limits.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import type { History } from "../../src/history/History.ts"
import type { PageRange } from "../../src/history/HistoryShape.ts"
import { append, dice, edited, general, messages, reacted, said, seq, start, timeOf } from "./historyWorld.ts"

type Test = (title: string, body: (history: History["Service"]) => Effect.Effect<void, unknown>) => void

export const historyPages = (test: Test) =>
  describe("pages", () => {
    const places = (entries: ReadonlyArray<Entry>) => entries.map(({ seq }) => Number(seq))
    const page = (history: History["Service"], range: PageRange, upTo = Number.MAX_SAFE_INTEGER) =>
      Effect.map(history.page(general, { ...range, upTo: seq(upTo) }), ({ entries, first, more }) => ({
        places: places(entries),
        first: Number(first),
        more,
      }))

    test(
      "are read from four ends",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [...messages(1, 8), reacted(9, 1, "+1", true), edited(10, 2, "x")])
        const first = 1
        const is = Effect.fnUntraced(function* (
          range: PageRange,
          places: ReadonlyArray<number>,
          more: boolean,
          upTo?: number,
        ) {
          assert.deepStrictEqual(yield* page(history, range, upTo), { places, first, more }, JSON.stringify(range))
        })
        yield* is({ after: seq(0), limit: 3 }, [1, 2, 3], true)
        yield* is({ after: seq(7), limit: 3 }, [8, 9, 10], false)
        yield* is({ after: seq(7), limit: 3 }, [8, 9], false, 9)
        yield* is({ after: seq(6), limit: 2 }, [7, 8], true, 9)
        yield* is({ after: seq(10), limit: 3 }, [], false)
        yield* is({ before: seq(4), limit: 3 }, [1, 2, 3], false)
        yield* is({ before: seq(5), limit: 3 }, [2, 3, 4], true)
        yield* is({ before: seq(99), limit: 2 }, [9, 10], true)
        yield* is({ before: seq(99), limit: 2 }, [6, 7], true, 7)
        yield* is({ before: seq(1), limit: 3 }, [], false)
        yield* is({ since: timeOf(4), limit: 2 }, [4, 5], true)
        yield* is({ since: timeOf(4) + 1, limit: 20 }, [5, 6, 7, 8, 9, 10], false)
        yield* is({ since: timeOf(4) + 1, limit: 20 }, [5, 6], false, 6)
        yield* is({ since: timeOf(8), limit: 20 }, [], false, 6)
        yield* is({ since: 0, limit: 1 }, [1], true)
        yield* is({ since: timeOf(11), limit: 1 }, [], false)
        yield* is({ until: timeOf(4), limit: 2 }, [3, 4], true)
        yield* is({ until: timeOf(4) - 1, limit: 20 }, [1, 2, 3], false)
        yield* is({ until: timeOf(99), limit: 2 }, [5, 6], true, 6)
        yield* is({ until: start, limit: 2 }, [], false)
      }),
    )

    test(
      "hold all entries of one moment, whichever way they are read",
      Effect.fnUntraced(function* (history) {
        const timestamp = timeOf(1)
        yield* append(
          history,
          general,
          [1, 2, 3, 4].map((at) => said(at, "x", { timestamp })),
        )
        assert.deepStrictEqual((yield* page(history, { since: timestamp, limit: 9 })).places, [1, 2, 3, 4])
        assert.deepStrictEqual((yield* page(history, { until: timestamp, limit: 9 })).places, [1, 2, 3, 4])
      }),
    )

    test(
      "hold so many characters at most, but one entry",
      Effect.fnUntraced(function* (history) {
        const half = "\u{1f600}".repeat(maxPageLength / 4)
        yield* append(history, general, [
          said(1, half),
          said(2, half),
          said(3, ""),
          said(4, "!"),
          said(5, `${half}${half}${half}`),
          edited(6, 1, half),
          said(7, half),
          said(8, "!"),
        ])
        const is = Effect.fnUntraced(function* (range: PageRange, places: ReadonlyArray<number>, more: boolean) {
          assert.deepStrictEqual(yield* page(history, range), { places, first: 1, more }, JSON.stringify(range))
        })
        yield* is({ after: seq(0), limit: 300 }, [1, 2, 3], true)
        yield* is({ after: seq(3), limit: 300 }, [4], true)
        yield* is({ after: seq(4), limit: 300 }, [5], true)
        yield* is({ after: seq(5), limit: 300 }, [6, 7], true)
        yield* is({ before: seq(9), limit: 300 }, [7, 8], true)
        yield* is({ before: seq(7), limit: 300 }, [6], true)
        yield* is({ before: seq(6), limit: 300 }, [5], true)
        yield* is({ before: seq(5), limit: 300 }, [2, 3, 4], true)
      }),
    )

    test(
      "say that there is more behind an entry that fills them alone",
      Effect.fnUntraced(function* (history) {
        const large = "x".repeat(60_000)
        yield* append(history, general, [said(1), said(2, large), said(3, large), said(4), said(5, large)])
        for (const [place, more] of [
          [2, true],
          [3, true],
          [5, false],
        ] as const) {
          const after = { after: seq(place - 1), limit: 300 }
          assert.deepStrictEqual(yield* page(history, after), { places: [place], first: 1, more })
        }
        assert.deepStrictEqual(yield* page(history, { before: seq(4), limit: 300 }), {
          places: [3],
          first: 1,
          more: true,
        })
        assert.deepStrictEqual(yield* page(history, { before: seq(2), limit: 300 }), {
          places: [1],
          first: 1,
          more: false,
        })
      }),
    )

    test(
      "read on from any place, with any limit, hold every entry once",
      Effect.fnUntraced(function* (history) {
        const roll = dice(7)
        const entries = Array.from({ length: 120 }, (_, n) => {
          const rest = { timestamp: timeOf(n - (n % 3)) }
          const length = roll(4) === 0 ? roll(50_000) : roll(100)
          return n % 5 === 4 ? reacted(n + 1, 999, "+1", true, rest) : said(n + 1, "x".repeat(length), rest)
        })
        yield* append(history, general, entries, "memory", 40)
        const upTo = seq(110)
        for (let run = 0; run < 10; run++) {
          const from = roll(115)
          const read = Effect.fnUntraced(function* (
            first: PageRange,
            next: (entries: ReadonlyArray<Entry>) => PageRange,
          ) {
            const found: Array<Array<number>> = []
            for (let range = first; ;) {
              const page = yield* history.page(general, { ...range, upTo })
              found.push(places(page.entries))
              assert.isAtMost(page.entries.length, range.limit)
              if (!page.more) return found
              assert.isNotEmpty(page.entries)
              range = next(page.entries)
            }
          })
          const limit = () => 1 + roll(30)
          const onwards = (entries: ReadonlyArray<Entry>) => ({ after: entries.at(-1)!.seq, limit: limit() })
          const back = (entries: ReadonlyArray<Entry>) => ({ before: entries[0]!.seq, limit: limit() })
          const expected = (is: (entry: Entry) => boolean) => places(entries.slice(0, 110).filter(is))
          const moment = timeOf(from)
          assert.deepStrictEqual(
            (yield* read({ after: seq(from), limit: limit() }, onwards)).flat(),
            expected(({ seq }) => seq > from),
          )
          assert.deepStrictEqual(
            (yield* read({ since: moment, limit: limit() }, onwards)).flat(),
            expected(({ timestamp }) => timestamp >= moment),
          )
          assert.deepStrictEqual(
            (yield* read({ before: seq(from), limit: limit() }, back)).toReversed().flat(),
            expected(({ seq }) => seq < from),
          )
          assert.deepStrictEqual(
            (yield* read({ until: moment, limit: limit() }, back)).toReversed().flat(),
            expected(({ timestamp }) => timestamp <= moment),
          )
        }
      }),
    )
  })
