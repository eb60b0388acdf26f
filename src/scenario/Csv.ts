/** A result as comma-separated values: a line for each figure, for spreadsheets and scripts. */
import type { Result } from "./Result.ts"

type Cell = string | number | boolean

/** As RFC 4180 has it. A text that a spreadsheet would take for a formula begins with an apostrophe. */
const cell = (value: Cell): string => {
  if (typeof value !== "string") return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * - `latency`: a figure of it, `count` and `lost` among them.
 * - `counter` and `error`: how often.
 * - `promise`: whether it holds; `which` says what was found.
 * - `series`: the value so many seconds after the load began.
 */
const columns = ["kind", "name", "which", "unit", "value"]

const figures = ["count", "lost", "min", "p50", "p90", "p99", "p999", "max", "mean"] as const

export const make = ({ counters, errors, latencies, series, verdicts }: Result): string => {
  const counted = (kind: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]): ReadonlyArray<Cell> => [kind, name, "", "", count])
  const rows: ReadonlyArray<ReadonlyArray<Cell>> = [
    columns,
    ...verdicts.map(({ found, holds, promise }) => ["promise", promise, found, "", holds]),
    ...latencies.flatMap((latency) =>
      figures.map((figure) => [
        "latency",
        latency.name,
        figure,
        figure === "count" || figure === "lost" ? "" : latency.unit,
        latency[figure] ?? 0,
      ]),
    ),
    ...counted("counter", counters),
    ...counted("error", errors),
    ...series.flatMap(({ name, points, unit }) => points.map(([at, value]) => ["series", name, at, unit, value])),
  ]
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")
}
