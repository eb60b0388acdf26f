import { assert, it } from "@effect/vitest"
import { EventStreamParser } from "../../../src/client/internal/EventStreamParser.ts"

const text =
  ": a comment\n\nretry: 1000\nevent: open\nid: k.0\ndata: {}\n\ndata: one\nid:k.1\n\ndata:two\ndata:  lines\n\nid: k.2\n\ndata\n\ndata: é👋: x\n\n"

const events = [
  { name: "open", data: "{}", id: "k.0" },
  { name: "message", data: "one", id: "k.1" },
  { name: "message", data: "two\n lines", id: undefined },
  { name: "message", data: "", id: undefined },
  { name: "message", data: "é👋: x", id: undefined },
]

for (const [name, end] of [
  ["newlines", "\n"],
  ["carriage returns", "\r"],
  ["both", "\r\n"],
] as const) {
  it(`events are found with ${name}, wherever the text is split`, () => {
    const whole = text.replaceAll("\n", end)
    for (let at = 0; at <= whole.length; at++) {
      const parser = new EventStreamParser()
      // What ends with a carriage return may go on with a newline: nothing is held back for good but that.
      const found = [...parser.push(whole.slice(0, at)), ...parser.push(whole.slice(at)), ...parser.push(end)]
      assert.deepEqual(found, events, `split at ${at}`)
    }
  })
}

it("what has no end is no event, and is counted", () => {
  const parser = new EventStreamParser()
  assert.deepEqual(parser.push("data: one\ndata: two"), [])
  assert.strictEqual(parser.unfinished, 12)
})
