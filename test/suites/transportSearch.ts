import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { edit, fast, history, page, publish, refused, remove, type Sent } from "./transportHistory.ts"
import { live, member2, user2, type World } from "./transportWorld.ts"

const finding = ({ layer }: World): void => {
  live("finds words in the channels that concern one, the newest first, in pages", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* member2(server, "bob", "attic")
      yield* bob.ask({ type: "Publish", channel: "attic", id: "s", content: "a secret about Tea" }, "Published")
      for (const [id, text] of [
        ["1", "Tea at four"],
        ["2", "coffee"],
        ["3", "more tea, at five"],
        ["4", "steak"],
      ] as const) {
        yield* ann.ask(publish(id, text), "Published")
      }
      const found = (text: string, more: object = {}) =>
        Effect.map(ann.ask({ type: "Search", text, ...more } as Sent, "SearchResult"), ({ hits, next }) => ({
          hits: hits.map(({ channel, message }) => `${channel} ${message.content}`),
          next,
        }))
      // Of one millisecond they may be, and then in any order.
      const both = ["den Tea at four", "den more tea, at five"]
      assert.deepStrictEqual((yield* found("TEA")).hits.toSorted(), both)
      assert.deepStrictEqual((yield* found("tea four")).hits, ["den Tea at four"])
      assert.deepStrictEqual((yield* found("tea", { channel: "den" })).hits.length, 2)
      const first = yield* found("tea", { limit: 1 })
      const second = yield* found("tea", { limit: 1, before: first.next })
      assert.deepStrictEqual([...first.hits, ...second.hits].toSorted(), both)
      assert.isUndefined(second.next)
      // Where a page ended is for nobody else to read, nor to go on from; and nobody can make one up.
      const cursor = first.next!
      const cat = yield* user2(server, "cat")
      const { id } = yield* cat.ask({ type: "Join", channel: "den" }, "Joined")
      for (const text of [cursor, Buffer.from(cursor, "base64url").toString("latin1")]) assert.notInclude(text, id!)
      const again = { type: "Search", text: "tea", limit: 1 } as const
      assert.strictEqual(yield* refused(bob, { ...again, before: cursor }), "InvalidFrame")
      const other = cursor.at(-3) === "A" ? "B" : "A"
      for (const before of [
        cursor.slice(0, -3) + other + cursor.slice(-2),
        cursor.slice(4),
        `${cursor}=`,
        "A".repeat(80),
      ]) {
        assert.strictEqual(yield* refused(ann, { ...again, before }), "InvalidFrame")
      }
      assert.strictEqual(yield* refused(ann, { type: "ListUnread", after: cursor }), "InvalidFrame")
      // Edited, it is found by what it says now; deleted, not at all.
      yield* ann.ask(edit(1, "e", "juice at four"), "Published")
      yield* ann.ask(remove(3, "d"), "Published")
      assert.deepStrictEqual((yield* found("tea")).hits, [])
      assert.deepStrictEqual((yield* found("juice")).hits, ["den juice at four"])
      // Another channel that everybody may read is searched where it is named.
      assert.deepStrictEqual((yield* found("secret")).hits, [])
      assert.deepStrictEqual((yield* found("secret", { channel: "attic" })).hits, ["attic a secret about Tea"])
      assert.strictEqual(yield* refused(ann, { type: "Search", text: "  " }), "InvalidSearch")
      // What is typed among the words says who, where and when.
      yield* ann.ask(publish("5", "lemon juice, not at four"), "Published")
      const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
      assert.deepStrictEqual((yield* found('juice "JUICE at"')).hits, ["den juice at four"])
      assert.deepStrictEqual((yield* found("from:@ANN in:#den juice lemon")).hits, ["den lemon juice, not at four"])
      assert.deepStrictEqual((yield* found(`lemon after:${day(-2)} before:${day(2)}`)).hits.length, 1)
      assert.deepStrictEqual((yield* found(`lemon before:${day(-1)}`)).hits, [])
      assert.deepStrictEqual((yield* found("from:bob")).hits, [])
      assert.deepStrictEqual((yield* found("from:bob in:attic")).hits, ["attic a secret about Tea"])
      assert.deepStrictEqual((yield* found("from:nobody has:file")).hits, [])
      yield* ann.ask(publish("6", "我家在上海东边: https://example.com/%E4"), "Published")
      for (const text of ["上海", "has:link", "has:LINK 东", "example.com"])
        assert.lengthOf((yield* found(text)).hits, 1, text)
      assert.deepStrictEqual((yield* found("'JUIC")).hits.length, 2)
      for (const text of [
        "in:den",
        "\u200d …",
        "++ in:den",
        "juice before:today",
        "in:den in:attic x",
        "from:@",
        "has:fish",
      ]) {
        assert.strictEqual(yield* refused(ann, { type: "Search", text }), "InvalidSearch", text)
      }
      assert.strictEqual(yield* refused(ann, { type: "Search", text: "x in:nowhere" }), "NoSuchChannel")
      assert.strictEqual(yield* refused(ann, { type: "Search", text: "x", before: "nonsense" }), "InvalidFrame")
      const odd = ['"x', "tea OR coffee", "NEAR(", "tea*", "'; DROP TABLE x", "\u0000a", "(x", "col:tea", "-tea"]
      for (const text of odd) {
        yield* found(text)
      }
    }),
  )
}

const reaching = ({ layer }: World): void => {
  live("whoever may read a channel reads and searches it from outside, and nobody else does", layer(fast), (server) =>
    Effect.gen(function* () {
      const ann = yield* member2(server, "ann", "den")
      const bob = yield* user2(server, "bob")
      yield* ann.ask(publish("m1", "tea at four"), "Published")
      const search: Sent = { type: "Search", text: "tea", channel: "den" }
      const hits = (client: TestClient2, request: Sent) =>
        Effect.map(client.ask(request, "SearchResult"), ({ hits }) => hits.map(({ channel }) => String(channel)))
      assert.deepStrictEqual((yield* page(bob)).seqs, [1])
      assert.deepStrictEqual(yield* hits(bob, search), ["den"])
      // It does not concern bob.
      assert.deepStrictEqual(yield* hits(bob, { type: "Search", text: "tea" }), [])
      assert.strictEqual((yield* server.hub.stats).memberships, 1)

      yield* ann.ask({ type: "Ban", channel: "den", username: "bob" }, "Ok")
      for (const request of [history(), search]) assert.strictEqual(yield* refused(bob, request), "Banned")
      yield* ann.ask({ type: "Unban", channel: "den", username: "bob" }, "Ok")
      yield* ann.ask({ type: "Configure", channel: "den", access: "private" }, "Ok")
      for (const request of [history(), search]) assert.strictEqual(yield* refused(bob, request), "Forbidden")
      yield* ann.ask({ type: "Invite", channel: "den", username: "bob" }, "Ok")
      assert.deepStrictEqual((yield* page(bob)).seqs, [1])
      assert.deepStrictEqual(yield* hits(bob, search), ["den"])
      for (const request of [
        { type: "History", channel: "nowhere" },
        { ...search, channel: "nowhere" },
      ] as const) {
        assert.strictEqual(yield* refused(bob, request), "NoSuchChannel")
      }
    }),
  )

  live(
    "what counts for the user is searched while no session is in it, as long as it may be read",
    layer(fast),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "den")
        const bob = yield* member2(server, "bob", "den")
        const bobToo = yield* user2(server, "bob")
        yield* ann.ask(publish("m1", "tea at four"), "Published")
        const found = Effect.map(bobToo.ask({ type: "Search", text: "tea" }, "SearchResult"), ({ hits }) => hits.length)
        // Another session of the user is in it.
        assert.strictEqual(yield* found, 1)
        yield* bob.ask({ type: "Leave", channel: "den" }, "Left")
        assert.strictEqual(yield* found, 0)
        yield* bob.ask({ type: "Join", channel: "den" }, "Joined")
        yield* bob.ask({ type: "Read", channel: "den", seq: 1 }, "Ok")
        yield* bob.ask({ type: "Leave", channel: "den" }, "Left")
        assert.strictEqual(yield* found, 1)
        yield* ann.ask({ type: "Ban", channel: "den", username: "bob" }, "Ok")
        assert.strictEqual(yield* found, 0)
        yield* ann.ask({ type: "Unban", channel: "den", username: "bob" }, "Ok")
        assert.strictEqual(yield* found, 1)
        yield* ann.ask({ type: "Configure", channel: "den", access: "private" }, "Ok")
        assert.strictEqual(yield* found, 0)
      }),
  )

  live("an administrator who is in a private channel without a role finds what is said there", layer(fast), (server) =>
    Effect.gen(function* () {
      yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
      const ann = yield* user2(server, "ann")
      yield* ann.ask({ type: "CreateChannel", channel: "den", access: "private" }, "Ok")
      yield* ann.ask({ type: "Join", channel: "den" }, "Joined")
      yield* ann.ask(publish("m1", "tea at four"), "Published")
      const root = yield* member2(server, "root", "den")
      assert.lengthOf((yield* root.ask({ type: "Search", text: "tea" }, "SearchResult")).hits, 1)
    }),
  )
}

export const searching = (world: World): void => {
  finding(world)
  reaching(world)
}
