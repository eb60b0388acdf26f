import { stripVTControlCharacters } from "node:util"
import { width } from "../terminal/Width.ts"

/** What stands before a description: a name and the blanks behind it, or the blanks at the beginning of a line. */
const label = /^\s*\S.*?\s{2,}(?=\S)|^\s*/

const columnsOf = (text: string): number => width(stripVTControlCharacters(text))

const wrapLine = (line: string, columns: number): string => {
  if (columnsOf(line) <= columns) return line
  const [before = ""] = label.exec(line) ?? []
  // Beside a long name there would be no room left for what it means.
  const margin = " ".repeat(Math.min(columnsOf(before), Math.floor(columns / 2)))
  const lines: Array<string> = []
  let row = before
  let isEmpty = true
  for (const word of line.slice(before.length).split(" ")) {
    if (columnsOf(row) + columnsOf(word) + (isEmpty ? 0 : 1) > columns && row.trim() !== "") {
      lines.push(row.trimEnd())
      row = margin
      isEmpty = true
    }
    row += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, row].join("\n")
}

/** A help text of lines that are no longer than so many columns, each going on below what it describes. Words stay whole. */
export const wrapped = (text: string, columns: number): string =>
  text
    .split("\n")
    .map((line) => wrapLine(line, columns))
    .join("\n")
