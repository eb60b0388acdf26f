// Tables and figures, as reports have them.

/** The middle of the values, or the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** 4_856_000 → `4.86 M` */
export const large = (value: number): string =>
  value >= 1e6
    ? `${(value / 1e6).toFixed(2)} M`
    : value >= 1e3
      ? `${(value / 1e3).toFixed(value < 1e4 ? 1 : 0)} k`
      : value.toFixed(0)

export const percent = (value: number): string => `${(value * 100).toFixed(0)} %`

/** Bytes → `12.3 MiB` */
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** Bytes → `12.3 kB` */
export const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

/** Milliseconds. */
export const ms = (value: number): string => `${value.toFixed(1)} ms`
/** Ratios. */
export const times = (values: ReadonlyArray<number>): string => values.map((value) => value.toFixed(2)).join(", ")
export const word = (good: boolean): string => (good ? "yes" : "**no**")

export type Rows = ReadonlyArray<ReadonlyArray<string>>

/** For a terminal: the first row is the head; numbers to the right, but for the first column. */
export const plain = (rows: Rows): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: ReadonlyArray<string>): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ")
  return [line(rows[0]!), widths.map((width) => "-".repeat(width)).join("  "), ...rows.slice(1).map(line)].join("\n")
}

/** For a document. */
export const markdown = (rows: Rows): string => {
  const line = (row: ReadonlyArray<string>): string => `| ${row.join(" | ")} |`
  return [line(rows[0]!), line(rows[0]!.map(() => "---")), ...rows.slice(1).map(line)].join("\n")
}
