import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import type { ChannelRole } from "../../../src/domain/ChannelRole.ts"
import type { Action } from "../../../src/domain/Rights.ts"
import type { Role } from "../../../src/domain/Role.ts"
import { guestId, type User, type UserId } from "../../../src/domain/User.ts"
import { Access } from "../../../src/hub/channel/internal/access.ts"
import { user } from "../members.ts"
import { accessTo, ahead, directOf, type Given, sanction } from "./record.ts"

const inside = "192.0.2.7"
const outside = "198.51.100.7"
const address = AddressRange.make("192.0.2.0/24")
const [owner, ann, bob] = [user("owner"), user("ann"), user("bob")]
const admin: User = { ...user("admin"), role: "admin" }
const guest: User = { ...user("guest"), id: guestId("g"), role: "guest" }

/** A channel in which everybody from a range of addresses is banned. */
const access = (until?: number, roles: Readonly<Record<string, ChannelRole>> = {}): Access =>
  accessTo({
    roles: { owner: "owner", ...roles },
    sanctions: [sanction("ban", { address }, until === undefined ? {} : { until: until + ahead })],
  })

describe("a ban by address", () => {
  const roles = { moderator: "moderator", member: "member" } as const
  const joins = (name: string, role: Role, from: string | undefined) =>
    access(undefined, roles).refusal("join", { user: { ...user(name), role }, address: from }, 1000)?.reason

  it("keeps out whoever comes from there and has no charge of the channel", () => {
    for (const [name, role] of [
      ["stranger", "member"],
      ["guest", "guest"],
      ["member", "member"],
    ] as const) {
      assert.strictEqual(joins(name, role, inside), "Banned", name)
      assert.isUndefined(joins(name, role, outside), name)
      // Of a caller without a connection no address is known.
      assert.isUndefined(joins(name, role, undefined), name)
    }
  })

  it("keeps out neither owners nor moderators nor administrators", () => {
    for (const [name, role] of [
      ["owner", "member"],
      ["moderator", "member"],
      ["admin", "admin"],
    ] as const) {
      assert.isUndefined(joins(name, role, inside), name)
    }
  })

  it("holds until its time, and not at it", () => {
    const stranger = { user: user("stranger"), address: inside }
    const at = (now: number) => access(5000).refusal("join", stranger, now)?.reason
    assert.deepStrictEqual([at(4999), at(5000)], ["Banned", undefined])
  })
})

const reasonIn = (access: Access, action: Action, who: User, now = 1000) =>
  access.refusal(action, { user: who }, now)?.reason

describe("where there is no channel", () => {
  it("it is made by whoever may make one; nothing else is done there", () => {
    const none = new Access(false, (now) => now)
    const tried = ([admin, ann, guest] as const).map((who) => reasonIn(none, "create", who))
    assert.deepStrictEqual(tried, [undefined, undefined, "Forbidden"])
    for (const who of [admin, ann, guest]) assert.strictEqual(reasonIn(none, "join", who), "NoSuchChannel")
    assert.isFalse(none.isUnused)
    assert.isUndefined(none.roleOf(ann.id))
    assert.deepStrictEqual(none.sanctions(0), [])
    assert.isFalse(none.isBanned({ user: ann, address: inside }, 0))
    assert.deepStrictEqual(none.shown(ann, { status: "away", text: "lunch" }, undefined, 0), { status: "away" })
  })

  it("and where there is one it is not made again, whoever asks", () => {
    for (const who of [admin, owner, ann, guest]) {
      assert.strictEqual(reasonIn(accessTo({ roles: { owner: "owner" } }), "create", who), "ChannelExists")
    }
  })
})

describe("a private channel", () => {
  const roles = { owner: "owner", mod: "moderator", member: "member" } as const
  const given: Given = { roles, record: { access: "private" } }
  const everybody = [admin, owner, user("mod"), user("member"), ann, guest]
  const joins = (of: Given) => everybody.map((who) => reasonIn(accessTo(of), "join", who))
  const may = undefined

  it("is entered by its own alone", () => {
    assert.deepStrictEqual(joins(given), [may, may, may, may, "Forbidden", "Forbidden"])
  })

  it("is not there at all for others, where channels are made by hand", () => {
    const hidden = "NoSuchChannel"
    assert.deepStrictEqual(joins({ ...given, hides: true }), [may, may, may, may, hidden, hidden])
    // Whoever belongs to it is told why not, and so is everybody in a channel that all can see.
    const hiding = accessTo({ ...given, hides: true })
    assert.deepStrictEqual(
      everybody.map((who) => reasonIn(hiding, "delete", who)),
      [may, "Forbidden", "Forbidden", "Forbidden", hidden, hidden],
    )
    for (const access of ["public", "readonly"] as const) {
      const open = accessTo({ roles, record: { access }, hides: true })
      assert.deepStrictEqual(
        [ann, guest].map((who) => reasonIn(open, "kick", who)),
        ["Forbidden", "Forbidden"],
      )
    }
  })
})

describe("what somebody is in a channel", () => {
  const roles = { mod: "moderator", member: "member", admin: "member", guest: "moderator" } as const

  it("is the role there, or that across the service; an administrator is one everywhere", () => {
    const tested = accessTo({ roles })
    const people = [admin, user("mod"), user("member"), ann, guest, { ...ann, role: "guest" as const }]
    assert.deepStrictEqual(
      people.map((who) => tested.standing(who)),
      ["admin", "moderator", "member", "stranger", "guest", "guest"],
    )
    assert.strictEqual(tested.roleOf(user("mod").id), "moderator")
    assert.isUndefined(tested.roleOf(ann.id))
  })

  it("is told by the id alone of who is not here", () => {
    const tested = accessTo({ roles })
    assert.deepStrictEqual(
      [user("mod").id, ann.id, guest.id].map((id) => tested.standing({ id })),
      ["moderator", "stranger", "guest"],
    )
  })

  it("is owner of a direct conversation for its two, and stranger for everybody else, administrators too", () => {
    const tested = accessTo(directOf(ann.id, bob.id))
    const people = [ann, bob, user("cat"), admin, { ...ann, role: "admin" as const }]
    assert.deepStrictEqual(
      people.map((who) => tested.standing(who)),
      ["owner", "owner", "stranger", "stranger", "owner"],
    )
    const alone = accessTo(directOf(ann.id, ann.id))
    assert.deepStrictEqual(
      [ann, bob].map((who) => alone.standing(who)),
      ["owner", "stranger"],
    )
  })
})

describe("a ban", () => {
  it("keeps out its user and no other, until its time by the wall clock; administrators stay", () => {
    const tested = accessTo({
      roles: { mod: "moderator" },
      sanctions: [
        sanction("ban", ann, { until: ahead + 5000 }),
        sanction("ban", user("mod")),
        sanction("ban", admin),
        sanction("mute", bob),
      ],
    })
    const joins = (who: User, now: number) => reasonIn(tested, "join", who, now)
    assert.deepStrictEqual([joins(ann, 4999), joins(ann, 5000)], ["Banned", undefined])
    // Whoever moderates can be banned by name.
    assert.strictEqual(joins(user("mod"), 0), "Banned")
    assert.deepStrictEqual([joins(admin, 0), joins(bob, 0), joins(user("cat"), 0)], [undefined, undefined, undefined])
    assert.isTrue(tested.isBanned({ user: ann }, 0))
    assert.isFalse(tested.isBanned({ user: bob }, 0))
    assert.deepStrictEqual(
      [tested.sanctions(4999), tested.sanctions(5000)].map((held) => held.map(({ kind, subject }) => [kind, subject])),
      [
        [
          ["ban", { user: { id: "ann", name: "ann" } }],
          ["ban", { user: { id: "mod", name: "mod" } }],
          ["ban", { user: { id: "admin", name: "admin" } }],
          ["mute", { user: { id: "bob", name: "bob" } }],
        ],
        [
          ["ban", { user: { id: "mod", name: "mod" } }],
          ["ban", { user: { id: "admin", name: "admin" } }],
          ["mute", { user: { id: "bob", name: "bob" } }],
        ],
      ] as never,
    )
  })

  it("by address is one of several: any of them keeps out, a mute does not", () => {
    const other = AddressRange.make("203.0.113.0/24")
    const tested = accessTo({
      sanctions: [sanction("ban", { address: other }), sanction("ban", bob), sanction("ban", { address })],
    })
    const isBanned = (address: string) => tested.isBanned({ user: ann, address }, 0)
    assert.deepStrictEqual([inside, "203.0.113.1", outside].map(isBanned), [true, true, false])
    const muting = accessTo({ sanctions: [sanction("mute", { address })] })
    assert.isFalse(muting.isBanned({ user: ann, address: inside }, 0))
  })
})

describe("a mute", () => {
  const tested = accessTo({
    roles: { mod: "moderator" },
    sanctions: [sanction("mute", ann, { until: ahead + 5000 }), sanction("mute", user("mod")), sanction("mute", admin)],
  })

  it("keeps its user from saying anything until its time, and from nothing else; administrators speak", () => {
    const tried = (who: User, now: number) => reasonIn(tested, "publish", who, now)
    assert.deepStrictEqual([tried(ann, 4999), tried(ann, 5000)], ["Muted", undefined])
    assert.deepStrictEqual([tried(user("mod"), 0), tried(admin, 0), tried(bob, 0)], ["Muted", undefined, undefined])
    assert.isUndefined(reasonIn(tested, "read", ann, 0))
  })

  it("leaves the status of its user, and takes the text beside it", () => {
    const appearance = { status: "away", text: "lunch" } as const
    assert.deepStrictEqual(tested.shown(ann, appearance, "", 4999), { status: "away" })
    assert.strictEqual(tested.shown(ann, appearance, "", 5000), appearance)
    assert.strictEqual(tested.shown(bob, appearance, "", 0), appearance)
  })
})

describe("slow mode", () => {
  const slow: Given = { record: { slowMode: 1000 }, roles: { mod: "moderator", member: "member" } }
  const appearance = { status: "away", text: "lunch" } as const
  const everyone = [ann, guest, user("member"), user("mod"), admin]

  it("makes everybody wait between two things said who has no charge of the channel", () => {
    const tested = accessTo(slow)
    for (const who of everyone) tested.said(who.id, 500)
    const wait = (who: User, now: number) => tested.refusal("publish", { user: who }, now)?.retryAfter
    assert.deepStrictEqual(
      everyone.map((who) => wait(who, 700)),
      [Duration.millis(800), Duration.millis(800), Duration.millis(800), undefined, undefined],
    )
    assert.deepStrictEqual(wait(ann, 1499), Duration.millis(1))
    assert.isUndefined(wait(ann, 1500))
    assert.isUndefined(wait(bob, 700))
  })

  it("holds for whatever says something, and for nothing else", () => {
    const tested = accessTo({ ...slow, roles: { ann: "member" } })
    tested.said(ann.id, 500)
    const slowed: ReadonlyArray<Action> = ["publish", "editOwn", "react", "setTopic"]
    for (const action of slowed) assert.strictEqual(reasonIn(tested, action, ann), "SlowMode", action)
    for (const action of ["join", "read", "markRead", "typing", "deleteOwn", "describe"] as const) {
      assert.isUndefined(reasonIn(tested, action, ann), action)
    }
    // Why one may not at all comes first.
    assert.strictEqual(reasonIn(tested, "editOthers", ann), "Forbidden")
    assert.deepStrictEqual(tested.shown(ann, appearance, "", 1499), { status: "away" })
    assert.strictEqual(tested.shown(ann, appearance, "", 1500), appearance)
    assert.strictEqual(reasonIn(tested, "publish", ann, 2499), "SlowMode")
  })

  it("takes a text beside a status for said where it is another than before, by whoever comes as well", () => {
    const tested = accessTo(slow)
    const shown = (text: string, before: string | undefined, now: number) =>
      tested.shown(ann, { status: "away", text }, before, now).text
    assert.strictEqual(shown("lunch", undefined, 500), "lunch")
    assert.isUndefined(reasonIn(tested, "publish", ann, 500))
    assert.strictEqual(shown("tea", undefined, 600), "tea")
    assert.strictEqual(reasonIn(tested, "publish", ann, 1599), "SlowMode")
    assert.deepStrictEqual([shown("tea", "tea", 700), shown("tea", undefined, 700)], ["tea", "tea"])
    assert.deepStrictEqual([shown("cake", "tea", 1599), shown("cake", undefined, 1600)], [undefined, "cake"])
  })

  it("knows nothing of what was said while there was none, and nobody in a direct conversation waits", () => {
    const off = accessTo({})
    assert.isUndefined(off.said(ann.id, 1000))
    off.record = { ...off.record!, slowMode: 1000 }
    assert.isUndefined(reasonIn(off, "publish", ann))
    const noChannel = new Access(false, (now) => now)
    assert.isUndefined(noChannel.said(ann.id, 1000))
    const direct = accessTo({ ...directOf(ann.id, bob.id), record: { access: "private", slowMode: 1000 } })
    direct.said(ann.id, 1000)
    assert.isUndefined(reasonIn(direct, "publish", ann))
    // Nor does anybody who has said something before it was switched off.
    const was = accessTo(slow)
    was.said(ann.id, 1000)
    was.record = { ...was.record!, slowMode: 0 }
    assert.isUndefined(reasonIn(was, "publish", ann))
  })

  it("knows the last 5000 who said something, at least", () => {
    const tested = accessTo(slow)
    for (let n = 0; n < 5000; n++) tested.said(`user ${n}` as UserId, 500)
    const waits = (n: number) => tested.refusal("publish", { user: { ...ann, id: `user ${n}` as UserId } }, 700)?.reason
    assert.deepStrictEqual([waits(0), waits(4999), waits(5000)], ["SlowMode", "SlowMode", undefined])
  })

  it("takes back what was not said after all, and leaves what was said since", () => {
    const tested = accessTo(slow)
    const says = (now: number) => reasonIn(tested, "publish", ann, now)
    tested.said(ann.id, 1000)!()
    assert.isUndefined(says(1000))
    tested.said(ann.id, 1000)
    tested.said(ann.id, 3000)!()
    assert.deepStrictEqual([says(1999), says(2000)], ["SlowMode", undefined])
    const undo = tested.said(ann.id, 4000)!
    tested.said(ann.id, 6000)
    undo()
    assert.deepStrictEqual([says(6999), says(7000)], ["SlowMode", undefined])
  })
})

describe("what is done to somebody", () => {
  const roles = { owner: "owner", owner2: "owner", mod: "moderator", mod2: "moderator", member: "member" } as const
  const why = (
    tested: Access,
    action: Action,
    by: User,
    target: User,
    role?: ChannelRole,
  ): readonly [string, string | undefined] | undefined => {
    const error = tested.refusal(action, { user: by }, 1000, { user: target, role })
    return error === undefined ? undefined : [error.reason, error.detail]
  }
  const may = undefined
  const no = ["Forbidden", undefined] as const
  const all = [admin, owner, user("mod"), user("member"), ann, guest]

  it("is done to whoever is below: nobody puts out those beside or above", () => {
    const tested = accessTo({ roles })
    const kicked = (by: User) => all.map((target) => why(tested, "kick", by, target))
    const self = ["Forbidden", "Not to yourself"] as const
    assert.deepStrictEqual(kicked(admin), [self, may, may, may, may, may])
    assert.deepStrictEqual(kicked(user("owner2")), [no, may, may, may, may, may])
    assert.deepStrictEqual(kicked(user("mod2")), [no, no, no, may, may, may])
    assert.deepStrictEqual(kicked(user("member")), [no, no, no, no, no, no])
  })

  it("nobody kicks, bans or mutes themselves", () => {
    const tested = accessTo({ roles })
    for (const action of ["kick", "ban", "mute"] as const) {
      assert.deepStrictEqual(why(tested, action, owner, owner), ["Forbidden", "Not to yourself"], action)
      assert.isUndefined(why(tested, action, owner, ann))
    }
    // One may give oneself less.
    assert.isUndefined(why(tested, "setRole", owner, owner, "member"))
    assert.isUndefined(why(tested, "setRole", user("mod"), user("mod")))
  })

  it("a role is given by whoever may give it, and to no guest", () => {
    const tested = accessTo({ roles })
    const given = (by: User, target = ann) =>
      (["owner", "moderator", "member", undefined] as const).map((role) => why(tested, "setRole", by, target, role))
    assert.deepStrictEqual(given(admin), [may, may, may, may])
    assert.deepStrictEqual(given(owner), [may, may, may, may])
    assert.deepStrictEqual(given(user("mod")), [no, no, may, may])
    const kept = ["Forbidden", "A guest is somebody else tomorrow: no role is kept"] as const
    assert.deepStrictEqual(given(owner, guest), [kept, kept, kept, may])
    assert.deepStrictEqual(given(user("mod"), guest), [no, no, kept, may])
  })

  it("a channel keeps its last owner", () => {
    const last = accessTo({ roles: { owner: "owner", mod: "moderator" } })
    const kept = ["Forbidden", "The channel has no other owner"] as const
    assert.deepStrictEqual(why(last, "ban", admin, owner), kept)
    for (const role of ["moderator", "member", undefined] as const) {
      assert.deepStrictEqual(why(last, "setRole", admin, owner, role), kept)
      assert.deepStrictEqual(why(last, "setRole", owner, owner, role), kept)
    }
    // What takes no ownership is done to one like to any other, and others are not the last owner.
    assert.isUndefined(why(last, "setRole", admin, owner, "owner"))
    for (const action of ["kick", "mute"] as const) assert.isUndefined(why(last, action, admin, owner))
    assert.isUndefined(why(last, "ban", admin, user("mod")))
    assert.isUndefined(why(last, "setRole", admin, user("mod")))
    const two = accessTo({ roles })
    assert.isUndefined(why(two, "ban", admin, owner))
    assert.isUndefined(why(two, "setRole", owner, owner, "member"))
  })

  it("in a direct conversation each blocks the other, and nobody else; guests block nobody", () => {
    const direct = accessTo(directOf(ann.id, bob.id))
    assert.isUndefined(why(direct, "ban", ann, bob))
    assert.isUndefined(why(direct, "ban", bob, ann))
    assert.deepStrictEqual(why(direct, "ban", ann, ann), no)
    assert.deepStrictEqual(why(direct, "ban", ann, user("cat")), no)
    assert.deepStrictEqual(why(direct, "ban", user("cat"), ann), no)
    const guests = accessTo(directOf(guest.id, bob.id))
    assert.deepStrictEqual(why(guests, "ban", guest, bob), no)
    assert.isUndefined(why(guests, "ban", bob, guest))
    const alone = accessTo(directOf(ann.id, ann.id))
    assert.deepStrictEqual(why(alone, "ban", ann, ann), no)
  })

  it("what may not be done at all is refused for that, whomever it is about", () => {
    const tested = accessTo({ roles, record: { archived: true } })
    assert.deepStrictEqual(why(tested, "invite", owner, ann, "member"), ["ChannelArchived", undefined])
    assert.deepStrictEqual(why(accessTo({ roles }), "kick", ann, guest), no)
  })
})
