/** What every history has to do. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { UserId } from "../../src/domain/User.ts"
import type { Entry, Message } from "../../src/domain/Entry.ts"
import { HistoryId } from "../../src/domain/HistoryId.ts"
import { Epochs } from "../../src/history/Epochs.ts"
import { History } from "../../src/history/History.ts"
import { outdated } from "../../src/history/outdated.ts"
import { Stamps } from "../../src/history/Stamps.ts"
import { historyFences } from "./historyFences.ts"
import { historyFiles } from "./historyFiles.ts"
import { historyPages } from "./historyPages.ts"
import { historyFilters } from "./historyFilters.ts"
import { historySearch } from "./historySearch.ts"
import {
  alice,
  append,
  bob,
  carol,
  deleted,
  edited,
  everything,
  general,
  id,
  messages,
  outdatedAt,
  random,
  reacted,
  said,
  seq,
  settings,
  start,
  timeOf,
} from "./historyWorld.ts"
import { withSettable } from "./settableClock.ts"

/** The layer is built anew, and empty, for each test. It reads `HistorySettings`. */
export const historySuite = (name: string, layer: Layer.Layer<History | Epochs, unknown>) =>
  describe(name, () => {
    const test = (
      title: string,
      body: (history: History["Service"]) => Effect.Effect<void, unknown, Epochs>,
      given: Parameters<typeof settings>[0] = {},
    ) =>
      it.effect(title, () =>
        Effect.provide(Effect.flatMap(History, body), Layer.fresh(Layer.provide(layer, settings(given)))),
      )
    const reasonOf = (history: History["Service"], entries: ReadonlyArray<Entry>, after: number) =>
      history.append(general, { after: seq(after), entries, durability: "disk" }).pipe(
        Effect.flip,
        Effect.map(({ reason }) => reason),
      )
    const messageAt = (history: History["Service"], at: number): Effect.Effect<Message | undefined, unknown> =>
      Effect.map(history.messages(general, [seq(at)]), (found) => found[0])

    historyPages(test)
    historyFiles(test)
    historySearch(test)
    historyFilters(test)
    historyFences((title, body) => test(title, (history) => Effect.flatMap(Epochs, (epochs) => body(history, epochs))))

    test(
      "a channel nobody wrote to is empty",
      Effect.fnUntraced(function* (history) {
        const { durability: _, history: _history, ...empty } = yield* history.load(general, 0)
        assert.deepStrictEqual(empty, { first: seq(1), seq: seq(0), recent: [], ids: [] })
        assert.deepStrictEqual(yield* everything(history, general), [])
        assert.deepStrictEqual(yield* history.messages(general, [seq(1)]), [])
        yield* history.touch(general, [alice.id])
        assert.strictEqual(yield* reasonOf(history, [said(2)], 1), "Conflict")
        assert.include(yield* history.load(general, 0), { first: seq(1), seq: seq(0) })
      }),
    )

    test(
      "says which history it is, the same for as long as it is kept",
      Effect.fnUntraced(function* (history) {
        const { history: id } = yield* history.load(general, 0)
        assert.isNotEmpty(id)
        yield* append(history, general, [said(1)])
        assert.strictEqual((yield* history.load(general, 0)).history, id)
        assert.isTrue(history.isOurs(id!))
        assert.isTrue(history.isOurs((yield* history.load(random, 0)).history!))
        assert.isFalse(history.isOurs(HistoryId.make("another")))
      }),
    )

    test(
      "gives back what was stored, in its order, channel by channel",
      Effect.fnUntraced(function* (history) {
        const { id: _, ...nameless } = said(3, "of a version 1 sender")
        const entries = [said(1), said(2, ""), nameless, said(4, "one more", { from: bob })]
        yield* append(history, general, entries, "disk", 3)
        yield* append(history, random, [said(1, "elsewhere")])
        const { first, recent, seq: last } = yield* history.load(general, 0)
        assert.deepStrictEqual([first, last], [seq(1), seq(4)])
        assert.deepStrictEqual(recent, entries)
        assert.deepStrictEqual(yield* everything(history, general), entries)
        assert.deepStrictEqual((yield* history.load(random, 0)).recent, [said(1, "elsewhere")])
      }),
    )

    test(
      "keeps every text as it is",
      Effect.fnUntraced(function* (history) {
        const texts = [
          "",
          " ",
          "\0",
          "a\0b\u{ffff}0041",
          "\u{ffff}",
          "\ud83d alone, \ude00 too",
          "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} Grüße 你好 שלום\r\n\t",
          `'; DROP TABLE entries; --"\\' $1 ? :x @x`,
          '{"not": ["json"]}',
          "x".repeat(60_000),
        ]
        yield* append(
          history,
          general,
          texts.map((text, n) => said(n + 1, text)),
        )
        yield* append(history, general, [edited(texts.length + 1, 1, "\0 now")])
        const found = yield* history.messages(
          general,
          texts.map((_, n) => seq(n + 1)),
        )
        assert.deepStrictEqual(
          found.map(({ content }) => content),
          ["\0 now", ...texts.slice(1)],
        )
      }),
    )

    test(
      "knows channels and users apart by their ids alone, whatever these are",
      Effect.fnUntraced(function* (history) {
        const channels = ["a", "A", "ä", "%", "_", "a b", "'", "id of alice", "@a%26&b"].map((name) =>
          ChannelId.make(name),
        )
        for (const channel of channels) yield* append(history, channel, [said(1, `in ${channel}`)])
        for (const channel of channels) {
          assert.deepStrictEqual(yield* everything(history, channel), [said(1, `in ${channel}`)])
        }
        yield* Effect.forEach(channels, (channel) => history.touch(channel, [bob.id]))
        const markers = yield* history.markers(bob.id, { limit: 100 })
        assert.deepStrictEqual(
          markers.map(({ channel }) => channel),
          channels.toSorted(),
        )
      }),
    )

    test(
      "what was loaded does not change with what is stored later",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, messages(1, 2))
        const loaded = yield* history.load(general, 0)
        yield* append(history, general, [said(3), edited(4, 1, "new")])
        assert.deepStrictEqual(loaded.recent, messages(1, 2))
      }),
    )

    test(
      "does nothing before it runs, and the same again when it runs again",
      Effect.fnUntraced(function* (history) {
        const store = history.append(general, { after: seq(0), entries: [said(1)], durability: "disk" })
        const load = Effect.map(history.load(general, 0), ({ recent }) => recent)
        assert.deepStrictEqual(yield* load, [])
        yield* store
        assert.deepStrictEqual(yield* load, [said(1)])
        assert.strictEqual((yield* Effect.flip(store)).reason, "Conflict")
        assert.deepStrictEqual(yield* load, [said(1)])
      }),
    )

    test(
      "stores at the call, by the same rules, where it never waits",
      Effect.fnUntraced(function* (history) {
        if (history.appendUnsafe === undefined) return
        const batch = { after: seq(0), entries: [said(1)], durability: "disk" } as const
        assert.isTrue(Exit.isSuccess(history.appendUnsafe(general, batch)))
        assert.deepStrictEqual((yield* history.load(general, 0)).recent, [said(1)])
        assert.strictEqual((yield* Effect.flip(history.appendUnsafe(general, batch))).reason, "Conflict")
      }),
    )

    test(
      "the recent entries are at least the last 256, of any kind",
      Effect.fnUntraced(function* (history) {
        const entries = Array.from({ length: 600 }, (_, n) =>
          n % 7 === 3 ? reacted(n + 1, 1, "+1", n % 2 === 0) : said(n + 1),
        )
        yield* append(history, general, entries)
        const { recent } = yield* history.load(general, 0)
        assert.isAtLeast(recent.length, 256)
        assert.deepStrictEqual(recent, entries.slice(-recent.length))
      }),
    )

    describe("appending", () => {
      test(
        "is refused where somebody else has appended: nothing is stored",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 3))
          for (const after of [0, 1, 2, 4, 9]) {
            const late = [said(after + 1, "late", { id: id("late") }), said(after + 2, "late", { id: id("later") })]
            assert.strictEqual(yield* reasonOf(history, late, after), "Conflict")
          }
          assert.deepStrictEqual(yield* everything(history, general), messages(1, 3))
          assert.deepStrictEqual(yield* history.known(general, [{ user: alice.id, id: id("late") }]), [])
        }),
      )

      test(
        "of many at the same moment behind the same place, exactly one wins",
        Effect.fnUntraced(function* (history) {
          for (let after = 0; after < 30; after += 3) {
            const tries = Array.from({ length: 8 }, (_, n) => {
              const entries = [0, 1, 2].map((more) =>
                said(after + 1 + more, `try ${n}`, { id: id(`${after}-${n}-${more}`) }),
              )
              return Effect.exit(history.append(general, { after: seq(after), entries, durability: "disk" }))
            })
            const done = yield* Effect.all(tries, { concurrency: "unbounded" })
            assert.strictEqual(done.filter(Exit.isSuccess).length, 1)
          }
          const entries = yield* everything(history, general)
          assert.deepStrictEqual(
            entries.map(({ seq }) => Number(seq)),
            Array.from({ length: 30 }, (_, n) => n + 1),
          )
          // None of them is made of two.
          for (let n = 0; n < 30; n += 3) {
            assert.strictEqual(
              new Set(entries.slice(n, n + 3).map((entry) => "content" in entry && entry.content)).size,
              1,
            )
          }
        }),
      )

      test(
        "an id is stored once for each user and channel, in whatever kind of entry",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, [said(1, "once", { id: id("x") })])
          for (const again of [
            [said(2, "again", { id: id("x") })],
            [said(2, "first"), reacted(3, 1, "+1", true, { id: id("x") })],
          ]) {
            assert.strictEqual(yield* reasonOf(history, again, 1), "Duplicate")
          }
          assert.strictEqual((yield* history.load(general, 0)).seq, seq(1))
          yield* append(history, general, [said(2, "another's", { id: id("x"), from: bob })])
          yield* append(history, random, [said(1, "elsewhere", { id: id("x") })])
          assert.strictEqual((yield* history.load(general, 0)).seq, seq(2))
        }),
      )

      test(
        "ids are there when it is loaded, and when they are asked for, with their places",
        Effect.fnUntraced(function* (history) {
          const { id: _, ...nameless } = said(3)
          yield* append(history, general, [said(1), edited(2, 1, "b", { from: bob }), nameless, said(4)])
          const known = (at: number, user = alice) => ({
            user: user.id,
            id: id(`m${at}`),
            seq: seq(at),
            timestamp: timeOf(at),
          })
          const { ids } = yield* history.load(general, timeOf(2))
          assert.deepStrictEqual(ids, [known(2, bob), known(4)])
          const asked = [known(4), known(2), known(2, bob), known(1), { user: carol.id, id: id("m4") }]
          const found = yield* history.known(general, asked)
          assert.deepStrictEqual(
            found.toSorted((one, other) => one.seq - other.seq),
            [known(1), known(2, bob), known(4)],
          )
          assert.deepStrictEqual(yield* history.known(random, asked), [])
          assert.deepStrictEqual(yield* history.known(general, []), [])
        }),
      )

      test(
        "the latest ids are loaded, at most 16 384",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 16_500), "memory", 1500)
          const { ids } = yield* history.load(general, 0)
          assert.lengthOf(ids, 16_384)
          assert.deepStrictEqual([ids[0]!.seq, ids.at(-1)!.seq], [seq(117), seq(16_500)])
        }),
      )
    })

    describe("what is said of a message", () => {
      test(
        "an edit replaces the content, and has a place of its own",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, [said(1, "one"), said(2, "two")])
          yield* append(history, general, [edited(3, 1, "uno")])
          yield* append(history, general, [edited(4, 1, "eins"), edited(5, 2, "zwei")])
          assert.deepStrictEqual(yield* everything(history, general), [
            { ...said(1, "eins"), edited: seq(4) },
            { ...said(2, "zwei"), edited: seq(5) },
            edited(3, 1, "uno"),
            edited(4, 1, "eins"),
            edited(5, 2, "zwei"),
          ])
        }),
      )

      test(
        "a deletion takes the content out of the message and of its edits",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, [said(1, "one"), said(2, "two"), edited(3, 1, "uno"), edited(4, 2, "due")])
          yield* append(history, general, [reacted(5, 1, "+1", true), deleted(6, 1)])
          const gone = { ...said(1, ""), deleted: true as const }
          assert.deepStrictEqual(yield* everything(history, general), [
            gone,
            { ...said(2, "due"), edited: seq(4) },
            edited(3, 1, ""),
            edited(4, 2, "due"),
            reacted(5, 1, "+1", true),
            deleted(6, 1),
          ])
          // What comes too late changes nothing.
          yield* append(history, general, [reacted(7, 1, "+1", true), deleted(8, 1)])
          assert.deepStrictEqual(yield* messageAt(history, 1), gone as Message)
        }),
      )

      test(
        "reactions are in the order in which they were first put there, and so are the users",
        Effect.fnUntraced(function* (history) {
          const reactions = Effect.map(messageAt(history, 1), (message) =>
            message?.reactions?.map(({ reaction, users }) => [reaction, ...users.map(({ name }) => name)].join(" ")),
          )
          yield* append(history, general, [
            said(1),
            reacted(2, 1, "+1", true),
            reacted(3, 1, "❤️", true, { from: bob }),
            reacted(4, 1, "+1", true, { from: carol }),
          ])
          assert.deepStrictEqual(yield* reactions, ["+1 alice carol", "❤️ bob"])
          yield* append(history, general, [reacted(5, 1, "+1", true), reacted(6, 1, "+1", false)])
          assert.deepStrictEqual(yield* reactions, ["+1 carol", "❤️ bob"])
          yield* append(history, general, [reacted(7, 1, "+1", true), reacted(8, 1, "+1", false, { from: carol })])
          assert.deepStrictEqual(yield* reactions, ["+1 alice", "❤️ bob"])
          yield* append(history, general, [reacted(9, 1, "+1", false)])
          yield* append(history, general, [reacted(10, 1, "+1", true), reacted(11, 1, "+1", false, { from: bob })])
          assert.deepStrictEqual(yield* reactions, ["❤️ bob", "+1 alice"])
          yield* append(history, general, [reacted(12, 1, "+1", false), reacted(13, 1, "❤️", false, { from: bob })])
          assert.isUndefined((yield* messageAt(history, 1))?.reactions)
        }),
      )

      test(
        "an answer names its message wherever it is read, and after that is gone, and itself",
        Effect.fnUntraced(function* (history) {
          const answer = { ...said(2, "answer"), replyTo: seq(1) }
          yield* append(history, general, [said(1, "question"), answer, deleted(3, 1)])
          assert.deepStrictEqual(yield* everything(history, general), [
            { ...said(1, ""), deleted: true as const },
            answer,
            deleted(3, 1),
          ])
          assert.deepStrictEqual((yield* history.load(general, 0)).recent[1], answer)
          assert.deepStrictEqual(yield* history.messages(general, [seq(2)]), [answer])
          const { hits } = yield* history.search({ channels: [general], text: "answer", limit: 2 })
          assert.deepStrictEqual(hits, [{ channel: general, message: answer }])
          yield* append(history, general, [edited(4, 2, "better"), reacted(5, 2, "+1", true)])
          assert.deepInclude(yield* messageAt(history, 2), { content: "better", replyTo: seq(1) })
          yield* append(history, general, [deleted(6, 2)])
          assert.deepInclude(yield* messageAt(history, 2), { content: "", deleted: true, replyTo: seq(1) })
        }),
      )

      test(
        "forms of a reaction that look the same are one, and each takes the other back",
        Effect.fnUntraced(function* (history) {
          const reactions = Effect.map(messageAt(history, 1), (message) =>
            message?.reactions?.map(({ reaction, users }) => [reaction, ...users.map(({ name }) => name)].join(" ")),
          )
          yield* append(history, general, [
            said(1),
            reacted(2, 1, "\u{1f44d}\ufe0f", true),
            reacted(3, 1, "e\u0301", true),
            reacted(4, 1, "\u{1f44d}", true, { from: bob }),
            reacted(5, 1, "\u{1f44d}", true),
          ])
          assert.deepStrictEqual(yield* reactions, ["\u{1f44d} alice bob", "\u00e9 alice"])
          yield* append(history, general, [
            reacted(6, 1, "\u{1f44d}", false),
            reacted(7, 1, "\u{1f44d}\ufe0f", false, { from: bob }),
            reacted(8, 1, "\u00e9", false),
          ])
          assert.isUndefined(yield* reactions)
          const told = (yield* everything(history, general)).flatMap((entry) =>
            entry.type === "Reacted" ? entry.reaction : [],
          )
          assert.deepStrictEqual(new Set<string>(told), new Set(["\u{1f44d}", "\u00e9"]))
        }),
      )

      test(
        "it may come together with the message itself",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, [
            said(1, "one"),
            edited(2, 1, "uno"),
            reacted(3, 1, "+1", true),
            said(4, "four"),
            deleted(5, 4),
            edited(6, 1, "eins"),
          ])
          assert.deepStrictEqual(yield* history.messages(general, [seq(4), seq(1), seq(5), seq(1), seq(99)]), [
            {
              ...said(1, "eins"),
              edited: seq(6),
              reactions: [{ reaction: reacted(3, 1, "+1", true).reaction, users: [alice] }],
            },
            { ...said(4, ""), deleted: true as const },
          ])
        }),
      )

      test(
        "of what is not there, or is no message, nothing changes",
        Effect.fnUntraced(function* (history) {
          const entries = [
            said(1),
            reacted(2, 9, "+1", true),
            edited(3, 2, "x"),
            deleted(4, 3),
            reacted(5, 2, "a", true),
          ]
          yield* append(history, general, entries)
          yield* append(history, random, [deleted(1, 1)])
          assert.deepStrictEqual((yield* everything(history, general))[0], said(1))
          assert.deepStrictEqual(yield* history.messages(general, [2, 3, 4, 5].map(seq)), [])
        }),
      )
    })

    describe("keeping", () => {
      const hour = { maxAge: Duration.hours(1) }
      const given = { maxEntries: 100, rememberIds: Duration.seconds(300) }

      test(
        "what is too old goes, from the beginning on; the places go on behind it",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, [...messages(1, 10), reacted(11, 2, "+1", true)])
          yield* append(history, random, [said(1, "young", { timestamp: timeOf(5000) })])
          assert.strictEqual(yield* history.prune(outdatedAt(timeOf(4) + 3_600_000, hour)), 3)
          assert.strictEqual(yield* history.prune(outdatedAt(timeOf(4) + 3_600_000, hour)), 0)
          const loaded = yield* history.load(general, 0)
          assert.deepStrictEqual([loaded.first, loaded.seq], [seq(4), seq(11)])
          assert.deepStrictEqual(yield* everything(history, general), [...messages(4, 10), reacted(11, 2, "+1", true)])
          assert.deepStrictEqual(yield* history.messages(general, [seq(2), seq(4)]), [said(4)])
          // Of an entry that is gone nothing can be changed any more.
          yield* append(history, general, [edited(12, 2, "x"), reacted(13, 2, "+1", true), said(14)])
          assert.strictEqual((yield* history.load(general, 0)).seq, seq(14))
          assert.deepStrictEqual(yield* everything(history, random), [said(1, "young", { timestamp: timeOf(5000) })])
        }),
        hour,
      )

      test(
        "a channel of which everything is gone goes on where it was",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 700))
          let removed = 0
          for (let more = 1; more > 0; removed += more)
            more = yield* history.prune(outdatedAt(timeOf(700) + 3_600_001, hour))
          assert.strictEqual(removed, 700)
          const loaded = yield* history.load(general, 0)
          assert.deepStrictEqual([loaded.first, loaded.seq, loaded.recent], [seq(701), seq(700), []])
          const upTo = seq(700)
          assert.deepStrictEqual(yield* history.page(general, { after: seq(0), limit: 10, upTo }), {
            entries: [],
            first: seq(701),
            more: false,
          })
          assert.strictEqual(yield* reasonOf(history, [said(1)], 0), "Conflict")
          yield* append(history, general, [said(701, "on", { timestamp: timeOf(9000) })])
          const again = yield* history.load(general, 0)
          assert.deepStrictEqual([again.first, again.seq, again.recent.length], [seq(701), seq(701), 1])
          assert.strictEqual(yield* history.prune(outdatedAt(timeOf(9000), hour)), 0)
          assert.strictEqual(yield* history.prune(outdatedAt(timeOf(9000) + 3_600_001, hour)), 1)
          assert.strictEqual((yield* history.load(general, 0)).first, seq(702))
        }),
        hour,
      )

      test(
        "nothing that was just said goes when the clock jumps, and no id is forgotten",
        (history) =>
          withSettable(
            Effect.fnUntraced(function* (set) {
              set(timeOf(1))
              const tooOld = yield* Effect.provide(outdated, [Stamps.layer, settings(hour)])
              const keeps = Effect.fnUntraced(function* (count: number) {
                while ((yield* history.prune(yield* tooOld)) > 0);
                assert.lengthOf(yield* everything(history, general), count)
                const key = { user: alice.id, id: id("m1") }
                assert.lengthOf(yield* history.known(general, [key]), 1)
              })
              yield* append(history, general, [said(1)])
              for (const by of [2 * 3_600_000, -4 * 3_600_000, 365 * 86_400_000]) {
                set(by)
                yield* keeps(1)
                yield* TestClock.adjust("1 minute")
                yield* keeps(1)
              }
              yield* TestClock.adjust("61 minutes")
              while ((yield* history.prune(yield* tooOld)) > 0);
              assert.lengthOf(yield* everything(history, general), 0)
            }),
          ),
        // By itself the layer removes nothing meanwhile.
        { ...hour, pruneEvery: Duration.days(10_000) },
      )

      test(
        "what is too much goes, roughly at once, and the latest stays",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 1000))
          while ((yield* history.prune(outdatedAt(timeOf(1000)))) > 0);
          const entries = yield* everything(history, general)
          assert.isAtLeast(entries.length, 100)
          assert.isAtMost(entries.length, 125)
          assert.deepStrictEqual(entries, messages(1001 - entries.length, 1000))
          assert.strictEqual((yield* history.load(general, 0)).first, entries[0]!.seq)
        }),
        { maxEntries: 100 },
      )

      test(
        "what is done to messages pushes none of them out; deleted ones make room",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 100))
          const toggled = Array.from({ length: 600 }, (_, n) => reacted(101 + n, 1 + (n % 50), "ok", n % 2 === 0))
          for (let n = 0; n < toggled.length; n += 100) yield* append(history, general, toggled.slice(n, n + 100))
          while ((yield* history.prune(outdatedAt(timeOf(700)))) > 0);
          assert.strictEqual((yield* history.load(general, 0)).first, seq(1))
          assert.lengthOf(
            yield* history.messages(
              general,
              messages(1, 100).map(({ seq }) => seq),
            ),
            100,
          )
          // The ones before the hundredth but last go, with what is between them.
          yield* append(history, general, [deleted(701, 40), deleted(702, 80)])
          yield* append(history, general, messages(703, 762))
          while ((yield* history.prune(outdatedAt(timeOf(762)))) > 0);
          const { first } = yield* history.load(general, 0)
          // One that was deleted does not count; as many more as history may put off.
          assert.isAtLeast(first, 34)
          assert.isAtMost(first, 61)
        }),
        { maxEntries: 100 },
      )

      test(
        "an id is known as long as ids are, though its entry is gone",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 500))
          while ((yield* history.prune(outdatedAt(timeOf(500), given))) > 0);
          assert.isAtMost((yield* everything(history, general)).length, 125)
          const key = { user: alice.id, id: id("m400") }
          assert.deepStrictEqual(yield* history.known(general, [{ user: alice.id, id: id("m1") }, key]), [
            { ...key, seq: seq(400), timestamp: timeOf(400) },
          ])
          assert.strictEqual((yield* history.load(general, 0)).ids[0]!.seq, seq(200))
          assert.strictEqual(yield* reasonOf(history, [said(501, "", { id: id("m400") })], 500), "Duplicate")
          while ((yield* history.prune(outdatedAt(timeOf(800), given))) > 0);
          assert.deepStrictEqual(yield* history.known(general, [key]), [])
          yield* append(history, general, [said(501, "anew", { id: id("m400") })])
        }),
        given,
      )
    })

    test(
      "is empty again when a channel is removed, and others are as they were",
      Effect.fnUntraced(function* (history) {
        yield* append(history, general, messages(1, 3))
        yield* append(history, general, [reacted(4, 1, "ok", true)])
        yield* append(history, random, messages(1, 2))
        yield* history.mark(general, [{ user: bob.id, read: seq(2) }])
        yield* history.mark(random, [{ user: carol.id, read: seq(2) }])
        yield* history.remove(general)
        yield* history.remove(general)
        assert.lengthOf(yield* history.markers(carol.id, { limit: 9 }), 1)
        assert.deepInclude(yield* history.load(general, 0), { seq: seq(0), first: seq(1), recent: [], ids: [] })
        assert.deepStrictEqual(yield* everything(history, general), [])
        assert.deepStrictEqual(yield* history.markers(bob.id, { limit: 9 }), [])
        const { hits } = yield* history.search({ channels: [general, random], text: "m1", limit: 9 })
        assert.isEmpty(hits.filter(({ channel }) => channel === general))
        assert.deepStrictEqual(yield* everything(history, random), messages(1, 2))
        // It begins anew, with the ids that it had.
        yield* append(history, general, messages(1, 3))
        assert.deepStrictEqual(yield* everything(history, general), messages(1, 3))
      }),
    )

    describe("markers", () => {
      const [at, reader] = [
        (read: number) => seq(read),
        (user: typeof alice, read: number) => ({ user: user.id, read: seq(read) }),
      ]

      test(
        "of guests go with what they had read, those of members stay",
        Effect.fnUntraced(function* (history) {
          const [first, second, member, alike] = [
            UserId.make("guest:1"),
            UserId.make("guest:2"),
            UserId.make("guesx:1"),
            UserId.make("guest9"),
          ]
          const all = [first, second, member, alike]
          const silent = ChannelId.make("silent")
          yield* append(history, general, messages(1, 10))
          yield* append(history, random, messages(1, 10))
          yield* history.mark(
            general,
            all.map((user) => ({ user, read: seq(user === second ? 5 : 4) })),
          )
          yield* history.mark(random, [{ user: first, read: seq(10) }])
          // Where nothing was said there is nothing to have read.
          yield* history.mark(
            silent,
            [second, member].map((user) => ({ user, read: seq(1) })),
          )
          const known = Effect.forEach(all, (user) =>
            Effect.map(history.markers(user, { limit: 9 }), (markers) => markers.map(({ channel }) => channel)),
          )
          yield* history.prune(outdatedAt(timeOf(4) + 3_600_000, { maxAge: Duration.hours(1) }))
          yield* history.prune({ entries: 0, ids: 0 })
          // Nothing behind what they had read is gone yet.
          assert.deepStrictEqual(yield* known, [[general, random], [general], [general, silent], [general]])
          yield* history.prune(outdatedAt(timeOf(5) + 3_600_000, { maxAge: Duration.hours(1) }))
          yield* history.prune({ entries: 0, ids: 0 })
          assert.deepStrictEqual(yield* known, [[random], [general], [general, silent], [general]])
        }),
      )

      test(
        "never go back, nor beyond the last place",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 5))
          assert.deepStrictEqual(yield* history.mark(general, [reader(bob, 3), reader(alice, 1)]), [
            reader(bob, 3),
            reader(alice, 1),
          ])
          assert.deepStrictEqual(yield* history.mark(general, [reader(alice, 2), reader(bob, 1), reader(carol, 99)]), [
            reader(alice, 2),
            reader(bob, 3),
            reader(carol, 5),
          ])
          yield* history.touch(general, [alice.id, bob.id])
          for (const [user, read] of [
            [alice, 2],
            [bob, 3],
            [carol, 5],
          ] as const) {
            const markers = yield* history.markers(user.id, { limit: 10 })
            assert.deepStrictEqual(
              markers.map(({ channel, read }) => [channel, read]),
              [[general, seq(read)]],
            )
          }
          assert.deepStrictEqual(yield* history.mark(random, [reader(alice, 7)]), [reader(alice, 0)])
          // Places are numbers: 10 is behind 9.
          yield* append(history, general, messages(6, 12))
          for (const [read, now] of [
            [9, 9],
            [10, 10],
            [9, 10],
            [111, 12],
          ] as const) {
            assert.deepStrictEqual(yield* history.mark(general, [reader(bob, read)]), [reader(bob, now)])
          }
        }),
      )

      test(
        "unread is what others said behind the marker and is still there",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, [
            said(1),
            said(2),
            said(3, "mine", { from: bob }),
            said(4),
            said(5),
            edited(6, 5, "x"),
            deleted(7, 4),
            reacted(8, 1, "+1", true),
            said(9),
          ])
          const unread = (user: typeof alice) =>
            Effect.map(history.markers(user.id, { limit: 10 }), (markers) => markers.map(({ unread }) => unread))
          assert.deepStrictEqual(yield* unread(bob), [])
          yield* history.touch(general, [bob.id])
          assert.deepStrictEqual(yield* history.markers(bob.id, { limit: 10 }), [
            { channel: general, read: at(0), last: at(9), unread: 4 },
          ])
          for (const [read, expected] of [
            [1, 3],
            [3, 2],
            [4, 2],
            [5, 1],
            [9, 0],
          ] as const) {
            yield* history.mark(general, [reader(bob, read)])
            assert.deepStrictEqual(yield* unread(bob), [expected])
          }
          yield* append(history, general, [said(10), said(11, "mine", { from: bob })])
          assert.deepStrictEqual(yield* unread(bob), [1])
          yield* append(history, general, [deleted(12, 10)])
          assert.deepStrictEqual(yield* unread(bob), [0])
        }),
      )

      test(
        "of one user come in pages, in the order of the channels",
        Effect.fnUntraced(function* (history) {
          const channels = Array.from({ length: 25 }, (_, n) => ChannelId.make(`c${String(n).padStart(2, "0")}`))
          yield* Effect.forEach(channels.toReversed(), (channel) => history.touch(channel, [alice.id]))
          yield* history.touch(ChannelId.make("c01x"), [bob.id])
          const found: Array<ChannelId> = []
          for (;;) {
            const page = yield* history.markers(alice.id, { after: found.at(-1), limit: 10 })
            found.push(...page.map(({ channel }) => channel))
            if (page.length < 10) break
          }
          assert.deepStrictEqual(found, channels)
        }),
      )

      test(
        "count what is kept",
        Effect.fnUntraced(function* (history) {
          yield* append(history, general, messages(1, 10))
          yield* history.touch(general, [bob.id])
          yield* history.prune(outdatedAt(start + 3_600_000 + 4500, { maxAge: Duration.hours(1) }))
          const [marker] = yield* history.markers(bob.id, { limit: 1 })
          assert.deepStrictEqual(marker, { channel: general, read: seq(0), last: seq(10), unread: 6 })
        }),
        { maxAge: Duration.hours(1) },
      )
    })
  })
