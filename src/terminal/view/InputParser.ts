/** What a terminal sends, taken apart: keys, what is pasted, turns of the wheel, and answers. */
import type { Key } from "../Key.ts"
import { keyOfControl, keyOfCsi, keyOfSs3, keyOfText, keyWithAlt } from "./Keys.ts"

export type Input =
  | { readonly _tag: "Key"; readonly key: Key }
  | { readonly _tag: "Paste"; readonly text: string }
  /** So many turns of the wheel, up; a negative number is down. With `arrows` it came as so many arrows, and may be these. */
  | { readonly _tag: "Wheel"; readonly turns: number; readonly arrows?: number }
  /** The mouse was clicked on this place, from the top left on, where there is 0. */
  | { readonly _tag: "Click"; readonly column: number; readonly row: number }
  /** The terminal speaks kitty's keyboard protocol. */
  | { readonly _tag: "KittyKeyboard" }

const escape = "\u001b"
const pasteEnd = `${escape}[201~`

/** Code units of a sequence that is not whole yet, and of what is pasted: more of either is thrown away. */
const maxSequence = 4096
const maxPaste = 65_536

/** So many times the same arrow in one piece may be a wheel; over a slow line it may be a key that is held, too. */
const wheelFrom = 3

interface Taken {
  readonly input: ReadonlyArray<Input>
  readonly end: number
}

const nothing: ReadonlyArray<Input> = []

const asInput = (key: Key | undefined): ReadonlyArray<Input> => (key === undefined ? nothing : [{ _tag: "Key", key }])

/** A report of the mouse: the wheel, or a click of the first button. The bits say which way, and which keys were held. */
const mouse = (button: number, column: number, row: number): ReadonlyArray<Input> => {
  if (button === 0) return column < 1 || row < 1 ? nothing : [{ _tag: "Click", column: column - 1, row: row - 1 }]
  const which = button & ~0b11100
  return which === 64 || which === 65 ? [{ _tag: "Wheel", turns: which === 64 ? 1 : -1 }] : nothing
}

const isPlainArrow = ({ alt, ctrl, name, shift }: Key): boolean =>
  (name === "up" || name === "down") && !alt && !ctrl && !shift

/**
 * Arrows that come together are the wheel of a terminal, or of one around it, which does not report it as such. One piece
 * is what was read at once.
 */
const withoutArrows = (inputs: ReadonlyArray<Input>): ReadonlyArray<Input> => {
  const all: Array<Input> = []
  for (let at = 0; at < inputs.length;) {
    const input = inputs[at]!
    let end = at + 1
    if (input._tag === "Key" && isPlainArrow(input.key)) {
      const { name } = input.key
      const isSame = (next: Input | undefined) =>
        next?._tag === "Key" && next.key.name === name && isPlainArrow(next.key)
      while (isSame(inputs[end])) end++
    }
    if (input._tag === "Key" && end - at >= wheelFrom) {
      all.push({ _tag: "Wheel", turns: input.key.name === "up" ? 1 : -1, arrows: end - at })
    } else all.push(...inputs.slice(at, end))
    at = end
  }
  return all
}

/** Whether it is Ctrl+C, however the terminal sends that, and nothing else. */
const isStop = (chunk: string): boolean => {
  const [input, ...more] = chunk.length > 32 ? [] : new InputParser().push(chunk)
  return more.length === 0 && input?._tag === "Key" && input.key.ctrl && input.key.text === "c"
}

export class InputParser {
  /** The beginning of a sequence. */
  private pending = ""
  /** What was pasted so far; undefined while nothing is. */
  private pasted: string | undefined
  /** Whether the wheel may come as arrows: never where the mouse is reported. */
  private readonly wheelAsArrows: boolean

  constructor(wheelAsArrows = false) {
    this.wheelAsArrows = wheelAsArrows
  }

  /** What it waits for: the rest of a sequence or of a paste. Whichever it is may never come. */
  get waiting(): "nothing" | "sequence" | "paste" {
    if (this.pasted !== undefined) return "paste"
    return this.pending === "" ? "nothing" : "sequence"
  }

  push(chunk: string): ReadonlyArray<Input> {
    // Whoever presses Ctrl+C wants out. No paste comes as that and nothing else.
    if (this.pasted !== undefined && isStop(chunk)) return [...this.flush(), ...this.take(chunk)]
    const inputs = this.take(chunk)
    return this.wheelAsArrows ? withoutArrows(inputs) : inputs
  }

  /** It takes too long: what there is of a paste was all of it, and a lone Escape was a key. */
  flush(): ReadonlyArray<Input> {
    const { pasted, pending } = this
    this.pending = ""
    this.pasted = undefined
    if (pasted !== undefined) return [{ _tag: "Paste", text: pasted + pending }]
    // Escape, or Escape again and again.
    if (pending.replaceAll(escape, "") === "" && pending !== "")
      return Array.from(pending, keyOfControl).flatMap(asInput)
    // Alt and a character with which sequences begin.
    return pending.length === 2 ? asInput(keyWithAlt(pending.slice(1))) : nothing
  }

  private take(chunk: string): ReadonlyArray<Input> {
    const text = this.pending + chunk
    this.pending = ""
    const inputs: Array<Input> = []
    for (let at = 0; at < text.length;) {
      const taken = this.pasted === undefined ? this.next(text, at) : this.paste(text, at)
      if (taken === undefined) {
        if (text.length - at <= maxSequence) this.pending = text.slice(at)
        break
      }
      inputs.push(...taken.input)
      at = taken.end
    }
    return inputs
  }

  /** The rest of what is pasted, as far as it is there. Undefined where the text may end within the mark of its end. */
  private paste(text: string, at: number): Taken | undefined {
    const end = text.indexOf(pasteEnd, at)
    const known = end === -1 ? Math.max(at, text.length - pasteEnd.length + 1) : end
    const pasted = (this.pasted ?? "") + text.slice(at, known)
    this.pasted = pasted.slice(0, maxPaste)
    if (end === -1) return known === at ? undefined : { input: nothing, end: known }
    this.pasted = undefined
    return { input: [{ _tag: "Paste", text: pasted.slice(0, maxPaste) }], end: end + pasteEnd.length }
  }

  /** What begins here; undefined where it is not whole yet. */
  private next(text: string, at: number): Taken | undefined {
    const first = text[at]!
    if (first === escape) return this.escaped(text, at)
    if (/\p{Cc}/u.test(first)) return { input: asInput(keyOfControl(first)), end: at + 1 }
    let end = at + 1
    while (end < text.length && !/\p{Cc}/u.test(text[end]!)) end++
    return { input: asInput(keyOfText(text.slice(at, end))), end }
  }

  private escaped(text: string, at: number): Taken | undefined {
    switch (text[at + 1]) {
      case undefined:
        return undefined
      case "[":
        return this.csi(text, at + 2)
      case "O": {
        const found = /([\d;]*)([A-Za-z])|$/y
        found.lastIndex = at + 2
        const [whole, parameters, final] = found.exec(text) ?? []
        if (whole === "") return undefined
        if (final === undefined) return { input: asInput(keyWithAlt("O")), end: at + 2 }
        return { input: asInput(keyOfSs3(parameters ?? "", final)), end: found.lastIndex }
      }
      // Answers of the terminal to what others may have asked: they end with `ST`, or with a bell.
      case "]":
      case "P":
      case "_":
      case "^":
      case "X":
        return this.string(text, at)
      case escape: {
        // Alt and a key that is sent as a sequence itself.
        const behind = this.escaped(text, at + 1)
        if (behind === undefined) return undefined
        const input = behind.input.map((one) => (one._tag === "Key" ? { ...one, key: { ...one.key, alt: true } } : one))
        return { input, end: behind.end }
      }
      default: {
        const behind = String.fromCodePoint(text.codePointAt(at + 1)!)
        return { input: asInput(keyWithAlt(behind)), end: at + 1 + behind.length }
      }
    }
  }

  /** A sequence whose parameters begin here. */
  private csi(text: string, start: number): Taken | undefined {
    // The console of Linux sends its first function keys with a second bracket.
    const found = /(\[?[0-?]*)([ -/]*)([@-Z\\-~])/y
    found.lastIndex = start
    const [, parameters = "", between = "", final] = found.exec(text) ?? []
    if (final === undefined) {
      // rxvt ends the sequences of some keys with what stands between parameters and end elsewhere.
      const [rxvt] = /^[235678]\$/.exec(text.slice(start, start + 2)) ?? []
      if (rxvt !== undefined) return { input: asInput(keyOfCsi(rxvt[0]!, "$")), end: start + 2 }
      const isOpen = /^\[?[0-?]*[ -/]*$/.test(text.slice(start))
      // What cannot become a sequence any more is none: it types nothing.
      return isOpen ? undefined : { input: nothing, end: start }
    }
    const end = found.lastIndex
    if (between === "$" && /^[235678]$/.test(parameters)) {
      return { input: asInput(keyOfCsi(parameters, "$")), end: start + 2 }
    }
    if (between !== "") return { input: nothing, end }
    if (final === "~" && parameters === "200") {
      this.pasted = ""
      return { input: nothing, end }
    }
    if (final === "M" && parameters === "") {
      // The mouse as terminals report it that do not know a better way: three characters follow.
      if (end + 3 > text.length) return undefined
      const [button, column, row] = [0, 1, 2].map((at) => text.charCodeAt(end + at) - 32)
      return { input: mouse(button!, column!, row!), end: end + 3 }
    }
    const [, ...report] = /^<(\d{1,3});(\d{1,5});(\d{1,5})$/.exec(parameters) ?? []
    const [button, column, row] = report.map(Number)
    if (button !== undefined) return { input: final === "M" ? mouse(button, column!, row!) : nothing, end }
    if (final === "u" && /^\?\d+$/.test(parameters)) return { input: [{ _tag: "KittyKeyboard" }], end }
    return { input: asInput(keyOfCsi(parameters, final)), end }
  }

  private string(text: string, at: number): Taken | undefined {
    // oxlint-disable-next-line no-control-regex
    const end = /\u0007|\u001b\\|\u009c/g
    end.lastIndex = at + 2
    return end.exec(text) === null ? undefined : { input: nothing, end: end.lastIndex }
  }
}
