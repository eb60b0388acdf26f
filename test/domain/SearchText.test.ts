import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { parse } from "../../src/domain/SearchText.ts"

const nothing = {
  words: "",
  phrases: [] as ReadonlyArray<string>,
  from: [] as ReadonlyArray<string>,
  channel: undefined as string | undefined,
  since: undefined as number | undefined,
  until: undefined as number | undefined,
  file: false,
  link: false,
}

describe("SearchText", () => {
  const read: ReadonlyArray<readonly [text: string, found: Partial<typeof nothing>]> = [
    ["", {}],
    ["  tea  at four ", { words: "tea  at four" }],
    ['tea "at four" now', { words: "tea   now", phrases: ["at four"] }],
    ['"tea"x “at four” „um vier“ ""', { words: "x", phrases: ["tea", "at four", "um vier"] }],
    ['tea "at four', { words: 'tea "at four' }],
    ["from:ann tea", { words: "tea", from: ["ann"] }],
    ['FROM:@Ann from:"Ann Lee" from:ann from:"news [bot]"', { from: ["Ann", "Ann Lee", "ann", "news [bot]"] }],
    ["in:#ops tea in:ops", { words: "tea", channel: "ops" }],
    ["in:@健二", { channel: "@健二" }],
    ["before:2026-11-01", { until: Date.UTC(2026, 10, 1) }],
    ["before:2026-11-01 before:2026-10-01", { until: Date.UTC(2026, 9, 1) }],
    ["after:2026-11-01", { since: Date.UTC(2026, 10, 2) }],
    [
      "after:2026-11-01 after:2026-10-01 before:2026-12-31",
      { since: Date.UTC(2026, 10, 2), until: Date.UTC(2026, 11, 31) },
    ],
    ["has:file has:FILE", { file: true }],
    ["has:Link tea", { words: "tea", link: true }],
    ["«at four» 「上海」 『東京』 ＂x y＂", { phrases: ["at four", "上海", "東京", "x y"] }],
    ["from：ann Has：link", { from: ["ann"], link: true }],
    [
      "to:ann from: in: x.from:ann (in:ops) http://x.y from:,",
      { words: "to:ann from: in: x.from:ann (in:ops) http://x.y", from: [","] },
    ],
    ['"from:ann" from:a"b', { words: 'from:a"b', phrases: ["from:ann"] }],
  ]
  for (const [text, found] of read) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepStrictEqual<unknown>(parse(text), { ...nothing, ...found }))
  }

  const wrong: ReadonlyArray<readonly [text: string, why: RegExp]> = [
    ["in:a/b tea", /^"in:" needs a channel name/],
    ["in:one in:other", /^"in:" names two/],
    [`from:${"a".repeat(65)}`, /^"from:" needs a user name/],
    [`"tea" `.repeat(5), /^there are more than 4 phrases/],
    [Array.from("abcdefghi", (name) => `from:${name}`).join(" "), /^"from:" names more than 8/],
    ["from:@", /^"from:" needs a user name/],
    ["has:links", /^"has:" knows "file" and "link"/],
    ...[
      "2026-13-01",
      "2026-02-29",
      "2026-11-31",
      "2026-00-10",
      "2026-11-00",
      "2026-1-1",
      "1969-12-31",
      "today",
      "2026-11-01T10:00",
    ].map((day) => [`before:${day}`, /^"before:" needs a day, like 2026-11-01$/] as const),
    ["AFTER:never", /^"after:" needs a day/],
  ]
  for (const [text, why] of wrong) {
    it(`refuses ${text}`, () => {
      const found = parse(text)
      assert.match("malformed" in found ? found.malformed : "", why)
    })
  }

  it("knows every day there is", () => {
    const last = Date.UTC(2101, 0, 1)
    for (let day = 0; day < last; day += 86_400_000) {
      const found = parse(`before:${new Date(day).toISOString().slice(0, 10)}`)
      assert.strictEqual("malformed" in found ? found.malformed : found.until, day)
    }
  })

  const pieces = [
    '"',
    "“",
    "from:",
    "in:",
    "has:file",
    "before:2026-11-01",
    "#",
    "@",
    " ",
    "tea",
    "\n",
    "\ud800",
    "\0",
    ":",
  ] as const
  it.prop(
    "loses no word, whatever is typed",
    [Arbitrary.array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength: 30 })],
    ([parts]) => {
      const text = parts.join("")
      const found = parse(text)
      if ("malformed" in found) return
      const shown = [found.words, ...found.phrases, ...found.from, found.channel ?? ""].join(" ")
      assert.strictEqual(shown.split("tea").length, text.split("tea").length, text)
    },
    { arbitrary: { runs: 1000 } },
  )
})
