import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { Reaction } from "../../../src/domain/Reaction.ts"
import * as Seq from "../../../src/domain/Seq.ts"
import type { Member } from "../../../src/hub/audience/Member.ts"
import { alone, defaultBounds, Outbox } from "../../../src/hub/audience/Outbox.ts"
import { Deframer } from "../../../src/protocol/Framing.ts"
import { types } from "../fixture.ts"
import { counting, encodings, member, outboxes, user } from "../members.ts"
import { general } from "../stores.ts"
import { arrived, audience, person, said, welcome } from "./fixture.ts"

/** A member whose link notes the very bytes it gets. */
const noting = (name: string, kind: keyof typeof encodings) => {
  const writes: Array<ReadonlyArray<Uint8Array>> = []
  const outbox = new Outbox<Uint8Array>(
    defaultBounds,
    { send: (batch) => (writes.push(batch), true), keep: alone, onOverflow: () => assert.fail() },
    outboxes,
  )
  const { entering } = member(name, { encoding: encodings[kind] })
  const self: Member = { ...entering(general), outbox, onEntered: () => {} }
  return { self, writes }
}

/** An audience of such members. */
const crowd = (...kinds: ReadonlyArray<keyof typeof encodings>) =>
  Effect.map(audience, (of) => {
    const members = kinds.map((kind, n) => noting(`user ${n}`, kind))
    of.happens(...members.map(({ self }) => of.entered(self)))
    return { ...of, members }
  })

const typing = (name: string): ChannelEvent => ({ type: "Typing", user: person(name) })
const reacted = (name: string): ChannelEvent => ({
  type: "Reacted",
  seq: Seq.Seq.make(9),
  from: person(name),
  timestamp: 0,
  id: "r" as never,
  target: Seq.Seq.make(1),
  reaction: Reaction.make("ok"),
  on: true,
})

/** How many frames a piece holds. */
const framesIn = (piece: Uint8Array): number => {
  const bodies: Array<Uint8Array> = []
  new Deframer(Number.MAX_SAFE_INTEGER).push(piece, bodies)
  return bodies.length
}

describe("Audience", () => {
  it.effect("a turn is one piece of bytes, made once for each renderer and shared by its members", () =>
    Effect.gen(function* () {
      const { happens, members } = yield* crowd("v1", "v1", "v1")
      happens(...["a", "b", "c"].map(arrived))
      const pieces = members.map(({ writes }) => {
        assert.lengthOf(writes, 1)
        assert.lengthOf(writes[0]!, 1)
        return writes[0]![0]!
      })
      assert.strictEqual(new Set(pieces).size, 1)
      const text = new TextDecoder().decode(pieces[0])
      for (const name of ["a", "b", "c"]) assert.include(text, `"${name}"`)
    }),
  )

  it.effect("it is made once for each renderer too where members with different ones take turns", () =>
    Effect.gen(function* () {
      const { happens, members } = yield* crowd("v1", "msgpack", "v1", "msgpack")
      happens(arrived("a"), reacted("a"), arrived("b"), reacted("b"))
      const pieces = members.map(({ writes }) => writes[0]?.[0])
      assert.strictEqual(pieces[0], pieces[2])
      assert.strictEqual(pieces[1], pieces[3])
      assert.isDefined(pieces[0])
      assert.isDefined(pieces[1])
      assert.notStrictEqual(pieces[0], pieces[1])
    }),
  )

  it.effect("an event that goes beside the chat is made once for each renderer, too", () =>
    Effect.gen(function* () {
      const { enter, happens } = yield* audience
      const { counter, server } = counting(encodings.json.server)
      const encoding = { server, client: encodings.json.client }
      const crowd = Array.from({ length: 20 }, (_, n) => member(`user ${n}`, { encoding }))
      enter(...crowd)
      counter.count = 0
      happens(typing("somebody"))
      happens({ type: "Presence", version: 1, count: 20, joined: [], left: [], changed: [], full: false })
      assert.strictEqual(counter.count, 2)
      for (const who of crowd) assert.deepStrictEqual(types(who.taken()), ["UserTyping", "Presence"])
    }),
  )

  it.effect("who has no word for it is not told", () =>
    Effect.gen(function* () {
      const { happens, members } = yield* crowd("v1", "json")
      happens(arrived("a"))
      assert.deepStrictEqual(
        members.map(({ writes }) => writes.length),
        [1, 0],
      )
    }),
  )

  it.effect("leaves in pieces that fit in an outbox: of 512 frames, or of 128 KiB", () =>
    Effect.gen(function* () {
      const byFrames = yield* crowd("v1")
      byFrames.happens(...Array.from({ length: 1100 }, () => arrived("a")))
      assert.deepStrictEqual(
        byFrames.members[0]!.writes.map((batch) => batch.map(framesIn)),
        [[512], [512], [76]],
      )
      const byBytes = yield* crowd("v1")
      byBytes.happens(...Array.from({ length: 10 }, () => said("x".repeat(32 * 1024))))
      assert.deepStrictEqual(
        byBytes.members[0]!.writes.map((batch) => batch.map(framesIn)),
        [[4], [4], [2]],
      )
    }),
  )

  it.effect("whatever happens is told to everybody, in its order, in the words of each version", () =>
    Effect.gen(function* () {
      const { enter, happens } = yield* audience
      const [ann, old] = [member("ann"), member("old", { encoding: encodings.v1 })]
      enter(ann, old)
      const place = {
        seq: Seq.Seq.make(9),
        from: person("bob"),
        timestamp: 0,
        id: "c" as never,
        target: Seq.Seq.make(1),
      }
      const by = person("bob")
      const settings = { access: "public", archived: false, slowMode: 0, durability: "disk" } as const
      happens(
        arrived("cat"),
        said("hello"),
        { type: "Edited", ...place, content: "x" },
        reacted("bob"),
        { type: "Deleted", ...place },
        { type: "TopicChanged", topic: "tea" as never, by },
        { type: "Configured", ...settings, by },
        { type: "RoleChanged", user: person("cat"), role: "member", by },
        { type: "Kicked", user: person("cat"), by, reason: undefined },
        { type: "Departed", user: person("cat") },
      )
      assert.deepStrictEqual(types(ann.taken()), [
        "Message",
        "Edited",
        "Reacted",
        "Deleted",
        "TopicChanged",
        "ChannelChanged",
        "RoleChanged",
        "Kicked",
      ])
      assert.deepStrictEqual(types(old.taken()), ["UserJoined", "ChatMessage", "UserLeft"])
    }),
  )

  it.effect("knows which channel and which history it is, as the last who entered was told", () =>
    Effect.gen(function* () {
      const { entered, happens, tested } = yield* audience
      const history = "h1" as never
      happens(entered(member("ann").entering(general), { ...welcome, history }))
      assert.strictEqual(tested.history, history)
      happens(entered(member("bob").entering(general)))
      assert.deepStrictEqual([tested.id, tested.history], [welcome.id, undefined])
    }),
  )

  it.effect("typing goes to everybody but the user it is about, beside what is gathered", () =>
    Effect.gen(function* () {
      const { enter, happens } = yield* audience
      const [phone, laptop] = [member("ann", { session: "phone" }), member("ann", { session: "laptop" })]
      const bob = member("bob")
      enter(phone, laptop, bob)
      happens(said("hello"), typing("ann"))
      assert.deepStrictEqual(
        [phone, laptop, bob].map(({ taken }) => types(taken())),
        [["Message"], ["Message"], ["Message", "UserTyping"]],
      )
    }),
  )

  it.effect("how far one has read is told to everybody, or to one's own sessions in their place in the chat", () =>
    Effect.gen(function* () {
      const { enter, happens } = yield* audience
      const [phone, laptop] = [member("ann", { session: "phone" }), member("ann", { session: "laptop" })]
      const bob = member("bob")
      enter(phone, laptop, bob)
      const read = (everybody: boolean): ChannelEvent => ({
        type: "ReadMarker",
        user: person("ann"),
        seq: Seq.Seq.make(1),
        everybody,
      })
      happens(said("1"), read(true), said("2"))
      for (const who of [phone, laptop, bob]) {
        assert.deepStrictEqual(types(who.taken()), ["Message", "ReadMarker", "Message"])
      }
      happens(said("3"), read(false), said("4"))
      for (const who of [phone, laptop]) {
        assert.deepStrictEqual(types(who.taken()), ["Message", "ReadMarker", "Message"])
      }
      assert.deepStrictEqual(types(bob.taken()), ["Message", "Message"])
    }),
  )

  it.effect("everything of a turn leaves in one write, the answers behind the events", () =>
    Effect.gen(function* () {
      const { enter, entered, settled, turn } = yield* audience
      const [ann, bob] = [member("ann"), member("bob")]
      enter(ann)
      turn({
        events: [said("1"), entered(bob.entering(general)), said("2"), typing("cat")],
        answers: [
          { request: 7, outcome: { type: "Done" } },
          { request: 3, outcome: { type: "Gone" } },
        ],
      })
      for (const who of [ann, bob]) assert.lengthOf(who.writes, 1)
      assert.deepStrictEqual(types(ann.taken()), ["Message", "Message", "UserTyping"])
      assert.deepStrictEqual(types(bob.taken()), ["Joined", "Message", "UserTyping"])
      assert.deepStrictEqual(
        settled.map(({ request }) => request),
        [7, 3],
      )
    }),
  )

  describe("whoever comes and goes", () => {
    it.effect("is told what lies between, and nothing else", () =>
      Effect.gen(function* () {
        const { enter, entered, happens, tested } = yield* audience
        const [ann, bob] = [member("ann"), member("bob")]
        assert.isUndefined(tested.id)
        enter(ann)
        assert.strictEqual(tested.id, welcome.id)
        happens(
          said("1"),
          entered(bob.entering(general)),
          said("2"),
          { type: "Exited", session: bob.session },
          said("3"),
          entered(bob.entering(general)),
          said("4"),
        )
        const contents = (frames: ReadonlyArray<{ readonly type: string; readonly content?: unknown }>) =>
          frames.map(({ content, type }) => content ?? type)
        assert.deepStrictEqual(contents(ann.taken()), ["1", "2", "3", "4"])
        assert.deepStrictEqual(contents(bob.taken()), ["Joined", "2", "Joined", "4"])
      }),
    )

    it.effect("is the one whose request was granted, where one session asked for it several times", () =>
      Effect.gen(function* () {
        const { happens, tested } = yield* audience
        const [first, second, third] = [member("ann"), member("ann"), member("ann")]
        for (const [n, who] of [first, second, third].entries()) tested.admit(n, who.entering(general))
        const grant = (request: number) => {
          happens({ type: "Entered", session: first.session, request, welcome })
          happens(said("hello"), { type: "Exited", session: first.session })
        }
        // The first was refused, though whoever waits for that has not yet heard of it.
        grant(1)
        tested.forget(2)
        grant(2)
        assert.deepStrictEqual(
          [first, second, third].map(({ taken }) => types(taken())),
          [[], ["Joined", "Message"], []],
        )
      }),
    )

    it.effect("is put out: is told so behind what was said before, and is no member behind it", () =>
      Effect.gen(function* () {
        const { enter, happens } = yield* audience
        const [ann, old, bob] = [member("ann"), member("old", { encoding: encodings.v1 }), member("bob")]
        enter(ann, old, bob)
        const kicked: ChannelEvent = { type: "Kicked", user: person("ann"), by: person("bob"), reason: "noise" }
        happens(
          said("1"),
          kicked,
          { type: "PutOut", session: ann.session },
          { type: "PutOut", session: old.session },
          { type: "PutOut", session: user("nobody").id as never },
          said("2"),
        )
        assert.deepStrictEqual(ann.taken().slice(1), [
          { type: "Kicked", channel: "general", username: "ann", by: "bob", by_id: "bob", reason: "noise" },
          { type: "Left", channel: "general" },
        ])
        assert.deepStrictEqual(old.taken().slice(1), [
          { type: "Error", code: 403, message: "You were put out of the channel" },
        ])
        assert.deepStrictEqual(types(bob.taken()), ["Message", "Kicked", "Message"])
        assert.deepStrictEqual(
          [ann, old, bob].map(({ putOut }) => putOut),
          [1, 1, 0],
        )
      }),
    )

    it.effect("is told that the channel has ended, behind what was said before; nobody is in it then", () =>
      Effect.gen(function* () {
        const { enter, happens } = yield* audience
        const [ann, old] = [member("ann"), member("old", { encoding: encodings.v1 })]
        enter(ann, old)
        happens(said("1"), { type: "Ended" })
        happens(said("2"))
        assert.deepStrictEqual(types(ann.taken()), ["Message", "Left"])
        assert.deepStrictEqual(old.taken().slice(1), [{ type: "Error", code: 503, message: "The channel has ended" }])
      }),
    )
  })

  describe("the name of the channel", () => {
    const renamed = (name: string): ChannelEvent => ({
      type: "Renamed",
      name: ChannelName.make(name),
      by: person("ann"),
    })

    it.effect("is the former up to where it was renamed, and the new one behind it; members hear of it there", () =>
      Effect.gen(function* () {
        const { enter, entered, happens, tested } = yield* audience
        const ann = member("ann")
        enter(ann)
        const names: Array<string> = []
        const noted = { ...member("bob").entering(general), onRenamed: (name: ChannelName) => void names.push(name) }
        happens(entered(noted), said("1"), renamed("den"), said("2"), renamed("lair"), said("3"))
        assert.deepStrictEqual(
          ann.taken().map(({ channel, content, name }) => [channel, content ?? name].join(" ")),
          ["general 1", "general den", "den 2", "den lair", "lair 3"],
        )
        assert.deepStrictEqual(names, ["den", "lair"])
        assert.strictEqual<string>(tested.name, "lair")
      }),
    )

    it.effect("is the one of the turn, for a turn that began under another than the audience knows", () =>
      Effect.gen(function* () {
        const { enter, turn } = yield* audience
        const ann = member("ann")
        enter(ann)
        turn({ channel: ChannelName.make("den"), events: [said("1")] })
        assert.deepInclude(ann.taken()[0], { channel: "den" })
      }),
    )

    it.effect("is each member's own in a direct conversation: rendered once for all who say the same", () =>
      Effect.gen(function* () {
        const { entered, happens } = yield* audience
        const { counter, server } = counting(encodings.json.server)
        const encoding = { server, client: encodings.json.client }
        const members = ["ann", "bob", "ann", "bob"].map((name, n) => member(name, { session: `${n}`, encoding }))
        const alias = (n: number) => ChannelName.make(n % 2 === 0 ? "@bob" : "@ann")
        happens(...members.map((who, n) => entered(who.entering(general, { alias: alias(n) }))))
        for (const who of members) assert.deepInclude(who.taken()[0], { channel: alias(members.indexOf(who)) })
        counter.count = 0
        happens(said("hello"))
        assert.strictEqual(counter.count, 2)
        assert.deepStrictEqual<ReadonlyArray<unknown>>(
          members.flatMap(({ taken }) => taken().map(({ channel }) => channel)),
          ["@bob", "@ann", "@bob", "@ann"],
        )
      }),
    )
  })
})
