import { createElement } from "react"
import { commands } from "../Command.ts"
import { cut, fit } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** Keys, the most needed first. */
export const keys: ReadonlyArray<readonly [key: string, what: string]> = [
  ["Enter", "send"],
  ["Alt+Enter, Ctrl+J", "a new line"],
  ["Tab", "complete a name, channel or command"],
  ["Alt+↑ Alt+↓", "another channel"],
  ["Alt+1 … Alt+9", "a channel by its place"],
  ["PageUp PageDown", "read what was said"],
  ["Ctrl+End", "back to the newest"],
  ["↑ ↓", "what you sent before"],
  ["Ctrl+F", "search; Esc ends it"],
  ["Ctrl+R", "reconnect now"],
  ["Ctrl+Z", "back to the shell; fg returns"],
  ["Ctrl+C", "quit"],
]

const section = (title: string): ReadonlyArray<Piece> => [{ text: title, style: "title" }]

const entry =
  (columns: number, left: number) =>
  ([what, means]: readonly [string, string]): ReadonlyArray<Piece> => [
    { text: fit(`  ${what}`, Math.min(columns, left)), style: "me" },
    { text: cut(means, Math.max(0, columns - left)), style: "text" },
  ]

/** The rows of the help in this many columns. */
const helpRows = (columns: number): ReadonlyArray<ReadonlyArray<Piece>> => {
  const left = Math.min(34, Math.floor(columns / 2))
  const row = entry(columns, left)
  return [
    section("Commands"),
    ...commands.map(({ names: [name], summary, usage }) => row([`/${name} ${usage}`, summary])),
    section("Keys"),
    ...keys.map(row),
  ]
}

/** Commands and keys, over the whole screen. */
export const Help = ({ columns, height }: { readonly columns: number; readonly height: number }) => {
  const rows = helpRows(columns)
  const hint: ReadonlyArray<Piece> = [{ text: fit(" Esc closes this", columns), style: "bar" }]
  return createElement(Rows, {
    columns,
    height,
    rows: [...rows.slice(0, height - 1), ...Array.from({ length: height - 1 - rows.length }, () => []), hint],
  })
}
