import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { calm, expectNothing, idOf, live, member1, member2, nobodyLeft, user2, type World } from "./transportWorld.ts"

type Sent = typeof ClientFrame.Encoded

const channel = "den"
const publish = (id: string, where = channel): Sent => ({ type: "Publish", channel: where, id, content: id })
const done = (client: TestClient2, request: Sent) => client.ask(request, "Ok")
const refused = Effect.fnUntraced(function* (client: TestClient2, request: Sent, reason: RequestErrorReason) {
  const error = yield* client.ask(request, "Error")
  assert.strictEqual(error.name, reason)
  return error
})
const join = (client: TestClient2, where = channel) => client.ask({ type: "Join", channel: where }, "Joined")

/** Ann, who made the channel, and bob, who is in it. */
const two = Effect.fnUntraced(function* (server: TestServer["Service"]) {
  const ann = yield* member2(server, "ann", channel)
  const bob = yield* member2(server, "bob", channel)
  return { ann, bob }
})

export const rights = ({ addressed = true, layer }: World): void => {
  live("who enters first owns the channel, and is told so; the next is a stranger", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      assert.strictEqual((yield* join(ann)).role, "owner")
      assert.isUndefined((yield* join(bob)).role)
      assert.isUndefined((yield* join(bob, "lobby")).role)
      const info = yield* bob.ask({ type: "Describe", channel }, "ChannelInfo")
      assert.deepInclude(info, { access: "public", archived: false, slow_mode: 0 } as object)
      assert.deepStrictEqual<unknown>(info.roles, [{ username: "ann", role: "owner" }])
      assert.isUndefined(info.sanctions)
    }),
  )

  live(
    "where channels have to be made, nothing else leads to one; the lobby is there",
    layer({ ...calm, hub: { ...calm.hub, createOnJoin: false } }),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* user2(server, "ann")
        const bob = yield* user2(server, "bob")
        yield* refused(ann, { type: "Join", channel }, "NoSuchChannel")
        yield* refused(ann, { type: "Describe", channel }, "NoSuchChannel")
        yield* join(ann, "lobby")
        yield* done(ann, { type: "CreateChannel", channel, access: "private", topic: "tea" })
        assert.deepInclude(yield* join(ann), { role: "owner", access: "private", topic: "tea" } as object)
        // A stranger learns nothing of it.
        yield* refused(bob, { type: "Join", channel }, "NoSuchChannel")
        yield* refused(bob, { type: "Audit", channel }, "NoSuchChannel")
        assert.deepStrictEqual<unknown>((yield* bob.ask({ type: "ListChannels" }, "Channels")).channels, [
          { channel: "lobby", topic: "", count: 1 },
        ])
        assert.lengthOf((yield* ann.ask({ type: "ListChannels" }, "Channels")).channels, 2)
      }),
  )

  live("a private channel is for those who were invited", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      yield* done(ann, { type: "CreateChannel", channel, access: "private" })
      yield* refused(bob, { type: "Join", channel }, "Forbidden")
      yield* done(ann, { type: "Invite", channel, username: "BOB" })
      assert.deepStrictEqual<unknown>(yield* bob.expect("Invited"), {
        type: "Invited",
        channel,
        by: "ann",
        by_id: idOf(ann),
      })
      assert.strictEqual((yield* join(bob)).role, "member")
      yield* bob.ask(publish("1"), "Published")
      // Whose role is taken away is out at once.
      yield* done(ann, { type: "SetRole", channel, username: "bob" })
      assert.deepInclude(yield* bob.until("RoleChanged"), { username: "bob", by: "ann", by_id: idOf(ann) } as object)
      assert.deepStrictEqual<unknown>(yield* bob.expect("Left"), { type: "Left", channel })
      yield* refused(bob, publish("2"), "NotMember")
      yield* refused(ann, { type: "Invite", channel, username: "nobody" }, "NoSuchUser")
    }),
  )

  live("a channel that becomes private keeps those with a role", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* done(ann, { type: "Configure", channel, access: "private", durability: "memory" })
      assert.deepStrictEqual<unknown>(yield* bob.until("ChannelChanged"), {
        type: "ChannelChanged",
        channel,
        access: "private",
        archived: false,
        slow_mode: 0,
        durability: "memory",
        by: "ann",
        by_id: idOf(ann),
      })
      yield* bob.until("Left")
      yield* ann.ask(publish("1"), "Published")
      yield* expectNothing(bob)
      assert.deepStrictEqual((yield* bob.ask({ type: "ListUnread" }, "Unread")).channels, [])
    }),
  )

  live("in a channel that is read-only, moderators speak", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* done(ann, { type: "Configure", channel, access: "readonly" })
      yield* refused(bob, publish("1"), "Forbidden")
      yield* ann.ask(publish("2"), "Published")
      yield* done(ann, { type: "SetRole", channel, username: "bob", role: "moderator" })
      yield* bob.ask(publish("3"), "Published")
    }),
  )

  live("an archived channel is read, not written to, and not listed", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* ann.ask(publish("1"), "Published")
      yield* done(ann, { type: "Configure", channel, archived: true })
      yield* refused(ann, publish("2"), "ChannelArchived")
      yield* refused(ann, { type: "SetTopic", channel, topic: "x" }, "ChannelArchived")
      assert.lengthOf((yield* bob.ask({ type: "History", channel }, "HistoryPage")).entries, 1)
      assert.deepStrictEqual((yield* ann.ask({ type: "ListChannels" }, "Channels")).channels, [])
      const cat = yield* user2(server, "cat")
      assert.strictEqual((yield* join(cat)).archived, true)
      yield* done(ann, { type: "Configure", channel, archived: false })
      yield* bob.ask(publish("3"), "Published")
    }),
  )

  live("a channel keeps its members and its places under another name", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* ann.ask(publish("1"), "Published")
      yield* join(bob, "attic")
      yield* refused(ann, { type: "RenameChannel", channel, name: "attic" }, "ChannelExists")
      yield* done(ann, { type: "RenameChannel", channel, name: "cellar" })
      const renamed = { type: "Renamed", channel, name: "cellar", by: "ann", by_id: idOf(ann) }
      assert.deepStrictEqual<unknown>(yield* bob.until("Renamed"), renamed)
      assert.strictEqual((yield* bob.ask(publish("2", "cellar"), "Published")).seq, 2)
      yield* refused(bob, publish("3"), "NotMember")
      assert.deepStrictEqual<unknown>(yield* ann.until("Renamed"), renamed)
      assert.deepInclude(yield* ann.expect("Message"), { channel: "cellar", seq: 2 } as object)
      // The old name is another channel's from here on.
      const cat = yield* user2(server, "cat")
      assert.deepInclude(yield* join(cat), { seq: 0, role: "owner" } as object)
      assert.strictEqual((yield* join(cat, "cellar")).seq, 2)
      yield* bob.ask({ type: "Leave", channel: "cellar" }, "Left")
      assert.strictEqual((yield* join(bob, "cellar")).seq, 2)
    }),
  )

  live("who is kicked is out, with every session, and may come back", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      const again = yield* member2(server, "bob", channel)
      yield* done(ann, { type: "Kick", channel, username: "bob", reason: "noise" })
      const kicked = { type: "Kicked", channel, username: "bob", by: "ann", by_id: idOf(ann), reason: "noise" }
      for (const client of [bob, again]) {
        assert.deepStrictEqual<unknown>(yield* client.until("Kicked"), kicked)
        assert.deepStrictEqual<unknown>(yield* client.expect("Left"), { type: "Left", channel })
      }
      assert.deepStrictEqual<unknown>(yield* ann.until("Kicked"), kicked)
      yield* ann.ask(publish("1"), "Published")
      for (const client of [bob, again]) yield* expectNothing(client)
      yield* refused(bob, publish("2"), "NotMember")
      yield* refused(ann, { type: "Kick", channel, username: "bob" }, "NoSuchUser")
      yield* join(bob)
      yield* bob.ask(publish("3"), "Published")
    }),
  )

  live("who is banned is out until the ban ends or is taken back", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* done(ann, { type: "Ban", channel, username: "bob", reason: "noise" })
      yield* bob.until("Kicked")
      yield* bob.expect("Left")
      yield* refused(bob, { type: "Join", channel }, "Banned")
      const { sanctions } = yield* ann.ask({ type: "Describe", channel }, "ChannelInfo")
      assert.deepStrictEqual<unknown>(sanctions, [{ kind: "ban", username: "bob", by: "ann", reason: "noise" }])
      yield* done(ann, { type: "Unban", channel, username: "bob" })
      yield* join(bob)
      yield* done(ann, { type: "Ban", channel, username: "bob", duration: 0 })
      yield* bob.ask(publish("1"), "Published")
      yield* refused(ann, { type: "Ban", channel }, "InvalidFrame")
      yield* refused(ann, { type: "Ban", channel, address: "1.2.3.4" }, "Forbidden")
    }),
  )

  live("who is muted listens", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* bob.send({ type: "Typing", channel })
      assert.notProperty(yield* ann.expect("UserTyping"), "stopped")
      yield* done(ann, { type: "Mute", channel, username: "bob" })
      // What was on its way is not waited for.
      assert.deepInclude(yield* ann.expect("UserTyping"), { username: "bob", stopped: true } as object)
      yield* refused(bob, publish("1"), "Muted")
      yield* bob.send({ type: "Typing", channel })
      yield* expectNothing(ann)
      yield* ann.ask(publish("2"), "Published")
      assert.strictEqual((yield* bob.expect("Message")).seq, 1)
      yield* done(ann, { type: "Unmute", channel, username: "bob" })
      yield* bob.ask(publish("3"), "Published")
    }),
  )

  live("in slow mode one waits between two messages, and is told for how long", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* done(ann, { type: "Configure", channel, slow_mode: 3_600_000 })
      yield* bob.ask(publish("1"), "Published")
      const { retry_after, retryable } = yield* refused(bob, publish("2"), "SlowMode")
      assert.isTrue(retryable)
      assert.isAtMost(retry_after!, 3_600_000)
      assert.isAbove(retry_after!, 3_500_000)
      // The same once more is answered as before.
      assert.strictEqual((yield* bob.ask(publish("1"), "Published")).seq, 1)
      for (const id of ["3", "4"]) yield* ann.ask(publish(id), "Published")
      yield* done(ann, { type: "Configure", channel, slow_mode: 0 })
      yield* bob.ask(publish("5"), "Published")
    }),
  )

  live("a moderator takes others' words away, but not an owner's", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      const cat = yield* member2(server, "cat", channel)
      yield* done(ann, { type: "SetRole", channel, username: "bob", role: "moderator" })
      yield* ann.ask(publish("1"), "Published")
      yield* cat.ask(publish("2"), "Published")
      yield* refused(bob, { type: "Delete", channel, id: "a", target: 1 }, "Forbidden")
      yield* bob.ask({ type: "Delete", channel, id: "b", target: 2 }, "Published")
      assert.deepInclude(yield* cat.until("Deleted"), { target: 2, from: "bob" } as object)
    }),
  )

  live("what is done with rights is in the audit log, the latest first", layer(calm), (server) =>
    Effect.gen(function* () {
      const { ann, bob } = yield* two(server)
      yield* done(ann, { type: "SetTopic", channel, topic: "tea" })
      yield* done(ann, { type: "Mute", channel, username: "bob", reason: "noise" })
      yield* refused(bob, { type: "Audit", channel }, "Forbidden")
      const { entries, next } = yield* ann.ask({ type: "Audit", channel }, "AuditLog")
      assert.isUndefined(next)
      assert.deepStrictEqual(
        entries.map(({ action, by, detail, number, username }) => [number, by, action, username, detail]),
        [
          [3, "ann", "mute", "bob", "noise"],
          [2, "ann", "topic", undefined, "tea"],
          [1, "ann", "create", undefined, undefined],
        ] as ReadonlyArray<unknown> as never,
      )
    }),
  )

  live("which addresses are banned only administrators see, and who is put out by it", layer(calm), (server) =>
    Effect.gen(function* () {
      yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
      const { ann, bob } = yield* two(server)
      const root = yield* user2(server, "root")
      yield* done(root, { type: "Ban", channel, address: "0.0.0.0/0", reason: "noise" })
      if (addressed) {
        yield* bob.until("Kicked")
        yield* refused(bob, { type: "Join", channel }, "Banned")
      } else {
        // Who has no address is in no network.
        yield* bob.ask(publish("2"), "Published")
      }
      // Who owns the channel stays in.
      yield* ann.ask(publish("1"), "Published")
      const audited = (client: TestClient2) =>
        Effect.map(client.ask({ type: "Audit", channel }, "AuditLog"), ({ entries }) =>
          entries.map(({ action, detail }) => `${action} ${detail}`),
        )
      assert.deepStrictEqual((yield* ann.ask({ type: "Describe", channel }, "ChannelInfo")).sanctions, [])
      assert.lengthOf((yield* root.ask({ type: "Describe", channel }, "ChannelInfo")).sanctions!, 1)
      assert.deepStrictEqual(yield* audited(ann), ["ban undefined", "create undefined"])
      assert.deepStrictEqual(yield* audited(root), ["ban 0.0.0.0/0: noise", "create undefined"])
      yield* refused(ann, { type: "Unban", channel, address: "0.0.0.0/0" }, "Forbidden")
      yield* done(root, { type: "Unban", channel, address: "0.0.0.0/0" })
      if (addressed) yield* join(bob)
    }),
  )

  live("whom one has blocked cannot write, and is told nothing of it", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      yield* join(bob, "@ann")
      yield* bob.ask(publish("1", "@ann"), "Published")
      yield* ann.until("Message")
      yield* done(ann, { type: "Block", username: "bob" })
      assert.deepStrictEqual<unknown>((yield* ann.ask({ type: "ListBlocked" }, "Blocked")).usernames, ["bob"])
      yield* bob.expect("Message")
      yield* expectNothing(bob)
      yield* refused(bob, publish("2", "@ann"), "Blocked")
      for (const change of [
        { type: "Edit", channel: "@ann", id: "e", target: 1, content: "x" },
        { type: "Delete", channel: "@ann", id: "d", target: 1 },
        { type: "React", channel: "@ann", id: "r", target: 1, reaction: "ok" },
      ] as const) {
        yield* refused(bob, change, "Blocked")
      }
      yield* bob.send({ type: "Typing", channel: "@ann" })
      yield* done(bob, { type: "Read", channel: "@ann", seq: 1 })
      yield* bob.expect("ReadMarker")
      yield* expectNothing(ann)
      // Who is not in it is not brought in by who is blocked.
      yield* ann.ask({ type: "Leave", channel: "@bob" }, "Left")
      yield* refused(bob, publish("2", "@ann"), "Blocked")
      yield* expectNothing(ann)
      yield* join(ann, "@bob")
      yield* ann.ask(publish("3", "@bob"), "Published")
      assert.strictEqual((yield* bob.until("Message")).seq, 2)
      yield* refused(bob, { type: "Block", username: "bob" }, "Forbidden")
      assert.deepStrictEqual((yield* bob.ask({ type: "ListBlocked" }, "Blocked")).usernames, [])
      yield* done(ann, { type: "Unblock", username: "bob" })
      yield* expectNothing(bob)
      assert.strictEqual((yield* bob.ask(publish("4", "@ann"), "Published")).seq, 3)
    }),
  )

  live("whoever blocks first: each may block, unblock and read what is theirs", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      yield* join(bob, "@ann")
      yield* bob.ask(publish("abuse", "@ann"), "Published")
      for (const client of [ann, bob]) yield* client.until("Message")
      const reads = Effect.gen(function* () {
        const { entries } = yield* ann.ask({ type: "History", channel: "@bob" }, "HistoryPage")
        const { hits } = yield* ann.ask({ type: "Search", channel: "@bob", text: "abuse" }, "SearchResult")
        const { hits: all } = yield* ann.ask({ type: "Search", text: "abuse" }, "SearchResult")
        const { channels } = yield* ann.ask({ type: "ListUnread" }, "Unread")
        yield* ann.ask({ type: "Describe", channel: "@bob" }, "ChannelInfo")
        assert.deepStrictEqual([entries.length, hits.length, all.length, channels.length], [1, 1, 1, 1])
      })
      const blocked = (client: TestClient2) =>
        Effect.map(client.ask({ type: "ListBlocked" }, "Blocked"), ({ usernames }) => usernames.map(String))
      yield* done(bob, { type: "Block", username: "ann" })
      yield* expectNothing(ann)
      yield* reads
      yield* refused(ann, publish("no", "@bob"), "Blocked")
      yield* done(ann, { type: "Block", username: "bob" })
      yield* reads
      assert.deepStrictEqual([yield* blocked(ann), yield* blocked(bob)], [["bob"], ["ann"]])
      // The one does not take back what the other wants.
      yield* done(bob, { type: "Unblock", username: "ann" })
      yield* refused(bob, publish("again", "@ann"), "Blocked")
      for (const type of ["Unban", "Ban"] as const) {
        yield* refused(bob, { type, channel: "@ann", username: "bob" }, "Forbidden")
      }
      yield* refused(bob, publish("again", "@ann"), "Blocked")
      yield* done(bob, { type: "Block", username: "ann" })
      yield* done(ann, { type: "Unblock", username: "bob" })
      yield* refused(ann, publish("no", "@bob"), "Blocked")
      yield* done(bob, { type: "Unblock", username: "ann" })
      yield* reads
      for (const client of [ann, bob]) yield* expectNothing(client)
      assert.deepStrictEqual([yield* blocked(ann), yield* blocked(bob)], [[], []])
      yield* ann.ask(publish("peace", "@bob"), "Published")
    }),
  )

  live("whoever is silenced says nothing beside a status either", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      yield* join(ann)
      yield* join(bob)
      const status = (text: string) => done(bob, { type: "SetStatus", status: "busy", text })
      const shown = Effect.map(
        server.hub.as({ name: "looker" }).pipe(Effect.flatMap((looker) => looker.members(channel))),
        ({ members }) => members.find(({ username }) => username === "bob"),
      )
      yield* status("you are all wrong")
      assert.deepInclude(yield* shown, { status: "busy", text: "you are all wrong" })
      yield* done(ann, { type: "Mute", channel, username: "bob" })
      assert.deepStrictEqual<unknown>(yield* shown, { username: "bob", status: "busy" })
      yield* status("very wrong")
      assert.notProperty(yield* shown, "text")
      yield* bob.ask({ type: "Leave", channel }, "Left")
      yield* join(bob)
      assert.notProperty(yield* shown, "text")
      yield* done(ann, { type: "Unmute", channel, username: "bob" })
      yield* status("sorry")
      assert.deepInclude(yield* shown, { text: "sorry" })
    }),
  )

  live("slow mode counts every way of saying something", layer(calm), (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      const bob = yield* user2(server, "bob")
      yield* join(ann)
      yield* join(bob)
      yield* done(ann, { type: "SetRole", channel, username: "bob", role: "member" })
      const { seq } = yield* ann.ask(publish("a"), "Published")
      yield* bob.ask({ type: "React", channel, id: "r1", target: seq, reaction: "+1" }, "Published")
      yield* done(ann, { type: "Configure", channel, slow_mode: 60_000 })
      const mine = yield* bob.ask(publish("b"), "Published")
      yield* refused(bob, publish("c"), "SlowMode")
      yield* refused(bob, { type: "Edit", channel, id: "e", target: mine.seq, content: "more" }, "SlowMode")
      yield* refused(bob, { type: "React", channel, id: "r2", target: seq, reaction: "-1" }, "SlowMode")
      yield* refused(bob, { type: "SetTopic", channel, topic: "more" }, "SlowMode")
      yield* done(bob, { type: "SetStatus", status: "busy", text: "more" })
      const looker = yield* server.hub.as({ name: "looker" })
      const { members } = yield* looker.members(channel)
      assert.notProperty(
        members.find(({ username }) => username === "bob"),
        "text",
      )
      // Taking something back says nothing.
      yield* bob.ask({ type: "React", channel, id: "r3", target: seq, reaction: "+1", on: false }, "Published")
      yield* bob.ask({ type: "Delete", channel, id: "d", target: mine.seq }, "Published")
    }),
  )

  live("a guest comes and talks, and owns nothing", layer({ ...calm, accounts: { mode: "guest" } }), (server) =>
    Effect.gen(function* () {
      yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
      const guest = yield* user2(server, "guest")
      assert.isUndefined((yield* join(guest)).role)
      yield* guest.ask(publish("1"), "Published")
      yield* refused(guest, { type: "Kick", channel, username: "guest" }, "Forbidden")
      // Nobody's channel is an administrator's to look after, without being in it.
      const root = yield* user2(server, "root")
      yield* refused(root, { type: "SetRole", channel, username: "guest", role: "owner" }, "Forbidden")
      yield* done(root, { type: "SetRole", channel, username: "root", role: "owner" })
      yield* done(root, { type: "Kick", channel, username: "guest" })
      yield* guest.until("Kicked")
    }),
  )

  live(
    "a version 1 client that is put out of the lobby is told so",
    layer({ ...calm, accounts: { mode: "guest" } }),
    (server) =>
      Effect.gen(function* () {
        yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
        const old = yield* member1(server, "old")
        const root = yield* user2(server, "root")
        yield* done(root, { type: "Mute", channel: "lobby", username: "old" })
        yield* old.send({ type: "ChatMessage", from: "old", content: "x", timestamp: 0 })
        assert.deepInclude(yield* old.expect("Error"), { code: 403 } as object)
        yield* done(root, { type: "Kick", channel: "lobby", username: "old" })
        assert.deepInclude(yield* old.expect("Error"), {
          code: 403,
          message: "You were put out of the channel",
        } as object)
        yield* refused(root, { type: "RenameChannel", channel: "lobby", name: "hall" }, "Forbidden")
      }),
  )

  live(
    "nothing is left of who was put out",
    layer({ ...calm, hub: { ...calm.hub, channelIdle: Duration.millis(1) } }),
    (server) =>
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { ann, bob } = yield* two(server)
            yield* done(ann, { type: "Kick", channel, username: "bob" })
            yield* join(bob)
            yield* done(ann, { type: "RenameChannel", channel, name: "cellar" })
            yield* done(ann, { type: "Ban", channel: "cellar", username: "bob" })
            const { memberships } = yield* server.hub.stats
            assert.strictEqual(memberships, 1)
          }),
        )
        yield* nobodyLeft(server)
      }),
  )
}
