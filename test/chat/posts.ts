/** Saying something, and changing what was said. */
import * as Effect from "effect/Effect"
import { member2 } from "../suites/transportWorld.ts"
import { nothing, sent } from "./sentFiles.ts"
import type { Case } from "./table.ts"
import { all, annSpoke, conversing, muted, olga, posting, role, silenced, slowly, unreachable } from "./table.ts"
import { doorNames } from "./doors.ts"

const place = { type: "Published", channel: "den", durability: "memory" }
const long = "x".repeat(16_001)
const readOnly = olga((channel) => ({ type: "Configure", channel, access: "readonly" }))

const say = (channel: string, content = "hello") => ({ channel, id: "a-2", content })
const sayFile = { ...say("den", ""), file: "<file>" }

/** Ann has just spoken where one has to wait. */
const slowedDown = all(
  olga((channel) => ({ type: "Configure", channel, slow_mode: 60_000 })),
  annSpoke,
)

/** Version 1 has the word, and one channel for it. */
const everywhere = doorNames

export const publish: ReadonlyArray<Case<"publish">> = [
  { request: say("den"), answer: { ...place, id: "a-2", seq: 2 }, doors: everywhere },
  { when: "it is as long as it may be", request: say("den", "x".repeat(16_000)), answer: place, doors: everywhere },
  {
    when: "it was sent before",
    request: { ...say("den", "again"), id: "a-1" },
    answer: { ...place, id: "a-1", seq: 2 },
    before: annSpoke,
  },
  {
    when: "to somebody who is away",
    request: say("@bob"),
    answer: { ...place, channel: "@bob", seq: 1 },
    before: conversing,
  },
  { when: "it answers a message", request: { ...say("den"), reply_to: 1 }, answer: { ...place, seq: 2 } },
  {
    when: "it answered one that is deleted since, and was sent before",
    request: { ...say("den"), id: "a-3", reply_to: 2 },
    answer: { ...place, id: "a-3", seq: 3 },
    before: all(
      annSpoke,
      ({ ann, channel }) => ann("publish", { channel, id: "a-3", content: "to myself", reply_to: 2 }),
      ({ ann, channel }) => ann("deleteMessage", { channel, id: "a-4", target: 2 }),
    ),
  },
  ...[7, 0].map((reply_to): Case<"publish"> => ({
    refused: "NoSuchMessage",
    when: `it answers number ${reply_to}, which was never said`,
    request: { ...say("den"), reply_to },
  })),
  {
    refused: "NoSuchMessage",
    when: "it answers what is no message",
    request: { ...say("den"), reply_to: 2 },
    before: ({ ann, channel }) => ann("react", { channel, id: "r-1", target: 1, reaction: "ok" }),
  },
  {
    refused: "NoSuchMessage",
    when: "it answers one that is deleted",
    request: { ...say("den"), reply_to: 2 },
    before: all(annSpoke, ({ ann, channel }) => ann("deleteMessage", { channel, id: "a-4", target: 2 })),
  },
  { refused: "InvalidFrame", when: "no place is so", unreadable: true, request: { ...say("den"), reply_to: 1.5 } },
  { when: "it has a file", request: sayFile, answer: { ...place, seq: 2 }, before: sent() },
  ...posting<"publish">(say),
  {
    refused: "RateLimited",
    when: "wherever",
    request: say("den"),
    doors: everywhere,
    settings: slowly,
    before: annSpoke,
  },
  ...["", " ", "\n\u3000", "\u200b\ufeff", "\u3164", "\u0301"].map((content): Case<"publish"> => ({
    refused: "EmptyMessage",
    when: JSON.stringify(content),
    request: say("den", content),
    doors: everywhere,
  })),
  { when: "it has one sign among spaces", request: say("den", " \u200b!\n"), answer: place, doors: everywhere },
  { refused: "MessageTooLong", request: say("den", long), doors: everywhere },
  { refused: "InvalidFrame", when: "no store holds it", request: say("den", "a\0b") },
  { refused: "Forbidden", when: "it is read-only", request: say("den"), doors: everywhere, before: readOnly },
  { refused: "Muted", request: say("den"), doors: everywhere, before: muted },
  {
    refused: "SlowMode",
    request: say("den"),
    doors: everywhere,
    before: slowedDown,
  },
  { refused: "NoSuchFile", request: { ...sayFile, file: nothing } },
  { refused: "NoSuchFile", when: "more of it is to come", request: sayFile, before: sent({ come: "te" }) },
  { refused: "NoSuchFile", when: "it is another's", request: sayFile, before: sent({ by: "bob" }) },
  {
    refused: "NoSuchFile",
    when: "it is of another channel",
    request: sayFile,
    before: all(conversing, sent({ channel: "@bob" })),
  },
  {
    refused: "NotSupported",
    when: "with a file, to a service that takes none",
    request: { ...sayFile, file: nothing },
    settings: { files: { enabled: false } },
  },
  { refused: "InvalidFrame", when: "no file is so", unreadable: true, request: { ...sayFile, file: "tea" } },
  { refused: "Unreachable", request: say("@bob"), before: unreachable },
  { refused: "Blocked", request: say("@bob"), before: silenced },
  { refused: "InvalidFrame", when: "no channel is called so", unreadable: true, request: say("a den") },
  { refused: "InvalidFrame", when: "no id is so", unreadable: true, request: { ...say("den"), id: "" } },
  { refused: "InvalidFrame", when: "no wire carries it", unreadable: true, request: say("den", "\ud800") },
]

const edit = (channel: string, target = 2, content = "better") => ({ channel, id: "a-2", target, content })

export const editMessage: ReadonlyArray<Case<"editMessage">> = [
  { request: edit("den"), answer: { ...place, id: "a-2", seq: 3 }, before: annSpoke },
  ...posting<"editMessage">(edit),
  { refused: "NoSuchMessage", request: edit("den", 7) },
  { refused: "NoSuchMessage", when: "it is before all", request: edit("den", 0) },
  { refused: "EmptyMessage", request: edit("den", 2, ""), before: annSpoke },
  { refused: "EmptyMessage", when: "of nothing", request: edit("den", 2, " \u00ad\ufe0f"), before: annSpoke },
  { refused: "MessageTooLong", request: edit("den", 2, long), before: annSpoke },
  { refused: "InvalidFrame", when: "no store holds it", request: edit("den", 2, "a\0b"), before: annSpoke },
  { refused: "Forbidden", when: "it is another's", request: edit("den", 1), before: role("owner") },
  { refused: "Muted", request: edit("den"), before: all(annSpoke, muted) },
  { refused: "SlowMode", request: edit("den"), before: slowedDown },
  { refused: "Unreachable", request: edit("@bob", 1), before: unreachable },
  { refused: "Blocked", request: edit("@bob", 1), before: silenced },
]

const remove = (channel: string, target = 2) => ({ channel, id: "a-2", target })

export const deleteMessage: ReadonlyArray<Case<"deleteMessage">> = [
  { request: remove("den"), answer: { ...place, id: "a-2", seq: 3 }, before: annSpoke },
  { when: "she is muted", request: remove("den"), answer: { seq: 3 }, before: all(annSpoke, muted) },
  ...posting<"deleteMessage">(remove),
  { refused: "NoSuchMessage", request: remove("den", 7) },
  { refused: "Forbidden", when: "it is another's", request: remove("den", 1) },
  { refused: "Forbidden", when: "it is an administrator's", request: remove("den", 1), before: role("moderator") },
  { refused: "Muted", when: "it is another's", request: remove("den", 1), before: all(role("moderator"), muted) },
  { refused: "Unreachable", request: remove("@bob", 1), before: unreachable },
  { refused: "Blocked", request: remove("@bob", 1), before: silenced },
]

const react = (channel: string, target = 1) => ({ channel, id: "a-2", target, reaction: "\u{1f44d}" })

export const reactions: ReadonlyArray<Case<"react">> = [
  { request: react("den"), answer: { ...place, id: "a-2", seq: 2 } },
  {
    when: "it is taken back",
    request: { ...react("den"), on: false },
    answer: { seq: 3 },
    before: ({ ann, channel }) => ann("react", { ...react(channel), id: "a-1" }),
  },
  {
    when: "it is taken back in another form",
    request: { ...react("den"), on: false },
    answer: { seq: 3 },
    before: ({ ann, channel }) => ann("react", { ...react(channel), id: "a-1", reaction: " \u{1f44d}\ufe0f\u200b" }),
  },
  // Nothing changes: the answer names the message.
  { when: "it was never there", request: { ...react("den"), on: false }, answer: { seq: 1 } },
  ...posting<"react">(react),
  { refused: "NoSuchMessage", request: react("den", 7) },
  { refused: "Muted", request: react("den"), before: muted },
  { refused: "SlowMode", request: react("den"), before: slowedDown },
  { when: "it is taken back, which says nothing", request: { ...react("den"), on: false }, before: slowedDown },
  {
    refused: "TooManyReactions",
    request: react("den"),
    when: "there are 20",
    before: ({ channel, server }) =>
      Effect.forEach(["bob", "cat", "dan", "eve"], (name) =>
        Effect.flatMap(member2(server, name, channel), (member) =>
          Effect.forEach([...Array(5).keys()], (n) =>
            member.ask({ type: "React", channel, id: `r-${n}`, target: 1, reaction: `${name} ${n}` }, "Published"),
          ),
        ),
      ),
  },
  {
    refused: "TooManyReactions",
    request: react("den"),
    when: "she has 5",
    before: ({ ann, channel }) =>
      Effect.forEach([...Array(5).keys()], (n) => ann("react", { ...react(channel), id: `r-${n}`, reaction: `r${n}` })),
  },
  { refused: "Unreachable", request: react("@bob", 1), before: unreachable },
  { refused: "Blocked", request: react("@bob", 1), before: silenced },
  {
    refused: "InvalidFrame",
    when: "nobody can see it",
    request: { ...react("den"), reaction: "\u200b" },
  },
  { refused: "InvalidFrame", when: "it is a mark on nothing", request: { ...react("den"), reaction: "\u0301" } },
]
