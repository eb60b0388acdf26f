import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Requests from "../../src/client/Requests.ts"
import { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"

/** The frame that a request sends, without the fields that are undefined. */
const sent = (request: (requests: Requests.Requests<never>) => unknown) => {
  const frames: Array<unknown> = []
  const ask = (frame: Requests.RequestFrame) => {
    frames.push(Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)))
    return Effect.never
  }
  const requests = Requests.of<never>(ask)
  frames.length = 0
  request(requests)
  return frames
}

describe("Requests", () => {
  const cases: ReadonlyArray<readonly [string, (requests: Requests.Requests<never>) => unknown, object]> = [
    ["setTopic", (to) => to.setTopic("den", "tea"), { type: "SetTopic", channel: "den", topic: "tea" }],
    ["setStatus", (to) => to.setStatus("busy", "x"), { type: "SetStatus", status: "busy", text: "x" }],
    ["setStatus without text", (to) => to.setStatus("busy"), { type: "SetStatus", status: "busy" }],
    ["channels", (to) => to.channels("den"), { type: "ListChannels", after: "den" }],
    [
      "history",
      (to) => to.history("den", { after: 1, limit: 2 }),
      { type: "History", channel: "den", after: 1, limit: 2 },
    ],
    [
      "search",
      (to) => to.search("tea", { channel: "den", limit: 2 }),
      { type: "Search", text: "tea", channel: "den", limit: 2 },
    ],
    ["read", (to) => to.read("den", 3), { type: "Read", channel: "den", seq: 3 }],
    ["unread", (to) => to.unread("x"), { type: "ListUnread", after: "x" }],
    [
      "createChannel",
      (to) => to.createChannel("den", { access: "private", topic: "tea", durability: "memory" }),
      { type: "CreateChannel", channel: "den", access: "private", topic: "tea", durability: "memory" },
    ],
    [
      "configure",
      (to) => to.configure("den", { archived: true, slowMode: 1000, access: "public", durability: "disk" }),
      { type: "Configure", channel: "den", archived: true, slow_mode: 1000, access: "public", durability: "disk" },
    ],
    ["rename", (to) => to.rename("den", "attic"), { type: "RenameChannel", channel: "den", name: "attic" }],
    ["deleteChannel", (to) => to.deleteChannel("den"), { type: "DeleteChannel", channel: "den" }],
    ["invite", (to) => to.invite("den", "bob"), { type: "Invite", channel: "den", username: "bob" }],
    [
      "createInviteLink",
      (to) => to.createInviteLink("den", { lifetime: 5, uses: 2 }),
      { type: "CreateInviteLink", channel: "den", lifetime: 5, uses: 2 },
    ],
    ["inviteLinks", (to) => to.inviteLinks("den"), { type: "ListInviteLinks", channel: "den" }],
    [
      "revokeInviteLink",
      (to) => to.revokeInviteLink("den", "i"),
      { type: "RevokeInviteLink", channel: "den", id: "i" },
    ],
    ["acceptInvite", (to) => to.acceptInvite("natjoin_x"), { type: "AcceptInvite", code: "natjoin_x" }],
    [
      "setRole",
      (to) => to.setRole("den", "bob", "owner"),
      { type: "SetRole", channel: "den", username: "bob", role: "owner" },
    ],
    [
      "setRole to none",
      (to) => to.setRole("den", "bob", undefined),
      { type: "SetRole", channel: "den", username: "bob" },
    ],
    ["kick", (to) => to.kick("den", "bob", "x"), { type: "Kick", channel: "den", username: "bob", reason: "x" }],
    [
      "ban",
      (to) => to.ban("den", { username: "bob" }, { duration: 5, reason: "x" }),
      { type: "Ban", channel: "den", username: "bob", duration: 5, reason: "x" },
    ],
    [
      "ban of addresses",
      (to) => to.ban("den", { address: "10.0.0.0/8" }),
      { type: "Ban", channel: "den", address: "10.0.0.0/8" },
    ],
    ["unban", (to) => to.unban("den", { username: "bob" }), { type: "Unban", channel: "den", username: "bob" }],
    [
      "mute",
      (to) => to.mute("den", "bob", { duration: 5, reason: "x" }),
      { type: "Mute", channel: "den", username: "bob", duration: 5, reason: "x" },
    ],
    ["unmute", (to) => to.unmute("den", "bob"), { type: "Unmute", channel: "den", username: "bob" }],
    ["block", (to) => to.block("bob"), { type: "Block", username: "bob" }],
    ["unblock", (to) => to.unblock("bob"), { type: "Unblock", username: "bob" }],
    ["describe", (to) => to.describe("den"), { type: "Describe", channel: "den" }],
    ["audit", (to) => to.audit("den", 7), { type: "Audit", channel: "den", before: 7 }],
  ]

  it.each(cases)("%s asks for what it says, in a frame that a server reads", (_, request, frame) => {
    assert.deepStrictEqual(sent(request), [frame])
    Schema.decodeUnknownSync(ClientFrame)({ ...frame, ref: 1 })
  })

  it("blocked asks for the list", () => {
    const frames: Array<unknown> = []
    Requests.of<never>((frame) => (frames.push(frame), Effect.never))
    assert.deepStrictEqual(frames, [{ type: "ListBlocked" }])
  })
})
