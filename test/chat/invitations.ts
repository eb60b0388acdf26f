/** Invitations for whoever has the code. */
import * as Effect from "effect/Effect"
import type { Case } from "./table.ts"
import { administering, all, archived, banned, type Before, hidden, muted, olga, role } from "./table.ts"

const moderating = role("moderator")
const unknown = "natjoin_AAAAAAAAAAAAAAAAAAAAAA"

interface Made {
  readonly id: string
  readonly code: string
}

/** Olga has made one; its code stands for `<code>`, its id for `<link>`. */
const made =
  (options: { readonly lifetime?: number; readonly uses?: number } = {}): Before =>
  ({ channel, olga, remember }) =>
    Effect.map(olga.ask({ type: "CreateInviteLink", channel, ...options }, "InviteLinkCreated"), (made: Made) => {
      remember(made.code, "<code>")
      remember(made.id, "<link>")
    })

/** Bob, who has come in by it. */
const bobAccepted: Before = ({ accept }) => accept("bob")

const revoked: Before = (world) =>
  Effect.flatMap(made()(world), () =>
    olga((channel) => ({ type: "RevokeInviteLink", channel, id: world.remembered("<link>") }))(world),
  )

const link = (channel: string) => ({ channel, id: "<link>" })
const byCode = { code: "<code>" }

export const createInviteLink: ReadonlyArray<Case<"createInviteLink">> = [
  {
    request: { channel: "den" },
    answer: { type: "InviteLinkCreated", channel: "den", id: "<an id>", code: "<a code>" },
    before: moderating,
  },
  {
    when: "for a while, and two",
    request: { channel: "den", lifetime: 60_000, uses: 2 },
    answer: { type: "InviteLinkCreated", until: 60_000 },
    before: moderating,
  },
  ...administering<"createInviteLink">("moderator", (channel) => ({ channel })),
  { refused: "Forbidden", when: "to a conversation", request: { channel: "@bob" } },
  { refused: "ChannelArchived", request: { channel: "den" }, before: all(moderating, archived) },
  { refused: "InvalidFrame", when: "for no time", request: { channel: "den", lifetime: 0 }, before: moderating },
  { refused: "InvalidFrame", when: "for nobody", request: { channel: "den", uses: 0 }, before: moderating },
  { refused: "InvalidFrame", when: "for a half", request: { channel: "den", uses: 0.5 }, before: moderating },
]

export const listInviteLinks: ReadonlyArray<Case<"listInviteLinks">> = [
  { request: { channel: "den" }, answer: { type: "InviteLinks", channel: "den", links: [] }, before: moderating },
  {
    when: "one of two is over",
    request: { channel: "den" },
    answer: { links: [{ id: "<link>", by: "olga", created: 0, used: 0 }] },
    before: all(moderating, made({ uses: 1 }), bobAccepted, made()),
  },
  ...administering<"listInviteLinks">("moderator", (channel) => ({ channel })),
  { refused: "ChannelArchived", request: { channel: "den" }, before: all(moderating, archived) },
]

export const revokeInviteLink: ReadonlyArray<Case<"revokeInviteLink">> = [
  { request: link("den"), answer: { type: "Ok" }, before: all(moderating, made()) },
  ...administering<"revokeInviteLink">("moderator", (channel) => ({ channel, id: "nothing" })),
  { refused: "ChannelArchived", request: link("den"), before: all(moderating, made(), archived) },
  { refused: "NoSuchInvitation", request: { channel: "den", id: "nothing" }, before: moderating },
  { refused: "NoSuchInvitation", when: "it was before", request: link("den"), before: all(moderating, revoked) },
]

export const acceptInvite: ReadonlyArray<Case<"acceptInvite">> = [
  { request: byCode, answer: { type: "InviteAccepted", channel: "den" }, outside: true, before: all(made(), hidden) },
  { when: "she is a member", request: byCode, answer: { channel: "den" }, before: all(made({ uses: 1 }), moderating) },
  { when: "she is muted", request: byCode, outside: true, before: all(made(), muted) },
  { when: "it is archived", request: byCode, outside: true, before: all(made(), hidden, archived) },
  { when: "she is a guest, and it is open", request: byCode, guest: true, outside: true, before: made() },
  {
    refused: "Forbidden",
    when: "she is a guest, and it is private",
    request: byCode,
    guest: true,
    outside: true,
    before: all(made(), hidden),
  },
  { refused: "Banned", request: byCode, outside: true, before: all(made(), hidden, banned) },
  { refused: "NoSuchInvitation", request: { code: unknown } },
  { refused: "NoSuchInvitation", when: "it is none", request: { code: "tea" } },
  { refused: "NoSuchInvitation", when: "it was taken back", request: byCode, outside: true, before: revoked },
  {
    refused: "NoSuchInvitation",
    when: "somebody else has used it up",
    request: byCode,
    outside: true,
    before: all(made({ uses: 1 }), bobAccepted),
  },
]
