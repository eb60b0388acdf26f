/** The keys of a terminal: what each of them is sent as. */
import type { Key } from "../Key.ts"
import { latinKey } from "./KeyboardLayouts.ts"

type Named = Exclude<Key["name"], "text">

/** Bits of the modifiers, one less than what is sent. Caps Lock and Num Lock (128) change no shortcut. */
const shift = 1
const alt = 2
const ctrl = 4
const capsLock = 64
/** Super, Hyper and Meta: nothing is bound to them. */
const others = 8 | 16 | 32

/** Keys by the letter with which their sequence ends. */
const byLetter: Readonly<Record<string, Named>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  Z: "tab",
}

/** Keys by their number before `~`, or before the `^`, `$` and `@` of rxvt. */
const byNumber: Readonly<Record<string, Named>> = {
  1: "home",
  3: "delete",
  4: "end",
  5: "pageUp",
  6: "pageDown",
  7: "home",
  8: "end",
}

/** F5 and F6 are what other programs have for Ctrl and these. */
const functionKeys: Readonly<Record<string, Named>> = { 15: "pageUp", 17: "pageDown" }

/** Keys that kitty's protocol gives numbers, those of the number pad among them. */
const byCode: Readonly<Record<number, Named>> = {
  8: "backspace",
  9: "tab",
  13: "enter",
  27: "escape",
  127: "backspace",
  57414: "enter",
  57417: "left",
  57418: "right",
  57419: "up",
  57420: "down",
  57421: "pageUp",
  57422: "pageDown",
  57423: "home",
  57424: "end",
  57426: "delete",
}

/** What the number pad types, from this code on. */
const padFrom = 57399
const pad = "0123456789./*-+\r=,"

/** A key with modifiers; undefined for a combination with one to which nothing is bound. */
const modified = (name: Key["name"], text: string, modifiers: number): Key | undefined =>
  (modifiers & others) !== 0
    ? undefined
    : {
        name,
        text,
        ctrl: (modifiers & ctrl) !== 0,
        alt: (modifiers & alt) !== 0,
        shift: (modifiers & shift) !== 0,
      }

const isCharacter = (code: number): boolean =>
  code >= 0x20 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff) && !(code >= 0x7f && code < 0xa0)

/** Where keys without a text have their codes. */
const isPrivate = (code: number): boolean => code >= 0xe000 && code <= 0xf8ff

const textOf = (codes: ReadonlyArray<number>): string =>
  codes
    .filter((code) => isCharacter(code) && !isPrivate(code))
    .map((code) => String.fromCodePoint(code))
    .join("")

const asciiKey = /^[!-~ ]$/

/** The letter that a shortcut goes by: that of the layout, if it is a Latin one, or else the one that is on its key. */
const shortcut = (letter: string, base: number | undefined): string => {
  const lower = letter.toLowerCase()
  if (/^[a-z0-9]$/.test(lower)) return lower
  const onKey = base === undefined ? latinKey(lower) : textOf([base]).toLowerCase()
  return asciiKey.test(onKey) ? onKey : lower
}

/** A character, and the modifiers that were held with it. */
const character = (code: number, modifiers: number, alternates: ReadonlyArray<number | undefined>, text: string) => {
  const [shifted, base] = alternates
  const typed = code >= padFrom && code < padFrom + pad.length ? pad[code - padFrom]! : textOf([code])
  if ((modifiers & (ctrl | alt)) !== 0) {
    return typed === "" ? undefined : modified("text", shortcut(typed, base), modifiers)
  }
  const isShifted = (modifiers & shift) !== 0
  const isUpper = isShifted !== ((modifiers & capsLock) !== 0)
  const plain = isShifted && shifted !== undefined ? textOf([shifted]) : isUpper ? typed.toUpperCase() : typed
  const written = text === "" ? plain : text
  const key = written === "" ? undefined : modified("text", written, modifiers)
  return key === undefined ? undefined : { ...key, shift: false }
}

const numbers = (text: string | undefined): ReadonlyArray<number | undefined> =>
  (text ?? "").split(":").map((part) => (/^\d{1,7}$/.test(part) ? Number(part) : undefined))

/** `CSI code:shifted:base ; modifiers:event ; text u`, as kitty's protocol has it. */
const unicodeKey = (parameters: string): Key | undefined => {
  const [keys, held, written] = parameters.split(";")
  const [code, ...alternates] = numbers(keys)
  const [sum = 1, event] = numbers(held)
  if (code === undefined || event === released) return undefined
  const modifiers = Math.max(0, sum - 1)
  const name = byCode[code]
  if (name !== undefined) return modified(name, "", modifiers)
  return character(code, modifiers, alternates, textOf(numbers(written).filter((one) => one !== undefined)))
}

/** The number of the event that a key is let go. */
const released = 3

/** What rxvt ends the sequence of a key with, by the modifiers. */
const endsOfRxvt: Readonly<Record<string, number>> = { $: shift, "^": ctrl, "@": ctrl | shift }

/** The key of a sequence behind `ESC [`; undefined where it is none that means anything. */
export const keyOfCsi = (parameters: string, final: string): Key | undefined => {
  if (!/^[\d;:]*$/.test(parameters)) return undefined
  if (final === "u") return unicodeKey(parameters)
  const [first = "", held, code] = parameters.split(";")
  // xterm's `modifyOtherKeys`.
  if (final === "~" && first === "27" && code !== undefined) return unicodeKey(`${code};${held ?? ""}`)
  const [sum = 1, event] = numbers(held)
  if (event === released) return undefined
  const modifiers = Math.max(0, sum - 1)
  if (final === "~" && functionKeys[first] !== undefined) {
    return modifiers === 0 ? modified(functionKeys[first], "", ctrl) : undefined
  }
  if (final === "~") return byNumber[first] && modified(byNumber[first], "", modifiers)
  const ofRxvt = endsOfRxvt[final]
  if (ofRxvt !== undefined) return byNumber[first] && modified(byNumber[first], "", ofRxvt)
  if (/^[a-d]$/.test(final)) return modified(byLetter[final.toUpperCase()]!, "", shift)
  const name = byLetter[final]
  if (name === undefined || (first !== "" && first !== "1")) return undefined
  return modified(name, "", final === "Z" ? modifiers | shift : modifiers)
}

/** The key of a sequence behind `ESC O`: what it is sent as where the number pad or the arrows are in their other mode. */
export const keyOfSs3 = (parameters: string, final: string): Key | undefined => {
  // Of rxvt: an arrow and Ctrl.
  if (/^[a-d]$/.test(final)) return modified(byLetter[final.toUpperCase()]!, "", ctrl)
  // The characters of the number pad stand 64 places behind their own.
  if (/^[j-y]$/.test(final)) return modified("text", String.fromCodePoint(final.codePointAt(0)! - 64), 0)
  const [sum = 1] = numbers(parameters.split(";").at(-1))
  const name = final === "M" ? "enter" : byLetter[final]
  return name === undefined ? undefined : modified(name, "", Math.max(0, sum - 1))
}

const none = { text: "", ctrl: false, alt: false, shift: false }

/** A control character; undefined where it is no key that means anything. */
export const keyOfControl = (control: string): Key | undefined => {
  const code = control.codePointAt(0)!
  if (control === "\r") return { ...none, name: "enter" }
  if (control === "\t") return { ...none, name: "tab" }
  if (control === "\b" || code === 0x7f) return { ...none, name: "backspace" }
  if (code === 0x1b) return { ...none, name: "escape" }
  // Ctrl+A is 1, Ctrl+J is a newline.
  if (code === 0x1f) return { ...none, name: "text", ctrl: true, text: "_" }
  if (code >= 1 && code <= 26) return { ...none, name: "text", ctrl: true, text: String.fromCodePoint(code + 96) }
  return undefined
}

/** What is written. */
export const keyOfText = (text: string): Key => ({ ...none, name: "text", text })

/** A character behind `ESC`: that is how most terminals send Alt. */
export const keyWithAlt = (behind: string): Key | undefined => {
  const key = /^\p{Cc}$/u.test(behind) ? keyOfControl(behind) : keyOfText(shortcut(behind, undefined))
  return key && { ...key, alt: true }
}
