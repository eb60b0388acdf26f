import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { HistoryId } from "../../src/domain/HistoryId.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Reaction } from "../../src/domain/Reaction.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { StatusText } from "../../src/domain/Status.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { isStorable } from "../../src/domain/Text.ts"
import { guestId, isGuestId, UserId } from "../../src/domain/User.ts"
import { spelling, Username } from "../../src/domain/Username.ts"

type Text = Schema.Codec<string>

const accepts = (schema: Text, text: string) => Schema.is(schema)(text)

const table: ReadonlyArray<
  readonly [name: string, schema: Text, good: ReadonlyArray<string>, bad: ReadonlyArray<string>]
> = [
  [
    "ChannelName",
    ChannelName,
    [
      "lobby",
      "a",
      "0",
      "General",
      "rust-2024_b.c",
      "日本語",
      "été",
      "x".repeat(64),
      "𝒜".repeat(32),
      "@b",
      "@Alice B.",
      "@@",
      "@ann,",
      `@${"x".repeat(64)}`,
    ],
    [
      "",
      "@",
      "@ a",
      "@a ",
      "@a\nb",
      "@a\u200bb",
      "@\u3164",
      `@${"x".repeat(65)}`,
      "＠ann",
      " ",
      "a b",
      "-a",
      ".a",
      "_a",
      "#a",
      "a/b",
      "a\n",
      "a\u0000",
      "x".repeat(65),
      "𝒜".repeat(33),
      "\ud800",
      "e\u0301",
      "😀",
      "a\u200bb",
    ],
  ],
  ["MessageId", MessageId, ["a", "!~", "x".repeat(64)], ["", " ", "a b", "é", "x".repeat(65), "a\n", "\u007f"]],
  [
    "Username",
    Username,
    ["a", "alice", "Alice B. Cooper", "日本", "x".repeat(64), "o'hara", "a\u0301", "😀"],
    [
      "",
      " ",
      " a",
      "a ",
      "a\u00a0",
      "\u3000a",
      "x".repeat(65),
      "a\tb",
      "a\nb",
      "a\u0000",
      "a\u200bb",
      "a\u202eb",
      "a\u2028b",
      "a\ufeffb",
      "\ud800",
      "a\u00adb",
      "\u3164",
      "a\u1160",
      "\u2800",
    ],
  ],
  ["Topic", Topic, ["", "a", "x".repeat(256), "two words"], [" ", "a ", "x".repeat(257), "two\nlines", "\udfff"]],
  ["StatusText", StatusText, ["", "back at three", "x".repeat(128)], ["x".repeat(129), "a\r", " a"]],
  ["UserId", UserId, ["a", "guest:alice"], ["", "\ud800", "a\u0000"]],
  ["ChannelId", ChannelId, ["a", "x".repeat(1000)], ["", "\ud800", "a\u0000"]],
  ["HistoryId", HistoryId, ["a"], ["", "\ud800", "a\u0000"]],
  [
    "Reaction",
    Reaction,
    ["👍", "👍🏽", "🏳️‍🌈", "👨‍👩‍👧‍👦", "1️⃣", "+1", "a b", "x".repeat(32), "é"],
    ["", " ", " a", "a ", "x".repeat(33), "👍".repeat(17), "a\nb", "a\u200bb", "\ud800"],
  ],
  [
    "AddressRange",
    AddressRange,
    ["192.0.2.7", "192.0.2.0/24", "2001:db8::/32", "::1", "2001:DB8::/128", "f".repeat(45)],
    ["", "1", "192.0.2.0/", "192.0.2.0/1234", "/24", "fe80::1%eth0", "192.0.2.0/24\n", "x", "f".repeat(46), "1 2"],
  ],
]

describe.each(table)("%s", (_, schema, good, bad) => {
  it.each(good)("takes %j", (text) => {
    assert.isTrue(accepts(schema, text))
  })
  it.each(bad)("refuses %j", (text) => {
    assert.isFalse(accepts(schema, text))
  })
  // What tests are generated from must not be a narrow corner of what is allowed, nor nothing.
  it.prop("can be generated", [schema], ([text]) => {
    assert.isTrue(accepts(schema, text) && text.isWellFormed())
  })
})

describe("Seq", () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])("takes %d", (seq) => {
    assert.isTrue(Schema.is(Seq)(seq))
  })
  it.each([-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, Infinity])("refuses %d", (seq) => {
    assert.isFalse(Schema.is(Seq)(seq))
  })
})

describe("the spelling of a name", () => {
  it.each([
    ["Alice", "alice"],
    ["ＡＬＩＣＥ", "alice"],
    ["ALİCE", "ali\u0307ce"],
    ["Ⅳ", "iv"],
    ["É", "e\u0301"],
    // A capital that is composed nowhere, its small letter that is.
    ["H\u0331", "\u1e96"],
    ["T\u0308", "\u1e97"],
  ])("%j and %j are one name", (a, b) => {
    assert.strictEqual(spelling(a), spelling(b))
  })

  it("keeps apart what is apart", () => {
    assert.notStrictEqual(spelling("alice"), spelling("alicе")) // the last letter is Cyrillic
    assert.notStrictEqual(spelling("a"), spelling("á"))
  })

  it.prop("of a key is that key", [Username, Username], ([a, b]) => {
    for (const name of [a, a + b, `${a}\u0331`, `${a}\u0308`, `${a}\u030c`])
      assert.strictEqual(spelling(spelling(name)), spelling(name))
  })
})

describe("marks that nobody can see", () => {
  it.each(["\ufe0f", "\u034f", "\u17b4"])("%j makes no other name", (mark) => {
    assert.strictEqual(spelling(`al${mark}ice`), spelling("alice"))
  })

  it.each(["\ufe0f", "\u034f\u17b4"])("%j alone is no name", (marks) => {
    assert.isFalse(Schema.is(Username)(marks))
  })
})

describe("text", () => {
  it("is stored where it has neither NUL nor half a character", () => {
    for (const text of ["", "a", "a\nb", "👍", "\u200b"]) assert.isTrue(isStorable(text), JSON.stringify(text))
    for (const text of ["\0", "a\0b", "\ud83d", "\udc4d\ud83d"]) assert.isFalse(isStorable(text), JSON.stringify(text))
  })
})

describe("the id of a guest", () => {
  it("is told from all others by how it begins", () => {
    assert.strictEqual<string>(guestId("x"), "guest:x")
    assert.isTrue(isGuestId(guestId("x")))
    for (const id of ["guest", "a guest:x", "Guest:x", "0193552e"]) assert.isFalse(isGuestId(UserId.make(id)))
  })
})
