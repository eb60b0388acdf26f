import { assert, describe, it } from "@effect/vitest"
import type { Key } from "ink"
import { keysOf } from "../../../src/terminal/view/Keys.ts"

const nothing: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
}

const plain = { ctrl: false, alt: false, shift: false }

describe("keysOf", () => {
  it("takes apart what was typed faster than it was read", () => {
    assert.deepStrictEqual(keysOf("hé\r日\n\u0015\u007f\t\u0000", nothing), [
      { ...plain, name: "text", text: "hé" },
      { ...plain, name: "enter", text: "" },
      { ...plain, name: "text", text: "日" },
      { ...plain, name: "text", text: "j", ctrl: true },
      { ...plain, name: "text", text: "u", ctrl: true },
      { ...plain, name: "backspace", text: "" },
      { ...plain, name: "tab", text: "" },
    ])
  })

  it("knows keys with names, and letters with Ctrl and Alt in lower case", () => {
    assert.deepStrictEqual(keysOf("\r", { ...nothing, return: true, meta: true }), [
      { ...plain, name: "enter", text: "", alt: true },
    ])
    assert.deepStrictEqual(keysOf("F", { ...nothing, meta: true, shift: true }), [
      { ctrl: false, alt: true, shift: true, name: "text", text: "f" },
    ])
  })

  it("makes nothing of a key that is let go, or of one it does not know", () => {
    assert.deepStrictEqual(keysOf("a", { ...nothing, eventType: "release" }), [])
    assert.deepStrictEqual(keysOf("", nothing), [])
    assert.deepStrictEqual(keysOf("", { ...nothing, ctrl: true }), [])
  })
})
