/** A list to choose from: what is typed narrows it, ↑ and ↓ go through it, and Enter takes what is chosen. */
import type { Intent } from "../Action.ts"
import { type Choice, choices, chosenOf } from "../Choices.ts"
import * as Editor from "../Editor.ts"
import type { Key } from "../Key.ts"
import type { Model, Picker } from "../Model.ts"
import { graphemes } from "../Width.ts"
import { enter } from "./enter.ts"
import { say } from "./saying.ts"
import * as Selecting from "./selecting.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Code units. */
const maxQuery = 200

export const open = (model: Model, what: Picker["what"]): Model => ({
  ...model,
  completion: undefined,
  picker: { what, query: "", at: 0 },
})

const close = (model: Model): Model => ({ ...model, picker: undefined })

/** Narrows the list to what fits to this. */
export const narrow = (model: Model, picker: Picker, text: string): Model => {
  const query = Editor.of(text.replaceAll(/\s+/g, " "), maxQuery).text
  return { ...model, picker: { ...picker, query, at: 0 } }
}

/** Opens the list with something typed already; where it is clear where to go, one goes there at once. */
export const begin = (model: Model, what: Picker["what"], query: string): Next => {
  const opened = open(model, what)
  if (query === "" || opened.picker === undefined) return [opened, []]
  const numbered = what === "switch" && /^\d{1,3}$/.test(query) ? model.conversations[Number(query) - 1] : undefined
  if (numbered !== undefined) return enter(model, numbered.name)
  const narrowed = narrow(opened, opened.picker, query)
  const all = choices(narrowed)
  const name = query.replace(/^#/, "")
  const exact = all.filter(({ value }) => value === name || value === `@${name}`)
  const [only] = exact.length === 1 ? exact : all
  return what === "switch" && only !== undefined && (exact.length === 1 || all.length === 1)
    ? take(narrowed, opened.picker, only)
    : [narrowed, []]
}

const step = (model: Model, picker: Picker, by: number): Model => {
  const all = choices(model)
  const { length } = all
  return length === 0 ? model : { ...model, picker: { ...picker, at: (chosenOf(all, picker) + by + length) % length } }
}

const take = (model: Model, { what }: Picker, { server, value }: Choice): Next => {
  const closed = close(model)
  switch (what) {
    case "switch":
      return server === undefined
        ? enter(closed, value)
        : [closed, [{ _tag: "ShowServer", which: server, channel: value }]]
    case "react":
      return Selecting.reactWith(closed, value)
    case "sent":
      return [{ ...closed, editor: Editor.of(value), browsing: undefined, editing: undefined }, []]
  }
}

export const press = (model: Model, picker: Picker, key: Key): Next => {
  const { name, text } = key
  if (name === "text" && (key.ctrl || key.alt)) {
    // As a shell has it: once more is the next.
    if (text === "r" && picker.what === "sent") return [step(model, picker, 1), []]
    if (text === "p") return [step(model, picker, 1), []]
    if (text === "n") return [step(model, picker, -1), []]
    if (text === "u") return [narrow(model, picker, ""), []]
    return [/^[cgk]$/.test(text) ? close(model) : model, []]
  }
  switch (name) {
    case "text":
      return [narrow(model, picker, picker.query + text), []]
    case "backspace":
      return [
        picker.query === "" ? close(model) : narrow(model, picker, graphemes(picker.query).slice(0, -1).join("")),
        [],
      ]
    case "escape":
      return [close(model), []]
    // The best is at the bottom.
    case "up":
      return [step(model, picker, 1), []]
    case "down":
      return [step(model, picker, -1), []]
    case "tab":
      return [step(model, picker, key.shift ? -1 : 1), []]
    case "enter": {
      const all = choices(model)
      const choice = all[chosenOf(all, picker)]
      return choice === undefined ? [say(model, "Nothing fits that."), []] : take(model, picker, choice)
    }
    default:
      return [model, []]
  }
}
