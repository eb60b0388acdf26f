import { assert, describe, it } from "@effect/vitest"
import { Positions } from "../../../src/client/internal/Positions.ts"
import { RequestError, type RequestErrorReason } from "../../../src/domain/RequestError.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import type { Event } from "../../../src/client/Event.ts"
import type { ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"
import { channel, inShort, joined, message } from "./fakes.ts"

const error = (reason: RequestErrorReason) => new RequestError({ reason })
const out = (name: string, ref?: number): Event => ({
  type: "Left",
  channel: channel(name),
  ...(ref === undefined ? {} : { ref }),
})
const renamed = (from: string, to: string): Event => ({
  type: "Renamed",
  channel: channel(from),
  name: channel(to),
  by: "bob" as never,
})
const page = (name: string, seqs: ReadonlyArray<number>, more = false): ServerFrameOf<"HistoryPage"> => ({
  type: "HistoryPage",
  channel: channel(name),
  entries: seqs.map((seq) => message(name, seq)) as never,
  first: Seq.make(1),
  more,
})

/** What is told of these, in short. */
const tell = (positions: Positions, ...events: ReadonlyArray<Event>): ReadonlyArray<string> =>
  events.flatMap((event) => inShort(positions.receive(event)[0]))

/** Fetches what is missing in a channel that has everything from place 1 on; what is told of it. */
const fetch = (positions: Positions, name: string, upTo: number): ReadonlyArray<string> => {
  const position = positions.at(name)
  assert.isTrue(position?.isBehind, `nothing is missing in ${name}`)
  const from = position!.last + 1
  const seqs = Array.from({ length: upTo - from + 1 }, (_, at) => from + at)
  return inShort(position!.addPage(page(name, seqs)))
}

describe("Positions: where the client is", () => {
  it("knows the channels that it is in, a direct conversation by every spelling of the name", () => {
    const positions = new Positions()
    positions.connected()
    const [, den] = positions.receive(joined("den", 3, { id: "d" }))
    const [, bob] = positions.receive(joined("@Bob", 0, { ref: 1 }))
    assert.strictEqual(positions.at("den"), den)
    assert.strictEqual(positions.at("@bob"), bob)
    assert.strictEqual(positions.at("@BOB"), bob)
    assert.isUndefined(positions.at("Den"))
    assert.isUndefined(positions.at("bob"))
    assert.isTrue(positions.isIn("@bOb"))
    assert.isFalse(positions.isIn("attic"))
    assert.isTrue(positions.has(den!))
    assert.deepStrictEqual(positions.all, [den!, bob!])
    tell(positions, out("den", 1))
    assert.isFalse(positions.has(den!))
    assert.deepStrictEqual(positions.all, [bob!])
    const [, again] = positions.receive(joined("den", 3, { id: "d" }))
    assert.notStrictEqual(again, den)
    assert.isFalse(positions.has(den!), "the position of an earlier stay is not that of this one")
  })

  it("tells live entries of a channel that it is in, and of one that it is not", () => {
    const positions = new Positions()
    assert.deepStrictEqual(
      tell(positions, joined("den", 3), message("den", 4), message("den", 4), message("attic", 9)),
      ["Joined den", "den 4", "attic 9"],
    )
    assert.strictEqual(positions.receive(message("den", 7))[1], positions.at("den"))
    assert.isUndefined(positions.receive(message("attic", 9))[1])
  })

  it("places edits, deletions and reactions like messages, and passes everything else on", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3))
    const common = { channel: channel("den"), by: "bob" as never, timestamp: 0 }
    const change = (type: "Edited" | "Deleted" | "Reacted", seq: number) =>
      ({ type, seq: Seq.make(seq), target: Seq.make(1), ...common }) as unknown as Event
    assert.deepStrictEqual(
      tell(positions, change("Edited", 4), change("Edited", 4), change("Deleted", 5), change("Reacted", 6)),
      ["Edited den", "Deleted den", "Reacted den"],
    )
    assert.deepStrictEqual(tell(positions, change("Deleted", 8), change("Reacted", 9)), [], "7 is missing")
    for (const type of [
      "ReadMarker",
      "Presence",
      "TopicChanged",
      "UserTyping",
      "ChannelChanged",
      "RoleChanged",
      "Kicked",
      "Invited",
    ] as const) {
      const event = { type, channel: channel("den") } as unknown as Event
      assert.deepStrictEqual(positions.receive(event), [[event]])
    }
  })

  it("follows a channel that is renamed while the client is in it, and passes the news of others on", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3))
    const position = positions.at("den")
    assert.deepStrictEqual(tell(positions, renamed("attic", "loft"), renamed("den", "lounge")), [
      "attic is loft",
      "den is lounge",
    ])
    assert.isUndefined(positions.at("den"))
    assert.strictEqual(positions.at("lounge"), position)
    assert.strictEqual<string | undefined>(position?.name, "lounge")
    assert.isFalse(positions.isIn("loft"))
  })
})

describe("Positions: where it goes on", () => {
  it("begins at the end, and after a lost connection goes on where it was", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3), message("den", 4))
    assert.deepStrictEqual(tell(positions, joined("den", 6)), ["Joined den"])
    assert.deepStrictEqual(fetch(positions, "den", 6), ["den 5", "den 6"])
  })

  it("goes on where it was when the server has put it out, and begins at the end where it left by itself", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3, { id: "d" }), out("den"))
    assert.isTrue(positions.knows("den"))
    assert.isFalse(positions.knows("attic"))
    tell(positions, joined("den", 5, { id: "d" }))
    assert.isFalse(positions.knows("den"), "it is in again")
    assert.deepStrictEqual(fetch(positions, "den", 5), ["den 4", "den 5"])
    tell(positions, out("den", 7), joined("den", 9, { id: "d" }))
    assert.isFalse(positions.at("den")!.isBehind)
    assert.deepStrictEqual(tell(positions, message("den", 10)), ["den 10"])
  })

  it("begins at the end of another channel with the name of the one that it was put out of", () => {
    for (const [before, now, goesOn] of [
      ["d", "e", false],
      ["d", "d", true],
      [undefined, "d", true],
      ["d", undefined, true],
    ] as const) {
      const positions = new Positions()
      const id = (id: string | undefined) => (id === undefined ? {} : { id })
      tell(positions, joined("den", 3, id(before)), out("den"), joined("den", 5, id(now)))
      assert.strictEqual(positions.at("den")!.isBehind, goesOn, `${before} ${now}`)
    }
  })

  it("knows after having been put out that the history is another one", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3, { history: "one" }), out("den"))
    assert.deepStrictEqual(tell(positions, joined("den", 5, { history: "two" })), ["Joined den", "HistoryChanged den"])
    assert.deepStrictEqual(tell(positions, out("den"), joined("den", 5, { history: "two" })), [
      "out of den",
      "Joined den",
    ])
  })

  it("gives what was wanted when it joins, once", () => {
    const positions = new Positions()
    positions.want("den", { after: Seq.make(1) })
    tell(positions, joined("den", 3))
    assert.deepStrictEqual(fetch(positions, "den", 3), ["den 2", "den 3"])
    tell(positions, out("den", 1), joined("den", 5))
    assert.isFalse(positions.at("den")!.isBehind, "that was for the first time")
  })

  it("prefers what is wanted to where it was put out, but goes on where it still is", () => {
    const positions = new Positions()
    tell(positions, joined("den", 5), out("den"))
    positions.want("den", { after: Seq.make(3) })
    tell(positions, joined("den", 6))
    assert.deepStrictEqual(fetch(positions, "den", 6), ["den 4", "den 5", "den 6"])
    // Over the next connection: nothing comes twice.
    positions.want("den", { after: Seq.make(3) })
    tell(positions, joined("den", 7))
    assert.deepStrictEqual(fetch(positions, "den", 7), ["den 7"])
  })

  it("is wanted from a place in a history: in another one from its beginning", () => {
    const positions = new Positions()
    positions.want("den", { after: Seq.make(2), history: "one" })
    assert.deepStrictEqual(tell(positions, joined("den", 3, { history: "two" })), ["Joined den", "HistoryChanged den"])
    assert.deepStrictEqual(fetch(positions, "den", 3), ["den 1", "den 2", "den 3"])
    // Where the place is of no history that is known, it is of the one that is there: what is remembered is another place.
    tell(positions, out("den"))
    positions.want("den", { after: Seq.make(2) })
    assert.deepStrictEqual(tell(positions, joined("den", 4, { history: "three" })), ["Joined den"])
  })

  it("forgets what was wanted where it could not join, but not what a later request wants", () => {
    for (const because of [undefined, error("Forbidden"), error("TooManyMemberships")]) {
      const positions = new Positions()
      const forget = positions.want("den", { after: Seq.make(1) })
      forget(because)
      tell(positions, joined("den", 3))
      assert.isFalse(positions.at("den")!.isBehind)
    }
    const positions = new Positions()
    const first = positions.want("den", { after: Seq.make(1) })
    positions.want("den", { after: Seq.make(2) })
    first(error("Forbidden"))
    tell(positions, joined("den", 3))
    assert.deepStrictEqual(fetch(positions, "den", 3), ["den 3"])
  })

  it("keeps what was wanted where somebody has brought it in meanwhile, and that is still to be heard", () => {
    const positions = new Positions()
    const forget = positions.want("@bob", { after: Seq.make(1) })
    forget(error("AlreadyMember"))
    tell(positions, joined("@bob", 3))
    assert.deepStrictEqual(fetch(positions, "@bob", 3), ["@bob 2", "@bob 3"])
    const useless = positions.want("@bob", { after: Seq.make(2) })
    useless(error("AlreadyMember"))
    tell(positions, out("@bob", 1), joined("@bob", 4, { ref: 2 }))
    assert.isFalse(positions.at("@bob")!.isBehind, "it was in already: nothing waited for that")
  })
})

describe("Positions: direct conversations", () => {
  it("waits for the read marker where another user has brought it in, and goes on behind that", () => {
    const positions = new Positions()
    positions.connected()
    tell(positions, joined("@bob", 3), joined("@cat", 3), joined("@dan", 3, { ref: 1 }), joined("den", 3))
    assert.deepStrictEqual(
      tell(positions, message("@bob", 4), message("@cat", 4), message("@dan", 4), message("den", 4)),
      ["@dan 4", "den 4"],
    )
    const ready = positions.begin(new Map([["@BOB", Seq.make(1)]]))
    assert.deepStrictEqual(
      ready.map(([events, position]) => [position?.name, ...inShort(events)] as ReadonlyArray<unknown>),
      [["@bob"], ["@cat", "@cat 4"], ["@dan"], ["den"]],
    )
    assert.deepStrictEqual(fetch(positions, "@bob", 3), ["@bob 2", "@bob 3", "@bob 4"])
    // The markers are known now, but not whether what was said before it was brought in is behind one.
    tell(positions, joined("@eve", 2), joined("@gus", 0))
    assert.deepStrictEqual(tell(positions, message("@eve", 3), message("@gus", 1)), ["@gus 1"])
    const eve = positions.at("@eve")!
    assert.deepStrictEqual(
      [eve, positions.at("@gus")!].map((position) => positions.waits(position)),
      [true, false],
    )
    assert.deepStrictEqual(inShort(eve.begin(undefined)), ["@eve 3"])
    // On the next connection they are not.
    positions.connected()
    tell(positions, joined("@fay", 2))
    assert.deepStrictEqual(tell(positions, message("@fay", 3)), [])
  })

  it("does not wait where it knows its place, or was told from which on", () => {
    const positions = new Positions()
    positions.want("@bob", { after: Seq.make(2) })
    tell(positions, joined("@bob", 2))
    assert.deepStrictEqual(tell(positions, message("@bob", 3)), ["@bob 3"])
    tell(positions, out("@bob"), joined("@bob", 3))
    assert.deepStrictEqual(tell(positions, message("@bob", 4)), ["@bob 4"])
  })

  it("waits on, where it comes back before the marker was known, and remembers no place that was none", () => {
    const positions = new Positions()
    positions.connected()
    tell(positions, joined("@bob", 3))
    positions.connected()
    tell(positions, joined("@bob", 5, { ref: 1 }))
    assert.deepStrictEqual(tell(positions, message("@bob", 6)), [])
    tell(positions, out("@bob"))
    assert.isFalse(positions.knows("@bob"))
    tell(positions, joined("@bob", 6))
    positions.want("@bob", { after: Seq.make(5) })
    tell(positions, joined("@bob", 6))
    assert.deepStrictEqual(fetch(positions, "@bob", 6), ["@bob 6"], "what is wanted counts while it waits")
  })
})

describe("Positions: channels under other names", () => {
  it("tells the new name before anything else, and what is said there under that", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3, { id: "d" }))
    const position = positions.at("den")
    assert.deepStrictEqual(tell(positions, joined("lounge", 5, { id: "d" })), ["den is lounge", "Joined lounge"])
    assert.strictEqual(positions.at("lounge"), position)
    assert.isUndefined(positions.at("den"))
    assert.deepStrictEqual(fetch(positions, "lounge", 5), ["lounge 4", "lounge 5"])
    assert.deepStrictEqual(positions.all, [position!])
  })

  it("is another channel where nothing is known of ids, or the id is another", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3), joined("attic", 3, { id: "a" }))
    assert.deepStrictEqual(tell(positions, joined("lounge", 5, { id: "l" })), ["Joined lounge"])
    assert.deepStrictEqual(
      positions.all.map(({ id, name }) => [name, id] as ReadonlyArray<unknown>),
      [
        ["den", undefined],
        ["attic", "a"],
        ["lounge", "l"],
      ],
    )
    assert.deepStrictEqual(tell(positions, joined("den", 3, { id: "d" })), ["Joined den"])
    assert.strictEqual(positions.at("den")!.id, "d", "it is told now, of the same channel")
  })

  it("is out of a channel whose name another has, until it comes back under its own; then it goes on", () => {
    const positions = new Positions()
    tell(positions, joined("one", 3, { id: "1" }), joined("two", 7, { id: "2" }))
    const [one, two] = positions.all
    assert.deepStrictEqual(tell(positions, joined("two", 3, { id: "1" })), ["out of two", "one is two", "Joined two"])
    assert.deepStrictEqual(positions.all, [one!, two!], "the other is to be come back to as well")
    assert.isFalse(positions.has(two!))
    assert.deepStrictEqual(tell(positions, joined("one", 8, { id: "2" })), ["Joined one"])
    assert.deepStrictEqual([positions.at("two"), positions.at("one")], [one, two])
    assert.deepStrictEqual(fetch(positions, "one", 8), ["one 8"])
    assert.deepStrictEqual(positions.all, [one!, two!])
  })

  it("is not let in again: it says why, and what waits to be sent there fails with that", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3, { id: "d" }), joined("one", 1, { id: "1" }), joined("two", 1, { id: "2" }))
    const [den, one, two] = positions.all
    const banned = error("Banned")
    assert.deepStrictEqual(positions.refuse(den!, banned), [{ type: "Left", channel: channel("den"), because: banned }])
    assert.deepStrictEqual([den!.refused, positions.isIn("den"), positions.knows("den")], [banned, false, true])
    // Its name is another's by now, and the client was told so: nothing more is to tell.
    tell(positions, joined("two", 1, { id: "1" }))
    assert.deepStrictEqual(positions.refuse(two!, banned), [])
    assert.strictEqual(two!.refused, banned)
    assert.deepStrictEqual(positions.all, [one!])
    assert.strictEqual(positions.at("two"), one)
    // Let in again after all, it goes on where it was.
    tell(positions, joined("den", 5, { id: "d" }))
    assert.deepStrictEqual(fetch(positions, "den", 5), ["den 4", "den 5"])
  })

  it("sends nothing to somebody else who has the name of the one that was talked to", () => {
    const positions = new Positions()
    tell(positions, joined("@bob", 3, { id: "b", history: "one", ref: 1 }))
    const bob = positions.at("@bob")
    // Also where the service began anew.
    assert.deepStrictEqual(tell(positions, joined("@bob", 0, { id: "c", history: "two", ref: 2 })), [
      "out of @bob",
      "Joined @bob",
    ])
    assert.deepInclude(bob!.refused, { reason: "NoSuchUser", detail: "This name is somebody else's now" })
    assert.notStrictEqual(positions.at("@bob"), bob)
    assert.deepStrictEqual(positions.all, [positions.at("@bob")!], "it is not come back to")
    // A conversation has its name by the other one: it is not renamed by who comes by.
    assert.deepStrictEqual(tell(positions, joined("@eve", 0, { id: "c", ref: 3 })), ["Joined @eve"])
    assert.isTrue(positions.isIn("@bob"))
  })

  it("goes on in the channel of the same name where the service began anew, and sends nothing there that was meant before", () => {
    const positions = new Positions()
    tell(positions, joined("den", 3, { id: "d", history: "one" }))
    const den = positions.at("den")
    assert.deepStrictEqual(tell(positions, joined("den", 2, { id: "e", history: "two" })), [
      "Joined den",
      "HistoryChanged den",
    ])
    assert.deepInclude(den!.refused, { reason: "NoSuchChannel", detail: "The service knows this channel no more" })
    assert.notStrictEqual(positions.at("den"), den)
    assert.isUndefined(positions.at("den")!.refused)
    assert.deepStrictEqual(positions.all, [positions.at("den")!])
    assert.deepStrictEqual(fetch(positions, "den", 2), ["den 1", "den 2"])
  })

  it("takes for a service that began anew only one with another history, which knows none of its channels", () => {
    for (const [before, now] of [
      ["one", "one"],
      ["one", undefined],
      [undefined, "two"],
    ] as const) {
      const positions = new Positions()
      const history = (history: string | undefined) => (history === undefined ? {} : { history })
      tell(positions, joined("den", 0, { id: "d", ...history(before) }))
      const told = tell(positions, joined("den", 0, { id: "e", ...history(now) }))
      assert.deepStrictEqual(told, ["out of den", "Joined den"], `${before} ${now}`)
    }
    const positions = new Positions()
    for (const [name, id] of [
      ["den", "d"],
      ["attic", "a"],
    ] as const) {
      tell(positions, joined(name, 0, { id, history: "one" }))
    }
    assert.deepStrictEqual(tell(positions, joined("den", 0, { id: "a", history: "two" })), [
      "out of den",
      "attic is den",
      "Joined den",
    ])
    // The other way round, too: that one is known, though nobody is in it under its name.
    assert.deepStrictEqual(tell(positions, joined("den", 0, { id: "d", history: "three" })), [
      "out of den",
      "Joined den",
    ])
  })
})
