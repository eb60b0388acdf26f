import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Attachment } from "../../src/domain/Attachment.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import type { History } from "../../src/history/History.ts"
import type { Query } from "../../src/history/HistoryShape.ts"
import { fileId } from "./fileStore.ts"
import { append, deleted, edited, general, random, reacted, said, timeOf } from "./historyWorld.ts"

type Test = (title: string, body: (history: History["Service"]) => Effect.Effect<void, unknown>) => void

const file: Attachment = {
  id: fileId(1),
  name: "tea.txt",
  size: 1,
  mediaType: "text/plain",
  sha256: Sha256.make("0".repeat(64)),
}

export const historyFilters = (test: Test) =>
  describe("search by more than words", () => {
    test(
      "finds what somebody said, between two moments, with a file, and phrases",
      Effect.fnUntraced(function* (history) {
        const [ann, zoe] = ["Ann", "Zoë"].map((name) => ({
          id: UserId.make(`id of ${name}`),
          name: Username.make(name),
        }))
        const bot = { id: UserId.make("webhook:1"), name: Username.make("a*b? [bot]") }
        yield* append(history, general, [
          said(1, "Tea at four", { from: ann! }),
          said(2, "tea, at four: four at tea", { from: zoe! }),
          said(3, "four", { from: ann! }),
          said(4, "tea at\nfour", { from: bot }),
          { ...said(5, ""), file },
          said(6, "gone", { from: ann! }),
          reacted(7, 1, "tea", true, { from: zoe! }),
        ])
        yield* append(history, general, [deleted(8, 6, { from: ann! }), edited(9, 3, "tea for four", { from: ann! })])
        const found = (query: Partial<Query>) =>
          Effect.map(history.search({ channels: [general], text: "", limit: 50, ...query }), ({ hits }) =>
            hits.map(({ message }) => Number(message.seq)),
          )
        const cases: ReadonlyArray<readonly [Partial<Query>, ReadonlyArray<number>]> = [
          [{}, []],
          [{ from: [] }, []],
          [{ from: ["ann"] }, [3, 1]],
          [{ from: ["ANN"], text: "at" }, [1]],
          [{ from: ["zoË"] }, [2]],
          [{ from: ["an"] }, []],
          [{ from: ["nobody"] }, []],
          [{ from: ["nobody", "zoë", "ann"] }, [3, 2, 1]],
          [{ from: ["A*B? [BOT]"] }, [4]],
          [{ from: ["*", "?nn", "[Aa]nn", "a%", "A.*", "(Ann)", "Ann|Zoë", "^Ann$", "a*b", "\\"] }, []],
          [{ since: timeOf(3) }, [5, 4, 3]],
          [{ until: timeOf(3) }, [2, 1]],
          [{ since: timeOf(2), until: timeOf(4), text: "tea" }, [3, 2]],
          [{ since: timeOf(4), until: timeOf(4) }, []],
          [{ file: true }, [5]],
          [{ file: true, from: ["ann"] }, []],
          [{ file: false }, []],
          [{ text: "tea at four", phrases: ["TEA AT  four"] }, [4, 1]],
          [{ text: "tea at four", phrases: ["tea, at four"] }, [2]],
          [{ text: "four at tea", phrases: ["four AT", "at four"] }, [2]],
          [{ text: "at tea", phrases: ["at tea"], from: ["ann"] }, []],
          [{ text: "tea", phrases: ["t*a"] }, []],
          [{ phrases: ["tea"] }, [4, 3, 2, 1]],
          [{ phrases: ["te"] }, []],
          [{ phrases: [","] }, []],
          [{ phrases: [","], from: ["zoë"] }, [2]],
          [{ link: true }, []],
          [{ link: false }, []],
          [{ text: ", !", phrases: ['"'] }, []],
        ]
        for (const [query, expected] of cases) {
          assert.deepStrictEqual(yield* found(query), expected, JSON.stringify(query))
        }
        const first = yield* history.search({ channels: [general, random], text: "", from: ["ann", "zoë"], limit: 2 })
        assert.deepStrictEqual(
          first.hits.map(({ message }) => Number(message.seq)),
          [3, 2],
        )
        assert.deepStrictEqual(yield* found({ from: ["ann", "zoë"], before: first.next }), [1])
      }),
    )

    test(
      "takes nothing in a phrase for anything but itself",
      Effect.fnUntraced(function* (history) {
        const odd = [
          "a*b",
          "a?b",
          "a[b]c",
          "a^b",
          "[^a]b",
          "a\\b",
          "a.b",
          "a%b_c",
          "(a|b)",
          "a{2}b",
          "a$b",
          "a-b",
          "***:ab",
          "(?i)ab",
          "a'b",
          'a"b',
        ]
        const strange = ["\0a", "\ud800a", "ÄÖ İı ſ ẞß Σς", "👍a", "a\uffff0000"]
        const texts = [...odd, ...strange]
        yield* append(
          history,
          general,
          texts.map((text, n) => said(n + 1, `x ${text} y`)),
        )
        for (const [n, text] of texts.entries()) {
          const { hits } = yield* history.search({
            channels: [general],
            text: "x y",
            phrases: [`x ${text} Y`],
            limit: 50,
          })
          assert.deepStrictEqual(
            hits.map(({ message }) => Number(message.seq)),
            [n + 1],
            JSON.stringify(text),
          )
        }
        yield* append(history, random, [said(1, "x ΣΑΣ, Ǆ \u212a 𐐀 ΌΣΟΣ über\ny")])
        const folded = { channels: [random], text: "x y", phrases: ["σας, ǆ k 𐐨 όσος ÜBER Y", "X Σας"], limit: 50 }
        assert.lengthOf((yield* history.search(folded)).hits, 1)
        for (const phrase of ["[".repeat(256), "*".repeat(256), "a*".repeat(128), "\\".repeat(255), "\ud800"]) {
          const { hits } = yield* history.search({ channels: [general], text: "x", phrases: [phrase], limit: 50 })
          assert.lengthOf(hits, phrase === "\ud800" ? 1 : 0, phrase)
        }
      }),
    )
  })
