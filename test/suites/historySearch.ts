import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import type { History } from "../../src/history/History.ts"
import type { Cursor } from "../../src/history/HistoryShape.ts"
import type { HistorySettings } from "../../src/history/HistorySettings.ts"
import { linkCases, phraseCases, searchCases } from "./searchCases.ts"
import { append, deleted, edited, general, outdatedAt, random, reacted, said, seq, timeOf } from "./historyWorld.ts"

type Test = (
  title: string,
  body: (history: History["Service"]) => Effect.Effect<void, unknown>,
  given?: Partial<HistorySettings>,
) => void

export const historySearch = (test: Test) =>
  describe("search", () => {
    const search = (history: History["Service"], text: string, channels = [general]) =>
      Effect.map(history.search({ channels, text, limit: 50 }), ({ hits, next }) => {
        assert.isUndefined(next)
        return hits.map(({ channel, message }) => (channel === general ? "" : `${channel} `) + message.seq)
      })

    test(
      "finds the messages that have all the words, the newest first",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [
          said(1, "The tea is ready"),
          said(2, "Ready for TEA, she said: tea!"),
          said(3, "teapot"),
          said(4, "Über die Straße — ГЛАВА 3, 你好"),
          said(5, "it's a semi-detached house at example.com/path?x=1"),
          reacted(6, 1, "tea", true),
        ])
        assert.deepStrictEqual(yield* search(history, "tea"), ["3", "2", "1"])
        assert.deepStrictEqual(yield* search(history, "ready tea"), ["2", "1"])
        assert.deepStrictEqual(yield* search(history, "tea  THE\n is"), ["1"])
        assert.deepStrictEqual(yield* search(history, "tea coffee"), [])
        assert.deepStrictEqual(yield* search(history, "te"), ["3", "2", "1"])
        assert.deepStrictEqual(yield* search(history, "eady"), [])
        for (const text of ["ÜBER straße", "über STRASSE", "глав", "3", "你好", "好"])
          assert.deepStrictEqual(yield* search(history, text), ["4"])
        for (const text of ["house", "semi", "semi-detached", "example", "path", "x=1", "example.com"]) {
          assert.deepStrictEqual(yield* search(history, text), ["5"], text)
        }
        assert.deepStrictEqual(yield* search(history, "detached.semi"), [])
      }),
    )

    test(
      "takes nothing in the text for anything but words",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [
          said(1, "not and or near the words"),
          said(2, "a OR b"),
          said(3, "words column"),
        ])
        const nothing = ["", " ", "\0", '"', "'", "*", "()", "-", "!&|<->", "\ud800", "%", ":*", "\ue0001", "\\"]
        for (const text of nothing) assert.deepStrictEqual(yield* search(history, text), [], text)
        const hostile: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
          ["not", ["1"]],
          ["NOT and", ["1"]],
          ["AND OR NOT NEAR", ["1"]],
          ["a OR b", ["2"]],
          ["a OR zebra", []],
          ["words*", ["3", "1"]],
          ["wor*", ["3", "1"]],
          ["words : column", ["3"]],
          ['"words column"', ["3"]],
          ['"column words"', ["3"]],
          ["words -column", ["3"]],
          ["words ! column", ["3"]],
          ["{words}: column", ["3"]],
          ["^words", ["3", "1"]],
          ["NEAR(the words, 2)", []],
          ["words') OR 1=1 --", []],
          ["words\0column", ["3"]],
          ["words\ud800column", ["3"]],
          ["words' & 'column", ["3"]],
          [":words \\ column", ["3"]],
          [`${"word ".repeat(50)}`, ["3", "1"]],
          [`${"wood ".repeat(50)}`, []],
          ["w".repeat(256), []],
        ]
        for (const [text, found] of hostile) assert.deepStrictEqual(yield* search(history, text), found, text)
      }),
    )

    test(
      "finds what people write as they write it, in every script",
      Effect.fnUntraced(function* (history) {
        const cases = [
          ...searchCases.map(({ text, ...rest }) => ({ query: { text }, ...rest })),
          ...phraseCases.map(({ text, ...rest }) => ({ query: { text: "", phrases: [text] }, ...rest })),
          ...linkCases.map(({ text, ...rest }) => ({ query: { text, link: true }, ...rest })),
        ]
        const texts = cases.flatMap(({ found, not = [] }) => [...found, ...not])
        yield* append(
          history,
          general,
          texts.map((text, n) => said(n + 1, text)),
        )
        for (const { found, not = [], query } of cases) {
          const { hits } = yield* history.search({ channels: [general], limit: 1000, ...query })
          const contents = hits.map(({ message }) => message.content)
          assert.includeMembers(contents, [...found], JSON.stringify(query))
          for (const text of not) assert.notInclude(contents, text, JSON.stringify(query))
        }
      }),
    )

    test(
      "finds nothing of what was edited away or deleted",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [said(1, "apple pie"), said(2, "apple juice"), said(3, "apple tree")])
        yield* append(history, general, [
          edited(4, 1, "pear pie"),
          edited(5, 2, "pear juice"),
          deleted(6, 2),
          deleted(7, 3),
        ])
        assert.deepStrictEqual(yield* search(history, "apple"), [])
        assert.deepStrictEqual(yield* search(history, "juice"), [])
        assert.deepStrictEqual(yield* search(history, "pear"), ["1"])
        const { hits } = yield* history.search({ channels: [general], text: "pie", limit: 1 })
        assert.deepStrictEqual(hits, [{ channel: general, message: { ...said(1, "pear pie"), edited: seq(4) } }])
        yield* append(history, general, [
          edited(8, 1, "plum"),
          edited(9, 1, "apple pie"),
          said(10, "apple"),
          deleted(11, 10),
        ])
        assert.deepStrictEqual(yield* search(history, "apple"), ["1"])
        assert.deepStrictEqual(yield* search(history, "plum"), [])
      }),
    )

    test(
      "looks in the channels it is given and nowhere else",
      Effect.fnUntraced(function* (history) {
        const others = Array.from({ length: 50 }, (_, n) => ChannelId.make(`other ${n}`))
        for (const channel of [general, random, ...others]) yield* append(history, channel, [said(1, "the same words")])
        assert.deepStrictEqual(yield* search(history, "words"), ["1"])
        assert.deepStrictEqual(yield* search(history, "words", []), [])
        assert.deepStrictEqual(yield* search(history, "words", [ChannelId.make("nowhere")]), [])
        assert.deepStrictEqual(yield* search(history, "words", [random, general, random]), ["1", "random 1"])
        assert.lengthOf(yield* search(history, "same", others.slice(0, 49)), 49)
      }),
    )

    test(
      "tells channels apart that the index cannot tell apart",
      Effect.fnUntraced(function* (history) {
        // Their 32-bit hashes are the same, and so is the word by which a full-text index may know them.
        const [mine, theirs] = [ChannelId.make("liquid"), ChannelId.make("costarring")]
        yield* append(history, mine, [said(1, "the same words")])
        yield* append(history, theirs, [said(1, "the same words"), said(2, "words of a secret")])
        assert.deepStrictEqual(yield* search(history, "words", [mine]), ["liquid 1"])
        assert.deepStrictEqual(yield* search(history, "secret", [mine]), [])
        assert.deepStrictEqual(yield* search(history, "secret", [theirs]), ["costarring 2"])
      }),
    )

    test(
      "goes on behind a hit, whatever was said meanwhile",
      Effect.fnUntraced(function* (history) {
        const channels = [general, random]
        for (const channel of channels) {
          yield* append(
            history,
            channel,
            Array.from({ length: 40 }, (_, n) =>
              said(n + 1, n % 4 === 3 ? "silence" : "words", { timestamp: timeOf(n - (n % 6)) }),
            ),
          )
        }
        const all = (yield* history.search({ channels, text: "words", limit: 100 })).hits
        assert.lengthOf(all, 60)
        const keys = all.map(({ channel, message }) => [message.timestamp, channel, message.seq] as const)
        assert.deepStrictEqual(
          keys,
          keys.toSorted(
            (one, other) => other[0] - one[0] || (one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : one[2] - other[2]),
          ),
        )
        for (const limit of [1, 7, 59, 60, 61]) {
          const found: Array<(typeof all)[number]> = []
          let before: Cursor | undefined
          do {
            const page = yield* history.search({ channels, text: "words", limit, before })
            assert.isAtMost(page.hits.length, limit)
            found.push(...page.hits)
            before = page.next
          } while (before !== undefined)
          assert.deepStrictEqual(found, all)
        }
        const { next } = yield* history.search({ channels, text: "words", limit: 10 })
        yield* append(history, general, [said(41, "words", { timestamp: timeOf(99) })])
        const rest = yield* history.search({ channels, text: "words", limit: 100, before: next })
        assert.deepStrictEqual(rest.hits, all.slice(10))
      }),
    )

    test(
      "takes texts of any length",
      Effect.fnUntraced(function* (history) {
        const long = "ä".repeat(60_000)
        const many = Array.from({ length: 9000 }, (_, n) => `w${n}`).join(" ")
        yield* append(history, general, [said(1, `${long} end`), said(2, many), said(3, "\u{1d41a}".repeat(3000))])
        assert.deepStrictEqual(yield* search(history, "end"), ["1"])
        assert.deepStrictEqual(yield* search(history, "w17 w3000"), ["2"])
      }),
    )

    const hour = { maxAge: Duration.hours(1) }
    test(
      "finds nothing of what is not kept any more",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [said(1, "words"), said(2, "words"), said(3, "words")])
        yield* history.prune(outdatedAt(timeOf(3) + 3_600_000, hour))
        assert.deepStrictEqual(yield* search(history, "words"), ["3"])
      }),
      hour,
    )
  })
