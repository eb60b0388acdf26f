/** Lists that come in pages: what is asked of the stores, what a caller gets of what they have, and where it goes on. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { AuditEntry } from "../../src/channels/ChannelRecord.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import { Chat, type ChatShape } from "../../src/chat/Chat.ts"
import { readableNames } from "../../src/chat/internal/names.ts"
import * as operations from "../../src/chat/operations.ts"
import type { Page } from "../../src/chat/page.ts"
import type { Search } from "../../src/chat/search.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { between } from "../../src/domain/Direct.ts"
import { maxHits, maxInteger, maxPageLength, maxSearchLength } from "../../src/domain/Limits.ts"
import * as Topic from "../../src/domain/Topic.ts"
import { History } from "../../src/history/History.ts"
import type { Hits, Marker, Query, Range } from "../../src/history/HistoryShape.ts"
import type { ChannelLink } from "../../src/hub/audience/ChannelLink.ts"
import { defaults, HubSettings } from "../../src/hub/HubSettings.ts"
import { settle } from "../actor/fibers.ts"
import { user } from "../hub/members.ts"
import { messages, said, seq } from "../suites/historyWorld.ts"
import { accountsOf, ann, bob, caller, channel, chatOf, failing, inside, name } from "./scripted.ts"

const den = name("den")
const denId = ChannelId.make("id of den")
const id = (n: number | string) => ChannelId.make(`c-${n}`)
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

type Parts = Parameters<typeof chatOf>[0]

/** One channel, which says where it is. */
const located = (parts: Parts) =>
  Effect.gen(function* () {
    const played = yield* channel("den", () => ({ type: "Location", id: denId, seq: seq(40) }))
    const opened: Array<unknown> = []
    const chat = yield* chatOf({
      ...parts,
      directory: {
        open: (name) => {
          opened.push(name)
          return Effect.succeed({ link: played.link, other: undefined })
        },
        ...parts.directory,
      },
    })
    return { ...played, chat, opened }
  })

const byAdmin: Caller = { ...caller, by: { ...caller.by, user: { ...ann, role: "admin" } } }

describe("the audit log", () => {
  const line = (number: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
    number,
    timestamp: number,
    by: ann,
    action: "topic",
    detail: "Tea",
    ...more,
  })
  const logged = (entries: ReadonlyArray<AuditEntry>) =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const world = yield* located({
        channels: {
          audit: (...page) => {
            asked.push(page)
            return Effect.succeed(entries)
          },
        },
      })
      return { ...world, asked }
    })

  it.effect("is for those with a right to it, of one channel", () =>
    Effect.gen(function* () {
      const { asked, chat, commands } = yield* logged([line(1)])
      const page = yield* operations.audit(chat, caller, { channel: den, before: 7 })
      assert.deepStrictEqual<unknown>(page, { entries: [line(1)], next: undefined })
      assert.deepStrictEqual<unknown>(commands, [{ type: "Locate", by: caller.by, request: 0, right: "audit" }])
      assert.deepStrictEqual<unknown>(asked, [[denId, { before: 7, limit: 101 }]])
    }),
  )

  it.effect("comes in pages of a hundred, and ends where no more are kept", () =>
    Effect.gen(function* () {
      for (const [count, next] of [
        [99, undefined],
        [100, undefined],
        [101, 102],
      ] as const) {
        const entries = numbers(count).map((n) => line(201 - n))
        const { chat } = yield* logged(entries)
        const page = yield* operations.audit(chat, caller, { channel: den })
        assert.deepStrictEqual<unknown>(page, { entries: entries.slice(0, 100), next })
      }
    }),
  )

  it.effect("names no addresses but to administrators of the service", () =>
    Effect.gen(function* () {
      const detail = "192.0.2.0/24"
      const kept = [
        line(9, { action: "ban", whom: bob, detail: "noise" }),
        line(8, { action: "unban", whom: bob, detail: "noise" }),
        line(7, { action: "mute", detail: "noise" }),
        line(6, { whom: bob }),
      ]
      const hidden = [line(5, { action: "ban", detail }), line(4, { action: "unban", detail })]
      const { chat } = yield* logged([...kept, ...hidden])
      const { entries } = yield* operations.audit(chat, caller, { channel: den })
      const withoutDetail = hidden.map(({ detail: _, ...entry }) => entry)
      assert.deepStrictEqual<unknown>(entries, [...kept, ...withoutDetail])
      const all = yield* operations.audit(chat, byAdmin, { channel: den })
      assert.deepStrictEqual<unknown>(all.entries, [...kept, ...hidden])
    }),
  )

  it.effect("begins before a number", () =>
    Effect.gen(function* () {
      const { asked, chat } = yield* logged([])
      for (const before of [-1, 0.5]) {
        const error = yield* Effect.flip(operations.audit(chat, caller, { channel: den, before }))
        assert.deepInclude(error, { reason: "InvalidFrame", field: "before" })
      }
      yield* operations.audit(chat, caller, { channel: den, before: 0 })
      assert.lengthOf(asked, 1)
    }),
  )
})

describe("the list of channels", () => {
  const listing = (count: number, counts = numbers(count)) =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const counted: Array<unknown> = []
      const chat = yield* chatOf({
        channels: {
          list: (page) => {
            asked.push(page)
            return Effect.succeed(
              numbers(count).map((n) => ({
                id: id(n),
                name: name(`c${n}`),
                topic: Topic.Topic.make(`t${n}`),
                access: "public" as const,
                archived: false,
              })),
            )
          },
        },
        directory: {
          count: (names) => {
            counted.push(names)
            return Effect.succeed(counts)
          },
        },
      })
      return { asked, chat, counted }
    })

  it.effect("says who is where, a hundred at a time", () =>
    Effect.gen(function* () {
      for (const [there, next] of [
        [3, undefined],
        [100, undefined],
        [101, "c99"],
      ] as const) {
        const { asked, chat, counted } = yield* listing(there)
        const shown = numbers(Math.min(there, 100))
        assert.deepStrictEqual<unknown>(yield* operations.listChannels(chat, caller, { after: name("b") }), {
          channels: shown.map((n) => ({ channel: `c${n}`, topic: `t${n}`, count: n })),
          next,
        })
        assert.deepStrictEqual<unknown>(asked, [{ after: "b", limit: 101, scope: undefined, for: { user: ann.id } }])
        assert.deepStrictEqual<unknown>(counted, [shown.map((n) => `c${n}`)])
      }
    }),
  )

  it.effect("has all of them for an administrator of the service, and nobody where that is not known", () =>
    Effect.gen(function* () {
      const { asked, chat } = yield* listing(1, [])
      const { channels } = yield* operations.listChannels(chat, byAdmin, {})
      assert.deepStrictEqual<unknown>(channels, [{ channel: "c0", topic: "t0", count: 0 }])
      assert.deepStrictEqual<unknown>(asked, [{ after: undefined, limit: 101, scope: undefined, for: "everybody" }])
    }),
  )
})

describe("those whom one has blocked", () => {
  it.effect("are asked for of this moment", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1234)
      const asked: Array<unknown> = []
      const chat = yield* chatOf({
        channels: {
          blocked: (...who) => {
            asked.push(who)
            return Effect.succeed([bob])
          },
        },
      })
      assert.deepStrictEqual(yield* operations.listBlocked(chat, caller, {}), [bob])
      assert.deepStrictEqual<unknown>(asked, [[ann.id, 1234]])
    }),
  )
})

const marker = (channel: ChannelId, read = 3): Marker => ({ channel, read: seq(read), last: seq(9), unread: 4 })

describe("what is unread", () => {
  const direct = ChannelId.make(between(ann.id, bob.id))
  const stranger = ChannelId.make(between(ann.id, user("eve", "id of eve").id))
  const alone = ChannelId.make(between(ann.id, ann.id))
  const world = (markers: ReadonlyArray<Marker>) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1234)
      const asked: Array<unknown> = []
      const readable: Array<unknown> = []
      const chat = yield* chatOf({
        people: accountsOf(ann, bob),
        history: {
          markers: (...page) => {
            asked.push(page)
            return Effect.succeed(markers)
          },
        },
        channels: {
          // All but one, which is private now.
          readable: (user, ids, now) => {
            readable.push([user, ids, now])
            return Effect.succeed(
              ids.flatMap((id) =>
                id === "c-private" ? [] : { id, name: name(id.replace("c-", "name-")), renamedAt: undefined },
              ),
            )
          },
        },
      })
      return { asked, chat, readable }
    })

  it.effect("is told under the names that the user has for it, without what the user may not read", () =>
    Effect.gen(function* () {
      const ids = [id("one"), id("private"), direct, stranger, alone]
      const { asked, chat, readable } = yield* world(ids.map((id) => marker(id)))
      const page = yield* operations.listUnread(chat, caller, {})
      assert.deepStrictEqual<unknown>(page, {
        channels: ["name-one", "@bob", "@ann"].map((channel) => ({ channel, read: 3, last: 9, unread: 4 })),
        next: undefined,
      })
      assert.deepStrictEqual<unknown>(asked, [[ann.id, { after: undefined, limit: 100 }]])
      assert.deepStrictEqual<unknown>(readable, [[ann.id, ids, 1234]])
    }),
  )

  it.effect("has no name where nobody is left on the other side", () =>
    Effect.gen(function* () {
      const { chat } = yield* world([])
      const names = yield* readableNames(chat, ann.id, [stranger, direct])
      assert.deepStrictEqual<unknown>([...names], [[direct, "@bob"]])
    }),
  )

  it.effect("comes in pages of a hundred, behind a place that only this user has", () =>
    Effect.gen(function* () {
      const few = yield* world(numbers(99).map((n) => marker(id(n))))
      assert.isUndefined((yield* operations.listUnread(few.chat, caller, {})).next)
      const { asked, chat } = yield* world(numbers(100).map((n) => marker(id(n))))
      const { channels, next } = yield* operations.listUnread(chat, caller, { after: "" })
      assert.lengthOf(channels, 100)
      assert.notInclude(next, "c-99")
      yield* operations.listUnread(chat, caller, { after: next })
      assert.deepStrictEqual<unknown>(asked, [
        [ann.id, { after: undefined, limit: 100 }],
        [ann.id, { after: "c-99", limit: 100 }],
      ])
      const bobs = { ...caller, by: { user: bob } }
      for (const [by, after] of [
        [bobs, next],
        [caller, "c-99"],
        [caller, chat.cursors.seal("search", ann.id, "c-99")],
        [caller, "x".repeat(2049)],
      ] as const) {
        const error = yield* Effect.flip(operations.listUnread(chat, by, { after }))
        assert.deepInclude(error, { reason: "InvalidFrame", field: "after" })
      }
      assert.lengthOf(asked, 2)
    }),
  )
})

describe("a page of history", () => {
  const world = Effect.gen(function* () {
    const asked: Array<readonly [ChannelId, Range]> = []
    const found = { entries: messages(1, 3), first: seq(1), more: true }
    const located_ = yield* located({
      history: {
        page: (...page) => {
          asked.push(page)
          return Effect.succeed(found)
        },
      },
    })
    return { ...located_, asked, found }
  })

  for (const [what, request, range] of [
    ["the latest", {}, { before: maxInteger, limit: 300 }],
    ["those behind a place", { after: seq(7), limit: 1 }, { after: 7, limit: 1 }],
    ["those behind none", { after: seq(0) }, { after: 0, limit: 300 }],
    ["those before a place", { before: seq(7), limit: 300 }, { before: 7, limit: 300 }],
    ["those before the first", { before: seq(0) }, { before: 0, limit: 300 }],
    ["those from a moment on", { since: 70, limit: 2 }, { since: 70, limit: 2 }],
    ["those from the beginning of time on", { since: 0 }, { since: 0, limit: 300 }],
    ["those up to a moment", { until: 70, limit: 2 }, { until: 70, limit: 2 }],
    ["those up to the beginning of time", { until: 0 }, { until: 0, limit: 300 }],
  ] as const satisfies ReadonlyArray<readonly [string, Omit<Page, "channel">, object]>) {
    it.effect(`has ${what}, up to where the members were told`, () =>
      Effect.gen(function* () {
        const { asked, chat, commands, found, opened } = yield* world
        assert.deepStrictEqual(yield* operations.page(chat, caller, { channel: den, ...request }), found)
        assert.deepStrictEqual<unknown>(asked, [[denId, { ...range, upTo: 40 }]])
        assert.deepStrictEqual<unknown>(commands, [{ type: "Locate", by: caller.by, request: 0, right: "read" }])
        assert.deepStrictEqual<unknown>(opened, ["den"])
      }),
    )
  }

  it.effect("is from one end, and of a size that there is", () =>
    Effect.gen(function* () {
      const { chat, opened } = yield* world
      const ends = { after: seq(1), before: seq(2), since: 3, until: 4 }
      const names = Object.keys(ends) as ReadonlyArray<keyof typeof ends>
      const pairs = names.flatMap((one, n) => names.slice(n + 1).map((other) => [one, other] as const))
      assert.lengthOf(pairs, 6)
      for (const [one, other] of pairs) {
        const request = { channel: den, [one]: ends[one], [other]: ends[other] }
        assert.deepInclude(yield* Effect.flip(operations.page(chat, caller, request)), {
          reason: "InvalidFrame",
          detail: "Only one of after, before, since and until may be given",
        })
      }
      for (const [field, wrong] of [
        ["since", { since: -1 }],
        ["since", { since: 0.5 }],
        ["until", { until: -1 }],
        ["until", { until: 0.5 }],
        ["limit", { limit: 0 }],
        ["limit", { limit: 301 }],
      ] as const) {
        const error = yield* Effect.flip(operations.page(chat, caller, { channel: den, ...wrong }))
        assert.deepInclude(error, { reason: "InvalidFrame", field })
      }
      assert.deepStrictEqual(opened, [])
    }),
  )

  it.effect("is cut at the end that was not asked for where its entries are long", () =>
    Effect.gen(function* () {
      const long = [1, 2, 3].map((n) => said(n, "x".repeat(maxPageLength / 2)))
      const { chat } = yield* located({
        history: { page: () => Effect.succeed({ entries: long, first: seq(1), more: false }) },
      })
      for (const [request, entries] of [
        [{ after: seq(0) }, long.slice(0, 2)],
        [{}, long.slice(1)],
      ] as const) {
        assert.deepStrictEqual<unknown>(yield* operations.page(chat, caller, { channel: den, ...request }), {
          entries,
          first: 1,
          more: true,
        })
      }
    }),
  )
})

describe("a search", () => {
  const hit = (channel: ChannelId, at: number) => ({ channel, message: said(at, "tea") })
  const link = (id: ChannelId | undefined) => ({ id }) as unknown as ChannelLink
  const world = (found: Hits, parts: Parts = {}) =>
    Effect.gen(function* () {
      const asked: Array<Query> = []
      const looked: Array<ReadonlyArray<unknown>> = []
      const world = yield* located({
        people: accountsOf(bob),
        history: {
          search: (query) => {
            asked.push(query)
            return Effect.succeed(found)
          },
          markers: (...page) => {
            looked.push(page)
            return Effect.succeed([marker(id("marked")), marker(id("both")), marker(id("gone"))])
          },
        },
        channels: {
          readable: (user, ids) => {
            looked.push([user, ids])
            return Effect.succeed(
              ids.flatMap((id) =>
                id === "c-gone" ? [] : { id, name: name(id.replace("c-", "")), renamedAt: undefined },
              ),
            )
          },
        },
        directory: {
          channelsOf: (user) => {
            looked.push([user])
            return Effect.succeed([link(id("both")), link(undefined), link(id("laptop"))])
          },
        },
        ...parts,
      })
      return { ...world, asked, looked }
    })
  const search = (chat: ChatShape, by: Caller, request: Partial<Search> = {}) =>
    operations.search(chat, by, { text: "tea", ...request })

  it.effect("in one channel is in that one, for who may read it", () =>
    Effect.gen(function* () {
      const { asked, chat, commands, looked } = yield* world({ hits: [hit(denId, 2), hit(denId, 1)] })
      assert.deepStrictEqual<unknown>(yield* search(chat, caller, { channel: den }), {
        hits: [2, 1].map((at) => ({ channel: "den", message: said(at, "tea") })),
        next: undefined,
      })
      assert.deepStrictEqual<unknown>(commands, [{ type: "Locate", by: caller.by, request: 0, right: "read" }])
      const only = { phrases: [], from: [], since: undefined, until: undefined, file: false, link: false }
      assert.deepStrictEqual<unknown>(asked, [
        { text: "tea", ...only, channels: [denId], limit: 20, before: undefined },
      ])
      assert.deepStrictEqual(looked, [])
    }),
  )

  it.effect("in all is in what counts for the user and what a session is in, each once, where it may be read", () =>
    Effect.gen(function* () {
      const { asked, chat, looked } = yield* world({
        hits: [hit(id("marked"), 3), hit(id("gone"), 2), hit(id("laptop"), 1)],
      })
      const result = yield* search(chat, caller)
      assert.deepStrictEqual<unknown>(
        result.hits.map(({ channel, message }) => [channel, message.seq]),
        [
          ["marked", 3],
          ["laptop", 1],
        ],
      )
      assert.deepStrictEqual<unknown>(looked, [
        [ann.id],
        [ann.id, { limit: 1000 }],
        [ann.id, [id("both"), id("laptop"), id("marked"), id("gone")]],
      ])
      assert.deepStrictEqual<unknown>(asked[0]?.channels, [id("both"), id("laptop"), id("marked")])
    }),
  )

  it.effect("in all has the session's own channels under the names that they have there, unasked", () =>
    Effect.gen(function* () {
      const { asked, chat, looked } = yield* world({ hits: [hit(id("both"), 2), hit(id("laptop"), 1)] })
      const { caller } = inside(
        { name: name("@eve"), link: link(id("both")), other: undefined },
        { name: name("new"), link: link(undefined), other: undefined },
      )
      const { hits } = yield* search(chat, caller)
      assert.deepStrictEqual<unknown>(
        hits.map(({ channel }) => channel),
        ["@eve", "laptop"],
      )
      assert.deepStrictEqual<unknown>(looked[2], [ann.id, [id("laptop"), id("marked"), id("gone")]])
      assert.deepStrictEqual<unknown>(asked[0]?.channels, [id("laptop"), id("marked"), id("both")])
    }),
  )

  it.effect("is for what filters say, in the channel that one of them names", () =>
    Effect.gen(function* () {
      const { asked, chat, commands } = yield* world({ hits: [] })
      const text = 'TEA "at four" from:bob in:#den after:2026-11-01 before:2026-12-01 has:file has:link'
      yield* search(chat, caller, { text })
      yield* search(chat, caller, { text, channel: den })
      const [since, until] = [Date.UTC(2026, 10, 2), Date.UTC(2026, 11, 1)]
      const filters = { phrases: ["at four"], from: ["bob"], since, until, file: true, link: true }
      const query = { text: "TEA", ...filters, channels: [denId], limit: 20, before: undefined }
      assert.deepStrictEqual<unknown>(asked, [query, query])
      assert.lengthOf(commands, 2)
      const nothing =
        "There is nothing to search for: write a word, the beginning of one or an emoji, or a filter, like from:ann or has:link"
      for (const [wrong, detail] of [
        [{ text: "in:den" }, nothing],
        [{ text: '+ "!" …' }, nothing],
        [{ text: "tea before:today" }, '"before:" needs a day, like 2026-11-01'],
        [{ text: "tea in:other", channel: den }, '"in:" names another channel than the one to search in'],
      ] as const) {
        assert.deepInclude(yield* Effect.flip(search(chat, caller, wrong)), {
          reason: "InvalidSearch",
          field: "text",
          detail,
        })
      }
      assert.lengthOf(asked, 2)
    }),
  )

  it.effect("goes on behind the page before, for the same user", () =>
    Effect.gen(function* () {
      const place = { timestamp: 5000, channel: denId, seq: seq(1) }
      const { asked, chat } = yield* world({ hits: [hit(denId, 1)], next: place })
      const { next } = yield* search(chat, caller, { channel: den, limit: 1 })
      yield* search(chat, caller, { channel: den, limit: maxHits, before: next })
      assert.deepStrictEqual<unknown>(
        asked.map(({ before, limit }) => ({ before, limit })),
        [
          { before: undefined, limit: 1 },
          { before: place, limit: maxHits },
        ],
      )
      const bobs = { ...caller, by: { user: bob } }
      for (const [by, before] of [
        [bobs, next],
        [caller, ""],
        [caller, "nonsense"],
        [caller, chat.cursors.seal("search", ann.id, "no place")],
        [caller, chat.cursors.seal("search", ann.id, '[1,"c"]')],
        [caller, chat.cursors.seal("unread", ann.id, '[1,"c",1]')],
        [caller, "x".repeat(2049)],
      ] as const) {
        const error = yield* Effect.flip(search(chat, by, { before }))
        assert.deepInclude(error, { reason: "InvalidFrame", field: "before" })
      }
      assert.lengthOf(asked, 2)
    }),
  )

  it.effect("whose hits are long goes on behind the last that there was room for", () =>
    Effect.gen(function* () {
      const long = [3, 2].map((at) => ({ channel: denId, message: said(at, "x".repeat(maxPageLength)) }))
      const { chat } = yield* world({ hits: long })
      const { hits, next } = yield* search(chat, caller, { channel: den })
      assert.lengthOf(hits, 1)
      const { message } = long[0]!
      assert.deepStrictEqual<unknown>(JSON.parse(chat.cursors.open("search", ann.id, next!)!), [
        message.timestamp,
        denId,
        3,
      ])
    }),
  )

  it.effect("is for words, not too many, and for a page of a size that there is", () =>
    Effect.gen(function* () {
      const { asked, chat } = yield* world({ hits: [] })
      for (const [wrong, reason, field] of [
        [{ text: "" }, "InvalidSearch", "text"],
        [{ text: " \t\n" }, "InvalidSearch", "text"],
        [{ text: "x".repeat(maxSearchLength + 1) }, "InvalidFrame", "text"],
        [{ limit: 0 }, "InvalidFrame", "limit"],
        [{ limit: maxHits + 1 }, "InvalidFrame", "limit"],
        [{ limit: 1.5 }, "InvalidFrame", "limit"],
      ] as const) {
        assert.deepInclude(yield* Effect.flip(search(chat, caller, wrong)), { reason, field })
      }
      assert.deepStrictEqual(asked, [])
      yield* search(chat, caller, { text: "x".repeat(maxSearchLength) })
      assert.lengthOf(asked, 1)
    }),
  )

  it.effect("is refused where the channel may not be read", () =>
    Effect.gen(function* () {
      const banned = failing("Banned")
      const { asked, chat } = yield* world({ hits: [] }, { directory: { open: () => Effect.fail(banned) } })
      assert.strictEqual(yield* Effect.flip(search(chat, caller, { channel: den })), banned)
      assert.deepStrictEqual(asked, [])
    }),
  )
})

describe("the service", () => {
  it.effect(
    "searches once at a time, and counts once at a time, whoever asks: what is said does not wait for all",
    () =>
      Effect.gen(function* () {
        const began = { search: 0, markers: 0 }
        const latches = { search: yield* Deferred.make<void>(), markers: yield* Deferred.make<void>() }
        const stores = Layer.merge(
          Layer.effect(
            History,
            Effect.map(History, (history) =>
              History.of({
                ...history,
                search: () =>
                  Effect.suspend(() => {
                    began.search++
                    return Effect.as(Deferred.await(latches.search), { hits: [] })
                  }),
                markers: () =>
                  Effect.suspend(() => {
                    began.markers++
                    return Effect.as(Deferred.await(latches.markers), [])
                  }),
              }),
            ),
          ).pipe(Layer.provide(History.layerMemory)),
          ChannelStore.layerMemory,
        )
        yield* Effect.gen(function* () {
          const chat = yield* Chat
          yield* operations.createChannel(chat, caller, { channel: den })
          const run = (call: Effect.Effect<unknown, unknown>) => Effect.forkChild(call, { startImmediately: true })
          const ask = (n: number) => {
            const by = { ...caller, by: { user: user(`u${n}`) } }
            return [operations.search(chat, by, { text: "tea", channel: den }), operations.listUnread(chat, by, {})]
          }
          const running = yield* Effect.forEach(numbers(3).flatMap(ask), run)
          yield* settle
          assert.deepStrictEqual(began, { search: 1, markers: 1 })
          for (const latch of Object.values(latches)) yield* Deferred.succeed(latch, undefined)
          yield* Fiber.joinAll(running)
          assert.deepStrictEqual(began, { search: 3, markers: 3 })
        }).pipe(Effect.provide(Chat.layer.pipe(Layer.provide(stores))))
      }),
  )

  it.effect("limits a user as its settings say, by the time that has passed", () =>
    Effect.gen(function* () {
      const chat = yield* Chat
      yield* TestClock.adjust(500)
      const limits = chat.limitsOf(ann, "192.0.2.1")!
      assert.deepStrictEqual([limits.publishing!.take(500), limits.publishing!.take(500)], [0, 2000])
      assert.strictEqual(chat.limitsOf(ann)?.publishing, limits.publishing)
    }).pipe(
      Effect.provide(
        Chat.layer.pipe(
          Layer.provide([
            Layer.succeed(HubSettings, { ...defaults, publishing: { burst: 1, perSecond: 0.5 } }),
            History.layerMemory,
            ChannelStore.layerMemory,
          ]),
        ),
      ),
    ),
  )
})
