import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import type { Attachment } from "../../src/domain/Attachment.ts"
import type { History } from "../../src/history/History.ts"
import type { HistorySettings } from "../../src/history/HistorySettings.ts"
import { fileId } from "./fileStore.ts"
import {
  append,
  deleted,
  edited,
  everything,
  general,
  messages,
  outdatedAt,
  random,
  reacted,
  said,
  seq,
  timeOf,
} from "./historyWorld.ts"

type Test = (
  title: string,
  body: (history: History["Service"]) => Effect.Effect<void, unknown>,
  given?: Partial<HistorySettings>,
) => void

const attachment = (n: number, more?: Partial<Attachment>): Attachment => ({
  id: fileId(n),
  name: `Grüße "${n}" 🐙's $1 %.txt`,
  size: 2 ** 40 + n,
  mediaType: "text/plain",
  sha256: Sha256.make(n.toString(16).padStart(64, "0")),
  ...more,
})

const carrying = (at: number, n: number, content = `text ${at}`) => ({ ...said(at, content), file: attachment(n) })

export const historyFiles = (test: Test) =>
  describe("files", () => {
    const carried = (history: History["Service"], ...numbers: ReadonlyArray<number>) =>
      Effect.map(history.carried(general, numbers.map(fileId)), (found) => found.toSorted())
    const ids = (...numbers: ReadonlyArray<number>) => numbers.map(fileId)

    test(
      "are carried by the messages that name them, wherever these are read",
      Effect.fnUntraced(function* (history) {
        const entries = [said(1), carrying(2, 1), carrying(3, 2, ""), said(4), carrying(5, 1, "again")]
        yield* append(history, general, entries)
        yield* append(history, random, [carrying(1, 3)])
        assert.deepStrictEqual((yield* history.load(general, 0)).recent, entries)
        assert.deepStrictEqual(yield* everything(history, general, 2), entries)
        assert.deepStrictEqual(yield* history.messages(general, [seq(2), seq(4)]), [carrying(2, 1), said(4)])
        const { hits } = yield* history.search({ channels: [general, random], text: "text 2", limit: 9 })
        assert.deepStrictEqual(hits, [{ channel: general, message: carrying(2, 1) }])
        // The file of another channel is none of this one's.
        assert.deepStrictEqual(yield* carried(history, 1, 2, 3, 4), ids(1, 2))
        assert.deepStrictEqual(yield* carried(history), [])
        assert.deepStrictEqual(yield* history.carried(ChannelId.make("nobody's"), ids(1)), [])
      }),
    )

    test(
      "stay where a message is edited and reacted to, and go where it is deleted",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [carrying(1, 1), carrying(2, 2), carrying(3, 3), said(4)])
        yield* append(history, general, [edited(5, 1, "better"), reacted(6, 1, "+1", true), reacted(7, 2, "+1", true)])
        yield* append(history, general, [deleted(8, 2), edited(9, 2, "too late"), deleted(10, 4)])
        const [first, second] = yield* history.messages(general, [seq(1), seq(2)])
        assert.deepInclude(first, { content: "better", edited: seq(5), file: attachment(1) })
        assert.lengthOf(first!.reactions!, 1)
        assert.deepStrictEqual<unknown>(second, { ...said(2, ""), deleted: true })
        assert.deepStrictEqual(yield* carried(history, 1, 2, 3), ids(1, 3))
        // Said and deleted at once, and one that two messages carry.
        yield* append(history, general, [carrying(11, 4), deleted(12, 11), carrying(13, 3)])
        assert.deepStrictEqual(yield* carried(history, 1, 2, 3, 4), ids(1, 3))
        yield* append(history, general, [deleted(14, 3)])
        assert.deepStrictEqual(yield* carried(history, 3), ids(3))
        yield* append(history, general, [deleted(15, 13)])
        assert.deepStrictEqual(yield* carried(history, 1, 2, 3, 4), ids(1))
        const entries = yield* everything(history, general)
        assert.deepStrictEqual(
          entries.flatMap((entry) => ("file" in entry ? [Number(entry.seq)] : [])),
          [1],
        )
      }),
    )

    test(
      "go with messages that are too old or too many, and with the channel",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, [carrying(1, 1), ...messages(2, 3), carrying(4, 2)])
        yield* append(history, random, [{ ...carrying(1, 3), timestamp: timeOf(4) }])
        yield* history.prune(outdatedAt(timeOf(3) + 3_600_000, { maxAge: Duration.hours(1) }))
        assert.deepStrictEqual(yield* carried(history, 1, 2, 3), ids(2))
        yield* history.remove(general)
        assert.deepStrictEqual(yield* carried(history, 1, 2, 3), [])
        assert.deepStrictEqual(yield* history.carried(random, ids(1, 2, 3)), ids(3))
      }),
      { maxAge: Duration.hours(1) },
    )

    test(
      "of many, those that are asked for are found",
      Effect.fnUntraced(function* (history) {
        const numbers = Array.from({ length: 600 }, (_, n) => n + 1)
        yield* append(
          history,
          general,
          numbers.map((n) => (n % 3 === 0 ? carrying(n, n) : said(n))),
        )
        assert.deepStrictEqual(yield* carried(history, ...numbers), ids(...numbers.filter((n) => n % 3 === 0)))
      }),
    )
  })
