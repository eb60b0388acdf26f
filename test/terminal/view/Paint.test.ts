// The output is full of control characters.
/* oxlint-disable no-control-regex */
import { assert, describe, it } from "@effect/vitest"
import { nameColours } from "../../../src/terminal/Palette.ts"
import { type Capabilities, capabilitiesOf } from "../../../src/terminal/view/Capabilities.ts"
import { paint } from "../../../src/terminal/view/Paint.ts"

const dark = capabilitiesOf({ TERM: "xterm-256color" })

describe("paint", () => {
  it("gives each of the colours of names one, on every terminal that has colours", () => {
    for (const colours of [16, 256] as const) {
      for (const theme of ["dark", "light"] as const) {
        const capabilities: Capabilities = { ...dark, colours, theme }
        const shown = Array.from({ length: nameColours }, (_, colour) =>
          paint(capabilities)([{ text: "ann", style: "name", colour }]),
        )
        for (const row of shown) assert.match(row, /^\u001b\[1;(38;5;)?\d+mann\u001b\[0m$/)
        if (colours === 256) assert.lengthOf(new Set(shown), nameColours)
      }
    }
  })

  it("tells by weight what it may not tell by colour", () => {
    const plain = paint({ ...dark, colours: 0 })
    assert.strictEqual(plain([{ text: "ann", style: "mention" }]), "\u001b[1;7mann\u001b[0m")
    assert.strictEqual(plain([{ text: "ann", style: "name", colour: 3 }]), "\u001b[1mann\u001b[0m")
    assert.strictEqual(plain([{ text: "hello", style: "text" }]), "hello")
  })

  it("shows what people mark, whatever else it is", () => {
    const bold = { text: "a", style: "text", formats: ["bold"] } as const
    assert.strictEqual(paint(dark)([bold]), "\u001b[1ma\u001b[0m")
    assert.strictEqual(paint(dark)([{ ...bold, formats: ["italic", "struck"] }]), "\u001b[3;9ma\u001b[0m")
    assert.strictEqual(paint({ ...dark, colours: 0 })([{ ...bold, style: "code" }]), "\u001b[1;2ma\u001b[0m")
    assert.match(paint(dark)([{ ...bold, style: "code" }]), /^\u001b\[1;38;5;\d+ma/)
  })

  it("lets nothing but its own orders through", () => {
    assert.strictEqual(paint(dark)([{ text: "a\u001b[2Jb\u009b", style: "text" }]), "a\ufffd[2Jb\ufffd")
  })
})
