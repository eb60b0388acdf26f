import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Redacted from "effect/Redacted"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import { all, type ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { calm, user2 } from "../suites/transportWorld.ts"

type Sent = typeof ClientFrame.Encoded
type Answer = "ok" | RequestErrorReason

/**
 * Who asks, in a channel of somebody's with a visitor in it. `muted` is a member; `banned` and `outside` were in it and
 * said something before they were banned, or the channel was made private.
 */
const standings = ["admin", "owner", "moderator", "member", "stranger", "guest", "muted", "banned", "outside"] as const
type Standing = (typeof standings)[number]

interface Case {
  readonly what?: string
  readonly frame: (channel: string) => Sent
  /** Whether it is asked by somebody who is in the channel, where that is possible. */
  readonly inside?: boolean
  readonly answers: Readonly<Record<Standing, Answer>>
}

const everybody: Record<Standing, Answer> = {
  admin: "ok",
  owner: "ok",
  moderator: "ok",
  member: "ok",
  stranger: "ok",
  guest: "ok",
  muted: "ok",
  banned: "ok",
  outside: "ok",
}
const nobody = Object.fromEntries(standings.map((standing) => [standing, "Forbidden"])) as Record<Standing, Answer>
const same = (answer: Answer) =>
  Object.fromEntries(standings.map((standing) => [standing, answer])) as Record<Standing, Answer>
/** Those who are not in the channel have nothing to do there. */
const members = { ...everybody, banned: "NotMember", outside: "NotMember" } as const
/** For which one need not be in the channel: rights alone decide. */
const readers = { ...everybody, banned: "Banned", outside: "Forbidden" } as const
const speakers = { ...members, muted: "Muted" } as const
const inCharge = { ...nobody, admin: "ok", owner: "ok", moderator: "ok" } as const
const owners = { ...nobody, admin: "ok", owner: "ok" } as const

/** There is no such file: who may have none is told that first. */
const file = "01935530-1b2c-7d3e-8f40-a1b2c3d4e5f6"
const senders = { ...same("NoSuchFile"), muted: "Muted", banned: "NotMember", outside: "NotMember" } as const

const id = "x"
const username = "visitor"

/** Every command there is, and who gets which answer. */
const commands: {
  readonly [Type in ClientFrame["type"]]: ReadonlyArray<Case> | "ends the session" | "is an answer" | "goes on"
} = {
  Login: [{ frame: () => ({ type: "Login", username: "a", password: "b" }), answers: same("AlreadyAuthenticated") }],
  Authenticate: [{ frame: () => ({ type: "Authenticate", token: "x" }), answers: same("AlreadyAuthenticated") }],
  Join: [
    {
      frame: (channel) => ({ type: "Join", channel }),
      answers: { ...everybody, banned: "Banned", outside: "Forbidden" },
    },
  ],
  Leave: [{ inside: true, frame: (channel) => ({ type: "Leave", channel }), answers: members }],
  ListChannels: [{ frame: () => ({ type: "ListChannels" }), answers: everybody }],
  SetTopic: [
    {
      inside: true,
      frame: (channel) => ({ type: "SetTopic", channel, topic: "tea" }),
      answers: { ...speakers, stranger: "Forbidden", guest: "Forbidden" },
    },
  ],
  Publish: [{ inside: true, frame: (channel) => ({ type: "Publish", channel, id, content: "x" }), answers: speakers }],
  Edit: [
    {
      what: "one's own",
      inside: true,
      frame: (channel) => ({ type: "Edit", channel, id, target: 2, content: "x" }),
      answers: speakers,
    },
    {
      what: "another's",
      inside: true,
      frame: (channel) => ({ type: "Edit", channel, id, target: 1, content: "x" }),
      answers: { ...nobody, banned: "NotMember", outside: "NotMember" },
    },
  ],
  Delete: [
    {
      what: "one's own",
      inside: true,
      frame: (channel) => ({ type: "Delete", channel, id, target: 2 }),
      answers: members,
    },
    {
      what: "another's",
      inside: true,
      frame: (channel) => ({ type: "Delete", channel, id, target: 1 }),
      answers: { ...inCharge, banned: "NotMember", outside: "NotMember" },
    },
  ],
  React: [
    {
      inside: true,
      frame: (channel) => ({ type: "React", channel, id, target: 1, reaction: "+1" }),
      answers: speakers,
    },
  ],
  Read: [{ inside: true, frame: (channel) => ({ type: "Read", channel, seq: 1 }), answers: members }],
  History: [true, false].map((inside) => ({
    what: inside ? "inside" : "outside",
    inside,
    frame: (channel) => ({ type: "History", channel }),
    answers: readers,
  })),
  Search: [true, false].map((inside) => ({
    what: inside ? "inside" : "outside",
    inside,
    frame: (channel) => ({ type: "Search", channel, text: "x" }),
    answers: readers,
  })),
  ListUnread: [{ frame: () => ({ type: "ListUnread" }), answers: everybody }],
  CreateChannel: [
    {
      what: "a new one",
      frame: (channel) => ({ type: "CreateChannel", channel: `${channel}-new` }),
      answers: { ...everybody, guest: "Forbidden" },
    },
    {
      what: "one that is there",
      frame: (channel) => ({ type: "CreateChannel", channel }),
      answers: same("ChannelExists"),
    },
  ],
  Configure: [
    { what: "access", frame: (channel) => ({ type: "Configure", channel, access: "public" }), answers: owners },
    { what: "slow mode", frame: (channel) => ({ type: "Configure", channel, slow_mode: 5 }), answers: owners },
    {
      what: "durability",
      frame: (channel) => ({ type: "Configure", channel, durability: "memory" }),
      answers: owners,
    },
    { what: "archive", frame: (channel) => ({ type: "Configure", channel, archived: true }), answers: owners },
    { what: "nothing", frame: (channel) => ({ type: "Configure", channel }), answers: owners },
  ],
  RenameChannel: [
    { frame: (channel) => ({ type: "RenameChannel", channel, name: `${channel}-new` }), answers: owners },
  ],
  DeleteChannel: [{ frame: (channel) => ({ type: "DeleteChannel", channel }), answers: { ...nobody, admin: "ok" } }],
  Invite: [{ frame: (channel) => ({ type: "Invite", channel, username }), answers: inCharge }],
  CreateInviteLink: [{ frame: (channel) => ({ type: "CreateInviteLink", channel }), answers: inCharge }],
  ListInviteLinks: [{ frame: (channel) => ({ type: "ListInviteLinks", channel }), answers: inCharge }],
  RevokeInviteLink: [
    {
      frame: (channel) => ({ type: "RevokeInviteLink", channel, id: "nothing" }),
      answers: { ...nobody, admin: "NoSuchInvitation", owner: "NoSuchInvitation", moderator: "NoSuchInvitation" },
    },
  ],
  AcceptInvite: [{ frame: () => ({ type: "AcceptInvite", code: "tea" }), answers: same("NoSuchInvitation") }],
  SetRole: [
    {
      what: "member",
      frame: (channel) => ({ type: "SetRole", channel, username, role: "member" }),
      answers: inCharge,
    },
    {
      what: "moderator",
      frame: (channel) => ({ type: "SetRole", channel, username, role: "moderator" }),
      answers: owners,
    },
    { what: "owner", frame: (channel) => ({ type: "SetRole", channel, username, role: "owner" }), answers: owners },
    {
      what: "none for the last owner",
      frame: (channel) => ({ type: "SetRole", channel, username: "owner" }),
      answers: nobody,
    },
  ],
  Kick: [
    { what: "a visitor", frame: (channel) => ({ type: "Kick", channel, username }), answers: inCharge },
    {
      what: "the owner",
      frame: (channel) => ({ type: "Kick", channel, username: "owner" }),
      answers: { ...nobody, admin: "ok" },
    },
  ],
  Ban: [
    { what: "a visitor", frame: (channel) => ({ type: "Ban", channel, username }), answers: inCharge },
    {
      what: "addresses",
      frame: (channel) => ({ type: "Ban", channel, address: "192.0.2.0/24" }),
      answers: { ...nobody, admin: "ok" },
    },
    { what: "the last owner", frame: (channel) => ({ type: "Ban", channel, username: "owner" }), answers: nobody },
  ],
  Unban: [
    { frame: (channel) => ({ type: "Unban", channel, username }), answers: inCharge },
    {
      what: "addresses",
      frame: (channel) => ({ type: "Unban", channel, address: "192.0.2.0/24" }),
      answers: { ...nobody, admin: "ok" },
    },
  ],
  Mute: [
    { what: "a visitor", frame: (channel) => ({ type: "Mute", channel, username }), answers: inCharge },
    {
      what: "the owner",
      frame: (channel) => ({ type: "Mute", channel, username: "owner" }),
      answers: { ...nobody, admin: "ok" },
    },
  ],
  Unmute: [{ frame: (channel) => ({ type: "Unmute", channel, username }), answers: inCharge }],
  Block: [{ frame: () => ({ type: "Block", username }), answers: { ...everybody, guest: "Forbidden" } }],
  Unblock: [{ frame: () => ({ type: "Unblock", username }), answers: everybody }],
  ListBlocked: [{ frame: () => ({ type: "ListBlocked" }), answers: everybody }],
  Describe: [
    {
      frame: (channel) => ({ type: "Describe", channel }),
      answers: readers,
    },
  ],
  Audit: [{ frame: (channel) => ({ type: "Audit", channel }), answers: inCharge }],
  Typing: [{ inside: true, frame: (channel) => ({ type: "Typing", channel }), answers: members }],
  StartUpload: [
    {
      inside: true,
      frame: (channel) => ({ type: "StartUpload", channel, name: "tea.txt", size: 3 }),
      answers: speakers,
    },
  ],
  ResumeUpload: [{ inside: true, frame: (channel) => ({ type: "ResumeUpload", channel, file }), answers: senders }],
  CancelUpload: [{ inside: true, frame: (channel) => ({ type: "CancelUpload", channel, file }), answers: senders }],
  Download: [
    {
      frame: (channel) => ({ type: "Download", channel, file }),
      answers: { ...same("NoSuchFile"), banned: "Banned", outside: "Forbidden" },
    },
  ],
  // With what another one has begun.
  UploadChunk: "goes on",
  FileAck: "goes on",
  CloseDownload: "goes on",
  SetStatus: [{ frame: () => ({ type: "SetStatus", status: "busy" }), answers: everybody }],
  Ping: [{ frame: () => ({ type: "Ping", sequence: 1 }), answers: everybody }],
  Pong: "is an answer",
  Disconnect: "ends the session",
}

/** Behind it everything was answered: what has no answer of its own has been refused before, or not at all. */
let fences = 4_000_000_000

/** What becomes of a request. */
const answer = Effect.fnUntraced(function* (client: TestClient2, frame: Sent) {
  const fence = fences++
  const answered = frame.type !== "Typing" && frame.type !== "Ping"
  const sent = answered ? ({ ...frame, ref: fence } as Sent) : frame
  yield* client.send(sent, { type: "Ping", sequence: fence })
  while (true) {
    const next = yield* client.next
    const isError = next.type === "Error"
    if (answered ? "ref" in next && next.ref === fence : isError) return isError ? next.name : "ok"
    if (!answered && next.type === "Pong" && next.sequence === fence) return "ok"
  }
})

const layer = TestServer.layerMemory({
  ...calm,
  accounts: { mode: "guest" },
  hub: { ...calm.hub, publishing: undefined },
  session: { frames: undefined, maxViolations: 1000 },
})

const setUp = Effect.fnUntraced(function* (
  [owner, visitor, subject]: readonly [TestClient2, TestClient2, TestClient2],
  standing: Standing,
  channel: string,
  inside: boolean,
) {
  yield* owner.ask({ type: "CreateChannel", channel }, "Ok")
  for (const client of [owner, visitor]) yield* client.ask({ type: "Join", channel }, "Joined")
  yield* visitor.ask({ type: "Publish", channel, id: "1", content: "x" }, "Published")
  if (standing !== "owner") yield* subject.ask({ type: "Join", channel }, "Joined")
  yield* subject.ask({ type: "Publish", channel, id: "2", content: "x" }, "Published")
  if (!inside) yield* subject.ask({ type: "Leave", channel }, "Left")
  const username = "subject"
  switch (standing) {
    case "moderator":
    case "member":
      return yield* owner.ask({ type: "SetRole", channel, username, role: standing }, "Ok")
    case "muted":
      yield* owner.ask({ type: "SetRole", channel, username, role: "member" }, "Ok")
      return yield* owner.ask({ type: "Mute", channel, username }, "Ok")
    case "banned":
      return yield* owner.ask({ type: "Ban", channel, username }, "Ok")
    case "outside":
      return yield* owner.ask({ type: "Configure", channel, access: "private" }, "Ok")
    default:
      return undefined
  }
})

describe("every command, by everybody", () => {
  it("has its row", () => {
    assert.sameMembers(
      Object.keys(commands),
      all.map(({ fields }) => fields.type.literal),
    )
  })

  for (const standing of standings) {
    it.live(`as ${standing}`, () =>
      Effect.gen(function* () {
        const server = yield* TestServer
        for (const name of ["owner", "visitor", ...(standing === "guest" ? [] : ["subject"])]) {
          const role = standing === "admin" && name === "subject" ? "admin" : "member"
          yield* server.accounts.add({ name, password: Redacted.make(`${name}'s`), role })
        }
        const owner = yield* user2(server, "owner")
        const visitor = yield* user2(server, "visitor")
        const subject = standing === "owner" ? owner : yield* user2(server, "subject")
        const found: Array<string> = []
        const expected: Array<string> = []
        let n = 0
        for (const [type, cases] of Object.entries(commands)) {
          if (typeof cases === "string") continue
          for (const { answers, frame, inside = false, what } of cases) {
            const channel = `c${++n}`
            const title = `${type}${what === undefined ? "" : ` (${what})`}`
            yield* setUp([owner, visitor, subject], standing, channel, inside)
            found.push(`${title}: ${yield* answer(subject, frame(channel))}`)
            expected.push(`${title}: ${answers[standing]}`)
            for (const client of [owner, visitor]) if (client !== subject) yield* answer(client, { type: "Ping" })
            for (const client of new Set([owner, visitor, subject])) yield* answer(client, { type: "Leave", channel })
          }
        }
        assert.deepStrictEqual(found, expected)
      }).pipe(Effect.scoped, Effect.provide(layer), Effect.provideService(References.MinimumLogLevel, "None")),
    )
  }
})
