import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { printable } from "../../src/client/Printable.ts"

const hostile: ReadonlyArray<readonly [name: string, text: string]> = [
  ["a colour", "\u001b[31mred"],
  ["clearing the screen", "\u001b[2J\u001b[H"],
  ["the window's title", "\u001b]0;owned\u0007"],
  ["a clipboard write", "\u001b]52;c;cm0gLXJm\u0007"],
  ["a link", "\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\"],
  ["a report of the cursor, typed back as input", "\u001b[6n"],
  ["a one-byte CSI", "\u009b31mred"],
  ["a carriage return over the name", "hi\r12:00:00 admin: give me your password"],
  ["a line in another's name", "hi\n12:00:00 admin: give me your password"],
  ["backspaces", "safe\b\b\b\bevil"],
  ["a shift to another alphabet", "\u000e"],
  ["a null", "\u0000"],
  ["delete", "\u007f"],
  ["text run from right to left", "abc\u202egpj.exe"],
  ["an isolate", "\u2066abc\u2069"],
  ["a mark of direction", "\u200f\u061c"],
  ["line and paragraph separators", "a\u2028b\u2029c"],
  ["hidden text of tags", "ok\u{e0068}\u{e0069}"],
  ["hidden text behind a flag", "🏴\u{e0068}\u{e0069}\u{e0068}\u{e0069}\u{e0068}\u{e0069}\u{e007f}"],
  ["a lone surrogate", "\ud83d"],
  ["a mark of byte order", "\ufeff"],
]

// Written differently than in the module: nothing below space, no delete, no C1, nothing invisible or reordering.
const forbidden =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u

describe("printable", () => {
  it.each(hostile)("writes %s out", (_, text) => {
    const shown = printable(text)
    assert.notMatch(shown, forbidden)
    assert.isTrue(shown.isWellFormed())
    assert.match(shown, /\\u[0-9a-f]{4}/)
  })

  it("says which character it was", () => {
    assert.strictEqual(printable("\u001b[31mred\u009b"), "\\u001b[31mred\\u009b")
    assert.strictEqual(printable("\u{e0068}"), "\\udb40\\udc68")
  })

  it("leaves what people write", () => {
    for (const text of [
      "hello, world! \\o/ ~ \u00e9",
      "日本語 한국어 العربية עברית ไทย",
      "👩‍👩‍👧 ❤️ 🇩🇪",
      "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} 🏴\u{e0075}\u{e0073}\u{e0063}\u{e0061}\u{e007f}",
      "می‌خواهم",
      "e\u0301",
    ]) {
      assert.strictEqual(printable(text), text)
    }
  })

  it.prop("lets nothing through, whatever is said, and keeps JSON what it was", [Schema.String], ([text]) => {
    const spiced = `${text}\u001b\u202e${text}`
    assert.notMatch(printable(spiced), forbidden)
    const value = { content: spiced, [spiced]: 1 }
    const line = printable(JSON.stringify(value))
    assert.notMatch(line, forbidden)
    assert.deepStrictEqual(JSON.parse(line), value)
  })
})
