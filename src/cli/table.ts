import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { width } from "../terminal/Width.ts"

/** Prints rows in aligned columns, under a line of headings where there is one. */
export const printTable = (
  head: ReadonlyArray<string> | undefined,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): Effect.Effect<void> => {
  const all = head === undefined ? rows : [head, ...rows]
  const widths = all[0]!.map((_, column) => all.reduce((most, row) => Math.max(most, width(row[column]!)), 0))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - width(cell)))
      .join("  ")
      .trimEnd()
  return Console.log(all.map(line).join("\n"))
}

/** Prints entries of one shape as a table, or as one JSON object a line. */
export const printList = (json: boolean, entries: ReadonlyArray<Readonly<Record<string, string | null>>>) => {
  if (entries.length === 0) return Effect.void
  if (json) return Console.log(entries.map((entry) => JSON.stringify(entry)).join("\n"))
  return printTable(
    Object.keys(entries[0]!).map((key) => key.toUpperCase()),
    entries.map((entry) => Object.values(entry).map((value) => value ?? "-")),
  )
}
