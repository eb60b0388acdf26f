/** The sessions in a channel, without one: what is told of their coming and going, and how their users appear. */
import { assert, describe, it } from "@effect/vitest"
import type { Appearance } from "../../../src/domain/Appearance.ts"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import type { User } from "../../../src/domain/User.ts"
import { appearing, hush, setAppearance } from "../../../src/hub/channel/internal/appearance.ts"
import { Attendance } from "../../../src/hub/channel/internal/Attendance.ts"
import type { ChannelCommandOf } from "../../../src/hub/channel/ChannelCommand.ts"
import { defaults } from "../../../src/hub/HubSettings.ts"
import { online } from "../fixture.ts"
import { user } from "../members.ts"
import { general } from "../stores.ts"
import { accessTo, type Given, personOf, sanction } from "./record.ts"

const [ann, bob] = [user("ann"), user("bob")]
const session = (name: string) => SessionId.make(name)
const standing = { role: undefined, access: "public", archived: false, slowMode: 0 } as const
const threshold = {
  id: ChannelId.make("general"),
  history: undefined,
  topic: Topic.make("tea"),
  seq: Seq.make(7),
  first: Seq.make(3),
}

const isBob = ({ name }: User) => name === "bob"

const attended = () => {
  const told: Array<ChannelEvent> = []
  const attendance = new Attendance(defaults, (event) => told.push(event))
  let asked = 0
  let requests = 0
  return {
    attendance,
    /** What was told since this was asked last. */
    told: (): ReadonlyArray<unknown> => told.splice(0),
    enter: (who: User, from: string, appearance: Appearance = online, names = false, now = 0) =>
      attendance.enter(
        {
          type: "Join",
          by: { user: who, session: session(from) },
          request: requests++,
          session: session(from),
          appearance,
          called: general,
          names,
        },
        now,
      ),
    welcome: () =>
      attendance.welcome(
        () => (asked++, threshold),
        (who) => ({ ...standing, role: who.id === ann.id ? "owner" : undefined }),
      ),
    /** How often somebody wanted to know what newcomers are told of the channel. */
    asked: () => asked,
  }
}

describe("who is in a channel", () => {
  it("whose session has ended, and has not come back in time, is gone, and perhaps still connected", () => {
    const { attendance, enter, told, welcome } = attended()
    for (const [who, from] of [
      [ann, "phone"],
      [bob, "desk"],
    ] as const)
      enter(who, from, online, true)
    welcome()
    told()
    for (const from of ["phone", "desk"]) attendance.leave(session(from), 0, { ended: true })
    assert.deepStrictEqual(told(), [
      { type: "Exited", session: "phone" },
      { type: "Departed", user: personOf(ann), why: "ended" },
      { type: "Exited", session: "desk" },
      { type: "Departed", user: personOf(bob), why: "ended" },
    ])
    attendance.tellChanges(5000, isBob)
    assert.deepStrictEqual(told().slice(0, 2), [
      { type: "Gone", user: personOf(ann), connected: false },
      { type: "Gone", user: personOf(bob), connected: true },
    ])
  })

  it("those who come together are told the same, each with what they are there", () => {
    const { asked, enter, told, welcome } = attended()
    enter(ann, "phone", { status: "away" }, true)
    enter(bob, "desk")
    enter(ann, "laptop", online, true)
    assert.deepStrictEqual(told(), [
      { type: "Arrived", user: personOf(ann) },
      { type: "Arrived", user: personOf(bob) },
    ])
    welcome()
    const welcomed = {
      ...threshold,
      count: 2,
      members: [
        { username: "ann", status: "away" },
        { username: "bob", status: "online" },
      ],
      presence: 0,
    }
    const entered = (from: string, request: number, role: string | undefined, names: ReadonlyArray<string>) => ({
      type: "Entered",
      session: from,
      request,
      welcome: { ...welcomed, standing: { ...standing, role }, names },
    })
    assert.deepStrictEqual(told(), [
      entered("phone", 0, "owner", ["ann", "bob"]),
      entered("desk", 1, undefined, []),
      entered("laptop", 2, "owner", ["ann", "bob"]),
    ])
    // Nobody is welcomed twice, and where nobody has come nobody asks.
    welcome()
    assert.deepStrictEqual(told(), [])
    assert.strictEqual(asked(), 1)
  })

  it("a user arrives with the first session and departs with the last; each session leaves once", () => {
    const { attendance, enter, told, welcome } = attended()
    assert.isTrue(attendance.isEmpty)
    enter(ann, "phone")
    enter(ann, "laptop")
    welcome()
    told()
    assert.isFalse(attendance.isEmpty)
    attendance.leave(session("phone"), 0)
    attendance.leave(session("phone"), 0)
    attendance.leave(session("nobody"), 0)
    assert.deepStrictEqual(told(), [{ type: "Exited", session: "phone" }])
    assert.deepStrictEqual([...attendance.members], [[session("laptop"), { user: ann, session: session("laptop") }]])
    attendance.putOut(session("laptop"), 0)
    attendance.putOut(session("laptop"), 0)
    assert.deepStrictEqual(told(), [
      { type: "PutOut", session: "laptop" },
      { type: "Departed", user: personOf(ann) },
    ])
    assert.isTrue(attendance.isEmpty)
  })

  it("everybody can be put out, or is simply gone", () => {
    const { attendance, enter, told, welcome } = attended()
    enter(ann, "a")
    enter(bob, "b")
    welcome()
    told()
    attendance.putOutAll(0)
    assert.deepStrictEqual(told(), [
      { type: "PutOut", session: "a" },
      { type: "Departed", user: personOf(ann) },
      { type: "PutOut", session: "b" },
      { type: "Departed", user: personOf(bob) },
    ])
    enter(ann, "a")
    told()
    attendance.clear()
    assert.isTrue(attendance.isEmpty)
    assert.deepStrictEqual(told(), [])
  })

  it("who was put out does not stay where a node says so that was not told, but may come again", () => {
    const { attendance, enter, told } = attended()
    const again = (from: string) =>
      attendance.resume(
        {
          presence: 1,
          members: [{ session: session(from), by: { user: bob, session: session(from) }, appearance: online }],
        },
        () => true,
        10,
      )
    enter(bob, "a")
    attendance.putOut(session("a"), 0, true)
    told()
    again("a")
    assert.deepStrictEqual(told(), [{ type: "PutOut", session: "a" }])
    assert.isTrue(attendance.isEmpty)

    enter(bob, "a")
    attendance.leave(session("a"), 0, { ended: true, lost: true })
    told()
    again("a")
    assert.deepStrictEqual(told(), [])
    assert.isFalse(attendance.isEmpty)
  })

  it("changes are told when they have gathered for their time, and not before", () => {
    const { attendance, enter, told, welcome } = attended()
    enter(ann, "a")
    welcome()
    told()
    attendance.tellChanges(1499, isBob)
    assert.deepStrictEqual(told(), [])
    const joined = [{ username: "ann", status: "online" }]
    attendance.tellChanges(1500, isBob)
    assert.deepStrictEqual(told(), [
      { type: "Presence", version: 1, count: 1, joined, left: [], changed: [], full: false },
    ])
    attendance.tellChanges(9000, isBob)
    assert.deepStrictEqual(told(), [])
  })

  it("of several sessions each user is named once, as others are told of one", () => {
    const members = ["phone", "laptop"].map((from) => ({ user: ann, session: session(from) }))
    assert.deepStrictEqual([...Attendance.usersOf([...members, { user: bob }])], [personOf(ann), personOf(bob)])
  })
})

describe("typing", () => {
  it("is passed on from those who are in, once in its time for each user", () => {
    const { attendance, enter, told } = attended()
    enter(ann, "phone")
    enter(ann, "laptop")
    enter(bob, "desk")
    told()
    const typing = (who: User, from: string | undefined, now: number) => {
      attendance.isTyping({ user: who, session: from === undefined ? undefined : session(from) }, now)
      return told()
    }
    const annTypes = [{ type: "Typing", user: personOf(ann) }]
    assert.deepStrictEqual(typing(ann, undefined, 0), [])
    assert.deepStrictEqual(typing(ann, "elsewhere", 0), [])
    assert.deepStrictEqual(typing(ann, "phone", 0), annTypes)
    assert.deepStrictEqual(typing(ann, "laptop", 1999), [])
    assert.deepStrictEqual(typing(bob, "desk", 1999), [{ type: "Typing", user: personOf(bob) }])
    assert.deepStrictEqual(typing(ann, "laptop", 2000), annTypes)
    assert.deepStrictEqual(typing(ann, "phone", 3999), [])
  })

  it("is passed on at once from who has been away, and not while a session is left", () => {
    const { attendance, enter, told } = attended()
    const typing = (now: number) => {
      told()
      attendance.isTyping({ user: ann, session: session("laptop") }, now)
      return told().length
    }
    enter(ann, "phone")
    enter(ann, "laptop")
    assert.strictEqual(typing(0), 1)
    attendance.leave(session("phone"), 1)
    assert.strictEqual(typing(1), 0)
    attendance.leave(session("laptop"), 1)
    enter(ann, "laptop")
    assert.strictEqual(typing(1), 1)
  })
})

describe("how a user appears", () => {
  /** Ann is in the channel, and appears so. */
  const shown = (given: Given, appearance: Appearance) => {
    const access = accessTo(given)
    const { attendance, enter } = attended()
    enter(ann, "phone", appearance)
    return {
      access,
      attendance,
      set: (wanted: Appearance, now: number, who = ann) =>
        setAppearance(access, attendance, { type: "SetAppearance", user: who.id, appearance: wanted }, now),
      seen: () => {
        const { user: _, ...appearance } = attendance.presence.find(ann.id)!
        return appearance
      },
      mayPublish: (now: number) => access.refusal("publish", { user: ann }, now) === undefined,
    }
  }
  const slow: Given = { record: { slowMode: 1000 } }
  const lunch = { status: "away", text: "lunch" } as const

  it("is as one wishes, and others are not touched by it", () => {
    const { attendance, seen, set } = shown({}, online)
    set(lunch, 1000)
    assert.deepStrictEqual(seen(), lunch)
    set(online, 2000)
    assert.deepStrictEqual(seen(), online)
    set(lunch, 3000, bob)
    assert.deepStrictEqual(seen(), online)
    assert.isUndefined(attendance.presence.find(bob.id))
  })

  it("a new text is said like anything else: one waits behind it, and for it", () => {
    const { mayPublish, seen, set } = shown(slow, online)
    set(lunch, 1000)
    assert.deepStrictEqual(seen(), lunch)
    assert.deepStrictEqual([mayPublish(1999), mayPublish(2000)], [false, true])
    set({ status: "away", text: "more" }, 1500)
    assert.deepStrictEqual(seen(), { status: "away" })
    // What was not shown was not said: it makes nobody wait longer.
    assert.deepStrictEqual([mayPublish(1999), mayPublish(2000)], [false, true])
    set({ status: "away", text: "more" }, 4000)
    assert.deepStrictEqual(seen(), { status: "away", text: "more" })
  })

  it("a text that is shown already, or none, is not said anew", () => {
    const { mayPublish, seen, set } = shown(slow, lunch)
    set({ status: "online", text: "lunch" }, 1000)
    assert.deepStrictEqual(seen(), { status: "online", text: "lunch" })
    assert.isTrue(mayPublish(1000))
    set({ status: "away", text: "" }, 1000)
    set({ status: "online" }, 1000)
    assert.deepStrictEqual(seen(), online)
    assert.isTrue(mayPublish(1000))
  })

  it("whoever is silenced shows no text, new or old", () => {
    const { seen, set } = shown({ sanctions: [sanction("mute", ann)] }, lunch)
    set({ status: "online", text: "lunch" }, 1000)
    assert.deepStrictEqual(seen(), online)
    set({ status: "away", text: "they silenced me" }, 1000)
    assert.deepStrictEqual(seen(), { status: "away" })
  })

  it("who comes with another device says what is new by it, and what is shown already is not new", () => {
    const join = (text: string): ChannelCommandOf<"Join"> => ({
      type: "Join",
      by: { user: ann, session: session("laptop") },
      request: 9,
      session: session("laptop"),
      appearance: { status: "online", text },
      called: general,
      names: false,
    })
    const present = shown(slow, lunch)
    assert.deepStrictEqual(appearing(present.access, present.attendance, join("lunch"), 1000), {
      status: "online",
      text: "lunch",
    })
    assert.isTrue(present.mayPublish(1000))
    appearing(present.access, present.attendance, join("more"), 1000)
    assert.isFalse(present.mayPublish(1999))
    // Who is here and shows none has shown none.
    const plain = shown(slow, online)
    appearing(plain.access, plain.attendance, join("more"), 1000)
    assert.isFalse(plain.mayPublish(1999))
    // Who was not here is not known to have shown another.
    const absent = shown(slow, online)
    absent.attendance.leave(session("phone"), 0)
    absent.attendance.tellChanges(60_000, isBob)
    appearing(absent.access, absent.attendance, join("more"), 61_000)
    assert.isTrue(absent.mayPublish(61_000))
  })

  it("the text goes when it is to be hushed, the status stays; of who is not there it is nothing", () => {
    const { attendance, seen } = shown({}, lunch)
    hush(attendance, bob.id, 1000)
    assert.deepStrictEqual(seen(), lunch)
    hush(attendance, ann.id, 1000)
    assert.deepStrictEqual(seen(), { status: "away" })
  })
})
