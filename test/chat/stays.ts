/** Coming and going, and being there. */
import type { Case } from "./table.ts"
import { noQuota, reading } from "./table.ts"
import { sessions } from "./doors.ts"

export const join: ReadonlyArray<Case<"join">> = [
  { outside: true, request: { channel: "den" }, answer: { type: "Joined", channel: "den", seq: 1, count: 2 } },
  { when: "a conversation", request: { channel: "@BOB" }, answer: { type: "Joined", channel: "@bob", seq: 0 } },
  { when: "a new channel", request: { channel: "attic" }, answer: { role: "owner" } },
  ...reading<"join">((channel) => ({ channel }), sessions),
  { refused: "ChannelQuota", request: { channel: "attic" }, doors: sessions, settings: noQuota },
  { refused: "AlreadyMember", request: { channel: "den" } },
  { refused: "ChannelExists", when: "it looks like another", request: { channel: "Den" } },
  { refused: "Forbidden", when: "its name mixes scripts", request: { channel: "dеnt" } },
  { refused: "NoSuchChannel", when: "it is another", request: { channel: "den", id: "gone" }, doors: ["version 2"] },
  { refused: "NoSuchChannel", when: "it is no more", request: { channel: "attic", id: "gone" }, doors: ["version 2"] },
  {
    refused: "InvalidFrame",
    when: "no id is so",
    unreadable: true,
    request: { channel: "den", id: "a\0b" },
    doors: ["version 2"],
  },
  { refused: "TooManyMemberships", request: { channel: "attic" }, settings: { hub: { maxMemberships: 1 } } },
]

export const leave: ReadonlyArray<Case<"leave">> = [
  { request: { channel: "den" }, answer: { type: "Left", channel: "den" } },
  { refused: "NotMember", request: { channel: "den" }, outside: true },
]

export const typing: ReadonlyArray<Case<"typing">> = [
  { request: { channel: "den" }, answer: {} },
  { refused: "NotMember", request: { channel: "den" }, outside: true },
]

export const setStatus: ReadonlyArray<Case<"setStatus">> = [
  { request: { status: "busy", text: "tea" }, answer: { type: "Ok" } },
  {
    refused: "InvalidFrame",
    when: "it is long",
    unreadable: true,
    request: { status: "busy", text: "x".repeat(129) },
  },
  { refused: "InvalidFrame", when: "it is a mark on nothing", request: { status: "busy", text: "\u0301" } },
]
