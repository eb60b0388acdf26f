/** One batch of commands: which of them get a place, and what the others are told. No channel, no history. */
import { assert, describe, it } from "@effect/vitest"
import type { Message, StoredId } from "../../../src/domain/Entry.ts"
import { Generations } from "../../../src/domain/Generations.ts"
import { maxOwnReactions, maxReacted, maxReactions } from "../../../src/domain/Limits.ts"
import { Reaction } from "../../../src/domain/Reaction.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import type { Person, User, UserId } from "../../../src/domain/User.ts"
import { Username } from "../../../src/domain/Username.ts"
import type { MessageChange, Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import type { Mail } from "../../../src/hub/channel/internal/Mail.ts"
import { RecentIds } from "../../../src/hub/channel/internal/recentIds.ts"
import { targetsOf, Turn } from "../../../src/hub/channel/internal/turn.ts"
import { id, online } from "../fixture.ts"
import { user } from "../members.ts"
import { general } from "../stores.ts"
import { accessTo, type Given, personOf } from "./record.ts"

const [ann, bob, cat] = [user("ann"), user("bob"), user("cat")]
const seq = (n: number) => Seq.make(n)
const stamp = 5_000_000

/** What outlasts a turn. Nobody is a member but by the commands: without a session one need not be. */
const world = (given: Given = {}) => {
  const access = accessTo(given)
  const members = new Map<SessionId, Requester>()
  const recentIds = new RecentIds(60_000)
  const people = new Generations<UserId, Person>(8)
  let after = 100
  const turn = (
    commands: ReadonlyArray<Mail>,
    more: {
      readonly targets?: ReadonlyArray<Message>
      readonly known?: ReadonlyArray<StoredId>
      readonly now?: number
      readonly idsSince?: number
    } = {},
  ): Turn => {
    const { idsSince = 0, known = [], now = 1000, targets = [] } = more
    const made = new Turn({
      access,
      members,
      recentIds,
      people,
      idsSince,
      known,
      after: seq(after),
      targets,
      stamp,
      now,
    })
    made.assign(commands)
    return made
  }
  /** The turn is stored: the next one goes on behind it. */
  const stored = (made: Turn): Turn => {
    after = made.last
    return made
  }
  return { access, members, recentIds, turn, stored }
}

const publish = (who: User, named: string | undefined, session?: SessionId, content = "hello"): Mail => ({
  type: "Publish",
  by: { user: who, session },
  request: 0,
  id: named === undefined ? undefined : id(named),
  content,
})

const answer = (who: User, to: number): Mail => ({
  type: "Publish",
  by: { user: who },
  request: 0,
  content: "answer",
  replyTo: seq(to),
})

let changes = 0
const alter = (who: User, target: number, change: MessageChange, named = `change-${++changes}`): Mail => ({
  type: "Change",
  by: { user: who },
  request: 0,
  id: id(named),
  target: seq(target),
  change,
})
const edit = (who: User, target: number, content: string) => alter(who, target, { type: "Edited", content })
const erase = (who: User, target: number) => alter(who, target, { type: "Deleted" })
const react = (who: User, target: number, reaction: string, on = true) =>
  alter(who, target, { type: "Reacted", reaction: Reaction.make(reaction), on })

const message = (n: number, who: User, more: Partial<Message> = {}): Message => ({
  type: "Message",
  seq: seq(n),
  from: personOf(who),
  timestamp: n,
  content: `message ${n}`,
  ...more,
})

/** What became of each command: its new place, where it stands already, why not; or nothing. */
const became = (turn: Turn, commands: ReadonlyArray<Mail>) =>
  commands.map((_, n) => {
    const result = turn.result(n)
    if (result === undefined) return "nothing"
    if (result instanceof RequestError) return result.reason
    return "type" in result ? `new ${result.seq}` : `stands ${result.seq} of ${result.timestamp}`
  })

/** All of it in one turn of a channel that has what is changed. */
const inOneTurn = (targets: ReadonlyArray<Message>, commands: ReadonlyArray<Mail>, of: Given = {}) => {
  const turn = world(of).turn(commands, { targets })
  return { turn, became: became(turn, commands) }
}

describe("a turn", () => {
  it("gives each post that is new the next place, with who said it and when", () => {
    const { turn } = world()
    const made = turn(
      [publish(ann, "a"), { type: "Tick" }, publish(bob, undefined, undefined, "hi"), edit(ann, 7, "x")],
      {
        targets: [message(7, ann)],
      },
    )
    const entries = [
      { type: "Message", seq: 101, from: personOf(ann), timestamp: stamp, id: "a", content: "hello" },
      { type: "Message", seq: 102, from: personOf(bob), timestamp: stamp, id: undefined, content: "hi" },
      {
        type: "Edited",
        seq: 103,
        from: personOf(ann),
        timestamp: stamp,
        id: `change-${changes}`,
        target: 7,
        content: "x",
      },
    ]
    assert.deepStrictEqual(made.entries as ReadonlyArray<unknown>, entries)
    const results: ReadonlyArray<unknown> = [0, 1, 2, 3].map((n) => made.result(n))
    assert.deepStrictEqual(results, [entries[0], undefined, entries[1], entries[2]])
    assert.strictEqual(made.last, seq(103))
    assert.strictEqual(turn([]).last, seq(100))
  })

  it("says which messages it has to know, each once", () => {
    assert.deepStrictEqual(targetsOf([]), [])
    assert.deepStrictEqual(targetsOf([publish(ann, "a"), { type: "Tick" }]), [])
    const commands = [erase(ann, 3), publish(ann, "a"), react(bob, 2, "ok"), edit(ann, 3, "x"), answer(bob, 7)]
    assert.deepStrictEqual(targetsOf(commands), [seq(3), seq(2), seq(7)])
  })

  it("answers only a message that is there when it is its turn", () => {
    const commands = [answer(bob, 7), erase(ann, 7), answer(bob, 7), answer(bob, 8), answer(bob, 9)]
    const { became, turn } = inOneTurn([message(7, ann), message(8, ann, { deleted: true })], commands)
    assert.deepStrictEqual(became, ["new 101", "new 102", "NoSuchMessage", "NoSuchMessage", "NoSuchMessage"])
    assert.deepInclude(turn.entries[0], { type: "Message", replyTo: seq(7) })
    assert.deepInclude(turn.result(2), { field: "reply_to" })
  })

  it("says what to do where one has as many reactions as one may have", () => {
    const given = [..."abcde"].map((word) => react(bob, 7, word))
    const { turn } = inOneTurn([message(7, ann)], [...given, react(bob, 7, "f"), react(bob, 7, "e", false)])
    assert.deepInclude(turn.result(5), { reason: "TooManyReactions" })
    assert.match((turn.result(5) as RequestError).message, /5 reactions.*take one of them back/)
  })

  it("puts a reaction of a node of an earlier release into the form that it has", () => {
    const { turn } = inOneTurn([message(7, ann)], [react(bob, 7, "\u{1f44d}\ufe0f"), react(bob, 7, "\u{1f44d}", false)])
    const forms = turn.entries.map((entry) => entry.type === "Reacted" && entry.reaction)
    assert.deepStrictEqual<unknown>(forms, ["\u{1f44d}", "\u{1f44d}"])
  })

  it("lets a session speak from when it comes to when it goes, within the batch, too", () => {
    const { members, turn } = world()
    const [member, newcomer] = [SessionId.make("member"), SessionId.make("newcomer")]
    members.set(member, { user: ann, session: member })
    const join = (session: SessionId): Mail => ({
      type: "Join",
      by: { user: bob, session },
      request: 0,
      session,
      appearance: online,
      called: general,
      names: false,
    })
    const leave = (session: SessionId): Mail => ({ type: "Leave", session })
    const commands = [
      publish(ann, "1", member),
      publish(bob, "2", newcomer),
      join(newcomer),
      publish(bob, "3", newcomer),
      // Who comes and goes moves nobody else.
      publish(ann, "4", member),
      leave(member),
      publish(ann, "5", member),
      publish(ann, "6"),
      leave(newcomer),
      publish(bob, "7", newcomer),
      join(newcomer),
      publish(bob, "8", newcomer),
    ]
    const results = became(turn(commands), commands)
    assert.deepStrictEqual(
      results.filter((_, n) => commands[n]!.type === "Publish"),
      ["new 101", "nothing", "new 102", "new 103", "nothing", "new 104", "nothing", "new 105"],
    )
  })

  it("what somebody else does takes nobody's place: who is typing is no newcomer", () => {
    const { turn } = world()
    const session = SessionId.make("stranger")
    const commands: ReadonlyArray<Mail> = [{ type: "Typing", by: { user: ann, session } }, publish(ann, "a", session)]
    assert.deepStrictEqual(became(turn(commands), commands), ["nothing", "nothing"])
  })

  it("one object stands for a user until the user is called something else", () => {
    const { stored, turn } = world()
    const renamed: User = { ...ann, name: Username.make("anna") }
    const [first, second] = stored(turn([publish(ann, "1"), publish(ann, "2")])).entries
    const [third, other] = stored(turn([publish(ann, "3"), publish(bob, "3")])).entries
    const [fourth, fifth] = stored(turn([publish(renamed, "4"), publish(renamed, "5")])).entries
    assert.deepStrictEqual(first!.from, personOf(ann))
    assert.strictEqual(second!.from, first!.from)
    assert.strictEqual(third!.from, first!.from)
    assert.deepStrictEqual(other!.from, personOf(bob))
    assert.deepStrictEqual(fourth!.from, personOf(renamed))
    assert.strictEqual(fifth!.from, fourth!.from)
    // Nothing of an account but what others are told of it.
    assert.deepStrictEqual(Object.keys(first!.from), ["id", "name"])
  })

  describe("sent again", () => {
    it("is answered with its first place: of this turn, of an earlier one, or of history's", () => {
      const { stored, turn } = world()
      stored(turn([publish(ann, "a")]))
      const known = [
        { user: bob.id, id: id("c"), seq: seq(8), timestamp: 80 },
        { user: ann.id, id: id("b"), seq: seq(9), timestamp: 90 },
        { user: ann.id, id: id("c"), seq: seq(10), timestamp: 100 },
      ]
      const commands = [
        publish(ann, "a"),
        publish(ann, "c"),
        publish(bob, "c"),
        publish(ann, "b"),
        // The same id, and nobody's yet.
        publish(bob, "a"),
        publish(bob, "b"),
        publish(bob, "b"),
        publish(cat, "c"),
        publish(ann, "d"),
        // Without an id each is another.
        publish(ann, undefined),
        publish(ann, undefined),
      ]
      const made = turn(commands, { known })
      assert.deepStrictEqual(became(made, commands), [
        `stands 101 of ${stamp}`,
        "stands 10 of 100",
        "stands 8 of 80",
        "stands 9 of 90",
        "new 102",
        "new 103",
        `stands 103 of ${stamp}`,
        "new 104",
        "new 105",
        "new 106",
        "new 107",
      ])
      assert.deepStrictEqual(
        made.entries.map(({ seq }) => Number(seq)),
        [102, 103, 104, 105, 106, 107],
      )
    })

    it("is new again where it is too old to be remembered", () => {
      const { stored, turn } = world()
      stored(turn([publish(ann, "a")]))
      const commands = [publish(ann, "a")]
      assert.deepStrictEqual(became(turn(commands, { idsSince: stamp }), commands), [`stands 101 of ${stamp}`])
      assert.deepStrictEqual(became(turn(commands, { idsSince: stamp + 1 }), commands), ["new 102"])
    })

    it("what was refused may be sent again, and has its place then", () => {
      const { access, turn } = world()
      const { record } = access
      access.record = { ...record!, archived: true }
      const commands = [publish(ann, "a")]
      assert.deepStrictEqual(became(turn(commands), commands), ["ChannelArchived"])
      access.record = record
      assert.deepStrictEqual(became(turn(commands), commands), ["new 101"])
    })
  })

  describe("that was not stored", () => {
    const error = new RequestError({ reason: "Unavailable" })

    it("tells everybody who said something why, and leaves their ids free", () => {
      const { recentIds, stored, turn } = world()
      stored(turn([publish(ann, "before")]))
      const commands = [
        publish(ann, "a"),
        publish(ann, undefined),
        { type: "Tick" } as const,
        publish(bob, "b", SessionId.make("nobody")),
        publish(ann, "before"),
        erase(ann, 7),
      ]
      const made = turn(commands)
      made.fail(commands, error)
      const results = commands.map((_, n) => made.result(n))
      assert.deepStrictEqual(results, [error, error, undefined, error, error, error])
      assert.isUndefined(recentIds.find(ann.id, id("a"), 0))
      assert.isDefined(recentIds.find(ann.id, id("before"), 0))
      assert.deepStrictEqual(became(turn([publish(ann, "a")]), [publish(ann, "a")]), ["new 102"])
    })

    it("counts for nobody in slow mode; what was said before does", () => {
      const { access, stored, turn } = world({ record: { slowMode: 1000 } })
      const says = (who: User, now: number) => access.refusal("publish", { user: who }, now)?.reason
      stored(turn([publish(ann, "1")], { now: 1000 }))
      const commands = [publish(ann, "2"), publish(bob, "3")]
      const failed = turn(commands, { now: 2000 })
      assert.deepStrictEqual(became(failed, commands), ["new 102", "new 103"])
      assert.deepStrictEqual([says(ann, 2999), says(bob, 2999)], ["SlowMode", "SlowMode"])
      failed.fail(commands, error)
      assert.deepStrictEqual([says(ann, 1999), says(ann, 2000), says(bob, 2000)], ["SlowMode", undefined, undefined])
      // Only once: what is said at the same moment in the next turn stays said.
      stored(turn(commands, { now: 2000 }))
      failed.forget()
      assert.deepStrictEqual([says(ann, 2999), says(bob, 2999)], ["SlowMode", "SlowMode"])
    })

    it("counts for nobody who may say several things in one turn, either", () => {
      const { access, stored, turn } = world({ record: { slowMode: 1000 }, roles: { ann: "moderator" } })
      stored(turn([publish(ann, "1")], { now: 500 }))
      const failed = turn([publish(ann, "2"), publish(ann, "3"), publish(ann, "4")], { now: 1200 })
      assert.lengthOf(failed.entries, 3)
      failed.forget()
      // No moderator any more, who waits as everybody does: for what was stored.
      access.record = { ...access.record!, roles: new Map() }
      const says = (now: number) => access.refusal("publish", { user: ann }, now)?.reason
      assert.deepStrictEqual([says(1499), says(1500)], ["SlowMode", undefined])
    })
  })

  describe("in slow mode", () => {
    const slow: Given = { record: { slowMode: 1000 } }
    /** What one may do right behind another thing in the same turn. */
    const behind = (first: Mail, then: Mail, target: Message) =>
      inOneTurn([target], [first, then], slow).became.map((what) => (what.startsWith("new") ? "new" : what))

    it("each way of saying something has to wait for the one before", () => {
      const target = message(7, ann)
      const sayings = [publish(ann, "a"), edit(ann, 7, "x"), react(ann, 7, "ok")]
      for (const first of sayings) {
        for (const then of [publish(ann, "b"), edit(ann, 7, "y"), react(ann, 7, "no")]) {
          assert.deepStrictEqual(behind(first, then, target), ["new", "SlowMode"])
        }
      }
    })

    it("taking something back says nothing: it neither waits nor makes wait", () => {
      const target = message(7, ann, { reactions: [{ reaction: Reaction.make("ok"), users: [personOf(ann)] }] })
      for (const back of [erase(ann, 7), react(ann, 7, "ok", false)]) {
        assert.deepStrictEqual(behind(publish(ann, "a"), back, target), ["new", "new"])
        assert.deepStrictEqual(behind(back, publish(ann, "a"), target), ["new", "new"])
      }
      // Nor does what changes nothing.
      for (const nothing of [edit(ann, 7, "message 7"), react(ann, 7, "ok")]) {
        assert.deepStrictEqual(behind(nothing, publish(ann, "a"), target), ["stands 7 of 7", "new"])
      }
    })

    it("but whoever may say nothing takes no reaction back", () => {
      const target = message(7, ann, { reactions: [{ reaction: Reaction.make("ok"), users: [personOf(ann)] }] })
      const { became } = inOneTurn([target], [react(ann, 7, "ok", false)], { record: { archived: true } })
      assert.deepStrictEqual(became, ["ChannelArchived"])
    })
  })

  describe("with several changes of one message", () => {
    it("each sees what those before it have done", () => {
      const { became, turn } = inOneTurn(
        [message(7, ann), message(8, ann)],
        [
          edit(ann, 7, "new"),
          // What it was before is a change now, and what it is, is none.
          edit(ann, 7, "new"),
          edit(ann, 7, "message 7"),
          react(bob, 7, "ok"),
          edit(ann, 7, "newer"),
          erase(ann, 7),
          edit(ann, 7, "newest"),
          react(bob, 7, "ok", false),
          erase(ann, 7),
          // Another message is not touched by that.
          edit(ann, 8, "message 8"),
          erase(ann, 8),
        ],
      )
      assert.deepStrictEqual(became, [
        "new 101",
        "stands 7 of 7",
        "new 102",
        "new 103",
        "new 104",
        "new 105",
        "NoSuchMessage",
        "NoSuchMessage",
        "NoSuchMessage",
        "stands 8 of 8",
        "new 106",
      ])
      assert.deepStrictEqual(
        turn.entries.map(({ type }) => type),
        ["Edited", "Edited", "Reacted", "Edited", "Deleted", "Deleted"],
      )
      // As they are in history: whoever assigns again begins with these.
      assert.deepStrictEqual(turn.targets, [message(7, ann), message(8, ann)])
      assert.strictEqual(turn.after, seq(100))
    })

    it("a message is still its sender's behind an edit and a reaction", () => {
      const { became } = inOneTurn(
        [message(7, ann)],
        [
          edit(ann, 7, "new"),
          react(bob, 7, "ok"),
          edit(bob, 7, "his"),
          erase(bob, 7),
          edit(ann, 7, "hers"),
          erase(ann, 7),
        ],
      )
      assert.deepStrictEqual(became, ["new 101", "new 102", "Forbidden", "Forbidden", "new 103", "new 104"])
    })

    it("what is refused changes nothing for those behind it", () => {
      const { became } = inOneTurn(
        [message(7, ann)],
        [erase(bob, 7), edit(bob, 7, "his"), edit(ann, 7, "message 7"), react(bob, 7, "ok")],
      )
      assert.deepStrictEqual(became, ["Forbidden", "Forbidden", "stands 7 of 7", "new 101"])
    })

    it("a reaction is there once for each user, and goes with its own user alone", () => {
      const { became, turn } = inOneTurn(
        [message(7, ann)],
        [
          react(ann, 7, "ok", false),
          react(ann, 7, "ok"),
          react(ann, 7, "ok"),
          react(bob, 7, "ok", false),
          react(bob, 7, "ok"),
          react(bob, 7, "no"),
          react(ann, 7, "no", false),
          react(ann, 7, "ok", false),
          react(ann, 7, "ok", false),
          react(bob, 7, "ok"),
          react(bob, 7, "no"),
          react(bob, 7, "ok", false),
          react(bob, 7, "no"),
          react(ann, 7, "ok"),
        ],
      )
      const stands = "stands 7 of 7"
      assert.deepStrictEqual(became, [
        stands,
        "new 101",
        stands,
        stands,
        "new 102",
        "new 103",
        stands,
        "new 104",
        stands,
        stands,
        stands,
        "new 105",
        stands,
        "new 106",
      ])
      assert.deepStrictEqual(turn.entries[2] as unknown, {
        type: "Reacted",
        seq: 103,
        from: personOf(bob),
        timestamp: stamp,
        id: turn.entries[2]!.id,
        target: 7,
        reaction: "no",
        on: true,
      })
    })

    it("a reaction that history has is there already, whoever else has it, and whichever others there are", () => {
      const target = message(7, ann, {
        reactions: [
          { reaction: Reaction.make("ok"), users: [personOf(ann), personOf(bob)] },
          { reaction: Reaction.make("no"), users: [personOf(bob)] },
        ],
      })
      const { became } = inOneTurn(
        [target],
        [
          react(bob, 7, "ok"),
          react(ann, 7, "no", false),
          react(cat, 7, "ok", false),
          react(bob, 7, "ok", false),
          // It took his alone.
          react(ann, 7, "ok"),
          react(bob, 7, "no"),
          react(bob, 7, "ok"),
        ],
      )
      const stands = "stands 7 of 7"
      assert.deepStrictEqual(became, [stands, stands, stands, "new 101", stands, stands, "new 102"])
    })

    it(`has at most ${maxReactions} different reactions, and room again when the last user of one takes it back`, () => {
      const reactions = Array.from({ length: maxReactions - 1 }, (_, n) => ({
        reaction: Reaction.make(`r${n}`),
        users: n === 0 ? [personOf(ann), personOf(bob)] : [personOf(cat)],
      }))
      const { became } = inOneTurn(
        [message(7, ann, { reactions })],
        [
          react(bob, 7, "last"),
          react(bob, 7, "more"),
          // One that is there already is none more.
          react(bob, 7, "r1"),
          react(ann, 7, "r0", false),
          react(bob, 7, "more"),
          react(bob, 7, "r0", false),
          react(bob, 7, "more"),
          react(ann, 7, "r0"),
        ],
      )
      assert.deepStrictEqual(became, [
        "new 101",
        "TooManyReactions",
        "new 102",
        "new 103",
        "TooManyReactions",
        "new 104",
        "new 105",
        "TooManyReactions",
      ])
    })

    it(`has at most ${maxOwnReactions} reactions of one user, and room again when one is taken back`, () => {
      const reactions = Array.from({ length: maxOwnReactions + 2 }, (_, n) => ({
        reaction: Reaction.make(`r${n}`),
        users: n < 2 ? [personOf(bob)] : n === 2 ? [personOf(bob), personOf(ann)] : [personOf(ann)],
      }))
      const { became } = inOneTurn(
        [message(7, bob, { reactions })],
        [
          react(ann, 7, "new"),
          // Neither one that others have.
          react(ann, 7, "r0"),
          react(bob, 7, "r3"),
          // It stands already.
          react(ann, 7, "r3"),
          react(ann, 7, "r2", false),
          react(ann, 7, "r0"),
          react(ann, 7, "new"),
        ],
      )
      assert.deepStrictEqual(became, [
        "TooManyReactions",
        "TooManyReactions",
        "new 101",
        "stands 7 of 7",
        "new 102",
        "new 103",
        "TooManyReactions",
      ])
    })

    it("of which somebody has more than that, from earlier, goes on", () => {
      const reactions = Array.from({ length: 20 }, (_, n) => ({
        reaction: Reaction.make(`r${n}`),
        users: [personOf(ann)],
      }))
      const { became } = inOneTurn(
        [message(7, bob, { reactions })],
        [react(ann, 7, "r0", false), react(ann, 7, "r0"), react(bob, 7, "r1"), react(bob, 7, "new")],
      )
      assert.deepStrictEqual(became, ["new 101", "TooManyReactions", "new 102", "new 103"])
    })

    it(`has at most ${maxReacted} reactions of all users together`, () => {
      const crowd = (count: number, of: string) =>
        Array.from({ length: count }, (_, n) => personOf({ ...ann, id: user(`${of} ${n}`).id }))
      const reactions = [
        { reaction: Reaction.make("ok"), users: crowd(maxReacted - 2, "one") },
        { reaction: Reaction.make("no"), users: crowd(1, "other") },
      ]
      const { became } = inOneTurn(
        [message(7, ann, { reactions })],
        [
          react(ann, 7, "ok"),
          react(bob, 7, "ok"),
          react(bob, 7, "new"),
          react(ann, 7, "ok", false),
          react(bob, 7, "new"),
          react(cat, 7, "no"),
        ],
      )
      assert.deepStrictEqual(became, [
        "new 101",
        "TooManyReactions",
        "TooManyReactions",
        "new 102",
        "new 103",
        "TooManyReactions",
      ])
    })
  })

  describe("that changes what it may not", () => {
    const missing = (turn: Turn, n: number) => {
      const result = turn.result(n)
      return result instanceof RequestError ? [result.reason, result.field] : result
    }

    it("a message that is not there, or no more, is no message: alone and beside others", () => {
      const gone = message(7, ann, { deleted: true, content: "" })
      const { turn } = inOneTurn([gone], [edit(ann, 7, "x"), react(ann, 9, "ok"), erase(ann, 9)])
      for (const n of [0, 1, 2]) assert.deepStrictEqual(missing(turn, n), ["NoSuchMessage", "target"])
      const none = inOneTurn([], [edit(ann, 7, "x")])
      assert.deepStrictEqual(missing(none.turn, 0), ["NoSuchMessage", "target"])
    })

    it("who may not read here does not learn whether there is one", () => {
      const commands = [edit(bob, 7, "x"), edit(bob, 8, "x"), react(bob, 8, "ok"), erase(bob, 9)]
      const { became } = inOneTurn([message(7, ann)], commands, { record: { access: "private" } })
      assert.deepStrictEqual(
        became,
        commands.map(() => "Forbidden"),
      )
    })

    it("another's message is edited by nobody, and deleted by whoever may act on its sender", () => {
      const roles = { owner: "owner", mod: "moderator", mod2: "moderator" } as const
      const targets = [message(7, ann), message(8, user("owner")), message(9, user("mod2"))]
      const tried = (who: string) =>
        [7, 8, 9].flatMap((n) =>
          [edit(user(who), n, "x"), erase(user(who), n)].map(
            (command) => inOneTurn(targets, [command], { roles }).became[0],
          ),
        )
      const may = "new 101"
      assert.deepStrictEqual(tried("bob"), Array<string>(6).fill("Forbidden"))
      assert.deepStrictEqual(tried("mod"), ["Forbidden", may, "Forbidden", "Forbidden", "Forbidden", "Forbidden"])
      assert.deepStrictEqual(tried("mod2"), ["Forbidden", may, "Forbidden", "Forbidden", may, may])
      assert.deepStrictEqual(tried("owner"), ["Forbidden", may, may, may, "Forbidden", may])
    })

    it("one's own is deleted and not edited where one only listens, and reactions are left where one may react", () => {
      const commands = [publish(ann, "a"), edit(ann, 7, "x"), react(ann, 7, "ok"), erase(ann, 7)]
      const { became } = inOneTurn([message(7, ann)], commands, { record: { access: "readonly" } })
      assert.deepStrictEqual(became, ["Forbidden", "Forbidden", "new 101", "new 102"])
    })

    it("whoever may not react does not, though it is another's message", () => {
      const { became } = inOneTurn([message(7, ann)], [react(bob, 7, "ok"), react(bob, 7, "ok", false)], {
        record: { archived: true },
      })
      assert.deepStrictEqual(became, ["ChannelArchived", "ChannelArchived"])
    })
  })
})
