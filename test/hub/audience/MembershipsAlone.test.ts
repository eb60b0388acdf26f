/** The channels one session is in, over channels and a directory that do what the test says. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ActorUnavailable } from "../../../src/actor/Actor.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { between, nameOf } from "../../../src/domain/Direct.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import type { SessionId } from "../../../src/domain/SessionId.ts"
import type { User } from "../../../src/domain/User.ts"
import { ChannelLink } from "../../../src/hub/audience/ChannelLink.ts"
import { Memberships } from "../../../src/hub/audience/Memberships.ts"
import type { Answer, ChannelCommand, Outcome } from "../../../src/hub/channel/ChannelCommand.ts"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { Directory } from "../../../src/hub/directory/Directory.ts"
import type { JoinLookup } from "../../../src/hub/directory/DirectoryCommand.ts"
import * as render2 from "../../../src/protocol/v2/render.ts"
import { fork, online, types } from "../fixture.ts"
import { encodings, member, outboxes, user } from "../members.ts"
import { welcome } from "./fixture.ts"

const name = (text: string) => ChannelName.make(text)
const [ann, bob] = [user("ann"), user("bob")]
const refused = (reason: RequestError["reason"]): Outcome => ({ type: "Refused", error: new RequestError({ reason }) })

/** A channel made by hand: it lets everybody in and out, unless it is told to answer otherwise, or not at all. */
const handMade = (clock: Clock.Clock, called: ChannelName) => {
  const link = new ChannelLink({ name: called, outboxes, clock, later: () => {}, coalesce: 0 })
  const commands: Array<ChannelCommand> = []
  const held: Array<() => void> = []
  const channel = {
    link,
    /** What it was asked since this was asked last. */
    asked: () => commands.splice(0),
    /** What a join is answered with, where it is not granted. */
    join: undefined as Outcome | undefined,
    /** Whether it takes commands. */
    closed: false,
    /** Whether it keeps its answers to itself, until `go`. */
    slow: false,
    go: () => {
      for (const answer of held.splice(0)) answer()
    },
    tell: (...events: ReadonlyArray<ChannelEvent>) => receive(events, []),
  }
  const receive = (events: ReadonlyArray<ChannelEvent>, answers: ReadonlyArray<Answer>) =>
    link.receive({ channel: channel.link.name, events, answers, waiting: 0 })
  const respond = (command: ChannelCommand): void => {
    if (command.type === "Join") {
      const { request, session } = command
      if (channel.join !== undefined) return receive([], [{ request, outcome: channel.join }])
      return receive([{ type: "Entered", session, request, welcome }], [{ request, outcome: { type: "Done" } }])
    }
    if (command.type === "Leave") {
      const { request, session } = command
      const answers: ReadonlyArray<Answer> = request === undefined ? [] : [{ request, outcome: { type: "Done" } }]
      return receive([{ type: "Exited", session }], answers)
    }
    if (command.type === "Settle") receive([], [{ request: command.request, outcome: { type: "Done" } }])
  }
  const take = (command: ChannelCommand): boolean => {
    if (channel.closed) return false
    commands.push(command)
    if (channel.slow) held.push(() => respond(command))
    else respond(command)
    return true
  }
  link.connect({
    tellUnsafe: take,
    tell: (command) =>
      Effect.suspend(() =>
        take(command) ? Effect.void : Effect.fail(new ActorUnavailable({ actor: "test", why: "stopped" })),
      ),
  })
  return channel
}
type HandMade = ReturnType<typeof handMade>

/** So many conversations others can bring it into. */
const maxBrought = 32

const notAsked = Effect.die("nobody is to ask that")

const world = Effect.fnUntraced(function* (options: Parameters<typeof member>[1] = {}) {
  const clock = yield* Clock.Clock
  const who = member("ann", options)
  const lookups = new Map<string, JoinLookup>()
  const channels = new Map<string, HandMade>()
  const finds: Array<unknown> = []
  const lefts: Array<string> = []
  const brings: Array<string> = []
  let refusal: RequestError | undefined
  /** What a name leads to; of a direct conversation, whose name it is. */
  const leads = (called: string, other?: User): HandMade => {
    const channel = handMade(clock, other === undefined ? name(called) : between(ann.id, other.id))
    lookups.set(called, { link: channel.link, other, appearance: online })
    channels.set(channel.link.name, channel)
    return channel
  }
  const directory = Directory.of({
    signIn: () => notAsked,
    hold: () => {},
    signOut: () => notAsked,
    ownerOf: () => undefined,
    opened: () => undefined,
    reserveName: () => {},
    find: (channel, session, account) =>
      Effect.suspend(() => {
        finds.push([channel, session, account?.id])
        return refusal === undefined ? Effect.succeed(lookups.get(channel)!) : Effect.fail(refusal)
      }),
    open: () => notAsked,
    reach: () => notAsked,
    bringElsewhere: () => Effect.void,
    run: () => {},
    disconnectHere: () => notAsked,
    dismiss: () => notAsked,
    endFrom: () => notAsked,
    connections: () => notAsked,
    nodes: notAsked,
    bring: (channel) =>
      Effect.suspend(() => {
        brings.push(channel)
        return refusal === undefined
          ? Effect.succeed({ link: channels.get(channel)!.link, appearance: { status: "away" as const } })
          : Effect.fail(refusal)
      }),
    left: (link, session) => void lefts.push(`${session} ${link.name}`),
    setAppearance: () => notAsked,
    channelsOf: () => notAsked,
    count: () => notAsked,
    disconnect: () => notAsked,
    stats: notAsked,
    sessionsElsewhere: () => undefined,
    figures: () => assert.fail(),
  })
  const joined: Array<unknown> = []
  const { by, outbox, renderer, session } = who
  const memberships = new Memberships(directory, {
    session,
    by,
    renderer,
    outbox,
    onJoined: (channel, { id }, tag) => {
      joined.push([channel, id, tag])
      who.tell("chat", { v2: render2.joined(tag, channel, welcome) })
    },
  })
  memberships.opened()
  return {
    who,
    session: session satisfies SessionId,
    memberships,
    leads,
    refuse: (reason: RequestError["reason"]) => void (refusal = new RequestError({ reason })),
    finds,
    brings: () => brings.splice(0),
    /** The channels that the directory was told it had left, since this was asked last. */
    lefts: () => lefts.splice(0).map((left) => left.replace(`${session} `, "")),
    joined: () => joined.splice(0),
    /** Names of what it is in. */
    all: () => [...memberships.all].map(({ name }) => `${name}`),
    invited: (other: User, channel = between(ann.id, other.id)) =>
      memberships.enter({ other, channel, by: { user: other } }),
  }
})

const join = (by: object, more: object = {}) => ({
  type: "Join",
  by,
  request: 0,
  session: "ann",
  appearance: online,
  called: "den",
  id: undefined,
  names: false,
  broughtBy: undefined,
  ...more,
})
const why = <A, R>(self: Effect.Effect<A, RequestError, R>) =>
  Effect.map(Effect.flip(self), ({ detail, reason }) => [reason, detail])

describe("a session's memberships", () => {
  describe("joining", () => {
    it.effect("asks the channel by the name it was found by, and by its identity where that is known", () =>
      Effect.gen(function* () {
        const { finds, joined, leads, lefts, memberships, session, who } = yield* world()
        const den = leads("den")
        yield* memberships.join(name("den"), { tag: 7, id: ChannelId.make("general") })
        assert.deepStrictEqual<unknown>(den.asked(), [join(who.by, { id: "general" })])
        assert.deepStrictEqual(joined(), [["den", "general", 7]])
        assert.deepStrictEqual(finds, [["den", session, undefined]])
        assert.deepStrictEqual(lefts(), [])
        assert.deepStrictEqual<unknown>(memberships.get(name("den")), {
          name: "den",
          link: den.link,
          other: undefined,
        })
      }),
    )

    it.effect("in version 1 asks for the names, too", () =>
      Effect.gen(function* () {
        const { leads, memberships, who } = yield* world({ encoding: encodings.v1 })
        const den = leads("den")
        yield* memberships.join(name("den"))
        assert.deepStrictEqual<unknown>(den.asked(), [join(who.by, { names: true })])
      }),
    )

    it.effect("a conversation is called after the other, as that one is spelled, and known by the other's id", () =>
      Effect.gen(function* () {
        const { all, finds, joined, leads, memberships, session, who } = yield* world()
        const other = user("Bob", "bob-id")
        const direct = leads("@bOB", other)
        yield* memberships.join(name("@bOB"), { account: other, id: ChannelId.make("bob-id") })
        assert.deepStrictEqual(finds, [["@bOB", session, "bob-id"]])
        // What the channel is called goes to the channel, and not which user is meant.
        assert.deepStrictEqual<unknown>(direct.asked(), [join(who.by, { called: between(ann.id, other.id) })])
        assert.deepStrictEqual(joined(), [["@Bob", "bob-id", undefined]])
        assert.deepStrictEqual(all(), ["@Bob"])
        assert.strictEqual(memberships.get(name("@BOB"))?.link, direct.link)
      }),
    )

    it.effect("a name that is somebody else's by now is refused, and nothing is entered", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships } = yield* world()
        const direct = leads("@bob", bob)
        const elsewhere = memberships.join(name("@bob"), { id: ChannelId.make("another") })
        const expected = ["NoSuchUser", "This name is somebody else's now"]
        assert.deepStrictEqual(yield* why(elsewhere), expected)
        assert.deepStrictEqual([direct.asked(), all(), lefts()], [[], [], [direct.link.name]])
        // What it is in already it stays in.
        yield* memberships.join(name("@bob"))
        assert.deepStrictEqual(yield* why(elsewhere), expected)
        assert.deepStrictEqual([all(), lefts()], [["@bob"], []])
      }),
    )

    it.effect("what is refused was left again, as the directory knows it; but for what it is in already", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships } = yield* world()
        const den = leads("den")
        den.join = refused("Banned")
        assert.deepStrictEqual(yield* why(memberships.join(name("den"))), ["Banned", undefined])
        assert.deepStrictEqual([all(), lefts()], [[], ["den"]])
        den.join = undefined
        yield* memberships.join(name("den"))
        for (const reason of ["AlreadyMember", "NoSuchChannel"] as const) {
          den.join = refused(reason)
          assert.deepStrictEqual(yield* why(memberships.join(name("den"))), [reason, undefined])
          assert.deepStrictEqual([all(), lefts()], [["den"], []])
        }
      }),
    )

    it.effect("one of two at once that is refused as a member already takes nothing from the other", () =>
      Effect.gen(function* () {
        const { leads, lefts, memberships } = yield* world()
        const den = leads("den")
        den.join = refused("AlreadyMember")
        yield* why(memberships.join(name("den")))
        assert.deepStrictEqual(lefts(), [])
      }),
    )

    it.effect("a channel that is gone is looked up five times in all, and each time it is left", () =>
      Effect.gen(function* () {
        const { finds, leads, lefts, memberships } = yield* world()
        const den = leads("den")
        den.join = { type: "Gone" }
        const error = yield* Effect.flip(memberships.join(name("den")))
        assert.deepStrictEqual([error.reason, error.retryAfter], ["Unavailable", Duration.seconds(1)])
        assert.lengthOf(finds, 5)
        assert.deepStrictEqual(lefts(), Array<string>(5).fill("den"))
        assert.lengthOf(den.asked(), 5)
        // It may be there again the last time.
        den.slow = true
        const joining = yield* fork(memberships.join(name("den")))
        for (let n = 0; n < 4; n++) {
          den.go()
          yield* Effect.yieldNow
        }
        den.join = undefined
        den.go()
        yield* Fiber.join(joining)
        assert.lengthOf(finds, 10)
      }),
    )

    it.effect("what the directory refuses is refused at once", () =>
      Effect.gen(function* () {
        const { finds, lefts, memberships, refuse } = yield* world()
        refuse("TooManyMemberships")
        assert.deepStrictEqual(yield* why(memberships.join(name("den"))), ["TooManyMemberships", undefined])
        assert.lengthOf(finds, 1)
        assert.deepStrictEqual(lefts(), [])
      }),
    )

    it.effect("that was given up is left behind the join, unless it had been granted", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships, session } = yield* world()
        const den = leads("den")
        den.slow = true
        const joining = yield* fork(memberships.join(name("den")))
        yield* Fiber.interrupt(joining)
        assert.deepStrictEqual(types(den.asked()), ["Join", "Leave"])
        assert.deepStrictEqual(lefts(), ["den"])
        den.go()
        assert.deepStrictEqual(all(), [])
        // It is in, though it has not heard yet that this was the answer.
        const granted = yield* fork(memberships.join(name("den")))
        const [asked] = den.asked()
        const request = asked?.type === "Join" ? asked.request : assert.fail()
        den.tell({ type: "Entered", session, request, welcome })
        yield* Fiber.interrupt(granted)
        assert.deepStrictEqual([all(), den.asked(), lefts()], [["den"], [], []])
      }),
    )
  })

  describe("what happens there", () => {
    it.effect("who is put out is in it no more, and the directory knows; one that was renamed under its new name", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships, session } = yield* world()
        const den = leads("den")
        yield* memberships.join(name("den"))
        const renamed = { type: "Renamed", name: name("lair"), by: { id: bob.id, name: bob.name } } as const
        den.tell(renamed)
        assert.deepStrictEqual(all(), ["lair"])
        assert.isUndefined(memberships.get(name("den")))
        assert.strictEqual(memberships.get(name("lair"))?.link, den.link)
        den.tell({ type: "PutOut", session })
        assert.deepStrictEqual([all(), memberships.none, lefts()], [[], true, ["lair"]])
      }),
    )

    it.effect("a channel that was given up is lost: not another of its name that was entered since", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships } = yield* world()
        const former = leads("den")
        yield* memberships.join(name("den"))
        const before = memberships.get(name("den"))!
        former.tell({ type: "Ended" })
        const next = leads("den")
        yield* memberships.join(name("den"))
        lefts()
        memberships.lost(before)
        assert.strictEqual(memberships.get(name("den"))?.link, next.link)
        assert.deepStrictEqual(lefts(), ["den"])
        memberships.lost(memberships.get(name("den"))!)
        assert.deepStrictEqual([all(), lefts()], [[], ["den"]])
        // Once more changes nothing.
        memberships.lost(before)
        assert.deepStrictEqual([all(), lefts()], [[], ["den"]])
      }),
    )

    it.effect("what becomes of a stay that was replaced is nothing to the one there is now", () =>
      Effect.gen(function* () {
        const { all, leads, memberships, session } = yield* world()
        const former = leads("@bob", user("bob", "guest-1"))
        yield* memberships.join(name("@bob"))
        former.slow = true
        const next = leads("@bob", bob)
        const joining = yield* fork(memberships.join(name("@bob")))
        former.slow = false
        former.go()
        yield* Fiber.join(joining)
        former.tell(
          { type: "PutOut", session },
          { type: "Renamed", name: name("x"), by: { id: bob.id, name: bob.name } },
        )
        assert.deepStrictEqual(all(), ["@bob"])
        assert.strictEqual(memberships.get(name("@bob"))?.link, next.link)
      }),
    )
  })

  describe("leaving", () => {
    it.effect("waits until the channel has said so, and is refused where one is not in", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships } = yield* world()
        const den = leads("den")
        yield* memberships.join(name("den"))
        den.asked()
        den.slow = true
        const leaving = yield* fork(memberships.leave(name("den")))
        assert.isUndefined(leaving.pollUnsafe())
        assert.deepStrictEqual([all(), lefts()], [[], []])
        den.go()
        yield* Fiber.join(leaving)
        assert.deepStrictEqual<unknown>(den.asked(), [{ type: "Leave", session: "ann", request: 0 }])
        assert.deepStrictEqual(lefts(), ["den"])
        assert.deepStrictEqual(yield* why(memberships.leave(name("den"))), ["NotMember", undefined])
        assert.deepStrictEqual(yield* why(memberships.leave(name("@bob"))), ["NotMember", undefined])
      }),
    )

    it.effect("a channel that has ended has nobody in it: it is left all the same", () =>
      Effect.gen(function* () {
        const { all, leads, lefts, memberships } = yield* world()
        const den = leads("den")
        yield* memberships.join(name("den"))
        den.closed = true
        yield* memberships.leave(name("den"))
        assert.deepStrictEqual([all(), lefts()], [[], ["den"]])
      }),
    )

    it.effect("everything waits for nobody; whoever brings it into something behind that finds it closed", () =>
      Effect.gen(function* () {
        const { all, brings, invited, leads, lefts, memberships } = yield* world()
        const [den, lair] = [leads("den"), leads("lair")]
        const direct = leads("@bob", bob)
        for (const called of ["den", "lair"]) yield* memberships.join(name(called))
        for (const channel of [den, lair]) {
          channel.asked()
          channel.slow = true
        }
        yield* memberships.leaveAll
        for (const channel of [den, lair]) {
          assert.deepStrictEqual<unknown>(channel.asked(), [{ type: "Leave", session: "ann", ended: true }])
        }
        assert.deepStrictEqual([all(), lefts()], [[], ["den", "lair"]])
        yield* invited(bob)
        assert.deepStrictEqual([brings(), direct.asked(), all()], [[], [], []])
      }),
    )

    it.effect("is settled when each channel has answered, whatever has become of it", () =>
      Effect.gen(function* () {
        const { leads, memberships } = yield* world()
        const [den, lair] = [leads("den"), leads("lair")]
        for (const called of ["den", "lair"]) yield* memberships.join(name(called))
        for (const channel of [den, lair]) channel.asked()
        den.closed = true
        lair.slow = true
        const settling = yield* fork(memberships.settled)
        assert.deepStrictEqual(types(lair.asked()), ["Settle"])
        assert.isUndefined(settling.pollUnsafe())
        lair.go()
        yield* Fiber.join(settling)
      }),
    )
  })

  describe("brought into conversations", () => {
    const people = Array.from({ length: maxBrought + 2 }, (_, n) => user(`user ${n}`))

    it.effect("it enters by whom it is brought, once, and appears as its user wishes", () =>
      Effect.gen(function* () {
        const { all, brings, invited, joined, leads, who } = yield* world()
        const direct = leads("@bob", bob)
        yield* invited(bob)
        const called = between(ann.id, bob.id)
        const broughtBy = { user: bob }
        assert.deepStrictEqual<unknown>(direct.asked(), [
          join(who.by, { called, appearance: { status: "away" }, broughtBy }),
        ])
        assert.deepStrictEqual(joined(), [["@bob", "bob", undefined]])
        assert.deepStrictEqual([all(), brings()], [["@bob"], [called]])
        yield* invited(bob)
        assert.deepStrictEqual([direct.asked(), brings()], [[], []])
        // That conversation has ended: there is another one by now.
        direct.tell({ type: "Ended" })
        const next = leads("@bob", bob)
        yield* invited(bob)
        assert.deepStrictEqual(brings(), [called])
        assert.lengthOf(next.asked(), 1)
      }),
    )

    it.effect("that it could not be is not the speaker's affair", () =>
      Effect.gen(function* () {
        const { all, invited, leads, lefts, refuse } = yield* world()
        const direct = leads("@bob", bob)
        direct.join = refused("Blocked")
        yield* invited(bob)
        assert.deepStrictEqual([all(), lefts()], [[], [direct.link.name]])
        refuse("Unavailable")
        yield* invited(bob)
        assert.deepStrictEqual(all(), [])
      }),
    )

    it.effect(`beyond ${maxBrought} it leaves the one silent longest, and is told so`, () =>
      Effect.gen(function* () {
        const { all, invited, leads, lefts, memberships, who } = yield* world()
        const channels = people.map((other) => leads(nameOf(other), other))
        for (const other of people.slice(0, maxBrought)) yield* invited(other)
        assert.lengthOf(all(), maxBrought)
        assert.deepStrictEqual(lefts(), [])
        // The first has said something since.
        yield* invited(people[0]!)
        for (const channel of channels) channel.asked()
        outboxes.flush()
        who.taken()
        yield* invited(people[maxBrought]!)
        outboxes.flush()
        assert.deepStrictEqual(types(who.taken()), ["Joined", "Left"])
        assert.deepStrictEqual<unknown>(channels[1]!.asked(), [{ type: "Leave", session: "ann", request: 0 }])
        assert.deepStrictEqual(lefts(), [channels[1]!.link.name])
        assert.lengthOf(all(), maxBrought)
        assert.isDefined(memberships.get(nameOf(people[0]!)))
        assert.isUndefined(memberships.get(nameOf(people[1]!)))
        // What it has joined by itself since it does not leave for others.
        channels[2]!.join = refused("AlreadyMember")
        yield* why(memberships.join(nameOf(people[2]!)))
        yield* invited(people[maxBrought + 1]!)
        assert.isDefined(memberships.get(nameOf(people[2]!)))
        assert.lengthOf(all(), maxBrought + 1)
        assert.deepStrictEqual(lefts(), [])
      }),
    )

    it.effect("what it cannot tell that it leaves it has left all the same, and asks it nothing", () =>
      Effect.gen(function* () {
        const { all, invited, leads, lefts } = yield* world()
        const channels = people.map((other) => leads(nameOf(other), other))
        for (const other of people.slice(0, maxBrought)) yield* invited(other)
        channels[0]!.closed = true
        yield* invited(people[maxBrought]!)
        assert.deepStrictEqual(lefts(), [channels[0]!.link.name])
        assert.lengthOf(all(), maxBrought)
        // The number of the request is free again.
        assert.strictEqual(channels[0]!.link.expect({ settle: () => {} }), 0)
      }),
    )

    it.effect("what it has left, or was put out of, takes no room", () =>
      Effect.gen(function* () {
        const { all, invited, leads, lefts, memberships, session } = yield* world()
        const channels = people.map((other) => leads(nameOf(other), other))
        for (const other of people.slice(0, maxBrought)) yield* invited(other)
        yield* memberships.leave(nameOf(people[0]!))
        channels[1]!.tell({ type: "PutOut", session })
        lefts()
        for (const other of people.slice(maxBrought)) yield* invited(other)
        assert.lengthOf(all(), maxBrought)
        assert.deepStrictEqual(lefts(), [])
      }),
    )

    it.effect("it is out again where it has ended while it was brought in", () =>
      Effect.gen(function* () {
        const { all, invited, leads, lefts, memberships } = yield* world()
        const direct = leads("@bob", bob)
        direct.slow = true
        const entering = yield* fork(invited(bob))
        yield* memberships.leaveAll
        direct.slow = false
        direct.go()
        yield* Fiber.join(entering)
        assert.deepStrictEqual<unknown>(direct.asked().at(-1), { type: "Leave", session: "ann", ended: true })
        assert.deepStrictEqual([all(), lefts()], [[], [direct.link.name]])
      }),
    )

    it.effect("where the name is another's by now, the former conversation is left and settled before", () =>
      Effect.gen(function* () {
        const { invited, joined, leads, lefts, memberships, who } = yield* world()
        const former = leads("@bob", user("bob", "guest-1"))
        yield* memberships.join(name("@bob"))
        former.asked()
        joined()
        outboxes.flush()
        who.taken()
        former.slow = true
        const next = leads("@bob", bob)
        const entering = yield* fork(invited(bob))
        assert.deepStrictEqual(types(former.asked()), ["Leave", "Settle"])
        assert.deepStrictEqual(next.asked(), [])
        assert.deepStrictEqual(lefts(), [former.link.name])
        former.go()
        yield* Fiber.join(entering)
        assert.deepStrictEqual(types(next.asked()), ["Join"])
        assert.deepStrictEqual(joined(), [["@bob", "bob", undefined]])
        outboxes.flush()
        assert.deepStrictEqual(types(who.taken()), ["Left", "Joined"])
        assert.strictEqual(memberships.get(name("@bob"))?.link, next.link)
      }),
    )
  })
})
