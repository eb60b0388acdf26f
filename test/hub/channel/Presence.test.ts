import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { SessionId } from "../../../src/domain/SessionId.ts"
import type { Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { Status } from "../../../src/domain/Status.ts"
import { type Diff, Presence, type PresenceSettings, type Snapshot } from "../../../src/hub/channel/Presence.ts"
import type { Member } from "../../../src/protocol/v2/ServerFrame.ts"
import { user } from "../members.ts"

const settings: PresenceSettings = {
  grace: Duration.seconds(5),
  coalesce: Duration.millis(1500),
  countOnlyAbove: 500,
}
const online = { status: "online" } as const
const away = { status: "away", text: "lunch" } as const

const names = (members: ReadonlyArray<Member>) => members.map(({ username }) => `${username}`).sort()

/** Lets time pass from moment to moment, as the channel's timer does, and gives the diffs. */
const pass = (presence: Presence, until: number): Array<Diff> => {
  const diffs: Array<Diff> = []
  while (presence.nextAt <= until) {
    const diff = presence.advance(presence.nextAt)
    if (diff !== undefined) diffs.push(diff)
  }
  return diffs
}

/** What a client makes of a snapshot and the diffs behind it. */
class View {
  members: Map<string, Member>
  version: number
  count: number

  constructor({ count, members, version }: Snapshot) {
    this.members = new Map(members.map((member) => [member.username, member]))
    this.version = version
    this.count = count
  }

  apply(diff: Diff): void {
    if (diff.version <= this.version) return
    assert.strictEqual(diff.version, this.version + 1)
    this.version = diff.version
    this.count = diff.count
    if (diff.full) this.members.clear()
    for (const member of [...diff.joined, ...diff.changed]) this.members.set(member.username, member)
    for (const name of diff.left) this.members.delete(name)
  }
}

describe("Presence", () => {
  it("is told anew as a whole when a node has members here again, who may have missed any of it", () => {
    const presence = new Presence(settings)
    presence.join(user("alice"), online, 0)
    assert.deepStrictEqual(
      pass(presence, 10_000).map(({ full, version }) => [version, full]),
      [[1, false]],
    )
    presence.resume({ presence: 1, names: true, members: [] }, 20_000)
    assert.deepStrictEqual(pass(presence, 30_000), [])
    const by = { user: user("bob"), session: SessionId.make("b") } as Requester
    presence.resume({ presence: 1, names: true, members: [{ session: by.session!, by, appearance: online }] }, 30_000)
    presence.join(by.user, online, 30_000)
    const [told, ...more] = pass(presence, 40_000)
    assert.deepStrictEqual(more, [])
    assert.isTrue(told?.full)
    assert.deepStrictEqual(names(told!.joined), ["alice", "bob"])
    assert.deepStrictEqual(
      told?.online?.map(({ name }) => `${name}`),
      ["alice", "bob"],
    )
  })

  it("says who has a session here to those who were told that everybody of a node had gone, wherever they are", () => {
    const presence = new Presence(settings)
    presence.join(user("alice"), online, 0)
    presence.join(user("bob"), online, 0)
    // Somebody comes who is told of each that comes or goes.
    presence.namesKnown()
    pass(presence, 10_000)
    assert.isTrue(presence.leave(user("bob").id, 10_000, { ended: true, lost: true }))
    const by = { user: user("bob"), session: SessionId.make("b") } as Requester
    presence.resume({ presence: 1, members: [{ session: by.session!, by, appearance: online }] }, 10_010)
    presence.join(by.user, online, 10_010)
    const [told, ...more] = pass(presence, 20_000)
    assert.deepStrictEqual(more, [])
    assert.deepStrictEqual(
      told?.online?.map(({ name }) => `${name}`),
      ["alice", "bob"],
    )
  })

  it("counts users, not sessions: only the first arrives and only the last departs", () => {
    const presence = new Presence(settings)
    const alice = user("alice")
    assert.strictEqual(presence.join(alice, online, 0), "new")
    assert.isUndefined(presence.join(alice, online, 0))
    assert.strictEqual(presence.count, 1)
    assert.isFalse(presence.leave(alice.id, 10))
    assert.isTrue(presence.leave(alice.id, 10))
    assert.isFalse(presence.leave(alice.id, 10))
    assert.isFalse(presence.leave(user("bob").id, 10))
  })

  it("whose session has ended is known until the grace time is over, and back before that", () => {
    const presence = new Presence(settings)
    const [alice, bob] = [user("alice"), user("bob")]
    for (const who of [alice, bob]) presence.join(who, online, 0)
    assert.deepStrictEqual(presence.namesKnown(), { names: [alice.name, bob.name] })
    presence.leave(bob.id, 1000, { ended: true })
    assert.deepStrictEqual(presence.namesKnown(), { names: [alice.name], lingering: [bob.name] })
    assert.strictEqual(presence.join(bob, online, 2000), "back")
    // Who leaves the channel was seen to.
    presence.leave(bob.id, 3000)
    assert.deepStrictEqual(presence.namesKnown(), { names: [alice.name] })
    assert.strictEqual(presence.join(bob, online, 4000), "new")
    presence.leave(bob.id, 5000, { ended: true })
    assert.deepStrictEqual(presence.expire(9999), [])
    assert.deepStrictEqual(presence.expire(10_000), [bob])
    assert.deepStrictEqual(presence.expire(10_001), [])
    assert.deepStrictEqual(presence.namesKnown(), { names: [alice.name] })
    assert.strictEqual(presence.join(bob, online, 10_002), "new")
  })

  it("who leaves and is back within the grace time is not told of at all", () => {
    const presence = new Presence(settings)
    const alice = user("alice")
    presence.join(alice, online, 0)
    assert.lengthOf(pass(presence, 10_000), 1)
    presence.leave(alice.id, 10_000)
    assert.deepStrictEqual(names(presence.snapshot().members), ["alice"])
    assert.deepStrictEqual([...presence.namesKnown().names], [])
    assert.lengthOf(pass(presence, 14_999), 0)
    assert.strictEqual(presence.join(alice, online, 14_999), "new")
    assert.lengthOf(pass(presence, 60_000), 0)
    assert.strictEqual(presence.snapshot().version, 1)
    assert.strictEqual(presence.nextAt, Infinity)
  })

  it("who is back within the grace time with another status has changed", () => {
    const presence = new Presence(settings)
    const alice = user("alice")
    presence.join(alice, online, 0)
    pass(presence, 10_000)
    presence.leave(alice.id, 10_000)
    presence.join(alice, away, 12_000)
    assert.deepStrictEqual(pass(presence, 60_000), [
      { version: 2, count: 1, joined: [], left: [], changed: [{ username: alice.name, ...away }], full: false },
    ])
  })

  it("who stays away longer has left: told one coalescing time behind the grace time", () => {
    const presence = new Presence(settings)
    const alice = user("alice")
    presence.join(alice, online, 0)
    pass(presence, 10_000)
    presence.leave(alice.id, 10_000)
    assert.lengthOf(pass(presence, 16_499), 0)
    assert.deepStrictEqual(pass(presence, 16_500), [
      { version: 2, count: 0, joined: [], left: [alice.name], changed: [], full: false },
    ])
    assert.strictEqual(presence.nextAt, Infinity)
  })

  it("each leave has its own grace time, renewed by coming back", () => {
    const presence = new Presence({ ...settings, coalesce: Duration.zero })
    const [alice, bob] = [user("alice"), user("bob")]
    for (const who of [alice, bob]) presence.join(who, online, 0)
    pass(presence, 0)
    presence.leave(alice.id, 1000)
    presence.leave(bob.id, 2000)
    presence.join(alice, online, 3000)
    presence.leave(alice.id, 4000)
    assert.strictEqual(presence.nextAt, 7000)
    assert.deepStrictEqual(
      pass(presence, 8999).flatMap(({ left }) => left),
      [bob.name],
    )
    assert.deepStrictEqual(
      pass(presence, 9000).flatMap(({ left }) => left),
      [alice.name],
    )
  })

  it("a thousand who come within the coalescing time are one diff", () => {
    const presence = new Presence({ ...settings, countOnlyAbove: 10_000 })
    const diffs: Array<Diff> = []
    for (let n = 0; n < 1000; n++) {
      diffs.push(...pass(presence, n))
      presence.join(user(`user ${n}`), online, n)
    }
    diffs.push(...pass(presence, 60_000))
    assert.lengthOf(diffs, 1)
    assert.lengthOf(diffs[0]!.joined, 1000)
    assert.strictEqual(diffs[0]!.count, 1000)
  })

  it("who comes while others keep coming is told in time all the same", () => {
    const presence = new Presence(settings)
    const at: Array<number> = []
    for (let now = 0; now < 10_000; now += 100) {
      if (pass(presence, now).length > 0) at.push(now)
      presence.join(user(`user ${now}`), online, now)
    }
    assert.deepStrictEqual(at, [1500, 3000, 4500, 6000, 7500, 9000])
  })

  it("a thousand who lose their connection and are back in time are no diff", () => {
    const presence = new Presence({ ...settings, countOnlyAbove: 10_000 })
    for (let n = 0; n < 1000; n++) presence.join(user(`user ${n}`), online, 0)
    pass(presence, 10_000)
    for (let n = 0; n < 1000; n++) presence.leave(user(`user ${n}`).id, 10_000 + n)
    for (let n = 0; n < 1000; n++) presence.join(user(`user ${n}`), online, 12_000 + n)
    assert.lengthOf(pass(presence, 60_000), 0)
  })

  it("a status of somebody who has just joined is part of joining; the same status is no change", () => {
    const presence = new Presence(settings)
    const alice = user("alice")
    presence.join(alice, online, 0)
    presence.setStatus(alice.id, away, 100)
    assert.deepStrictEqual(pass(presence, 1500), [
      { version: 1, count: 1, joined: [{ username: alice.name, ...away }], left: [], changed: [], full: false },
    ])
    presence.setStatus(alice.id, away, 2000)
    presence.setStatus(user("bob").id, away, 2000)
    assert.strictEqual(presence.nextAt, Infinity)
    presence.setStatus(alice.id, { status: "busy" }, 2000)
    assert.deepStrictEqual(pass(presence, 60_000), [
      { version: 2, count: 1, joined: [], left: [], changed: [{ username: alice.name, status: "busy" }], full: false },
    ])
  })

  it("an empty text beside a status is none, and who is not here appears in no way", () => {
    const presence = new Presence(settings)
    const alice = user("alice")
    presence.join(alice, { status: "away", text: "" }, 0)
    assert.deepStrictEqual(presence.snapshot().members, [{ username: alice.name, status: "away" }])
    assert.deepStrictEqual(presence.find(alice.id), { status: "away", text: "", user: alice })
    assert.isUndefined(presence.find(user("bob").id))
  })

  it("what newcomers are told is one object until something changes, and another behind it", () => {
    const presence = new Presence({ ...settings, countOnlyAbove: 3 })
    const [ann, bob] = [user("ann"), user("bob")]
    const shown: Array<Snapshot> = []
    const names: Array<ReadonlyArray<string>> = []
    /** Notes both, and that they stay as they are. */
    const look = (now: number) => {
      shown.push(presence.snapshot())
      names.push(presence.namesKnown().names)
      // Nobody comes or goes, and nothing is due.
      presence.join(ann, online, now)
      presence.leave(ann.id, now)
      presence.setStatus(user("nobody").id, away, now)
      assert.strictEqual(presence.snapshot(), shown.at(-1))
      assert.strictEqual(presence.namesKnown().names, names.at(-1))
    }
    presence.join(ann, online, 0)
    look(0)
    presence.join(bob, online, 1)
    look(1)
    presence.setStatus(bob.id, away, 2)
    look(2)
    // Told: another version.
    presence.advance(1500)
    look(1500)
    presence.leave(bob.id, 2000)
    look(2000)
    presence.advance(7000)
    look(7000)
    for (const name of ["cat", "dan", "eve"]) presence.join(user(name), online, 7000)
    look(7000)
    assert.deepStrictEqual(
      shown.map(
        ({ count, members, version }) => `${version}: ${count} ${members.map(({ username }) => username).join()}`,
      ),
      ["0: 1 ann", "0: 2 ann,bob", "0: 2 ann,bob", "1: 2 ann,bob", "1: 2 ann,bob", "1: 1 ann", "1: 4 "],
    )
    assert.deepStrictEqual(
      shown.map(({ members }) => members.find(({ username }) => username === "bob")?.status),
      [undefined, "online", "away", "away", "away", undefined, undefined],
    )
    // Who is in the grace time has no session here. A status and a diff change no names.
    assert.deepStrictEqual(
      names.map((of) => of.join()),
      ["ann", "ann,bob", "ann,bob", "ann,bob", "ann", "ann", "ann,cat,dan,eve"],
    )
    assert.strictEqual(names[1], names[3])
    assert.notStrictEqual(shown[1], shown[2])
  })

  describe("guests, who have a new id each time", () => {
    const guest = (id: string) => ({ ...user("bob", id), role: "guest" as const })

    it("are quiet when they come back within the grace time", () => {
      const presence = new Presence(settings)
      presence.join(user("ann"), online, 0)
      presence.join(guest("guest:1"), away, 0)
      pass(presence, 2000)
      const view = new View(presence.snapshot())
      presence.leave(guest("guest:1").id, 3000)
      assert.strictEqual(presence.join(guest("guest:2"), away, 4000), "new")
      assert.deepStrictEqual(pass(presence, 60_000), [])
      assert.deepStrictEqual(names(presence.snapshot().members), ["ann", "bob"])
      presence.leave(guest("guest:2").id, 60_000)
      for (const diff of pass(presence, 120_000)) view.apply(diff)
      assert.deepStrictEqual([...view.members.keys()], ["ann"])
      assert.strictEqual(view.count, 1)
      assert.strictEqual(presence.nextAt, Number.POSITIVE_INFINITY)
    })

    it("are there once, where one comes just when the former is gone", () => {
      const presence = new Presence({ ...settings, grace: Duration.zero })
      presence.join(user("ann"), online, 0)
      presence.join(guest("guest:1"), online, 0)
      pass(presence, 2000)
      const view = new View(presence.snapshot())
      presence.leave(guest("guest:1").id, 3000)
      presence.advance(3000)
      presence.join(guest("guest:2"), online, 3001)
      for (const diff of pass(presence, 60_000)) view.apply(diff)
      assert.deepStrictEqual([...view.members.keys()].sort(), ["ann", "bob"])
      assert.strictEqual(view.count, 2)
    })

    it("that come and go before anything was told are told of once, as the one who is there", () => {
      const presence = new Presence(settings)
      presence.join(guest("guest:1"), online, 0)
      presence.leave(guest("guest:1").id, 100)
      presence.join(guest("guest:2"), away, 200)
      const bobAway = { username: user("bob").name, ...away }
      assert.deepStrictEqual(presence.snapshot(), { version: 0, count: 1, members: [bobAway] })
      assert.deepStrictEqual([...presence.namesKnown().names], [user("bob").name])
      assert.deepStrictEqual(pass(presence, 60_000), [
        { version: 1, count: 1, joined: [bobAway], left: [], changed: [], full: false },
      ])
      assert.isUndefined(presence.find(guest("guest:1").id))
      assert.deepStrictEqual(presence.find(guest("guest:2").id), { ...away, user: guest("guest:2") })
      assert.isFalse(presence.leave(guest("guest:1").id, 60_000))
      assert.isTrue(presence.leave(guest("guest:2").id, 60_000))
    })

    it("with another status have changed", () => {
      const presence = new Presence(settings)
      presence.join(guest("guest:1"), online, 0)
      pass(presence, 2000)
      presence.leave(guest("guest:1").id, 3000)
      presence.join(guest("guest:2"), away, 4000)
      assert.deepStrictEqual(pass(presence, 60_000), [
        { version: 2, count: 1, joined: [], left: [], changed: [{ username: user("bob").name, ...away }], full: false },
      ])
    })

    it("take the place of nobody who is there, or is there again", () => {
      const presence = new Presence(settings)
      presence.join(guest("guest:1"), online, 0)
      presence.join(guest("guest:2"), online, 0)
      assert.strictEqual(presence.count, 2)
      presence.leave(guest("guest:1").id, 1000)
      presence.join(guest("guest:1"), online, 1001)
      presence.join(guest("guest:3"), online, 1002)
      assert.strictEqual(presence.count, 3)
      // Nor of one whose time is over.
      const late = new Presence({ ...settings, coalesce: Duration.zero })
      late.join(guest("guest:1"), online, 0)
      late.leave(guest("guest:1").id, 0)
      late.advance(5000)
      late.advance(5000)
      late.join(guest("guest:2"), online, 5000)
      assert.deepStrictEqual([late.count, [...late.namesKnown().names]], [1, [user("bob").name]])
      // An account takes no guest's.
      const mixed = new Presence(settings)
      mixed.join(guest("guest:1"), online, 0)
      mixed.leave(guest("guest:1").id, 0)
      mixed.join(user("bob", "account"), online, 1)
      assert.strictEqual(mixed.count, 2)
    })

    it("take no account's place", () => {
      const presence = new Presence(settings)
      presence.join(user("bob", "1"), online, 0)
      presence.leave(user("bob", "1").id, 0)
      presence.join(guest("guest:1"), online, 1)
      assert.strictEqual(presence.count, 2)
    })
  })

  it("a visit costs no more where many have just left", () => {
    const presence = new Presence({ ...settings, countOnlyAbove: 1_000_000, coalesce: Duration.hours(1) })
    const guests = Array.from({ length: 50_000 }, (_, n) => user(`guest ${n}`))
    for (const guest of guests) {
      presence.join(guest, online, 0)
      presence.leave(guest.id, 0)
    }
    // Nobody has a session here: what is asked for is made of nobody, not found among those who left.
    assert.deepStrictEqual(presence.namesKnown().names, [])
    for (const guest of guests) presence.join(guest, online, 1)
    for (const guest of guests) presence.leave(guest.id, 1)
    assert.strictEqual(presence.nextAt, 5001)
    presence.advance(5001)
    assert.strictEqual(presence.count, 0)
  })

  describe("above the threshold", () => {
    const small = { ...settings, countOnlyAbove: 3, grace: Duration.zero }
    const crowd = (presence: Presence, n: number, now: number) => {
      for (let i = 0; i < n; i++) presence.join(user(`user ${i}`), online, now)
    }

    it("tells how many, and everybody again when it falls below", () => {
      const presence = new Presence(small)
      crowd(presence, 3, 0)
      assert.deepStrictEqual(
        pass(presence, 1500).map(({ joined }) => joined.length),
        [3],
      )
      presence.join(user("one more"), online, 2000)
      assert.deepStrictEqual(presence.snapshot(), { version: 1, count: 4, members: [] })
      assert.deepStrictEqual(pass(presence, 4000), [
        { version: 2, count: 4, joined: [], left: [], changed: [], full: false },
      ])
      presence.leave(user("user 0").id, 5000)
      const [diff, ...more] = pass(presence, 60_000)
      assert.lengthOf(more, 0)
      assert.isTrue(diff!.full)
      assert.deepStrictEqual(names(diff!.joined), ["one more", "user 1", "user 2"])
      assert.deepStrictEqual(diff!.left, [])
      assert.strictEqual(diff!.count, 3)
    })

    it("who was shown only a number, between two diffs, is told everybody by the next", () => {
      const presence = new Presence(small)
      crowd(presence, 3, 0)
      pass(presence, 10_000)
      const late = user("late")
      presence.join(late, online, 10_000)
      const view = new View(presence.snapshot())
      assert.strictEqual(view.members.size, 0)
      presence.leave(user("user 0").id, 10_100)
      for (const diff of pass(presence, 60_000)) view.apply(diff)
      assert.deepStrictEqual([...view.members.keys()].sort(), ["late", "user 1", "user 2"])
    })
  })

  const User = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  const Step = Schema.Union([
    Schema.Struct({ type: Schema.Literals(["join", "join", "leave", "leave"]), who: User }),
    Schema.Struct({ type: Schema.Literal("status"), who: User, status: Status }),
    Schema.Struct({
      type: Schema.Literal("pass"),
      ms: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4000 })),
    }),
    Schema.Struct({ type: Schema.Literal("watch") }),
  ])

  for (const countOnlyAbove of [500, 3]) {
    it.prop(
      `a snapshot and the diffs behind it are a fresh snapshot; arrivals and departures are who has sessions (${countOnlyAbove})`,
      [Arbitrary.array(Arbitrary.schema(Step), { maxLength: 60 }), Schema.Literals([0, 500, 5000])],
      ([steps, grace]) => {
        const presence = new Presence({
          grace: Duration.millis(grace),
          coalesce: Duration.millis(1500),
          countOnlyAbove,
        })
        let now = 0
        const sessions = new Map<number, number>()
        const status = new Map<number, Status>()
        const there = new Set<string>()
        const views = [new View(presence.snapshot())]
        const later = (diffs: ReadonlyArray<Diff>) => {
          for (const diff of diffs) for (const view of views) view.apply(diff)
        }
        for (const step of steps) {
          if (step.type === "pass") {
            now += step.ms
            later(pass(presence, now))
          } else if (step.type === "watch") views.push(new View(presence.snapshot()))
          else {
            const who = user(`user ${step.who}`)
            const before = sessions.get(step.who) ?? 0
            if (step.type === "status") {
              status.set(step.who, step.status)
              presence.setStatus(who.id, { status: step.status }, now)
            } else if (step.type === "join") {
              const arrival = presence.join(who, { status: status.get(step.who) ?? "online" }, now)
              assert.strictEqual(arrival !== undefined, before === 0)
              if (before === 0) there.add(who.name)
              sessions.set(step.who, before + 1)
            } else {
              assert.strictEqual(presence.leave(who.id, now), before === 1)
              if (before === 1) there.delete(who.name)
              sessions.set(step.who, Math.max(0, before - 1))
            }
          }
          assert.deepStrictEqual(new Set<string>(presence.namesKnown().names), there)
        }
        later(pass(presence, now + 60_000))
        assert.strictEqual(presence.nextAt, Infinity)
        // Quiet: what is shown is who has sessions.
        assert.strictEqual(presence.count, there.size)
        const fresh = presence.snapshot()
        if (there.size <= countOnlyAbove) {
          assert.deepStrictEqual(
            new Map(fresh.members.map((member) => [`${member.username}`, member.status])),
            new Map(
              [...sessions].filter(([, n]) => n > 0).map(([who]) => [`user ${who}`, status.get(who) ?? "online"]),
            ),
          )
        }
        for (const view of views) {
          assert.strictEqual(view.version, fresh.version)
          assert.strictEqual(view.count, fresh.count)
          if (there.size <= countOnlyAbove) assert.deepStrictEqual(view.members, new View(fresh).members)
        }
      },
      { arbitrary: { runs: 1000, size: 60 } },
    )
  }
})
