/** What each command does to a channel's state, without an actor and without a history. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import type { Entry, StoredId } from "../../../src/domain/Entry.ts"
import { Reaction } from "../../../src/domain/Reaction.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import type { User, UserId } from "../../../src/domain/User.ts"
import type { LogSnapshot } from "../../../src/history/HistoryShape.ts"
import type { ChannelCommand, Outcome, Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { ChannelState } from "../../../src/hub/channel/internal/ChannelState.ts"
import type { Mail } from "../../../src/hub/channel/internal/Mail.ts"
import { readersIn } from "../../../src/hub/channel/internal/readMarkers.ts"
import { defaults, type HubSettings } from "../../../src/hub/HubSettings.ts"
import { id, online } from "../fixture.ts"
import { user } from "../members.ts"
import { accessTo, directOf, type Given, personOf, sanction } from "./record.ts"

const [ann, bob, cat] = [user("ann"), user("bob"), user("cat")]
const tea = ChannelName.make("tea")
const seq = (n: number) => Seq.make(n)
const never = Number.POSITIVE_INFINITY

const empty: LogSnapshot = { first: seq(1), seq: seq(0), durability: "memory", recent: [], ids: [] }

const said = (n: number, who: User, named?: string): Entry => ({
  type: "Message",
  seq: seq(n),
  from: personOf(who),
  timestamp: n,
  id: named === undefined ? undefined : id(named),
  content: `message ${n}`,
})

/** Whoever has gone is connected nowhere. */
const nobody = () => false

/** A channel that is loaded, where `log` is not left out on purpose. */
const made = (
  given: Given = {},
  { log = empty, settings }: { readonly log?: LogSnapshot | undefined; readonly settings?: Partial<HubSettings> } = {},
) => {
  const stamps = { at: (now: number) => now, before: (age: number, now: number) => now - age, stored: () => {} }
  const state = new ChannelState(given.name ?? tea, { ...defaults, ...settings }, stamps, 60_000)
  state.access.record = accessTo(given).record
  state.load(log, 0)
  /** A batch, whose entries are stored. */
  const batch = (commands: ReadonlyArray<Mail>, now = 0) => {
    state.begin()
    if (state.assign(commands, [], now).entries.length > 0) state.stored("disk")
    for (const [n, command] of commands.entries()) state.apply(command, n, now)
    return taken(now)
  }
  const taken = (now = 0) => {
    const { answers = [], events = [] } = state.take(0, now, nobody) ?? {}
    return { answers: answers.map(({ outcome, request }) => [request, shortly(outcome)]), events }
  }
  const enter = (...who: ReadonlyArray<User>) => batch(who.map((one) => join(one)))
  return { state, batch, taken, enter }
}

/** What was refused by its reason alone. */
const shortly = (outcome: Outcome): unknown => (outcome.type === "Refused" ? outcome.error.reason : outcome)
const done = { type: "Done" }

const by = (who: User, more: Partial<Requester> = {}): Requester => ({
  user: who,
  session: SessionId.make(who.name),
  ...more,
})

const join = (who: User, more: Partial<Extract<ChannelCommand, { type: "Join" }>> = {}): Mail => ({
  type: "Join",
  by: by(who),
  request: 1,
  session: SessionId.make(who.name),
  appearance: online,
  called: tea,
  names: false,
  ...more,
})
const publish = (who: User, content: string, named = content): Mail => ({
  type: "Publish",
  by: by(who),
  request: 2,
  id: id(named),
  content,
})
const read = (who: User, n: number): Extract<Mail, { type: "Read" }> => ({
  type: "Read",
  by: by(who),
  request: 3,
  seq: seq(n),
})

describe("a channel's state", () => {
  describe("joining", () => {
    const joining = (given: Given, more: Parameters<typeof join>[1] = {}, who = ann) =>
      made(given).batch([join(who, more)]).answers

    it("is answered behind the welcome, which says what the channel is", () => {
      const { batch } = made(
        { roles: { ann: "owner" }, record: { topic: Topic.make("green"), slowMode: 5 } },
        { log: { ...empty, seq: seq(9), first: seq(4) } },
      )
      const { answers, events } = batch([join(ann, { appearance: { status: "away", text: "lunch" } })])
      assert.deepStrictEqual(answers, [[1, done]])
      assert.deepStrictEqual<unknown>(events, [
        { type: "Arrived", user: personOf(ann) },
        {
          type: "Entered",
          session: "ann",
          request: 1,
          welcome: {
            id: "tea",
            history: undefined,
            topic: "green",
            seq: 9,
            first: 4,
            standing: { role: "owner", access: "public", archived: false, slowMode: 5 },
            count: 1,
            members: [{ username: "ann", status: "away", text: "lunch" }],
            presence: 0,
            names: [],
          },
        },
      ])
    })

    it("means the channel of that name and that identity, and no other", () => {
      const gone = { type: "Gone" }
      assert.deepStrictEqual(joining({}, { called: ChannelName.make("coffee") }), [[1, gone]])
      assert.deepStrictEqual(joining({}, { id: ChannelId.make("another") }), [[1, "NoSuchChannel"]])
      assert.deepStrictEqual(joining({}, { id: ChannelId.make("tea") }), [[1, done]])
      const renamed = made({ record: { name: ChannelName.make("coffee") } })
      assert.deepStrictEqual(renamed.batch([join(ann)]).answers, [[1, gone]])
    })

    it("is refused to whoever may not, and is in already", () => {
      assert.deepStrictEqual(joining({ record: { access: "private" } }), [[1, "Forbidden"]])
      const { batch, enter } = made()
      enter(ann)
      assert.deepStrictEqual(batch([join(ann)]).answers, [[1, "AlreadyMember"]])
    })

    it("by somebody who has something to say is refused where that one may say nothing", () => {
      const broughtBy = by(bob)
      assert.deepStrictEqual(joining({}, { broughtBy }), [[1, done]])
      assert.deepStrictEqual(joining({ sanctions: [sanction("mute", bob)] }, { broughtBy }), [[1, "Muted"]])
      assert.deepStrictEqual(joining({ sanctions: [sanction("mute", bob)] }), [[1, done]])
    })

    it("shows no text of who may say nothing", () => {
      const { batch } = made({ sanctions: [sanction("mute", ann)] })
      const { events } = batch([join(ann, { appearance: { status: "away", text: "lunch" } })])
      const welcome = events.flatMap((event) => (event.type === "Entered" ? event.welcome.members : []))
      assert.deepStrictEqual<unknown>(welcome, [{ username: "ann", status: "away" }])
    })

    it("is refused while history is in doubt, and later by the closed door", () => {
      const { batch, state } = made()
      state.stale = true
      assert.deepStrictEqual(batch([join(ann)]).answers, [[1, "Unavailable"]])
      state.stale = false
      assert.isTrue(state.retire(60_000))
      assert.deepStrictEqual(batch([join(ann)]).answers, [[1, { type: "Gone" }]])
    })
  })

  describe("posts", () => {
    it("are told and answered with how safe they are; what was sent before is answered alone", () => {
      const { batch, enter } = made()
      enter(ann)
      const { answers, events } = batch([publish(ann, "a"), publish(ann, "a"), publish(bob, "b")], 5)
      const stands = { type: "Published", seq: 1, timestamp: 5, durability: "disk" }
      assert.deepStrictEqual<unknown>(answers, [
        [2, stands],
        [2, stands],
        [2, "NotMember"],
      ])
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["Message"],
      )
      // The next one goes on behind it, whatever of this was new.
      assert.deepStrictEqual<unknown>(batch([publish(ann, "c")], 6).answers, [
        [2, { type: "Published", seq: 2, timestamp: 6, durability: "disk" }],
      ])
    })

    it("that could not be stored have no place, and the next ones get it", () => {
      const { batch, enter, state, taken } = made()
      enter(ann)
      const commands = [publish(ann, "a")]
      state.begin()
      state.assign(commands, [], 5)
      state.notStored(commands, false, "full")
      state.apply(commands[0]!, 0, 5)
      assert.isFalse(state.stale)
      assert.strictEqual(state.trouble, "full")
      const { answers, events } = taken(5)
      assert.deepStrictEqual(answers, [[2, "Unavailable"]])
      assert.deepStrictEqual(events, [])
      assert.deepStrictEqual<unknown>(batch(commands, 6).answers, [
        [2, { type: "Published", seq: 1, timestamp: 6, durability: "disk" }],
      ])
    })

    it("that failed before they had a place are refused, too; what was in doubt stays so", () => {
      const { state, taken } = made()
      const commands = [publish(ann, "a")]
      state.begin()
      state.notStored(commands, true, undefined)
      state.apply(commands[0]!, 0, 5)
      assert.deepStrictEqual(taken(5).answers, [[2, "Unavailable"]])
      state.notStored(commands, false, undefined)
      assert.isTrue(state.stale)
    })

    it("some of which history knew are assigned again, as if they had not been before", () => {
      const { enter, state, taken } = made({ record: { slowMode: 1000 } })
      enter(ann, bob)
      const commands = [publish(ann, "a"), publish(bob, "b")]
      state.begin()
      const first = state.assign(commands, [], 5)
      const known = [{ user: ann.id, id: id("a"), seq: seq(0), timestamp: 1 }]
      const again = state.assignAgain(commands, first, known, 5)
      assert.deepStrictEqual(
        again.entries.map(({ from, seq }) => [from.name, seq]),
        [["bob", 1]] as never,
      )
      state.stored("disk")
      for (const [n, command] of commands.entries()) state.apply(command, n, 5)
      assert.deepStrictEqual<unknown>(taken(5).answers, [
        [2, { type: "Published", seq: 0, timestamp: 1, durability: "disk" }],
        [2, { type: "Published", seq: 1, timestamp: 5, durability: "disk" }],
      ])
    })

    it("one part of a batch knows nothing of what became of another", () => {
      const { enter, state, taken } = made()
      enter(ann)
      const first = [publish(ann, "a")]
      state.begin()
      state.assign(first, [], 5)
      state.stored("disk")
      state.apply(first[0]!, 0, 5)
      state.beginPart()
      state.apply(publish(ann, "b"), 0, 5)
      assert.deepStrictEqual(
        taken(5).answers.map(([, outcome]) => outcome),
        [{ type: "Published", seq: 1, timestamp: 5, durability: "disk" }, "NotMember"] as never,
      )
    })
  })

  describe("loading", () => {
    const ids: ReadonlyArray<StoredId> = [
      { user: ann.id, id: id("a"), seq: seq(1), timestamp: 1 },
      { user: bob.id, id: id("b"), seq: seq(2), timestamp: 2 },
    ]
    const log = { ...empty, seq: seq(3), ids, recent: [said(1, ann), said(2, bob), said(3, ann)] }

    it("at the start tells nobody anything, and knows the ids and the last place", () => {
      const { batch, enter, taken } = made({}, { log })
      assert.deepStrictEqual(taken(), { answers: [], events: [] })
      enter(ann, bob)
      const answers = batch([publish(ann, "a"), publish(bob, "a"), publish(bob, "b")], 9).answers
      assert.deepStrictEqual<unknown>(
        answers.map(([, outcome]) => outcome),
        [
          { type: "Published", seq: 1, timestamp: 1, durability: "disk" },
          { type: "Published", seq: 4, timestamp: 9, durability: "disk" },
          { type: "Published", seq: 2, timestamp: 2, durability: "disk" },
        ],
      )
    })

    it("again tells the members what they were not told, and no more", () => {
      const { batch, enter, state, taken } = made()
      enter(cat)
      batch([publish(cat, "1")], 1)
      state.stale = true
      state.trouble = "full"
      state.load(log, 10)
      assert.isFalse(state.stale)
      assert.isUndefined(state.trouble)
      assert.deepStrictEqual<unknown>(taken(10).events, [said(2, bob), said(3, ann)])
      state.load(log, 11)
      assert.deepStrictEqual(taken(11).events, [])
      // Behind the last place, which may be of an entry that is not kept any more.
      state.load({ ...log, seq: seq(7) }, 12)
      const { answers, events } = batch([publish(cat, "8")], 13)
      assert.deepStrictEqual<unknown>(answers, [[2, { type: "Published", seq: 8, timestamp: 13, durability: "disk" }]])
      assert.lengthOf(events, 1)
      const located = batch([{ type: "Locate", by: by(cat), request: 4, right: "read" }]).answers
      assert.deepStrictEqual<unknown>(located, [[4, { type: "Location", id: "tea", seq: 8 }]])
    })

    it("again forgets what was in hand: it is loaded, or it was not stored", () => {
      const { batch, enter, state } = made({ record: { slowMode: 1000 } })
      enter(ann)
      state.begin()
      state.assign([publish(ann, "lost")], [], 5)
      state.load(empty, 6)
      // Neither its id is known nor does it count for slow mode.
      assert.deepStrictEqual<unknown>(batch([publish(ann, "lost")], 7).answers, [
        [2, { type: "Published", seq: 1, timestamp: 7, durability: "disk" }],
      ])
    })

    it("stamps go on behind those of history, though the clock was set back", () => {
      const { batch, enter } = made(
        {},
        { log: { ...log, recent: [said(3, ann)].map((one) => ({ ...one, timestamp: 90 })) } },
      )
      enter(ann)
      const [[, outcome] = []] = batch([publish(ann, "x")], 50).answers
      assert.deepInclude(outcome as object, { timestamp: 90 })
      const fromIds = made({}, { log: { ...empty, ids: [{ ...ids[0]!, timestamp: 80 }] } })
      fromIds.enter(ann)
      const [[, later] = []] = fromIds.batch([publish(ann, "x")], 50).answers
      assert.deepInclude(later as object, { timestamp: 80 })
      const [[, after] = []] = fromIds.batch([publish(ann, "y")], 100).answers
      assert.deepInclude(after as object, { timestamp: 100 })
    })
  })

  describe("reading", () => {
    const marking = (given: Given, who: User, marks: ReadonlyMap<UserId, Seq> | undefined, crowd = 1) => {
      const { enter, state, taken } = made(given)
      enter(...Array.from({ length: crowd }, (_, n) => user(`user ${n}`)))
      taken()
      const command = read(who, 7)
      state.begin()
      state.readBy(marks)
      state.apply(command, 0, 5)
      return taken(5)
    }
    const marks = new Map([[ann.id, seq(5)]])

    it("is noted and told to everybody, as far as it was stored", () => {
      const marked = (everybody: boolean) => ({ type: "ReadMarker", user: personOf(ann), seq: 5, everybody })
      const { answers, events } = marking({}, ann, marks)
      assert.deepStrictEqual(answers, [[3, done]])
      assert.deepStrictEqual<unknown>(events, [marked(true)])
      assert.deepStrictEqual<unknown>(marking({}, ann, marks, 32).events, [marked(true)])
      // In a crowd it is one's own affair.
      assert.deepStrictEqual<unknown>(marking({}, ann, marks, 33).events, [marked(false)])
    })

    it("is told once, however often one says so, and again when one has read on", () => {
      const { enter, state, taken } = made()
      enter(ann, bob)
      taken()
      const marked = (who: User, n: number) => {
        state.begin()
        state.readBy(new Map([[who.id, seq(n)]]))
        state.apply(read(who, n), 0, 5)
        const { answers, events } = taken(5)
        assert.deepStrictEqual(answers, [[3, done]])
        return events.map((event) => event.type === "ReadMarker" && event.everybody)
      }
      assert.deepStrictEqual([marked(ann, 5), marked(ann, 5), marked(bob, 5)], [[true], [false], [true]])
      assert.deepStrictEqual([marked(ann, 6), marked(ann, 6)], [[true], [false]])
    })

    it("of whoever is blocked the other one does not hear", () => {
      const blocked = { ...directOf(ann.id, bob.id), sanctions: [sanction("ban", ann)] }
      const { answers, events } = marking(blocked, ann, marks, 0)
      assert.deepStrictEqual(answers, [[3, done]])
      assert.deepStrictEqual<unknown>(events, [{ type: "ReadMarker", user: personOf(ann), seq: 5, everybody: false }])
    })

    it("that may not be, or could not be noted, is refused and told to nobody", () => {
      const forbidden = marking({ record: { access: "private" } }, ann, marks)
      assert.deepStrictEqual(forbidden, { answers: [[3, "Forbidden"]], events: [] })
      for (const unknown of [undefined, new Map([[bob.id, seq(5)]])]) {
        assert.deepStrictEqual(marking({}, ann, unknown), { answers: [[3, "Unavailable"]], events: [] })
      }
      const { state } = made({ record: { access: "private" }, roles: { bob: "member" } })
      assert.isFalse(state.marks(read(ann, 1), 0))
      assert.isTrue(state.marks(read(bob, 1), 0))
    })

    it("a part of a batch has its own marks", () => {
      const { state, taken } = made()
      state.begin()
      state.readBy(marks)
      state.beginPart()
      state.apply(read(ann, 7), 0, 5)
      assert.deepStrictEqual(taken(5).answers, [[3, "Unavailable"]])
    })

    it("counts as far as a user got, in whatever order that was said", () => {
      assert.deepStrictEqual<unknown>(
        readersIn([read(ann, 3), read(bob, 4), read(ann, 9), read(ann, 5), read(bob, 4)]),
        [
          { user: "ann", read: 9 },
          { user: "bob", read: 4 },
        ],
      )
      assert.deepStrictEqual<unknown>(readersIn([read(ann, 0)]), [{ user: "ann", read: 0 }])
    })
  })

  describe("questions", () => {
    const ask = (given: Given, command: Mail, stale = false) => {
      const { batch, enter, state } = made(given)
      enter(bob)
      state.stale = stale
      return batch([command], 5)
    }
    const questions: ReadonlyArray<Mail> = [
      { type: "Describe", by: by(ann), request: 4 },
      { type: "ListPresent", by: by(ann), request: 4 },
      { type: "Locate", by: by(ann), request: 4, right: "read" },
    ]

    it("are answered as far as one may know", () => {
      const answers = questions.map((command) => ask({}, command).answers[0]![1] as { readonly type: string })
      assert.deepStrictEqual<unknown>(answers.slice(1), [
        { type: "Present", count: 1, members: [{ username: "bob", status: "online" }] },
        { type: "Location", id: "tea", seq: 0 },
      ])
      assert.deepInclude(answers[0], { type: "Described" })
      for (const command of questions) {
        assert.deepStrictEqual(ask({ record: { access: "private" } }, command), {
          answers: [[4, "Forbidden"]],
          events: [],
        })
      }
    })

    it("are refused while history is in doubt: nobody is told what may be wrong", () => {
      for (const command of questions) assert.deepStrictEqual(ask({}, command, true).answers, [[4, "Unavailable"]])
    })

    it("for the audit log take another right than those for what was said", () => {
      const audit = (roles: Given["roles"] = {}) =>
        ask({ roles }, { type: "Locate", by: by(ann), request: 4, right: "audit" }).answers[0]![1]
      assert.strictEqual(audit(), "Forbidden")
      assert.deepStrictEqual<unknown>(audit({ ann: "moderator" }), { type: "Location", id: "tea", seq: 0 })
    })

    it("of who waits for the others are answered behind them, and the whole presence is told to all", () => {
      assert.deepStrictEqual(ask({}, { type: "Settle", request: 4 }), { answers: [[4, done]], events: [] })
      assert.deepStrictEqual<unknown>(ask({}, { type: "ShowPresence" }).events, [
        { type: "WholePresence", version: 0, count: 1, members: [{ username: "bob", status: "online" }] },
      ])
    })
  })

  it("typing is told of who may speak, and of nobody else", () => {
    const typing = (given: Given) => {
      const { batch, enter } = made(given)
      enter(ann)
      return batch([{ type: "Typing", by: by(ann) }], 5).events
    }
    assert.deepStrictEqual<unknown>(typing({}), [{ type: "Typing", user: personOf(ann) }])
    assert.deepStrictEqual(typing({ sanctions: [sanction("mute", ann)] }), [])
  })

  it("who leaves is answered where an answer was asked for, in the channel or not", () => {
    const { batch, enter, state } = made()
    enter(ann, bob)
    const { answers, events } = batch([
      { type: "Leave", session: SessionId.make("ann"), request: 6 },
      { type: "Leave", session: SessionId.make("bob") },
      { type: "Leave", session: SessionId.make("nobody"), request: 7 },
    ])
    assert.deepStrictEqual(answers, [
      [6, done],
      [7, done],
    ])
    assert.deepStrictEqual(
      events.map(({ type }) => type),
      ["Exited", "Departed", "Exited", "Departed"],
    )
    assert.isTrue(state.attendance.isEmpty)
  })

  it("what is to be told is taken once, under the name that the channel had when it began", () => {
    const { enter, state } = made()
    assert.isUndefined(state.take(0, 0, nobody))
    enter(ann)
    state.announce({ type: "Ended" })
    const coffee = ChannelName.make("coffee")
    state.access.record = { ...state.access.record!, name: coffee }
    assert.deepStrictEqual(state.take(3, 0, nobody), {
      channel: tea,
      events: [{ type: "Ended" }],
      answers: [],
      waiting: 3,
    })
    assert.isUndefined(state.take(0, 0, nobody))
    state.answer(1, { type: "Done" })
    assert.deepStrictEqual<unknown>(state.take(0, 0, nobody), {
      channel: coffee,
      events: [],
      answers: [{ request: 1, outcome: done }],
      waiting: 0,
    })
  })

  describe("after a crash", () => {
    it("what was in hand and not done is refused; who was leaving has left, and a status is noted", () => {
      const { enter, state, taken } = made(
        {},
        { settings: { presence: { ...defaults.presence, grace: Duration.zero } } },
      )
      enter(ann, bob, cat)
      const commands: ReadonlyArray<Mail> = [
        publish(ann, "a"),
        publish(ann, "b"),
        { type: "Typing", by: by(ann) },
        { type: "Leave", session: SessionId.make("bob"), request: 6 },
        { type: "SetAppearance", user: ann.id, appearance: { status: "away" } },
        { type: "Settle", request: 7 },
      ]
      state.begin()
      state.assign(commands, [], 5)
      state.apply(commands[0]!, 0, 5)
      state.crashed(commands, 5)
      const { answers, events } = taken(5)
      assert.deepStrictEqual<unknown>(answers, [
        [2, { type: "Published", seq: 1, timestamp: 5, durability: "memory" }],
        [2, "Internal"],
        [6, done],
        [7, "Internal"],
      ])
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["Message", "Exited", "Departed"],
      )
      assert.strictEqual(state.attendance.presence.find(ann.id)?.status, "away")
    })

    it("the ids of what was in hand are free", () => {
      const { batch, enter, state, taken } = made()
      enter(ann)
      const commands = [publish(ann, "a")]
      state.begin()
      state.assign(commands, [], 5)
      state.crashed(commands, 5)
      taken(5)
      assert.deepStrictEqual<unknown>(batch(commands, 6).answers, [
        [2, { type: "Published", seq: 1, timestamp: 6, durability: "disk" }],
      ])
    })

    it("nothing of what was stored before is taken back", () => {
      const { batch, enter, state, taken } = made({ record: { slowMode: 1000 } })
      enter(ann)
      const commands = [publish(ann, "a")]
      const stored = batch(commands, 5).answers
      state.begin()
      state.crashed([{ type: "Settle", request: 4 }], 6)
      taken(6)
      assert.deepStrictEqual(batch(commands, 7).answers, stored)
      assert.deepStrictEqual(batch([publish(ann, "b")], 8).answers, [[2, "SlowMode"]])
    })

    it("what was answered by itself is not answered again", () => {
      const { state, taken } = made()
      state.begin()
      state.passOver()
      state.crashed(
        [
          { type: "Settle", request: 1 },
          { type: "Settle", request: 2 },
        ],
        5,
      )
      assert.deepStrictEqual(taken(5).answers, [[2, "Internal"]])
      // The next batch begins at its first.
      state.begin()
      state.crashed([{ type: "Settle", request: 3 }], 5)
      assert.deepStrictEqual(taken(5).answers, [[3, "Internal"]])
    })

    it("for good nobody is a member any more, and whoever asked has to look again", () => {
      const { enter, state, taken } = made()
      enter(ann)
      state.ended([publish(ann, "a"), { type: "Leave", session: SessionId.make("ann"), request: 6 }], 5)
      const { answers, events } = taken(5)
      assert.deepStrictEqual(answers, [
        [2, { type: "Gone" }],
        [6, done],
      ])
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["Exited", "Departed", "Ended"],
      )
      assert.isTrue(state.attendance.isEmpty)
    })
  })

  describe("as time passes", () => {
    it("wakes for presence, for the end of its idle time, and to read again what is in doubt", () => {
      const { batch, enter, state, taken } = made()
      assert.strictEqual(state.nextAt(0), 60_000)
      enter(ann)
      assert.strictEqual(state.nextAt(0), 1500)
      taken(1500)
      assert.strictEqual(state.nextAt(1500), never)
      state.stale = true
      assert.strictEqual(state.nextAt(1500), 2500)
      batch([{ type: "Leave", session: SessionId.make("ann") }], 2000)
      // With nobody there, nobody waits for it.
      assert.strictEqual(state.nextAt(2000), 7000)
      taken(7000)
      taken(8500)
      assert.strictEqual(state.nextAt(8500), 62_000)
    })

    it("closes the door at its time, which is short where there is no channel", () => {
      const { state } = made()
      assert.isFalse(state.retire(59_999))
      assert.isTrue(state.retire(60_000))
      const none = made()
      none.state.access.record = undefined
      assert.isFalse(none.state.retire(999))
      // What may be one is not given up so soon.
      none.state.stale = true
      assert.isFalse(none.state.retire(1000))
      none.state.stale = false
      assert.isTrue(none.state.retire(1000))
    })

    it("puts everybody out when the channel is removed, and is found by its last name until it ends", () => {
      const coffee = ChannelName.make("coffee")
      const { batch, state, taken } = made({ record: { name: coffee } })
      batch([join(ann, { called: coffee })])
      assert.isFalse(state.isRemoved)
      state.removed(5)
      assert.deepStrictEqual(
        taken(5).events.map(({ type }) => type),
        ["PutOut", "Departed"],
      )
      assert.isTrue(state.isRemoved)
      assert.isFalse(state.exists)
      assert.strictEqual(state.name, coffee)
      assert.strictEqual<string>(state.id, "coffee")
      // One that only closed its door is no removed one.
      const closed = made().state
      closed.retire(60_000)
      assert.isFalse(closed.isRemoved)
    })
  })

  it("what is shown of it, and how safe a message is, are the channel's where it says so", () => {
    const { enter, state } = made({ record: { topic: Topic.make("green"), durability: "memory" } })
    enter(ann, bob)
    assert.deepStrictEqual<unknown>(state.summary(), { topic: "green", count: 2 })
    assert.strictEqual(state.wanted, "memory")
    const plain = made({}, { settings: { durability: "disk" } }).state
    assert.strictEqual(plain.wanted, "disk")
    plain.access.record = undefined
    assert.deepStrictEqual<unknown>(plain.summary(), { topic: "", count: 0 })
    assert.strictEqual(plain.wanted, "disk")
    assert.deepStrictEqual([plain.name, plain.id as string], [tea, "tea"])
  })

  it("a reaction that is there already is answered with its message, and told to nobody", () => {
    const { enter, state, taken } = made()
    enter(ann)
    const reaction = Reaction.make("ok")
    const target = { ...said(1, ann), type: "Message", content: "x", reactions: [{ reaction, users: [personOf(ann)] }] }
    const command: Mail = {
      type: "Change",
      by: by(ann),
      request: 2,
      id: id("r"),
      target: seq(1),
      change: { type: "Reacted", reaction, on: true },
    }
    state.begin()
    const turn = state.assign([command], [target as never], 5)
    assert.deepStrictEqual(turn.entries, [])
    state.apply(command, 0, 5)
    const stands = { type: "Published", seq: 1, timestamp: 1, durability: "memory" }
    assert.deepStrictEqual<unknown>(taken(5), { answers: [[2, stands]], events: [] })
  })
})
