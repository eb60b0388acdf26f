import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { History } from "../../src/history/History.ts"
import { HistorySettings, defaults } from "../../src/history/HistorySettings.ts"
import { frame } from "../../src/protocol/Framing.ts"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { Settings } from "../../src/testing/TestServer.ts"
import { calm, expectNothing, idOf, live, member1, member2, user2, type World } from "./transportWorld.ts"

export type Sent = typeof ClientFrame.Encoded

export const publish = (id: string, content = id): Sent => ({ type: "Publish", channel: "den", id, content })
export const edit = (target: number, id: string, content: string): Sent => ({
  type: "Edit",
  channel: "den",
  id,
  target,
  content,
})
export const remove = (target: number, id: string): Sent => ({ type: "Delete", channel: "den", id, target })
const react = (target: number, id: string, reaction: string, on?: boolean): Sent => ({
  type: "React",
  channel: "den",
  id,
  target,
  reaction,
  ...(on === undefined ? {} : { on }),
})
export const history = (range: object = {}): Sent => ({ type: "History", channel: "den", ...range })

export const refused = (client: TestClient2, request: Sent) =>
  Effect.map(client.ask(request, "Error"), ({ name }) => name as RequestErrorReason)

/** Sent as it is: a client of our own would not let it out. */
const malformed = (client: TestClient2, request: object) =>
  Effect.gen(function* () {
    yield* client.sendRaw(frame(Buffer.from(JSON.stringify(request))))
    assert.strictEqual((yield* client.until("Error")).name, "InvalidFrame", JSON.stringify(request))
  })

export const page = (client: TestClient2, range: object = {}) =>
  Effect.map(client.ask(history(range), "HistoryPage"), ({ entries, first, more }) => ({
    seqs: entries.map(({ seq }) => Number(seq)),
    entries: entries as ReadonlyArray<unknown>,
    first: Number(first),
    more,
  }))

export const fast: Settings = { hub: { ...calm.hub, publishing: undefined } }
const few = { ...defaults, maxEntries: 4 }

/** Without what differs from run to run. */
const plain = (frame: object): unknown => {
  const { timestamp: _, ref: __, ...rest } = frame as Record<string, unknown>
  return rest
}

const changing = ({ layer }: World): void => {
  live("an edit, a reaction and a deletion have their places, and history shows what is now", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      const old = yield* member1(server, "old")
      yield* ann.ask(publish("m1", "tea at four"), "Published")
      yield* ann.ask(publish("m2", "and cake"), "Published")
      assert.deepInclude(yield* ann.ask(edit(1, "e1", "tea at five"), "Published"), { id: "e1", seq: 3 } as object)
      yield* bob.ask(react(1, "r1", "\u{1f44d}"), "Published")
      yield* ann.ask(react(1, "r2", "\u{1f44d}"), "Published")
      yield* ann.ask(react(1, "r3", "cake"), "Published")
      yield* ann.ask(react(1, "r4", "cake", false), "Published")
      yield* ann.ask(remove(2, "d1"), "Published")
      for (const who of [ann, bob]) {
        yield* who.expect("Message")
        yield* who.expect("Message")
        assert.deepStrictEqual(plain(yield* who.expect("Edited")), {
          type: "Edited",
          channel: "den",
          seq: 3,
          id: "e1",
          target: 1,
          from: "ann",
          user_id: idOf(ann),
          content: "tea at five",
        })
        const reacted = yield* Effect.forEach([4, 5, 6, 7], () => who.expect("Reacted"))
        assert.deepStrictEqual(
          reacted.map(({ from, on, reaction, seq }) => [seq, from, reaction, on] as ReadonlyArray<unknown>),
          [
            [4, "bob", "\u{1f44d}", true],
            [5, "ann", "\u{1f44d}", true],
            [6, "ann", "cake", true],
            [7, "ann", "cake", false],
          ],
        )
        assert.deepStrictEqual(plain(yield* who.expect("Deleted")), {
          type: "Deleted",
          channel: "den",
          seq: 8,
          id: "d1",
          target: 2,
          from: "ann",
          user_id: idOf(ann),
        })
      }
      const { entries, seqs } = yield* page(bob)
      assert.deepStrictEqual(seqs, [1, 2, 3, 4, 5, 6, 7, 8])
      assert.deepStrictEqual(
        entries.slice(0, 2).map((entry) => plain(entry as object)),
        [
          {
            type: "Message",
            seq: 1,
            id: "m1",
            from: "ann",
            user_id: idOf(ann),
            content: "tea at five",
            edited: 3,
            reactions: [{ reaction: "\u{1f44d}", users: ["bob", "ann"] }],
          },
          { type: "Message", seq: 2, id: "m2", from: "ann", user_id: idOf(ann), content: "", deleted: true },
        ],
      )
      // Version 1 has no word for it.
      yield* expectNothing(old)
    }),
  )

  live("sent again, each is done once and answered as the first time", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      yield* ann.ask(publish("m1"), "Published")
      for (const request of [edit(1, "x", "two"), react(1, "y", "ok"), remove(1, "z")]) {
        const first = plain(yield* ann.ask(request, "Published"))
        assert.deepStrictEqual(plain(yield* ann.ask(request, "Published")), first)
      }
      assert.deepStrictEqual((yield* page(ann)).seqs, [1, 2, 3, 4])
    }),
  )

  live("what is not there, not one's own or not to be changed is refused", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      yield* ann.ask(publish("m1"), "Published")
      yield* ann.ask(edit(1, "e1", "m1, again"), "Published")
      for (const target of [0, 2, 3, 1_000_000]) {
        for (const request of [edit(target, "a", "x"), remove(target, "b"), react(target, "c", "ok")]) {
          assert.strictEqual(yield* refused(ann, request), "NoSuchMessage", JSON.stringify(request))
        }
      }
      assert.strictEqual(yield* refused(bob, edit(1, "a", "mine")), "Forbidden")
      assert.strictEqual(yield* refused(bob, remove(1, "b")), "Forbidden")
      assert.strictEqual(yield* refused(ann, edit(1, "d", "")), "EmptyMessage")
      assert.strictEqual(yield* refused(ann, edit(1, "e", "x".repeat(16_001))), "MessageTooLong")
      const others = yield* Effect.forEach(["cat", "dan", "eve"], (name) => member2(server, name, "den"))
      let n = 0
      for (const one of [bob, ...others]) {
        for (const end = n + 5; n < end; n++) yield* one.ask(react(1, `r${n}`, `r${n}`), "Published")
        assert.strictEqual(yield* refused(one, react(1, "own", "own")), "TooManyReactions")
      }
      assert.strictEqual(yield* refused(ann, react(1, "more", "more")), "TooManyReactions")
      // One that is there already has room.
      yield* ann.ask(react(1, "more", "r7"), "Published")
      yield* ann.ask(remove(1, "d1"), "Published")
      for (const request of [edit(1, "f", "x"), remove(1, "g"), react(1, "h", "ok")]) {
        assert.strictEqual(yield* refused(ann, request), "NoSuchMessage")
      }
      const eve = yield* user2(server, "eve")
      for (const request of [edit(1, "a", "x"), remove(1, "b"), react(1, "c", "ok")]) {
        assert.strictEqual(yield* refused(eve, request), "NotMember")
      }
    }),
  )

  live("a whole emoji is a reaction, and what nobody can see is none", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      yield* ann.ask(publish("m1"), "Published")
      const good = [
        "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
        "\u2764\ufe0f",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        ":tea:",
      ]
      for (const [n, reaction] of good.entries()) yield* ann.ask(react(1, `g${n}`, reaction), "Published")
      for (const reaction of ["", " ", "\u200b", "x".repeat(33), "a\u202eb", "a\u0007"]) {
        yield* malformed(ann, react(1, "b", reaction))
      }
    }),
  )
}

const reading = ({ layer }: World): void => {
  live("pages go both ways, from a place and from a moment, and say whether there is more", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const times: Array<number> = []
      for (let n = 1; n <= 7; n++) times.push((yield* ann.ask(publish(`m${n}`), "Published")).timestamp)
      const seen = (range: object) =>
        Effect.map(page(ann, range), ({ first, more, seqs }) => {
          assert.strictEqual(first, 1)
          return [seqs, more] as const
        })
      assert.deepStrictEqual(yield* seen({ after: 0, limit: 3 }), [[1, 2, 3], true])
      assert.deepStrictEqual(yield* seen({ after: 4, limit: 3 }), [[5, 6, 7], false])
      assert.deepStrictEqual(yield* seen({ after: 7 }), [[], false])
      assert.deepStrictEqual(yield* seen({ after: 99 }), [[], false])
      assert.deepStrictEqual(yield* seen({ before: 5, limit: 2 }), [[3, 4], true])
      assert.deepStrictEqual(yield* seen({ before: 3 }), [[1, 2], false])
      assert.deepStrictEqual(yield* seen({ before: 0 }), [[], false])
      assert.deepStrictEqual(yield* seen({ limit: 2 }), [[6, 7], true])
      assert.deepStrictEqual(yield* seen({}), [[1, 2, 3, 4, 5, 6, 7], false])
      assert.deepStrictEqual(yield* seen({ since: times[0] }), [[1, 2, 3, 4, 5, 6, 7], false])
      assert.deepStrictEqual(yield* seen({ since: times[6]! + 1 }), [[], false])
      assert.deepStrictEqual(yield* seen({ until: times[6], limit: 1 }), [[7], true])
      assert.deepStrictEqual(yield* seen({ until: times[0]! - 1 }), [[], false])
      for (const range of [{ after: 1, before: 3 }, { limit: 0 }, { limit: 301 }, { after: -1 }, { since: 1.5 }]) {
        yield* malformed(ann, history(range))
      }
    }),
  )

  live("a page ends where its content is much, and the next goes on there", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      for (let n = 1; n <= 5; n++) yield* ann.ask(publish(`m${n}`, `${n}`.repeat(15_000)), "Published")
      assert.deepInclude(yield* page(ann, { after: 0 }), { seqs: [1, 2], more: true })
      assert.deepInclude(yield* page(ann, { after: 2 }), { seqs: [3, 4], more: true })
      assert.deepInclude(yield* page(ann, { after: 4 }), { seqs: [5], more: false })
    }),
  )

  live(
    "where history reaches back no further it says so",
    layer({ ...fast, history: History.layerMemory.pipe(Layer.provide(Layer.succeed(HistorySettings, few))) }),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "den")
        for (let n = 1; n <= 9; n++) yield* ann.ask(publish(`m${n}`), "Published")
        const { entries, first, seqs } = yield* page(ann, { after: 0 })
        assert.isAbove(first, 1)
        assert.strictEqual(seqs[0], first)
        assert.strictEqual(seqs.at(-1), 9)
        assert.strictEqual(entries.length, 10 - first)
      }),
  )

  live("coming back: what was missed in pages, then live, with no gap and nothing twice", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const seen: Array<number> = []
      for (let round = 1; round <= 4; round++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const bob = yield* user2(server, "bob")
            // Ann goes on speaking all the while.
            yield* Effect.forkScoped(
              Effect.forEach([...Array(20).keys()], (n) => ann.ask(publish(`${round}-${n}`), "Published"), {
                discard: true,
              }),
            )
            const { seq } = yield* bob.ask({ type: "Join", channel: "den" }, "Joined")
            const live: Array<number> = []
            const next = Effect.flatMap(bob.next, (frame) => {
              if (frame.type === "Message") live.push(frame.seq)
              return frame.type === "HistoryPage" ? Effect.succeed(frame.entries) : Effect.undefined
            })
            for (let after = seen.at(-1) ?? 0; after < seq; after = seen.at(-1)!) {
              yield* bob.send(history({ after, limit: 3 }))
              const entries = yield* Effect.repeat(next, { until: (entries) => entries !== undefined })
              for (const entry of entries!) if (entry.seq <= seq) seen.push(entry.seq)
            }
            while ((live.at(-1) ?? 0) < round * 23 - 3) yield* next
            seen.push(...live)
          }),
        )
        for (let n = 20; n < 23; n++) yield* ann.ask(publish(`${round}-${n}`), "Published")
      }
      assert.deepStrictEqual(
        seen,
        Array.from({ length: 4 * 23 - 3 }, (_, n) => n + 1),
      )
    }),
  )
}

const greedy = ({ layer }: World): void => {
  live(
    "whoever asks for many large pages at once gets them all as it reads, and its own words meanwhile",
    layer(fast),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "den")
        const content = `x${"\u0001".repeat(9_999)}`
        for (const id of ["1", "2", "3"]) yield* ann.ask(publish(id, content), "Published")
        const bob = yield* member2(server, "bob", "den")
        const refs = Array.from({ length: 60 }, (_, n) => n + 1)
        const pages = refs.map((ref): Sent => ({ type: "History", channel: "den", ref }))
        yield* bob.send(...pages, publish("4", "done"))
        for (const ref of refs) {
          const page = yield* bob.expect("HistoryPage")
          assert.deepInclude(page, { ref } as object)
          assert.lengthOf(page.entries, 3)
        }
        assert.deepInclude(yield* bob.until("Published"), { id: "4", seq: 4 } as object)
      }),
  )
}

const marking = ({ layer }: World): void => {
  live("how far one has read is told, never goes back, and is counted from", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "den")
      const unread = Effect.map(
        bob.ask({ type: "ListUnread" }, "Unread"),
        ({ channels }) => channels as ReadonlyArray<unknown>,
      )
      for (const n of ["1", "2", "3"]) yield* ann.ask(publish(n), "Published")
      for (const n of ["1", "2", "3"]) assert.strictEqual((yield* bob.expect("Message")).content, n)
      assert.deepStrictEqual(yield* unread, [])
      const read = (seq: number) =>
        Effect.gen(function* () {
          yield* bob.ask({ type: "Read", channel: "den", seq }, "Ok")
          return Number((yield* bob.expect("ReadMarker")).seq)
        })
      assert.strictEqual(yield* read(2), 2)
      assert.deepStrictEqual(yield* unread, [{ channel: "den", read: 2, last: 3, unread: 1 }])
      assert.strictEqual(yield* read(1), 2)
      // Nobody has read what was not said.
      assert.strictEqual(yield* read(1000), 3)
      yield* bob.ask(publish("own"), "Published")
      yield* bob.expect("Message")
      assert.deepStrictEqual(yield* unread, [{ channel: "den", read: 3, last: 4, unread: 0 }])
      // The others are told what is new.
      const told = [yield* ann.until("ReadMarker"), yield* ann.expect("ReadMarker")]
      assert.deepStrictEqual(
        told.map(({ seq, username }) => [username, seq] as ReadonlyArray<unknown>),
        [
          ["bob", 2],
          ["bob", 3],
        ],
      )
      assert.strictEqual(yield* refused(bob, { type: "Read", channel: "attic", seq: 1 }), "NotMember")
    }),
  )
}

export const past = (world: World): void => {
  changing(world)
  reading(world)
  greedy(world)
  marking(world)
}
