/** A comparison as lines of a terminal. */
import stringWidth from "string-width"
import { printable } from "../client/Printable.ts"
import { type Comparison, meaning, type PromiseChange, type Row } from "./Comparison.ts"
import { change, measured } from "./internal/report/numbers.ts"

export interface Look {
  readonly columns: number
  readonly colours: boolean
}

type Style = keyof typeof styles

const styles = { bold: 1, soft: 2, worse: 31, better: 32, open: 33 } as const

/** Between two columns. */
const gap = 2
/** The widest figure, with its unit. */
const widest = 14

interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}

const painter =
  ({ colours }: Look) =>
  (text: string, style: Style | undefined): string =>
    colours && style !== undefined ? `\u001b[${styles[style]}m${text}\u001b[0m` : text

/** Cuts the text where it does not fit. */
const cut = (text: string, columns: number): string => {
  if (stringWidth(text) <= columns) return text
  const segments = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
  while (segments.length > 0 && stringWidth(segments.join("")) >= columns) segments.pop()
  return `${segments.join("")}…`
}

const cellsOf = (row: Row): ReadonlyArray<Cell> => {
  const { a, b, unit, what } = row
  const shown = (value: number | undefined) => (value === undefined ? "-" : measured(value, unit).replaceAll("–", "-"))
  const difference = a === undefined || b === undefined ? "-" : change(a, b).replaceAll("–", "-")
  return [
    { text: printable(what) },
    { text: cut(printable(shown(a)), widest) },
    { text: cut(printable(shown(b)), widest) },
    { text: difference, style: meaning(row) },
  ]
}

const tableOf = (title: string, rows: ReadonlyArray<Row>, look: Look): ReadonlyArray<string> => {
  if (rows.length === 0) return []
  const paint = painter(look)
  const head: ReadonlyArray<Cell> = [title, "a", "b", "change"].map((text) => ({ text, style: "bold" }))
  const all = [head, ...rows.map(cellsOf)]
  const widths = [1, 2, 3].map((column) => Math.max(...all.map((cells) => stringWidth(cells[column]!.text)), 8))
  const forFigures = widths.reduce((sum, width) => sum + gap + width, 0)
  const longest = Math.max(...all.map(([name]) => stringWidth(name!.text)))
  const forNames = Math.min(longest, Math.max(8, look.columns - forFigures))
  return [
    "",
    ...all.map(([name, ...figures]) => {
      const text = cut(name!.text, forNames)
      const cells = figures.map((cell, column) => {
        const blank = " ".repeat(gap + widths[column]! - stringWidth(cell.text))
        return blank + paint(cell.text, cell.style)
      })
      return `${paint(text, name!.style)}${" ".repeat(forNames - stringWidth(text))}${cells.join("")}`
    }),
  ]
}

const words = { true: "holds", false: "does not hold", "not judged here": "not judged here" } as const

const wordOf = (verdict: PromiseChange["a"]): string =>
  verdict === undefined ? "was not asked" : words[`${verdict.holds}`]

const styleOf = ({ b, change: how }: PromiseChange): Style | undefined => {
  if (how === "broken" || b?.holds === false) return "worse"
  if (how === "kept") return "better"
  return b?.holds === true ? undefined : "open"
}

/** Several lines for a promise whose verdict has changed, one for any other. */
const promiseLines = (change: PromiseChange, look: Look): ReadonlyArray<string> => {
  const paint = painter(look)
  const { a, b, change: how, promise } = change
  const verdict = how === undefined ? wordOf(b) : `${wordOf(a)} -> ${wordOf(b)}`
  const title = `  ${printable(promise)}: ${paint(verdict, styleOf(change))}`
  if (how === undefined && b?.holds !== false) return [title]
  return [
    title,
    `    asked ${printable((b ?? a)!.asked)}`,
    ...(a === undefined ? [] : [`    a     ${printable(a.found)}`]),
    ...(b === undefined ? [] : [`    b     ${printable(b.found)}`]),
  ]
}

const sideOf = (name: string, { natter, startedAt, target, what, world }: Comparison["a"]): string =>
  printable(`${name}  ${what.name}: ${world}, ${target}, ${startedAt}, Natter ${natter}`)

export const lines = (comparison: Comparison, look: Look): ReadonlyArray<string> => {
  const { a, b, caveats, promises } = comparison
  const paint = painter(look)
  return [
    sideOf("a", a),
    sideOf("b", b),
    ...(caveats.length === 0 ? [] : ["", ...caveats.map((caveat) => paint(`! ${printable(caveat)}`, "open"))]),
    ...tableOf("latency", comparison.latencies, look),
    ...tableOf("median of seconds", comparison.medians, look),
    ...tableOf("counted", comparison.counters, look),
    ...tableOf("errors", comparison.errors, look),
    ...(promises.length === 0 ? [] : ["", paint("promises", "bold")]),
    ...promises.flatMap((change) => promiseLines(change, look)),
  ]
}
