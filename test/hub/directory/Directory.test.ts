import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { between } from "../../../src/domain/Direct.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import type { ChannelLink } from "../../../src/hub/audience/ChannelLink.ts"
import type { Administration } from "../../../src/hub/channel/Administration.ts"
import { Directory } from "../../../src/hub/directory/Directory.ts"
import { settle } from "../../actor/fibers.ts"
import { fork, online, reason, types } from "../fixture.ts"
import { member, type TestMember, user } from "../members.ts"
import { controlledHistory, general } from "../stores.ts"
import { directory, nothing, session, signIn } from "./fixture.ts"

const admin = { user: { ...user("admin"), role: "admin" as const } }
const name = (text: string) => ChannelName.make(text)
const den = name("den")

const administer = (link: ChannelLink, act: Administration) =>
  link.ask<"Done">((request) => ({ type: "Administer", by: admin, request, act }))

/** Finds a channel and enters it, as `Memberships` does. */
const enter = Effect.fnUntraced(function* (channel: ChannelName, who: TestMember) {
  const { find } = yield* Directory
  const { appearance, link } = yield* find(channel, who.session)
  const { by, session } = who
  yield* link.ask<"Done">(
    (request) => ({ type: "Join", by, request, session, appearance, called: channel, names: false }),
    who.entering(channel),
  )
  return link
})

describe("Directory", () => {
  describe("sessions", () => {
    it.effect("a user may be connected from several devices; exclusive is for who is not connected yet", () =>
      Effect.gen(function* () {
        const { signOut, stats } = yield* Directory
        yield* signIn("alice", { session: "phone" })
        yield* signIn("alice", { session: "laptop" })
        assert.strictEqual(yield* reason(signIn("alice", { session: "old", exclusive: true })), "UsernameTaken")
        assert.deepStrictEqual(yield* stats, { ...nothing, users: 1, sessions: 2 })
        yield* signOut(session("phone"))
        assert.strictEqual(yield* reason(signIn("alice", { session: "old", exclusive: true })), "UsernameTaken")
        yield* signOut(session("laptop"))
        yield* signIn("alice", { session: "old", exclusive: true })
        for (const id of ["old", "old", "nobody"]) yield* signOut(session(id))
        assert.deepStrictEqual(yield* stats, nothing)
      }).pipe(Effect.provide(directory())),
    )

    it.effect("are ended by user, by token, or all", () =>
      Effect.gen(function* () {
        const { disconnect } = yield* Directory
        const sessions = [
          yield* signIn("alice", { session: "a1", tokenId: "t1" }),
          yield* signIn("alice", { session: "a2", tokenId: "t2" }),
          yield* signIn("bob", { session: "b1", tokenId: "t1" }),
          yield* signIn("carol", { session: "c1" }),
        ]
        const ended = (selection: Parameters<typeof disconnect>[0], reason: Disconnect["reason"]) =>
          disconnect(selection, new Disconnect({ reason }))
        assert.strictEqual(yield* ended({ user: user("alice").id }, "AccountDisabled"), 2)
        assert.strictEqual(yield* ended({ token: "t1" }, "TokenRevoked"), 2)
        assert.strictEqual(yield* ended({ token: "t3" }, "TokenRevoked"), 0)
        assert.strictEqual(yield* ended({ user: user("nobody").id }, "AccountDisabled"), 0)
        assert.strictEqual(yield* ended({ everybody: true }, "Draining"), 4)
        assert.deepStrictEqual(
          sessions.map(({ ends }) => ends),
          [
            ["AccountDisabled", "TokenRevoked", "Draining"],
            ["AccountDisabled", "Draining"],
            ["TokenRevoked", "Draining"],
            ["Draining"],
          ],
        )
      }).pipe(Effect.provide(directory())),
    )

    it.effect("are ended when the directory ends, and find no channel then", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(directory(), scope)
        const alice = yield* signIn("alice").pipe(Effect.provideContext(context))
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(alice.ends, ["Draining"])
        const { find, stats } = yield* Effect.provideContext(Directory, context)
        assert.strictEqual(yield* reason(find(den, alice.session)), "Unavailable")
        assert.strictEqual(yield* reason(stats), "Unavailable")
      }),
    )

    it.effect("who is not signed in finds no channel, and is brought into none", () =>
      Effect.gen(function* () {
        const { bring, find, stats } = yield* Directory
        assert.strictEqual(yield* reason(find(general, session("nobody"))), "NotAuthenticated")
        assert.strictEqual(yield* reason(bring(general, session("nobody"))), "NotAuthenticated")
        assert.deepStrictEqual(yield* stats, nothing)
      }).pipe(Effect.provide(directory())),
    )
  })

  describe("channels", () => {
    it.effect("are the same for everybody who names them, with a session and without, and are started once", () =>
      Effect.gen(function* () {
        const { find, open, stats } = yield* Directory
        const [ann, bob] = [yield* signIn("ann"), yield* signIn("bob")]
        const found = yield* find(den, ann.session)
        assert.strictEqual((yield* find(den, bob.session)).link, found.link)
        assert.strictEqual((yield* open(den, user("outside"))).link, found.link)
        assert.isUndefined(found.other)
        assert.deepStrictEqual(found.appearance, online)
        assert.strictEqual(found.link.name, den)
        assert.deepStrictEqual(yield* stats, { users: 2, sessions: 2, channels: 1, memberships: 2 })
      }).pipe(Effect.provide(directory())),
    )

    it.effect("one that is none, since nobody ever entered it, is released after a second", () =>
      Effect.gen(function* () {
        const { find, open, stats } = yield* Directory
        yield* signIn("alice")
        yield* find(general, session("alice"))
        yield* open(den, user("outside"))
        yield* TestClock.adjust("999 millis")
        assert.strictEqual((yield* stats).channels, 2)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual((yield* stats).channels, 0)
      }).pipe(Effect.provide(directory())),
    )

    it.effect("one that is released while it still stores comes back when it has stored", () => {
      const history = controlledHistory()
      return Effect.gen(function* () {
        const { find, stats } = yield* Directory
        const [alice, bob] = [member("alice"), member("bob")]
        for (const { user } of [alice, bob]) yield* signIn(user)
        yield* signIn("by hand")
        const { link } = yield* find(general, session("by hand"))
        yield* settle
        const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        let stores = 0
        history.topic = Effect.suspend(() => Deferred.await(gates[stores++]!))
        const setTopic = (topic: string) => fork(administer(link, { type: "SetTopic", topic: Topic.make(topic) }))
        const first = yield* setTopic("first")
        yield* settle
        // The end of its time is in the mailbox, which has room for no more; this waits behind it.
        yield* TestClock.adjust("1 minute")
        const second = yield* setTopic("second")
        yield* Deferred.succeed(gates[0]!, undefined)
        yield* settle
        assert.strictEqual((yield* stats).channels, 0)
        const joining = yield* fork(enter(general, alice))
        yield* settle
        assert.isUndefined(joining.pollUnsafe())
        yield* Deferred.succeed(gates[1]!, undefined)
        yield* Fiber.join(first)
        yield* Fiber.join(second)
        assert.notStrictEqual(yield* Fiber.join(joining), link)
        yield* settle
        assert.strictEqual(alice.all("Joined")[0]?.topic, Topic.make("second"))
        // The end of the first is not taken for the end of the second.
        yield* enter(general, bob)
        yield* settle
        assert.strictEqual(bob.all("Joined")[0]?.count, 2)
        assert.strictEqual((yield* stats).channels, 1)
      }).pipe(Effect.provide(directory({ channelMailbox: 1 }, history.layer)))
    })

    it.effect("are counted by name: those that do not run have nobody in them", () =>
      Effect.gen(function* () {
        const { count } = yield* Directory
        const [ann, bob] = [member("ann"), member("bob")]
        for (const { user } of [ann, bob]) yield* signIn(user)
        for (const who of [ann, bob]) yield* enter(den, who)
        yield* enter(general, ann)
        assert.deepStrictEqual(yield* count([general, name("nowhere"), den]), [1, 0, 2])
      }).pipe(Effect.provide(directory())),
    )

    it.effect("one that is called something else is found by the new name alone, and its members are told", () =>
      Effect.gen(function* () {
        const { find, stats } = yield* Directory
        const ann = member("ann")
        yield* signIn(ann.user)
        yield* signIn("bob")
        const link = yield* enter(den, ann)
        yield* enter(general, ann)
        const taken = Effect.catchTag(administer(link, { type: "Rename", name: general }), "ChannelGone", Effect.die)
        assert.strictEqual(yield* reason(taken), "ChannelExists")
        assert.strictEqual(link.name, den)
        yield* administer(link, { type: "Rename", name: name("lair") })
        yield* settle
        assert.deepStrictEqual(types(ann.taken().filter(({ channel }) => channel === "den")), ["Joined", "Renamed"])
        assert.strictEqual<string>(link.name, "lair")
        assert.strictEqual((yield* find(name("lair"), session("bob"))).link, link)
        assert.notStrictEqual((yield* find(den, session("bob"))).link, link)
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* stats).channels, 2)
      }).pipe(Effect.provide(directory())),
    )
  })

  describe("direct conversations", () => {
    it.effect("are one channel from both sides, and with oneself; a name that is nobody's is refused", () =>
      Effect.gen(function* () {
        const { find, open } = yield* Directory
        const [ann, bob] = [yield* signIn("ann"), yield* signIn("Bob")]
        const there = yield* find(name("@bob"), ann.session)
        assert.deepStrictEqual(there.other, bob.user)
        const back = yield* find(name("@ANN"), bob.session)
        assert.strictEqual(back.link, there.link)
        assert.deepStrictEqual(back.other, ann.user)
        assert.strictEqual(there.link.name, between(ann.user.id, bob.user.id))
        assert.notStrictEqual((yield* find(name("@ann"), ann.session)).link, there.link)
        assert.strictEqual(yield* reason(find(name("@cat"), ann.session)), "NoSuchUser")
        assert.strictEqual(yield* reason(open(name("@cat"), ann.user)), "NoSuchUser")
        // An account need not be connected.
        const cat = user("cat")
        assert.deepStrictEqual((yield* open(name("@cat"), ann.user, cat)).other, cat)
      }).pipe(Effect.provide(directory())),
    )

    it.effect("what one says to another reaches all sessions of both that can be brought in", () =>
      Effect.gen(function* () {
        const { reach } = yield* Directory
        const ann = yield* signIn("ann")
        yield* signIn("bob", { session: "phone" })
        yield* signIn("bob", { session: "laptop" })
        yield* signIn("bob", { session: "old", direct: false })
        const reached = (one: string, other: string) =>
          Effect.map(reach(user(one), user(other)), (sessions) =>
            sessions.map(({ other, session }) => `${session} with ${other.name}`),
          )
        assert.deepStrictEqual(yield* reached("ann", "bob"), ["ann with bob", "phone with ann", "laptop with ann"])
        // With oneself, nobody twice. Who says it need not be connected.
        assert.deepStrictEqual(yield* reached("bob", "bob"), ["phone with bob", "laptop with bob"])
        assert.deepStrictEqual(yield* reached("outside", "ann"), ["ann with outside"])
        // An account that is not here reads it later; a guest cannot.
        assert.deepStrictEqual(yield* reached("ann", "away"), ["ann with away"])
        const guest = { ...user("guest"), role: "guest" as const }
        assert.strictEqual(yield* reason(reach(ann.user, guest)), "NoSuchUser")
        assert.strictEqual(yield* reason(reach(guest, user("away"))), "NoSuchUser")
        yield* signIn("cat", { direct: false })
        assert.strictEqual(yield* reason(reached("ann", "cat")), "Unreachable")
      }).pipe(Effect.provide(directory())),
    )
  })

  it.effect("what a user is told reaches every session of that user, and no other", () =>
    Effect.gen(function* () {
      const { open } = yield* Directory
      const [phone, laptop] = [yield* signIn("ann", { session: "phone" }), yield* signIn("ann", { session: "laptop" })]
      const bob = yield* signIn("bob")
      const { link } = yield* open(den, admin.user)
      yield* administer(link, { type: "Create" })
      yield* administer(link, { type: "Invite", user: { name: phone.user.name, account: phone.user } })
      yield* settle
      const { id, name: by } = admin.user
      const invited = { type: "Invited" as const, channel: den, by: { id, name: by } }
      assert.deepStrictEqual(
        [phone, laptop, bob].map(({ told }) => told),
        [[invited], [invited], []],
      )
    }).pipe(Effect.provide(directory())),
  )

  it.effect("whatever is asked together is all done, though some of it has to start a channel first", () =>
    Effect.gen(function* () {
      const { find, open, stats } = yield* Directory
      for (const who of ["ann", "bob"]) yield* signIn(who)
      const asked = [
        yield* fork(find(den, session("ann"))),
        yield* fork(find(den, session("bob"))),
        yield* fork(open(name("lair"), user("outside"))),
        yield* fork(find(name("cave"), session("ann"))),
        yield* fork(Effect.asVoid(stats)),
        yield* fork(find(den, session("ann"))),
      ]
      yield* settle
      assert.deepStrictEqual(
        asked.map((fiber) => fiber.pollUnsafe()?._tag),
        asked.map(() => "Success" as const),
      )
      assert.deepStrictEqual(yield* stats, { users: 2, sessions: 2, channels: 3, memberships: 3 })
    }).pipe(Effect.provide(directory())),
  )

  it.effect("hears that a session has left a channel though its mailbox is full", () =>
    Effect.gen(function* () {
      const { find, left, stats } = yield* Directory
      yield* signIn("ann")
      const links = yield* Effect.forEach(["a", "b", "c"], (channel) => find(name(channel), session("ann")))
      for (const { link } of links) left(link, session("ann"))
      yield* settle
      assert.strictEqual((yield* stats).memberships, 0)
    }).pipe(Effect.provide(directory({ hubMailbox: 1 }))),
  )

  for (const encodeChannels of [true, false]) {
    it.effect(
      `channels are reached ${encodeChannels ? "through encode and decode" : "as they are"}, as the settings say`,
      () =>
        Effect.gen(function* () {
          const { open } = yield* Directory
          const { link } = yield* open(den, user("outside"))
          // What no text could carry.
          const told = () => link.tellUnsafe({ type: "Settle", request: "no number" as never })
          if (encodeChannels) assert.throws(told)
          else assert.isTrue(told())
          yield* settle
        }).pipe(Effect.provide(directory({ encodeChannels }))),
    )
  }
})
