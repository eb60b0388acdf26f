import { createElement } from "react"
import { commands } from "../Commands.ts"
import { cut, fit, wrap } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** Keys, the most important first. */
export const keys: ReadonlyArray<readonly [key: string, what: string]> = [
  ["Enter", "send"],
  ["Alt+Enter, Ctrl+J", "a new line"],
  ["Tab", "complete a name, channel, command or path"],
  ["Alt+↑ Alt+↓", "another channel (Ctrl+P, Ctrl+N)"],
  ["Alt+1 … Alt+9", "a channel by its place"],
  ["Alt+A", "the next with something new"],
  ["PageUp PageDown", "read what was said; older pages are loaded"],
  ["Ctrl+End", "back to the newest"],
  ["Wheel", "read what was said; Shift and the mouse select"],
  ["↑", "change your last message (empty line)"],
  ["↑ ↓", "what you sent before (after a first letter)"],
  ["Ctrl+K, Alt+G", "go to a channel or to somebody, by a part of the name"],
  ["Ctrl+↑, Alt+M", "choose a message: r react, e edit, d delete, c copy, l link"],
  ["Ctrl+R", "search what you sent before; while away: reconnect"],
  ["Ctrl+F", "search what is shown; Esc ends it"],
  ["Ctrl+Z", "back to the shell; fg returns"],
  ["Ctrl+C", "clear the draft, then quit"],
]

const section = (title: string): ReadonlyArray<Piece> => [{ text: title, style: "title" }]

const entry =
  (columns: number, left: number) =>
  ([what, means]: readonly [string, string]): ReadonlyArray<Piece> => [
    { text: fit(`  ${what}`, Math.min(columns, left)), style: "me" },
    { text: cut(means, Math.max(0, columns - left)), style: "text" },
  ]

/** A line for each, with its description. */
const detailed = (columns: number): ReadonlyArray<ReadonlyArray<Piece>> => {
  const row = entry(columns, Math.min(34, Math.floor(columns / 2)))
  return [
    section("Commands"),
    ...commands.map(({ names: [name], summary, usage }) => row([`/${name} ${usage}`, summary])),
    section("Keys"),
    ...keys.map(row),
  ]
}

/** Several on one line. */
const flowing = (words: ReadonlyArray<string>, columns: number): ReadonlyArray<ReadonlyArray<Piece>> => {
  // Wrapped between them, not within them.
  const text = words.map((word) => word.trim().replaceAll(" ", "\u00a0")).join(" · ")
  return wrap(text, columns).map(({ end, start }) => [
    { text: text.slice(start, end).trimEnd().replaceAll("\u00a0", " "), style: "text" },
  ])
}

/** For a screen without room for descriptions. */
const compact = (columns: number, usages: boolean): ReadonlyArray<ReadonlyArray<Piece>> => [
  section("Commands"),
  ...flowing(
    commands.map(({ names: [name], usage }) => (usages ? `/${name} ${usage}` : `/${name}`)),
    columns,
  ),
  section("Keys"),
  ...flowing(
    keys.map(([key, what]) => `${key} ${what}`),
    columns,
  ),
]

/** Columns from which on there is room for descriptions. */
const roomy = 60

/** Commands and keys, over the whole screen, page by page. */
export const Help = (part: { readonly columns: number; readonly height: number; readonly page: number }) => {
  const { columns, height, page } = part
  const ways = columns >= roomy ? [detailed(columns)] : [compact(columns, true), compact(columns, false)]
  const rows = ways.find((rows) => rows.length < height) ?? ways[0]!
  const size = Math.max(1, height - 1)
  const pages = Math.ceil(rows.length / size)
  const at = ((page % pages) + pages) % pages
  const shown = rows.slice(at * size, (at + 1) * size)
  const more = pages === 1 ? "" : ` · page ${at + 1} of ${pages} ↓`
  const hint: ReadonlyArray<Piece> = [{ text: fit(cut(` Esc closes this${more}`, columns), columns), style: "bar" }]
  return createElement(Rows, {
    columns,
    height,
    rows: [...shown, ...Array.from({ length: size - shown.length }, () => []), hint],
  })
}
