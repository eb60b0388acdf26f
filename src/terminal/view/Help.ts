import { createElement } from "react"
import { commands, otherNames } from "../Commands.ts"
import { cut, fit, width, wrap } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** Keys, the most important first. */
export const keys: ReadonlyArray<readonly [key: string, what: string]> = [
  ["Enter", "send"],
  ["Alt+Enter, Ctrl+J", "a new line"],
  ["Tab", "complete a name, channel, command, path or :emoji:"],
  ["Alt+↑ Alt+↓", "another channel (Ctrl+P N, Ctrl+PageUp PageDown, F5 F6; Alt+← → before one types)"],
  ["Alt+1 … Alt+9", "a channel by its place"],
  ["Alt+A", "the next with something new"],
  ["Alt+U", "the first line that is new"],
  ["Alt+/", "back to where you were before"],
  ["PageUp PageDown", "read what was said; older pages are loaded"],
  ["Ctrl+End", "back to the newest"],
  ["Wheel", "read what was said; Shift and the mouse select"],
  ["Click", "go to a channel in the list, to what is below or new above; choose a message; see who a member is"],
  ["↑", "change your last message (empty line)"],
  ["↑ ↓", "what you sent before (after a first letter)"],
  ["s/tpyo/typo/", "correct your last message; with /g wherever it stands in that"],
  ["+:tada:", "react to the last message, as /react does"],
  ["Ctrl+K, Alt+G", "go to a channel or to somebody, by a part of the name"],
  ["Ctrl+X", "the next server, where there are several"],
  [
    "Ctrl+↑, Alt+M",
    "choose a message: t answer, T what answers it, r react, e edit, d delete, c copy, l link, o all its lines, a what it answers",
  ],
  ["Ctrl+R", "search what you sent before; while away: reconnect"],
  ["Ctrl+F", "search what is shown; Esc ends it"],
  ["Ctrl+_, Alt+_", "undo in the draft, and redo"],
  ["Ctrl+U W K, Alt+D", "cut to the start, the word, to the end, the next word; Ctrl+Y puts it in"],
  ["Alt+E", "write the draft in $VISUAL or $EDITOR"],
  ["Alt+L", "only what was said, to be copied"],
  ["Ctrl+L", "draw the screen anew"],
  ["Ctrl+Z", "back to the shell; fg returns"],
  ["Ctrl+C", "clear the draft; twice, leave"],
]

const section = (title: string): ReadonlyArray<Piece> => [{ text: title, style: "title" }]

/** Columns in which most commands and most descriptions have room, and many of both on a narrow screen. */
const usageColumns = 34
const narrowColumns = 26
const wide = 100
const summaryColumns = 60

const wrapped = (text: string, columns: number): ReadonlyArray<string> =>
  wrap(text, columns).map(({ end, start }) => text.slice(start, end).trimEnd())

/** As many lines as it takes: how it is typed is never cut, and what it does begins at the same column, below that if need be. */
const entry =
  (columns: number, left: number) =>
  ([what, means]: readonly [string, string]): ReadonlyArray<ReadonlyArray<Piece>> => {
    const typed = `  ${what}  `
    const isBeside = width(typed) <= left
    const above = isBeside ? [] : wrapped(typed, columns)
    return [
      ...above.map((text) => [{ text, style: "me" as const }]),
      ...wrapped(means, Math.max(1, columns - left)).map((text, at) => [
        { text: fit(isBeside && at === 0 ? typed : "", left), style: "me" as const },
        { text, style: "text" as const },
      ]),
    ]
  }

/** Each with its description. */
const detailed = (columns: number): ReadonlyArray<ReadonlyArray<Piece>> => {
  const usages = commands.map(({ names: [name], usage }) => `/${name} ${usage}`.trimEnd())
  const widest = Math.max(...[...usages, ...keys.map(([key]) => key)].map((what) => width(what) + 4))
  const left = Math.min(widest, Math.max(columns < wide ? narrowColumns : usageColumns, columns - summaryColumns))
  const rows = entry(columns, left)
  return [
    section("Commands"),
    ...commands.flatMap((entry, at) => rows([usages[at]!, entry.summary + otherNames(entry)])),
    section("Keys"),
    ...keys.flatMap(rows),
  ]
}

/** Several on one line. */
const flowing = (words: ReadonlyArray<string>, columns: number): ReadonlyArray<ReadonlyArray<Piece>> => {
  // Wrapped between them, not within them.
  const whole = (word: string) => (width(word) > columns ? word : word.replaceAll(" ", "\u00a0"))
  const text = words.map((word) => whole(word.trim())).join(" · ")
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
  const more = pages === 1 ? "" : ` · page ${at + 1} of ${pages} ${at + 1 < pages ? "↓" : "↑"}`
  const hint: ReadonlyArray<Piece> = [{ text: fit(cut(` Esc closes this${more}`, columns), columns), style: "bar" }]
  return createElement(Rows, {
    columns,
    height,
    rows: [...shown, ...Array.from({ length: size - shown.length }, () => []), hint],
  })
}
