/** The input of a terminal, as keys. */
import type { Key as InkKey } from "ink"
import type { Key } from "../Key.ts"

const none = { text: "", ctrl: false, alt: false, shift: false }

/** A control character among text, as when somebody types faster than we read. */
const control = (character: string): Key | undefined => {
  const code = character.codePointAt(0)!
  if (character === "\r") return { ...none, name: "enter" }
  if (character === "\t") return { ...none, name: "tab" }
  if (character === "\b" || code === 0x7f) return { ...none, name: "backspace" }
  if (code === 0x1b) return { ...none, name: "escape" }
  // Ctrl+A is 1, Ctrl+J is a newline.
  if (code >= 1 && code <= 26) return { ...none, name: "text", ctrl: true, text: String.fromCharCode(code + 96) }
  return undefined
}

const named = (pressed: InkKey): Exclude<Key["name"], "text"> | undefined => {
  if (pressed.return) return "enter"
  if (pressed.tab) return "tab"
  if (pressed.escape) return "escape"
  if (pressed.backspace) return "backspace"
  if (pressed.delete) return "delete"
  if (pressed.upArrow) return "up"
  if (pressed.downArrow) return "down"
  if (pressed.leftArrow) return "left"
  if (pressed.rightArrow) return "right"
  if (pressed.home) return "home"
  if (pressed.end) return "end"
  if (pressed.pageUp) return "pageUp"
  return pressed.pageDown ? "pageDown" : undefined
}

/** The input may hold several keys, or none that mean anything. */
export const keysOf = (input: string, pressed: InkKey): ReadonlyArray<Key> => {
  if (pressed.eventType === "release") return []
  const modifiers = { ctrl: pressed.ctrl, alt: pressed.meta, shift: pressed.shift }
  const name = named(pressed)
  if (name !== undefined) return [{ name, text: "", ...modifiers }]
  if (modifiers.ctrl || modifiers.alt) {
    return input === "" ? [] : [{ name: "text", text: input.toLowerCase(), ...modifiers }]
  }
  // oxlint-disable-next-line no-control-regex
  return input.split(/([\u0000-\u001f\u007f])/u).flatMap((part) => {
    if (part === "") return []
    // oxlint-disable-next-line no-control-regex
    const key = /^[\u0000-\u001f\u007f]$/u.test(part) ? control(part) : ({ ...none, name: "text", text: part } as const)
    return key === undefined ? [] : [key]
  })
}
