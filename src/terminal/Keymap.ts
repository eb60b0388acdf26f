/** Keys of one's own: a name for what a key does, and how keys are written. */
import * as Schema from "effect/Schema"
import type { Key } from "./Key.ts"

const plain: Key = { name: "text", text: "", ctrl: false, alt: false, shift: false }
const ctrl = (text: string): Key => ({ ...plain, text, ctrl: true })
const alt = (text: string): Key => ({ ...plain, text, alt: true })

/** What a key can do: the same as this one. */
const actions = {
  switch: alt("g"),
  select: alt("m"),
  again: ctrl("r"),
  find: ctrl("f"),
  next: ctrl("n"),
  previous: ctrl("p"),
  unread: alt("a"),
  firstNew: alt("u"),
  back: alt("/"),
  editor: alt("e"),
  bare: alt("l"),
  undo: ctrl("_"),
  redo: alt("_"),
  yank: ctrl("y"),
  newline: ctrl("j"),
  pageUp: { ...plain, name: "pageUp" },
  pageDown: { ...plain, name: "pageDown" },
  newest: { ...plain, name: "end", ctrl: true },
  redraw: ctrl("l"),
  leave: ctrl("c"),
} as const satisfies Readonly<Record<string, Key>>

export const actionNames = Object.keys(actions) as ReadonlyArray<keyof typeof actions>

/** What a key does; `none` for nothing. */
export const Action = Schema.Literals([...actionNames, "none"])
export type Action = typeof Action.Type

const named: ReadonlyArray<Key["name"]> = [
  "enter",
  "tab",
  "up",
  "down",
  "left",
  "right",
  "home",
  "end",
  "pageUp",
  "pageDown",
  "delete",
  "backspace",
]

/** A key as it is written, `ctrl+g` or `alt+up`; undefined where it is none that can be given another meaning. */
const read = (written: string): string | undefined => {
  const parts = written.split("+")
  const last = parts.at(-1) === "" ? "+" : parts.at(-1)!
  const held = new Set(parts.slice(0, parts.at(-1) === "" ? -2 : -1).map((part) => part.toLowerCase()))
  for (const modifier of held) if (!["ctrl", "alt", "shift"].includes(modifier)) return undefined
  const name = named.find((name) => name.toLowerCase() === last.toLowerCase())
  // What is typed stays what it is, and so do the arrows and Enter alone.
  if (held.size === 0 || (name === undefined && ([...last].length !== 1 || held.has("shift")))) return undefined
  return writtenKey({
    name: name ?? "text",
    text: name === undefined ? last.toLowerCase() : "",
    ctrl: held.has("ctrl"),
    alt: held.has("alt"),
    shift: held.has("shift"),
  })
}

const writtenKey = ({ alt, ctrl, name, shift, text }: Key): string =>
  [ctrl ? "ctrl" : "", alt ? "alt" : "", shift ? "shift" : "", name === "text" ? text : name].filter(Boolean).join("+")

/** As it is compared; Ctrl+C is left to leave by. */
const chordOf = (written: string): string | undefined => {
  const chord = read(written)
  return chord === "ctrl+c" || chord === "ctrl+z" ? undefined : chord
}

export const chordExpected =
  "a key with ctrl, alt or shift, as in ctrl+g or alt+up; ctrl+c and ctrl+z stay what they are"

/** A key that can be given another meaning. */
export const Chord = Schema.String.check(
  Schema.makeFilter((written: string) => chordOf(written) !== undefined, {
    expected: chordExpected,
  }),
)

export const isChord = Schema.is(Chord)
export const isAction = Schema.is(Action)

/** The key that is meant by this one; undefined where it is to do nothing. */
export const meant = (keys: Readonly<Record<string, Action>>, key: Key): Key | undefined => {
  const pressed = writtenKey(key)
  const found = Object.entries(keys).find(([written]) => chordOf(written) === pressed)
  if (found === undefined) return key
  return found[1] === "none" ? undefined : actions[found[1]]
}
