/** Whoever has no session is no member: it says something, and changes it, by its rights alone. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { Reaction } from "../../../src/domain/Reaction.ts"
import type { Role } from "../../../src/domain/Role.ts"
import * as Seq from "../../../src/domain/Seq.ts"
import type { MessageChange, Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, id, online, types } from "../fixture.ts"
import { encodings, member, user } from "../members.ts"
import { channel, texts } from "./fixture.ts"

const admin = { ...user("admin"), role: "admin" } as const

/** Somebody without a session. */
const outsider = (name: string, options: { readonly role?: Role; readonly address?: string } = {}): Requester => ({
  user: { ...user(name), role: options.role ?? "member" },
  address: options.address,
})

const world = Effect.gen(function* () {
  const tested = yield* channel()
  let ids = 0
  return {
    ...tested,
    say: (by: Requester, content: string, as?: string) =>
      tested.link.ask<"Published">((request) => ({
        type: "Publish",
        by,
        request,
        id: id(as ?? `m${++ids}`),
        content,
      })),
    alter: (by: Requester, target: number, change: MessageChange) =>
      tested.link.ask<"Published">((request) => ({
        type: "Change",
        by,
        request,
        id: id(`c${++ids}`),
        target: Seq.Seq.make(target),
        change,
      })),
  }
})

const why = <A, R>(self: Effect.Effect<A, { readonly _tag: string; readonly reason?: string }, R>) =>
  Effect.map(Effect.flip(self), (error) => error.reason ?? error._tag)

describe("Channel, for who has no session", () => {
  it.effect("what it says has its place and is told to the members; it is present nowhere", () =>
    Effect.gen(function* () {
      const { join, say, summary, turns } = yield* world
      const [ann, old] = [member("ann"), member("old", { encoding: encodings.v1 })]
      for (const who of [ann, old]) yield* join(who, online)
      const bot = outsider("bot")
      const first = yield* say(bot, "one", "own-id")
      assert.deepInclude(first, { seq: Seq.Seq.make(1), durability: "memory" })
      // Sent again, it has the first place.
      assert.deepStrictEqual(yield* say(bot, "one", "own-id"), first)
      assert.deepStrictEqual(texts(ann), ["one"])
      assert.deepInclude(ann.all("Message")[0], { from: "bot", user_id: "bot" } as object)
      assert.deepStrictEqual(types(old.taken()), ["UserList", "ChatMessage"])
      assert.strictEqual(summary().count, 2)
      assert.notInclude(types(turns.flatMap(({ events }) => events)), "Departed")
    }),
  )

  it.effect("it changes its own, and reacts; others' messages only by right", () =>
    Effect.gen(function* () {
      const { alter, join, publish, say } = yield* world
      const ann = member("ann")
      yield* join(ann, online)
      const bot = outsider("bot")
      yield* say(bot, "mine")
      yield* publish(ann, { content: "hers" })
      yield* alter(bot, 1, { type: "Edited", content: "still mine" })
      yield* alter(bot, 2, { type: "Reacted", reaction: Reaction.make("ok"), on: true })
      assert.strictEqual(yield* why(alter(bot, 2, { type: "Edited", content: "now mine" })), "Forbidden")
      assert.strictEqual(yield* why(alter(bot, 2, { type: "Deleted" })), "Forbidden")
      assert.strictEqual(yield* why(alter(bot, 99, { type: "Deleted" })), "NoSuchMessage")
      yield* alter({ user: admin }, 2, { type: "Deleted" })
      yield* alter(bot, 1, { type: "Deleted" })
      yield* settle
      assert.deepStrictEqual(
        ann
          .taken()
          .flatMap(({ seq, target, type }) => (target === undefined ? [] : [[type, target, "at", seq].join(" ")])),
        ["Edited 1 at 3", "Reacted 2 at 4", "Deleted 2 at 5", "Deleted 1 at 6"],
      )
    }),
  )

  it.effect("it need not be a member, where whoever has a session must be; in one turn, too", () =>
    Effect.gen(function* () {
      const { history, leave, join, link, publish, say } = yield* world
      const [ann, bob] = [member("ann"), member("bob")]
      for (const who of [ann, bob]) yield* join(who, online)
      yield* leave(bob, 1)
      // The same user, by the session that has left and without one.
      yield* publish(bob, { id: id("by-session"), ref: 2, content: "by the session" })
      const said = yield* fork(say(outsider("bob"), "without one"))
      yield* settle
      assert.isDefined(said.pollUnsafe())
      assert.deepStrictEqual(texts(ann), ["without one"])
      assert.deepStrictEqual(
        bob.all("Error").map(({ name, ref }) => [name, ref]),
        [["NotMember", 2]],
      )
      assert.lengthOf(history.appended.flat(), 1)
      // Typing is for members alone.
      link.tellUnsafe({ type: "Typing", by: outsider("bob") })
      yield* settle
      assert.deepStrictEqual(ann.all("UserTyping"), [])
    }),
  )

  it.effect("a mute, an archive, a private channel and a ban hold for it as for members", () =>
    Effect.gen(function* () {
      const { administer, alter, say } = yield* world
      const bot = outsider("bot")
      yield* say(bot, "1")
      const about = { name: bot.user.name, account: bot.user }
      yield* administer(admin, { type: "Mute", user: about })
      assert.strictEqual(yield* why(say(bot, "2")), "Muted")
      yield* administer(admin, { type: "Unmute", user: about })
      yield* administer(admin, { type: "Configure", archived: true })
      assert.strictEqual(yield* why(say(bot, "3")), "ChannelArchived")
      yield* administer(admin, { type: "Configure", archived: false })
      yield* administer(admin, { type: "Configure", access: "private" })
      assert.strictEqual(yield* why(say(bot, "4")), "Forbidden")
      assert.strictEqual(yield* why(alter(bot, 1, { type: "Deleted" })), "Forbidden")
      yield* administer(admin, { type: "Configure", access: "readonly" })
      assert.strictEqual(yield* why(say(bot, "5")), "Forbidden")
      yield* administer(admin, { type: "Configure", access: "public" })
      yield* administer(admin, { type: "Ban", user: about })
      assert.strictEqual(yield* why(say(bot, "6")), "Banned")
      assert.strictEqual(yield* why(alter(bot, 1, { type: "Edited", content: "7" })), "Banned")
      yield* administer(admin, { type: "Unban", user: about })
      assert.strictEqual(Number((yield* say(bot, "8")).seq), 2)
    }),
  )

  it.effect("a ban of addresses holds for the address it comes from, and for none where it has none", () =>
    Effect.gen(function* () {
      const { administer, describe, say } = yield* world
      yield* administer(admin, { type: "BanAddress", address: AddressRange.make("192.0.2.0/24") })
      const inside = outsider("inside", { address: "192.0.2.7" })
      assert.strictEqual(yield* why(say(inside, "1")), "Banned")
      assert.strictEqual(yield* why(describe(inside)), "Banned")
      yield* say(outsider("inside", { address: "198.51.100.7" }), "2")
      yield* say(outsider("inside"), "3")
      // Whoever looks after the channel is not kept out by an address.
      yield* say({ user: admin, address: "192.0.2.7" }, "4")
      for (const role of ["owner", "moderator"] as const) {
        const inCharge = outsider(role, { address: "192.0.2.7" })
        yield* administer(admin, { type: "SetRole", user: { name: inCharge.user.name, account: inCharge.user }, role })
        yield* say(inCharge, role)
      }
    }),
  )

  it.effect("a ban of addresses is put, lifted and seen by administrators of the service alone", () =>
    Effect.gen(function* () {
      const { administer, describe } = yield* world
      const owner = outsider("owner")
      yield* administer(admin, { type: "SetRole", user: { name: owner.user.name, account: owner.user }, role: "owner" })
      const address = AddressRange.make("192.0.2.0/24")
      yield* administer(admin, { type: "BanAddress", address })
      for (const type of ["BanAddress", "UnbanAddress"] as const) {
        assert.strictEqual(yield* why(administer(owner.user, { type, address })), "Forbidden")
      }
      const seen = (by: Requester) =>
        Effect.map(describe(by), ({ description }) => description.sanctions?.map(({ address }) => address))
      assert.deepStrictEqual(yield* seen({ user: admin }), [address])
      assert.deepStrictEqual(yield* seen(owner), [])
    }),
  )

  it.effect("slow mode counts what a user says over sessions and without one", () =>
    Effect.gen(function* () {
      const { administer, join, publish, say } = yield* world
      const ann = member("ann")
      yield* join(ann, online)
      yield* administer(admin, { type: "Configure", slowMode: 10_000 })
      yield* publish(ann, { id: id("a"), content: "1" })
      assert.strictEqual(yield* why(say(outsider("ann"), "2")), "SlowMode")
      yield* say(outsider("bob"), "3")
    }),
  )

  it.effect("it learns who is present, and what there is to read and to audit, by its rights", () =>
    Effect.gen(function* () {
      const { administer, join, link } = yield* world
      yield* join(member("ann"), { status: "away", text: "lunch" })
      const present = (by: Requester) => link.ask<"Present">((request) => ({ type: "ListPresent", by, request }))
      const locate = (by: Requester, right: "read" | "audit") =>
        link.ask<"Location">((request) => ({ type: "Locate", by, request, right }))
      const bot = outsider("bot")
      const { count, members } = yield* present(bot)
      assert.strictEqual(count, 1)
      assert.deepStrictEqual(members, [{ username: user("ann").name, status: "away", text: "lunch" }])
      assert.deepInclude(yield* locate(bot, "read"), { id: ChannelId.make("general"), seq: Seq.zero })
      assert.strictEqual(yield* why(locate(bot, "audit")), "Forbidden")
      yield* locate({ user: admin }, "audit")
      yield* administer(admin, { type: "Configure", access: "private" })
      assert.strictEqual(yield* why(present(bot)), "Forbidden")
      assert.strictEqual(yield* why(locate(bot, "read")), "Forbidden")
    }),
  )
})
