/** The parts of the screen, in columns and rows; 0 is a part that is not shown. */
import { hintLines } from "./CommandHints.ts"
import type { Model, Size } from "./Model.ts"
import { width, wrap } from "./Width.ts"

export interface Layout {
  /** The terminal is too small to show anything. */
  readonly tooSmall: boolean
  /** The list of channels at the left; the line beside it not included. */
  readonly channels: number
  /** The list of members at the right; the line beside it not included. */
  readonly members: number
  /** The window with the messages. */
  readonly timeline: Size
  readonly header: 0 | 1
  readonly banner: 0 | 1
  /** Lines for files that are on their way. */
  readonly transfers: number
  /** Who is typing, what Tab offers, or the commands that the draft may become. */
  readonly typing: number
  readonly search: 0 | 1
  /** Lines of a list to choose from, and below them the one that is typed in. */
  readonly picker: number
  /** Lines of the draft that are shown. */
  readonly composer: number
}

const smallest: Size = { columns: 20, rows: 5 }

/** Columns in front of the draft. */
export const prompt = "> "

const maxComposer = 6
const maxPicker = 8

/** Lines of the wrapped draft. The cursor may be behind the last character, so it needs a column, too. */
const composerLines = (text: string, columns: number): number =>
  text.split("\n").reduce((count, line) => count + wrap(`${line} `, columns - prompt.length).length, 0)

const sideColumns = (names: ReadonlyArray<string>): number =>
  Math.max(14, Math.min(24, Math.max(0, ...names.map(width)) + 6))

export const layout = (model: Model): Layout => {
  const { columns, rows } = model.size
  const tooSmall = columns < smallest.columns || rows < smallest.rows
  const roomy = rows >= 8
  const names = model.conversations.map(({ name }) => name)
  const { sides } = model.settings
  const channels = sides && columns >= 70 && !tooSmall ? sideColumns(names) : 0
  const members = sides && columns >= 100 && !tooSmall ? 20 : 0
  const middle = columns - (channels === 0 ? 0 : channels + 1) - (members === 0 ? 0 : members + 1)
  const banner = model.connection._tag === "Online" ? 0 : 1
  const typing = roomy ? Math.max(1, hintLines(model)) : 0
  const search = model.search === undefined ? 0 : 1
  const most = Math.max(1, Math.min(maxComposer, Math.floor(rows / 3)))
  const composer = Math.min(most, composerLines(model.editor.text, columns))
  const taken = 1 + banner + typing + search + composer
  // However many fit: the conversation does not move while one types. A line of it is left.
  const listed = Math.max(0, Math.min(maxPicker, Math.floor(rows / 3), rows - taken - 2))
  const picker = model.picker === undefined ? 0 : listed + 1
  const rest = rows - taken - picker
  // They leave a line of the conversation, and most of it where there is more.
  const transfers = Math.max(0, Math.min(model.transfers.length, Math.max(1, Math.floor(rows / 4)), rest - 1))
  const left = rest - transfers
  return {
    tooSmall,
    channels,
    members,
    timeline: { columns: Math.max(1, middle), rows: Math.max(1, left) },
    header: 1,
    banner,
    transfers,
    typing,
    search,
    picker,
    composer,
  }
}
