/** The draft and the cursor in it. Immutable; the cursor never is inside a grapheme. */
import { regionalFlag } from "../domain/Invisible.ts"
import { graphemeAt, graphemes } from "./Width.ts"

export interface Editor {
  readonly text: string
  /** Code units before the cursor. */
  readonly cursor: number
}

/** Code units of the longest text: however it has to be escaped, it fits into a frame. */
export const maxLength = 16_000

export const empty: Editor = { text: "", cursor: 0 }

/** As much of the text as there is room for, cut between graphemes. */
const upTo = (text: string, room: number): string =>
  text.length <= room ? text : text.slice(0, graphemeAt(text, Math.max(0, room))!.start)

/** With the cursor at its end. */
export const of = (text: string, room = maxLength): Editor => {
  const kept = upTo(text, room)
  return { text: kept, cursor: kept.length }
}

/** Where graphemes begin, and where the text ends. */
const boundaries = (text: string): ReadonlyArray<number> => {
  let at = 0
  return [0, ...graphemes(text).map((grapheme) => (at += grapheme.length))]
}

const before = ({ cursor, text }: Editor): number => graphemeAt(text, cursor - 1)?.start ?? 0
const after = ({ cursor, text }: Editor): number => graphemeAt(text, cursor)?.end ?? text.length

// Controls, lone surrogates, and formats, except the joiners that emoji and some scripts need, and flags that have some.
const unseen = new RegExp(`(?<flag>${regionalFlag})|(?![\\n\\u200c\\u200d])[\\p{Cc}\\p{Cf}\\p{Cs}]`, "gu")

/** Text without characters that cannot be shown in a line. A terminal may send anything. */
const clean = (text: string): string =>
  text
    .replaceAll(/\r\n?|[\u2028\u2029]/g, "\n")
    .replaceAll("\t", "    ")
    .replaceAll(unseen, (_, flag?: string) => flag ?? "")

const at = (editor: Editor, cursor: number): Editor => ({ ...editor, cursor })

/** With the cursor moved out of a grapheme: characters that have become neighbours may form one. */
const settled = (text: string, cursor: number): Editor => {
  const inside = graphemeAt(text, cursor)
  return { text, cursor: inside === undefined || inside.start === cursor ? cursor : inside.end }
}

/** Inserts at the cursor, as much as fits. */
export const insert = ({ cursor, text }: Editor, more: string): Editor => {
  // Cut first: a clipboard may hold any amount of text.
  const written = upTo(clean(more.slice(0, 4 * maxLength)), maxLength - text.length)
  return settled(text.slice(0, cursor) + written + text.slice(cursor), cursor + written.length)
}

/** How many code units of this a draft has no room for. */
export const excess = ({ text }: Editor, more: string): number => {
  // What is so long is too long, however much of it is left out.
  const { length } = more.length > 4 * maxLength ? more : clean(more)
  return Math.max(0, length - (maxLength - text.length))
}

const remove = ({ text }: Editor, start: number, end: number): Editor =>
  settled(text.slice(0, start) + text.slice(end), start)

export const backspace = (editor: Editor): Editor => remove(editor, before(editor), editor.cursor)
export const del = (editor: Editor): Editor => remove(editor, editor.cursor, after(editor))
export const left = (editor: Editor): Editor => at(editor, before(editor))
export const right = (editor: Editor): Editor => at(editor, after(editor))

const lineStart = ({ cursor, text }: Editor): number => text.lastIndexOf("\n", cursor - 1) + 1
const lineEnd = ({ cursor, text }: Editor): number => {
  const end = text.indexOf("\n", cursor)
  return end === -1 ? text.length : end
}

export const home = (editor: Editor): Editor => at(editor, lineStart(editor))
export const end = (editor: Editor): Editor => at(editor, lineEnd(editor))

/** Where the word begins that ends at this place: this place, behind a space. */
export const startOfWord = (text: string, end: number): number => {
  // A regular expression would take quadratic time here.
  let start = end
  while (start > 0 && !/\s/.test(text[start - 1]!)) start--
  return start
}

// Words are separated by spaces. A space with a combining accent is one grapheme: a space and part of a word at once.
const wordStart = ({ cursor, text }: Editor): number => {
  const start = startOfWord(text, text.slice(0, cursor).trimEnd().length)
  return start === cursor ? cursor : graphemeAt(text, start)!.start
}
const wordEnd = ({ cursor, text }: Editor): number => {
  const end = cursor + /^\s*\S*/.exec(text.slice(cursor))![0].length
  return end === cursor ? cursor : graphemeAt(text, end - 1)!.end
}

export const wordLeft = (editor: Editor): Editor => at(editor, wordStart(editor))
export const wordRight = (editor: Editor): Editor => at(editor, wordEnd(editor))
export const deleteWord = (editor: Editor): Editor => remove(editor, wordStart(editor), editor.cursor)
export const deleteWordRight = (editor: Editor): Editor => remove(editor, editor.cursor, wordEnd(editor))
/** Up to the start of the line; at its start, the line break before it. */
export const deleteToStart = (editor: Editor): Editor => {
  const start = lineStart(editor)
  return remove(editor, start === editor.cursor ? Math.max(0, start - 1) : start, editor.cursor)
}
export const deleteToEnd = (editor: Editor): Editor => {
  const end = lineEnd(editor)
  return remove(editor, editor.cursor, end === editor.cursor ? Math.min(editor.text.length, end + 1) : end)
}

/** A line up or down at about the same place; undefined where there is none. */
export const up = (editor: Editor): Editor | undefined => {
  const start = lineStart(editor)
  return start === 0 ? undefined : along(editor, lineStart(at(editor, start - 1)))
}
export const down = (editor: Editor): Editor | undefined => {
  const end = lineEnd(editor)
  return end === editor.text.length ? undefined : along(editor, end + 1)
}

/** As many graphemes into the line that begins at `start` as the cursor is into its own. */
const along = (editor: Editor, start: number): Editor => {
  const column = graphemes(editor.text.slice(lineStart(editor), editor.cursor)).length
  const line = editor.text.slice(start, lineEnd(at(editor, start)))
  const inLine = boundaries(line)
  return at(editor, start + inLine[Math.min(column, inLine.length - 1)]!)
}
