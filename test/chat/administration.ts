/** What takes a right. */
import type { Case } from "./table.ts"
import {
  administering,
  all,
  annSpoke,
  archived,
  blocked,
  conversing,
  full,
  noQuota,
  noSession,
  olga,
  role,
} from "./table.ts"
import { sessions } from "./doors.ts"
import { user2 } from "../suites/transportWorld.ts"
import * as Effect from "effect/Effect"

const ok = { type: "Ok" }
const moderating = role("moderator")
const owning = role("owner")
const long = "x".repeat(257)
const bob = (channel: string) => ({ channel, username: "bob" })

/** Bob is there, in the channel. */
const bobJoined = ({ channel, server }: Parameters<typeof archived>[0]) =>
  Effect.flatMap(user2(server, "bob"), (bob) => bob.ask({ type: "Join", channel }, "Joined"))

/** Ann has made another channel. */
const atticOpened = ({ ann }: Parameters<typeof archived>[0]) => ann("createChannel", { channel: "attic" })

export const audit: ReadonlyArray<Case<"audit">> = [
  { request: { channel: "den" }, answer: { type: "AuditLog", channel: "den" }, before: moderating },
  { when: "before the first", request: { channel: "den", before: 1 }, answer: { entries: [] }, before: moderating },
  ...administering<"audit">("moderator", (channel) => ({ channel })),
  { refused: "InvalidFrame", request: { channel: "den", before: 1.5 }, before: moderating },
]

export const ban: ReadonlyArray<Case<"ban">> = [
  { request: bob("den"), answer: ok, before: moderating },
  {
    when: "he is there",
    request: { ...bob("den"), duration: 5, reason: "noise" },
    answer: ok,
    before: all(moderating, bobJoined),
  },
  { when: "of addresses", request: { channel: "den", address: "192.0.2.0/24" }, answer: ok, admin: true },
  {
    refused: "Forbidden",
    when: "of addresses, by an owner",
    request: { channel: "den", address: "192.0.2.0/24" },
    before: owning,
  },
  { when: "from a conversation", request: bob("@bob"), answer: ok },
  ...administering<"ban">("moderator", bob),
  { refused: "NoSuchUser", request: { channel: "den", username: "nobody" }, before: moderating },
  { refused: "Forbidden", when: "an administrator", request: { channel: "den", username: "olga" }, before: owning },
  { refused: "Forbidden", when: "oneself", request: { channel: "den", username: "ann" }, before: moderating },
  { when: "of who has blocked her", request: bob("@bob"), answer: ok, before: blocked },
  // An embedding program names one.
  { refused: "InvalidFrame", when: "nobody", doors: ["version 2"], request: { channel: "den" }, before: moderating },
  {
    refused: "InvalidFrame",
    when: "two at once",
    doors: ["version 2"],
    request: { channel: "den", username: "bob", address: "192.0.2.7" },
    admin: true,
  },
  {
    refused: "InvalidFrame",
    when: "no address",
    request: { channel: "den", address: "192.0.2.7/99" },
    admin: true,
  },
  { refused: "InvalidFrame", when: "backwards", request: { ...bob("den"), duration: -1 }, before: moderating },
  { refused: "InvalidFrame", when: "for long reasons", request: { ...bob("den"), reason: long }, before: moderating },
  {
    refused: "InvalidFrame",
    when: "no store holds why",
    request: { ...bob("den"), reason: "a\0b" },
    before: moderating,
  },
]

export const unban: ReadonlyArray<Case<"unban">> = [
  {
    request: bob("den"),
    answer: ok,
    before: all(
      moderating,
      olga((channel) => ({ type: "Ban", ...bob(channel) })),
    ),
  },
  { when: "of addresses", request: { channel: "den", address: "192.0.2.7" }, answer: ok, admin: true },
  {
    refused: "Forbidden",
    when: "of addresses, by an owner",
    request: { channel: "den", address: "192.0.2.7" },
    before: owning,
  },
  ...administering<"unban">("moderator", bob),
  { refused: "NoSuchUser", request: { channel: "den", username: "nobody" }, before: moderating },
  { when: "of who has blocked her", request: bob("@bob"), answer: ok, before: blocked },
  // An embedding program names one.
  { refused: "InvalidFrame", when: "nobody", doors: ["version 2"], request: { channel: "den" }, before: moderating },
]

export const mute: ReadonlyArray<Case<"mute">> = [
  { request: bob("den"), answer: ok, before: moderating },
  ...administering<"mute">("moderator", bob),
  { refused: "NoSuchUser", request: { channel: "den", username: "nobody" }, before: moderating },
  { refused: "InvalidFrame", when: "for a part", request: { ...bob("den"), duration: 0.5 }, before: moderating },
  { refused: "InvalidFrame", when: "for long reasons", request: { ...bob("den"), reason: long }, before: moderating },
  {
    refused: "InvalidFrame",
    when: "no store holds why",
    request: { ...bob("den"), reason: "a\0b" },
    before: moderating,
  },
]

export const unmute: ReadonlyArray<Case<"unmute">> = [
  {
    request: bob("den"),
    answer: ok,
    before: all(
      moderating,
      olga((channel) => ({ type: "Mute", ...bob(channel) })),
    ),
  },
  ...administering<"unmute">("moderator", bob),
  { refused: "NoSuchUser", request: { channel: "den", username: "nobody" }, before: moderating },
]

export const kick: ReadonlyArray<Case<"kick">> = [
  { request: { ...bob("den"), reason: "noise" }, answer: ok, before: all(moderating, bobJoined) },
  ...administering<"kick">("moderator", bob),
  { refused: "NoSuchUser", when: "he is not there", request: bob("den"), before: moderating },
  { refused: "InvalidFrame", request: { ...bob("den"), reason: long }, before: all(moderating, bobJoined) },
  {
    refused: "InvalidFrame",
    when: "no store holds why",
    request: { ...bob("den"), reason: "a\0b" },
    before: all(moderating, bobJoined),
  },
]

export const invite: ReadonlyArray<Case<"invite">> = [
  { request: bob("den"), answer: ok, before: moderating },
  ...administering<"invite">("moderator", bob),
  { refused: "NoSuchUser", request: { channel: "den", username: "nobody" }, before: moderating },
  { refused: "ChannelArchived", request: bob("den"), before: all(moderating, archived) },
]

export const setRole: ReadonlyArray<Case<"setRole">> = [
  { request: { ...bob("den"), role: "member" }, answer: ok, before: moderating },
  { when: "it is taken", request: bob("den"), answer: ok, before: owning },
  ...administering<"setRole">("moderator", (channel) => ({ ...bob(channel), role: "member" })),
  { refused: "NoSuchUser", request: { channel: "den", username: "nobody" }, before: moderating },
  {
    refused: "Forbidden",
    when: "higher than one's own",
    request: { ...bob("den"), role: "owner" },
    before: moderating,
  },
]

export const configure: ReadonlyArray<Case<"configure">> = [
  { request: { channel: "den", access: "private", slow_mode: 5, durability: "memory" }, answer: ok, before: owning },
  {
    when: "back from the archive",
    request: { channel: "den", archived: false },
    answer: ok,
    before: all(owning, archived),
  },
  {
    refused: "ChannelQuota",
    when: "back from the archive",
    request: { channel: "den", archived: false },
    settings: noQuota,
    before: all(owning, archived),
  },
  ...administering<"configure">("owner", (channel) => ({ channel, slow_mode: 5 })),
  { refused: "ChannelArchived", request: { channel: "den", slow_mode: 5 }, before: all(owning, archived) },
  {
    refused: "InvalidFrame",
    when: "slower than any clock",
    request: { channel: "den", slow_mode: 2 ** 32 },
    before: owning,
  },
]

export const renameChannel: ReadonlyArray<Case<"renameChannel">> = [
  // The lobby keeps its name.
  { request: { channel: "den", name: "cellar" }, answer: ok, before: owning },
  ...administering<"renameChannel">("owner", (channel) => ({ channel, name: "cellar" })),
  {
    refused: "ChannelExists",
    request: { channel: "den", name: "attic" },
    before: all(
      owning,
      olga(() => ({ type: "CreateChannel", channel: "attic" })),
    ),
  },
  { refused: "Forbidden", when: "a user's name", request: { channel: "den", name: "@bob" }, before: owning },
]

/** Ann administers the service. */
export const deleteChannel: ReadonlyArray<Case<"deleteChannel">> = [
  { request: { channel: "den" }, answer: ok, admin: true },
  { when: "nobody is in it", request: { channel: "attic" }, answer: ok, admin: true, before: atticOpened },
  { when: "it is archived", request: { channel: "den" }, answer: ok, admin: true, before: archived },
  { refused: "Forbidden", when: "the lobby", request: { channel: "lobby" }, admin: true },
  { refused: "Forbidden", when: "a conversation", request: { channel: "@bob" }, admin: true },
  { refused: "NoSuchChannel", request: { channel: "attic" } },
  { refused: "NoSuchUser", request: { channel: "@nobody" } },
  { refused: "TooManyChannels", request: { channel: "attic" }, settings: full },
  { refused: "Forbidden", when: "an owner", request: { channel: "den" }, before: owning },
]

const topic = (channel: string) => ({ channel, topic: "Tea" })

export const setTopic: ReadonlyArray<Case<"setTopic">> = [
  { request: topic("den"), answer: ok, before: moderating },
  ...administering<"setTopic">("moderator", topic, noSession),
  { refused: "NotMember", request: topic("den"), doors: sessions, outside: true, before: moderating },
  { refused: "ChannelArchived", request: topic("den"), before: all(moderating, archived) },
  { refused: "NotSupported", request: topic("@bob"), before: conversing },
  {
    refused: "InvalidFrame",
    when: "of marks on nothing",
    request: { channel: "den", topic: "\u0301" },
    before: moderating,
  },
  {
    refused: "SlowMode",
    request: topic("den"),
    before: all(
      role("member"),
      olga((channel) => ({ type: "Configure", channel, slow_mode: 60_000 })),
      annSpoke,
    ),
  },
]

export const createChannel: ReadonlyArray<Case<"createChannel">> = [
  { request: { channel: "attic", access: "private", topic: "Tea", durability: "memory" }, answer: ok },
  { refused: "ChannelExists", request: { channel: "den" } },
  { refused: "ChannelExists", when: "it looks like another", request: { channel: "DEN" } },
  { refused: "ChannelExists", when: "it looks like the lobby", request: { channel: "Iobby" } },
  { refused: "ChannelExists", when: "it is a conversation", request: { channel: "@bob" } },
  { refused: "Forbidden", request: { channel: "attic" }, guest: true },
  { refused: "TooManyChannels", request: { channel: "attic" }, settings: full },
  { refused: "ChannelQuota", request: { channel: "attic" }, settings: noQuota },
  { refused: "InvalidFrame", when: "about nothing", request: { channel: "attic", topic: "\u0301" } },
]

export const block: ReadonlyArray<Case<"block">> = [
  { request: { username: "bob" }, answer: ok },
  { refused: "NoSuchUser", request: { username: "nobody" } },
  { refused: "Forbidden", when: "oneself", request: { username: "ann" } },
  { refused: "Forbidden", when: "a guest would", request: { username: "bob" }, guest: true },
  { refused: "TooManyChannels", request: { username: "bob" }, settings: full },
  { when: "who has blocked her", request: { username: "bob" }, answer: ok, before: blocked },
]

export const unblock: ReadonlyArray<Case<"unblock">> = [
  { refused: "Forbidden", when: "oneself", request: { username: "ann" } },
  { request: { username: "bob" }, answer: ok, before: ({ ann }) => ann("block", { username: "bob" }) },
  { refused: "NoSuchUser", request: { username: "nobody" } },
  { refused: "TooManyChannels", request: { username: "bob" }, settings: full },
  { when: "who has blocked her", request: { username: "bob" }, answer: ok, before: blocked },
]

export const listBlocked: ReadonlyArray<Case<"listBlocked">> = [
  { request: {}, answer: { type: "Blocked", usernames: [] } },
  {
    when: "somebody is",
    request: {},
    answer: { usernames: ["bob"] },
    before: ({ ann }) => ann("block", { username: "bob" }),
  },
]
