// What `npm run bench` says in the end, for programs, for people, and for docs/BENCHMARKS.md.
import * as Machine from "./Machine.ts"
import type { Bound, Column, Figures, Row } from "./Row.ts"
import { markdown, median, plain, type Rows, times, word } from "./Table.ts"

export interface ContestantReport {
  readonly name: string
  readonly rounds: ReadonlyArray<Figures>
  /** The median of each figure by itself. */
  readonly median: Figures
}

export interface BoundReport {
  /** Such as `at least 0.7 of bare Node's`. */
  readonly asked: string
  readonly found: string
  /** Ratios, or the figure itself, round by round. */
  readonly rounds: ReadonlyArray<number>
  readonly value: number
  readonly reached: boolean
}

/** When and how a row was measured: a row may be measured again by itself. */
export interface Measuring {
  readonly date: string
  readonly rounds: number
  readonly seconds: number
  /** Before all other work on the machine. */
  readonly realTime: boolean
}

export interface RowReport {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly measuring: Measuring
  readonly contestants: ReadonlyArray<ContestantReport>
  readonly bounds: ReadonlyArray<BoundReport>
}

export interface BenchReport {
  readonly benchmark: "bench"
  readonly machine: Machine.Machine
  readonly rows: ReadonlyArray<RowReport>
}

/** The report with those rows of an earlier one that it has not, in the order of `ids`. */
export const merged = (
  { machine, rows, ...report }: BenchReport,
  earlier: BenchReport | undefined,
  ids: ReadonlyArray<string>,
): BenchReport => {
  const same = earlier?.machine.cpu === machine.cpu && earlier.machine.node === machine.node
  const all = new Map([...(same ? earlier.rows : []), ...rows].map((row) => [row.id, row]))
  return { ...report, machine, rows: ids.flatMap((id) => all.get(id) ?? []) }
}

const contestantReport = (name: string, rounds: ReadonlyArray<Figures>): ContestantReport => ({
  name,
  rounds,
  median: Object.fromEntries(
    Object.keys(rounds[0]!).map((figure) => [figure, median(rounds.map((round) => round[figure]!))]),
  ),
})

const boundReport = ({ columns }: Row, bound: Bound, contestants: ReadonlyArray<ContestantReport>): BoundReport => {
  const { atLeast, atMost, by, figure } = bound
  const { show, title } = columns.find((column) => column.figure === figure)!
  const [ours] = contestants
  const theirs = contestants.find(({ name }) => name === by)
  // Round by round: what the machine did meanwhile met both.
  const rounds = ours!.rounds.map((round, index) =>
    theirs === undefined ? round[figure]! : round[figure]! / theirs.rounds[index]![figure]!,
  )
  const value = median(rounds)
  const limit = atLeast ?? atMost
  const written = (value: number): string => (by === undefined ? show(value) : value.toFixed(2))
  return {
    asked: `${title}: ${atLeast === undefined ? "at most" : "at least"} ${by === undefined ? show(limit) : `${limit} × ${by}`}`,
    found: written(value),
    rounds,
    value,
    reached: atLeast === undefined ? value <= atMost : value >= atLeast,
  }
}

/** `rounds` has the figures of each contestant, in the row's order, round by round. */
export const rowReport = (row: Row, rounds: ReadonlyArray<ReadonlyArray<Figures>>, measuring: Measuring): RowReport => {
  const contestants = row.contestants.map(({ name }, index) => contestantReport(name, rounds[index]!))
  return {
    id: row.id,
    title: row.title,
    about: row.about,
    measuring,
    contestants,
    bounds: row.bounds.map((bound) => boundReport(row, bound, contestants)),
  }
}

export const good = ({ rows }: BenchReport): boolean =>
  rows.every(({ bounds }) => bounds.every(({ reached }) => reached))

const figureRows = (columns: ReadonlyArray<Column>, { contestants }: RowReport): Rows => [
  ["server", ...columns.map(({ title }) => title)],
  ...contestants.map(({ median, name }) => [
    name,
    ...columns.map(({ figure, show }) => (median[figure] === undefined ? "" : show(median[figure]))),
  ]),
]

const boundLine = ({ asked, found, reached, rounds }: BoundReport): string =>
  `${asked}: ${found}${rounds.length > 1 && Math.max(...rounds) < 1000 ? ` (${times(rounds)})` : ""}, ` +
  (reached ? "reached" : "NOT reached")

/** A row by itself, as it is said when it is done. */
export const rowText = (columns: ReadonlyArray<Column>, report: RowReport): string =>
  [`\n${report.id}: ${report.title}`, plain(figureRows(columns, report)), ...report.bounds.map(boundLine)].join("\n")

const summaryRows = ({ rows }: BenchReport): Rows => [
  ["what", "must reach", "reached"],
  ...rows.flatMap(({ bounds, title }) =>
    bounds.map(({ asked, found, reached }) => [title, asked, `${found} ${reached ? "" : "**no**"}`.trim()]),
  ),
]

/** The report as a text of several lines. */
export const text = (report: BenchReport): string =>
  [...Machine.text(report.machine), "", plain(summaryRows(report))].join("\n")

const measuredAs = ({ date, realTime, rounds, seconds }: Measuring): string =>
  `${date}; medians of ${rounds} rounds in turns, of ${seconds} s where nothing else is said` +
  `${realTime ? ", before all other work on the machine" : ""}.`

/** The section of docs/BENCHMARKS.md. */
export const section = (report: BenchReport, columnsOf: (id: string) => ReadonlyArray<Column>): string =>
  [
    `On ${Machine.text({ ...report.machine, realTime: false }).join(". ")}`,
    markdown(summaryRows(report)),
    ...report.rows.flatMap((row) => [
      `### ${row.title} (\`${row.id}\`)`,
      row.about,
      measuredAs(row.measuring),
      markdown(figureRows(columnsOf(row.id), row)),
      row.bounds
        .map(({ asked, found, reached, rounds }) => `- ${asked}: **${found}** (${times(rounds)}), ${word(reached)}`)
        .join("\n"),
    ]),
  ].join("\n\n")
