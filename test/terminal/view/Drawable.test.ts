import { assert, describe, it } from "@effect/vitest"
import { drawable } from "../../../src/terminal/view/Drawable.ts"
import * as EscapeSequences from "../../../src/terminal/view/EscapeSequences.ts"

describe("drawable", () => {
  it("lets no character pass that is an order to a terminal or to its order of text", () => {
    const codes = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, at) => 0x80 + at), 0x2028, 0x2029]
    const bidi = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]
    for (const code of [...codes, ...bidi, 0xd800, 0xdfff]) {
      assert.strictEqual(drawable(`a${String.fromCharCode(code)}b`), "a\ufffdb", code.toString(16))
    }
  })

  it("leaves what people write", () => {
    const text = "Grüße, 日本 👨‍👩‍👧 e\u0301 ไทย עברית"
    assert.strictEqual(drawable(text), text)
  })
})

describe("orders", () => {
  it("cannot be ended or begun by what is in them", () => {
    const hostile = "\u001b\\\u0007\u009c;x"
    assert.strictEqual(EscapeSequences.title(hostile), "\u001b]2;\ufffd\\\ufffd\ufffd;x\u001b\\")
    assert.strictEqual(EscapeSequences.notify(hostile, hostile, undefined), "\u0007")
    assert.strictEqual(EscapeSequences.notify("a;b", "c", "osc777"), "\u0007\u001b]777;notify;a,b;c\u001b\\")
    assert.strictEqual(
      EscapeSequences.link("https://a/\u001b\u0007", "text"),
      "\u001b]8;;https://a/%EF%BF%BD%EF%BF%BD\u001b\\text\u001b]8;;\u001b\\",
    )
    assert.strictEqual(EscapeSequences.link(`https://a/${"x".repeat(3000)}`, "text"), "text")
  })

  it("lead where the address leads, as it was written", () => {
    assert.strictEqual(
      EscapeSequences.link("https://example.org/ä%20b?c=d", "here"),
      "\u001b]8;;https://example.org/%C3%A4%20b?c=d\u001b\\here\u001b]8;;\u001b\\",
    )
  })
})
