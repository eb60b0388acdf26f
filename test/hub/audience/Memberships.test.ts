/** The channels one session is in, over a directory. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { Gateway } from "../../../src/hub/audience/Gateway.ts"
import { attempts, Memberships } from "../../../src/hub/audience/Memberships.ts"
import { Directory } from "../../../src/hub/directory/Directory.ts"
import { settle } from "../../actor/fibers.ts"
import { directory } from "../directory/fixture.ts"
import { fork, id, reason, types } from "../fixture.ts"
import { encodings, member, known, standing, type TestMember } from "../members.ts"
import { controlledHistory, general } from "../stores.ts"
import * as render1 from "../../../src/protocol/v1/render.ts"
import * as render2 from "../../../src/protocol/v2/render.ts"

const name = (text: string) => ChannelName.make(text)

/** A session, as its doors make one: signed in, and reachable for who speaks to it. */
const sessionOf = Effect.fnUntraced(function* (who: TestMember) {
  const service = yield* Directory
  const gateway = yield* Gateway
  const { by, outbox, renderer, session, user } = who
  const joined: Array<{ readonly channel: string; readonly tag: number | undefined }> = []
  const memberships = new Memberships(service, {
    session,
    by,
    renderer,
    outbox,
    onJoined: (channel, welcome, tag) => {
      joined.push({ channel, tag })
      who.tell("chat", { v1: render1.userList(welcome.names), v2: render2.joined(tag, channel, welcome) })
    },
  })
  yield* service.signIn({ session, user, exclusive: false, direct: true, embedded: false })
  gateway.add(session, {
    ...known(),
    standing: () => standing(session),
    end: () => {},
    tell: () => {},
    enter: (invitation) => memberships.enter(invitation),
  })
  /** Says something in a channel that it is in; whoever is to hear it in a direct conversation is brought in before. */
  const say = Effect.fnUntraced(function* (channel: string, content: string) {
    const { link, other } = memberships.get(name(channel)) ?? assert.fail(`not in ${channel}`)
    if (other !== undefined) {
      for (const { other: partner, session } of yield* service.reach(user, other)) {
        yield* gateway.find(session)?.enter({ other: partner, channel: link.name, by }) ?? Effect.void
      }
    }
    yield* link.ask<"Published">((request) => ({ type: "Publish", by, request, id: id(content), content }))
  })
  return { memberships, joined, say, who }
})

const session = (who: string | TestMember) => sessionOf(typeof who === "string" ? member(who) : who)
const stats = Effect.flatMap(Directory, ({ stats }) => stats)

describe("Memberships", () => {
  it.effect("a join is done when the session was told, with the tag that it came with", () =>
    Effect.gen(function* () {
      const { joined, memberships, who } = yield* session("ann")
      assert.isTrue(memberships.none)
      yield* memberships.join(general, { tag: 7 })
      assert.deepStrictEqual(joined, [{ channel: "general", tag: 7 }])
      yield* settle
      assert.deepInclude(who.all("Joined")[0], { ref: 7, channel: general } as object)
      assert.isFalse(memberships.none)
      assert.strictEqual(memberships.get(general)?.name, general)
      assert.strictEqual(yield* reason(memberships.join(general)), "AlreadyMember")
      // It is in it still.
      assert.isDefined(memberships.get(general))
      assert.strictEqual((yield* stats).memberships, 1)
      yield* memberships.leave(general)
      assert.isTrue(memberships.none)
      assert.strictEqual(yield* reason(memberships.leave(general)), "NotMember")
      assert.strictEqual((yield* stats).memberships, 0)
    }).pipe(Effect.provide(directory())),
  )

  it.effect("each renderer says whether the newcomer gets the names", () =>
    Effect.gen(function* () {
      const old = member("old", { encoding: encodings.v1 })
      const [one, other] = [yield* session(old), yield* session("new")]
      for (const { memberships } of [one, other]) yield* memberships.join(general)
      yield* settle
      assert.deepStrictEqual(old.taken(), [
        { type: "UserList", users: ["old"] },
        { type: "UserJoined", username: "new" },
      ])
    }).pipe(Effect.provide(directory())),
  )

  it.effect("a join that was refused while nobody waited for it any more takes nothing from the next", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const [ann, bob] = [yield* session("ann"), yield* session("bob")]
      yield* ann.memberships.join(general)
      const gate = yield* Deferred.make<void>()
      history.before = Effect.andThen(Deferred.await(gate), Effect.die("a bug"))
      const saying = yield* fork(Effect.ignore(ann.say("general", "1")))
      yield* settle
      // It waits behind what is being stored, and is given up; the crash refuses it.
      const joining = yield* fork(bob.memberships.join(general, { tag: 1 }))
      yield* settle
      yield* Fiber.interrupt(joining)
      history.before = Effect.void
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(saying)
      yield* bob.memberships.join(general, { tag: 2 })
      assert.deepStrictEqual(bob.joined, [{ channel: "general", tag: 2 }])
      yield* ann.say("general", "2")
      yield* settle
      assert.deepStrictEqual(types(bob.who.taken()), ["Joined", "Message"])
      assert.strictEqual((yield* stats).memberships, 2)
    }).pipe(Effect.provide(directory({}, history.layer)))
  })

  it.effect("a join that was given up is told nothing of what is said before it is out again", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const [ann, bob] = [yield* session("ann"), yield* session("bob")]
      yield* ann.memberships.join(general)
      const gate = yield* Deferred.make<void>()
      history.before = Deferred.await(gate)
      yield* fork(ann.say("general", "1"))
      yield* settle
      const joining = yield* fork(bob.memberships.join(general))
      yield* settle
      yield* fork(ann.say("general", "2"))
      yield* settle
      yield* Fiber.interrupt(joining)
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.lengthOf(ann.who.all("Message"), 2)
      assert.deepStrictEqual(bob.who.taken(), [])
      assert.isTrue(bob.memberships.none)
      assert.strictEqual((yield* stats).memberships, 1)
      yield* bob.memberships.join(general)
      yield* settle
      assert.deepStrictEqual(types(bob.who.taken()), ["Joined"])
    }).pipe(Effect.provide(directory({}, history.layer)))
  })

  it.effect("of two joins at once one is told, with its own tag, though the other was refused in the same turn", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const ann = yield* session("ann")
      history.load = Effect.sleep("1 second")
      const joining = yield* Effect.forEach([1, 2, 3], (tag) =>
        fork(Effect.result(ann.memberships.join(general, { tag }))),
      )
      yield* TestClock.adjust("1 second")
      const results = yield* Effect.forEach(joining, Fiber.join)
      assert.deepStrictEqual(
        results.map((result) => (result._tag === "Failure" ? result.failure.reason : "in")),
        ["in", "AlreadyMember", "AlreadyMember"],
      )
      assert.deepStrictEqual(ann.joined, [{ channel: "general", tag: 1 }])
      assert.strictEqual((yield* stats).memberships, 1)
    }).pipe(Effect.provide(directory({}, history.layer)))
  })

  it.effect("nobody is brought in before they know that they are signed in, nor behind their end", () =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* session("ann"), yield* session("bob")]
      yield* ann.memberships.join(name("@bob"))
      yield* ann.say("@bob", "1")
      assert.deepStrictEqual(bob.who.taken(), [])
      bob.memberships.opened()
      yield* ann.say("@bob", "2")
      yield* settle
      assert.deepStrictEqual(types(bob.who.taken()), ["Joined", "Message"])
      assert.deepStrictEqual(bob.joined, [{ channel: "@ann", tag: undefined }])
      yield* bob.memberships.leaveAll
      yield* ann.say("@bob", "3")
      yield* settle
      assert.deepStrictEqual(bob.who.taken(), [])
      assert.strictEqual((yield* stats).memberships, 1)
    }).pipe(Effect.provide(directory())),
  )

  it.effect("settled when the channels have answered what was asked of them", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const ann = yield* session("ann")
      yield* ann.memberships.join(general)
      const gate = yield* Deferred.make<void>()
      history.before = Deferred.await(gate)
      yield* fork(ann.say("general", "1"))
      yield* settle
      const settling = yield* fork(ann.memberships.settled)
      yield* settle
      assert.isUndefined(settling.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(settling)
      yield* settle
      assert.lengthOf(ann.who.all("Message"), 1)
    }).pipe(Effect.provide(directory({}, history.layer)))
  })

  it.effect("a channel that is called something else is left and entered by its new name", () =>
    Effect.gen(function* () {
      const ann = yield* session("ann")
      yield* ann.memberships.join(name("den"))
      const { link } = ann.memberships.get(name("den"))!
      const admin = { user: { ...ann.who.user, role: "admin" as const } }
      const act = { type: "Rename", name: name("lair") } as const
      yield* link.ask<"Done">((request) => ({ type: "Administer", by: admin, request, act }))
      assert.isUndefined(ann.memberships.get(name("den")))
      assert.strictEqual(ann.memberships.get(name("lair"))?.name, name("lair"))
      assert.strictEqual(yield* reason(ann.memberships.leave(name("den"))), "NotMember")
      yield* ann.memberships.leave(name("lair"))
      assert.strictEqual((yield* stats).memberships, 0)
    }).pipe(Effect.provide(directory())),
  )

  it.effect("whoever is put out is a member no more, and may come back where it may", () =>
    Effect.gen(function* () {
      const ann = yield* session("ann")
      yield* ann.memberships.join(general)
      const { link } = ann.memberships.get(general)!
      const admin = { user: { ...member("admin").user, role: "admin" as const } }
      const kick = { type: "Kick", user: { name: ann.who.user.name } } as const
      yield* link.ask<"Done">((request) => ({ type: "Administer", by: admin, request, act: kick }))
      assert.isTrue(ann.memberships.none)
      assert.strictEqual((yield* stats).memberships, 0)
      yield* ann.memberships.join(general)
      yield* settle
      assert.deepStrictEqual(types(ann.who.taken()), ["Joined", "Kicked", "Left", "Joined"])
    }).pipe(Effect.provide(directory())),
  )

  it.effect("a channel that keeps ending is looked up again a few times, then it is unavailable", () => {
    const history = controlledHistory()
    return Effect.gen(function* () {
      const ann = yield* session("ann")
      let loads = 0
      history.load = Effect.suspend(() => {
        loads++
        return Effect.die("a bug")
      })
      assert.strictEqual(yield* reason(ann.memberships.join(general)), "Unavailable")
      assert.isAtLeast(loads, attempts)
      assert.isTrue(ann.memberships.none)
      yield* settle
      assert.deepInclude(yield* stats, { channels: 0, memberships: 0 })
      history.load = Effect.void
      yield* ann.memberships.join(general)
    }).pipe(Effect.provide(directory({}, history.layer)))
  })
})
