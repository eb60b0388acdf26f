import { assert, describe, it } from "@effect/vitest"
import { capabilitiesOf } from "../../../src/terminal/view/Capabilities.ts"

describe("capabilitiesOf", () => {
  it("uses as many colours as there are, and none where people want none", () => {
    const colours = (env: Record<string, string>) => capabilitiesOf(env).colours
    assert.strictEqual(colours({ TERM: "xterm-256color" }), 256)
    assert.strictEqual(colours({ TERM: "xterm", COLORTERM: "truecolor" }), 256)
    assert.strictEqual(colours({ TERM: "linux" }), 16)
    assert.strictEqual(colours({ TERM: "xterm-256color", NO_COLOR: "1" }), 0)
    // An empty one does not count (https://no-color.org).
    assert.strictEqual(colours({ TERM: "xterm-256color", NO_COLOR: "" }), 256)
    assert.strictEqual(colours({ TERM: "xterm-256color", NO_COLOR: "1", FORCE_COLOR: "1" }), 256)
    assert.strictEqual(colours({ TERM: "xterm-256color", FORCE_COLOR: "0" }), 0)
  })

  it("goes by what the terminal says of its ground, unless it is told", () => {
    const theme = (COLORFGBG?: string, chosen?: "dark" | "light") =>
      capabilitiesOf(COLORFGBG === undefined ? {} : { COLORFGBG }, chosen).theme
    assert.strictEqual(theme(), "dark")
    assert.strictEqual(theme("15;0"), "dark")
    assert.strictEqual(theme("0;15"), "light")
    assert.strictEqual(theme("0;default;7"), "light")
    assert.strictEqual(theme("0;15", "dark"), "dark")
  })

  it("marks text only where that is known to be seen", () => {
    const formats = (env: Record<string, string>) => [...capabilitiesOf(env).formats]
    assert.deepStrictEqual(formats({ TERM: "xterm-256color", NO_COLOR: "1" }), ["bold", "italic", "struck"])
    assert.deepStrictEqual(formats({ TERM: "screen-256color", TMUX: "/tmp/x" }), ["bold", "italic"])
    assert.deepStrictEqual(formats({ TERM: "xterm-256color", TERM_PROGRAM: "Apple_Terminal" }), ["bold", "italic"])
    assert.deepStrictEqual(formats({ TERM: "screen" }), ["bold"])
    assert.deepStrictEqual(formats({ TERM: "linux" }), ["bold"])
    assert.deepStrictEqual(formats({ TERM: "dumb" }), [])
  })

  it("makes links and notifications only where they are known to work", () => {
    assert.isFalse(capabilitiesOf({ TERM: "xterm-256color" }).links)
    assert.isFalse(capabilitiesOf({ TERM: "xterm", VTE_VERSION: "4600" }).links)
    for (const env of [
      { VTE_VERSION: "7600" },
      { WT_SESSION: "x" },
      { KITTY_WINDOW_ID: "1" },
      { TERM_PROGRAM: "iTerm.app" },
    ]) {
      assert.isTrue(capabilitiesOf(env).links)
    }
    assert.strictEqual(capabilitiesOf({ TERM_PROGRAM: "WezTerm" }).notification, "osc9")
    assert.isUndefined(capabilitiesOf({ TERM_PROGRAM: "WezTerm", TMUX: "/tmp/x" }).notification)
    assert.isFalse(capabilitiesOf({ TERM: "linux" }).title)
  })
})
