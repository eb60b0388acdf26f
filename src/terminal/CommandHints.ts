/** The commands that a draft may become, while one types it. */
import { commands } from "./Commands.ts"
import type { CommandEntry } from "./internal/CommandEntry.ts"
import type { Model } from "./Model.ts"

/** Lines that they take, at most. */
const maxLines = 8

export interface CommandHints {
  /** The lines that there is room for. */
  readonly shown: ReadonlyArray<CommandEntry>
  /** Commands for which there is none. */
  readonly more: number
}

const none: CommandHints = { shown: [], more: 0 }

/** Those that begin with what is typed, those that are called so first; behind the command itself, that one. */
const matching = (draft: string): ReadonlyArray<CommandEntry> => {
  const [, typed, space] = /^\/([^\s/]*)(\s?)/.exec(draft) ?? []
  if (typed === undefined || draft.startsWith("//")) return []
  const word = typed.toLowerCase()
  if (space !== "") return commands.filter(({ names }) => names.includes(word))
  const begins = (name: string) => name.startsWith(word)
  const called = commands.filter(({ names: [first] }) => begins(first))
  return [...called, ...commands.filter((entry) => !called.includes(entry) && entry.names.some(begins))]
}

/** As many as there is room for on a screen of so many rows. */
export const commandHints = (model: Model): CommandHints => {
  const { completion, editing, editor, exporting, password, picker, said, selected, size, ticks } = model
  const others = [completion, editing, exporting, password, picker, selected]
  // What stands there instead has one line.
  if (others.some((other) => other !== undefined) || (said !== undefined && said.until > ticks)) return none
  const found = matching(editor.text)
  const room = Math.max(1, Math.min(maxLines, Math.floor(size.rows / 3)))
  return found.length <= room
    ? { shown: found, more: 0 }
    : { shown: found.slice(0, room - 1), more: found.length - room + 1 }
}

/** Lines that they take. */
export const hintLines = (model: Model): number => {
  const { more, shown } = commandHints(model)
  return shown.length + (more === 0 ? 0 : 1)
}
