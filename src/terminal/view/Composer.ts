import { useCursor } from "ink"
import { createElement } from "react"
import type { Editor } from "../Editor.ts"
import { prompt } from "../Layout.ts"
import { width, wrap } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** A wrapped line of the draft, and where in the draft it begins. */
interface Line {
  readonly text: string
  readonly start: number
}

/** As `Layout.composerLines` counts them. */
const linesOf = (text: string, columns: number): ReadonlyArray<Line> => {
  let start = 0
  return text.split("\n").flatMap((line) => {
    const lines = wrap(`${line} `, columns - prompt.length).map((range) => ({
      text: line.slice(range.start, range.end),
      start: start + range.start,
    }))
    start += line.length + 1
    return lines
  })
}

/** The lines of the draft that are shown, and the cursor in them, in columns and rows. */
const composed = (editor: Editor, columns: number, height: number) => {
  const lines = linesOf(editor.text, columns)
  const at = lines.findLastIndex(({ start }) => start <= editor.cursor)
  const first = Math.max(0, Math.min(at - height + 1, lines.length - height))
  const line = lines[at]!
  const x = prompt.length + width(line.text.slice(0, editor.cursor - line.start))
  return {
    lines: lines.slice(first, first + height).map(({ text }) => text),
    more: first > 0,
    x: Math.min(x, columns - 1),
    y: at - first,
  }
}

const before = (row: number, more: boolean): string => (row > 0 ? "  " : more ? "\u2026 " : prompt)

/** The draft, with the terminal's own cursor in it: input methods and screen readers look for it there. */
export const Composer = (part: {
  readonly editor: Editor
  readonly columns: number
  readonly height: number
  /** Rows of the screen above it. */
  readonly top: number
  /** Whether keys are typed here. */
  readonly active: boolean
}) => {
  const { active, columns, editor, height, top } = part
  const { lines, more, x, y } = composed(editor, columns, height)
  const { setCursorPosition } = useCursor()
  if (active) setCursorPosition({ x, y: top + y })
  const empty: ReadonlyArray<Piece> = [
    { text: prompt, style: "title" },
    { text: "Write a message, or / for commands".slice(0, columns - prompt.length), style: "hint" },
  ]
  return createElement(Rows, {
    columns,
    height,
    rows:
      editor.text === ""
        ? [empty]
        : lines.map((text, row): ReadonlyArray<Piece> => [
            { text: before(row, more), style: "title" },
            { text, style: "text" },
          ]),
  })
}
