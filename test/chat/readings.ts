/** Reading, searching, and what there is. */
import type { Case } from "./table.ts"
import { all, archived, banned, conversing, hidden, noSession, reading, role, silenced } from "./table.ts"
import { sessions } from "./doors.ts"

const inDen = (channel: string) => ({ channel })

export const page: ReadonlyArray<Case<"page">> = [
  { request: inDen("den"), answer: { type: "HistoryPage", channel: "den", first: 1, more: false } },
  { when: "she is not in it", outside: true, request: { channel: "den", after: 0, limit: 1 }, answer: { more: false } },
  { when: "it is archived", request: { channel: "den", before: 2 }, answer: { more: false }, before: archived },
  {
    when: "it is private and hers",
    request: inDen("den"),
    answer: { more: false },
    before: all(role("member"), hidden),
  },
  ...reading<"page">(inDen),
  { refused: "InvalidFrame", when: "from two ends", request: { channel: "den", after: 1, before: 3 } },
  { refused: "InvalidFrame", when: "of none", request: { channel: "den", limit: 0 } },
  { refused: "InvalidFrame", when: "of too many", request: { channel: "den", limit: 301 } },
  { refused: "InvalidFrame", when: "of a part", request: { channel: "den", limit: 1.5 } },
  { refused: "InvalidFrame", when: "from no place", request: { channel: "den", after: -1 } },
  { refused: "InvalidFrame", when: "from no moment", request: { channel: "den", since: 1.5 } },
  { refused: "InvalidFrame", when: "until no moment", request: { channel: "den", until: -1 } },
]

const found = (channel: string) => ({ channel, text: "hello" })
/** The place in no channel that there is. */
/** A place as it is before it is sealed. */
const forged = JSON.stringify([5_000, "nowhere", 1])

export const search: ReadonlyArray<Case<"search">> = [
  { request: found("den"), answer: { type: "SearchResult" } },
  { when: "she is not in it", outside: true, request: found("den"), answer: { type: "SearchResult" } },
  { when: "it does not concern her", outside: true, request: { text: "hello" }, answer: { hits: [] } },
  { when: "in a session's channels", doors: sessions, request: { text: "HELLO" }, answer: { type: "SearchResult" } },
  ...reading<"search">(found),
  { refused: "InvalidSearch", request: { text: " \t " } },
  { refused: "InvalidSearch", when: "for a day that is none", request: { text: "hello before:today" } },
  ...reading<"search">((channel) => ({ text: `hello in:${channel}` })),
  { refused: "InvalidFrame", when: "it is long", request: { text: "x".repeat(257) } },
  { refused: "InvalidFrame", when: "of none", request: { text: "x", limit: 0 } },
  { refused: "InvalidFrame", when: "of too many", request: { text: "x", limit: 51 } },
  { refused: "InvalidFrame", when: "on from nowhere", request: { text: "x", before: "nonsense" } },
  { refused: "InvalidFrame", when: "on from a place that she made up", request: { text: "x", before: forged } },
  { refused: "InvalidFrame", when: "on from without end", request: { text: "x", before: "x".repeat(2049) } },
]

export const describe: ReadonlyArray<Case<"describe">> = [
  { request: inDen("den"), answer: { type: "ChannelInfo", channel: "den", access: "public", slow_mode: 0 } },
  {
    when: "she moderates it",
    request: inDen("den"),
    answer: { role: "moderator", sanctions: [] },
    before: role("moderator"),
  },
  ...reading<"describe">(inDen),
]

export const listPresent: ReadonlyArray<Case<"listPresent">> = [
  { outside: true, request: inDen("den"), answer: { count: 1, members: [{ username: "olga", status: "online" }] } },
  ...reading<"listPresent">(inDen),
]

export const markRead: ReadonlyArray<Case<"markRead">> = [
  { request: { channel: "den", seq: 1 }, answer: { type: "Ok" } },
  { when: "nothing was said there", request: { channel: "den", seq: 1000 }, answer: { type: "Ok" } },
  ...reading<"markRead">((channel) => ({ channel, seq: 1 }), noSession),
  { when: "she is in it, and blocked", request: { channel: "@bob", seq: 1 }, before: silenced },
  { refused: "NotMember", request: { channel: "den", seq: 1 }, doors: sessions, outside: true },
]

export const listUnread: ReadonlyArray<Case<"listUnread">> = [
  { request: {}, answer: { type: "Unread", channels: [] } },
  {
    when: "a channel counts",
    request: {},
    answer: { channels: [{ channel: "den", read: 1, last: 1, unread: 0 }] },
    before: ({ ann, channel }) => ann("markRead", { channel, seq: 1 }),
  },
  {
    when: "a conversation counts",
    request: {},
    answer: { channels: [{ channel: "@bob", read: 0, last: 1, unread: 0 }] },
    before: all(conversing, ({ ann }) => ann("publish", { channel: "@bob", id: "a-1", content: "mine" })),
  },
  {
    when: "it does so blocked, too",
    request: {},
    answer: { channels: [{ channel: "@bob", read: 0, last: 1, unread: 0 }] },
    before: silenced,
  },
  { refused: "InvalidFrame", when: "behind what she made up", request: { after: "\u{10ffff}" } },
  { refused: "InvalidFrame", request: { after: "x".repeat(2049) } },
]

export const listChannels: ReadonlyArray<Case<"listChannels">> = [
  { outside: true, request: {}, answer: { channels: [{ channel: "den", topic: "", count: 1 }] } },
  { when: "behind the last", request: { after: "den" }, answer: { channels: [] } },
  { when: "it is private", outside: true, request: {}, answer: { channels: [] }, before: hidden },
  { when: "she is banned", outside: true, request: {}, answer: { type: "Channels" }, before: banned },
]
