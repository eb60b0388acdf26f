// What the fan-out benchmark says in the end, for programs (the report as it is) and for people (a text).
import type { RoundFigures } from "./FanoutRound.ts"
import type { Machine } from "./Machine.ts"
import { contentBytes } from "./Message.ts"

export interface ServerReport {
  readonly name: string
  readonly rounds: ReadonlyArray<RoundFigures>
  /** The median of each figure by itself. */
  readonly median: RoundFigures
}

/** One combination of members and messages in flight. */
export interface CaseReport {
  readonly members: number
  readonly inFlight: number
  /** The measured server first, then the reference, then the others. */
  readonly servers: ReadonlyArray<ServerReport>
  /** Deliveries per second of CPU: the measured server's by the reference's, round by round. */
  readonly ratios?: { readonly rounds: ReadonlyArray<number>; readonly median: number }
}

export interface FanoutReport {
  readonly benchmark: "fanout"
  readonly machine: Machine
  readonly settings: {
    readonly senders: number
    readonly messageBytes: number
    readonly rampSeconds: number
    readonly seconds: number
    readonly rounds: number
    readonly profiled: boolean
  }
  readonly cases: ReadonlyArray<CaseReport>
}

/** The middle of the values, or the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const medians = (rounds: ReadonlyArray<RoundFigures>): RoundFigures =>
  Object.fromEntries(
    Object.keys(rounds[0]!).map((name) => [name, median(rounds.map((round) => round[name as keyof RoundFigures]))]),
  ) as unknown as RoundFigures

export const serverReport = (name: string, rounds: ReadonlyArray<RoundFigures>): ServerReport => ({
  name,
  rounds,
  median: medians(rounds),
})

/** With `compare`, the second server is the reference, measured in as many rounds as the first. */
export const caseReport = (
  members: number,
  inFlight: number,
  servers: ReadonlyArray<ServerReport>,
  compare: boolean,
): CaseReport => {
  const [measured, reference] = servers
  if (!compare || measured === undefined || reference === undefined) return { members, inFlight, servers }
  const rounds = measured.rounds.map(
    (round, index) => round.deliveriesPerCpuSecond / reference.rounds[index]!.deliveriesPerCpuSecond,
  )
  return { members, inFlight, servers, ratios: { rounds, median: median(rounds) } }
}

/** 4_856_000 → `4.86 M` */
export const large = (value: number): string =>
  value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : value >= 1e3 ? `${(value / 1e3).toFixed(0)} k` : value.toFixed(0)

const percent = (value: number): string => `${(value * 100).toFixed(0)} %`

const tableOf = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: ReadonlyArray<string>): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ")
  return [line(rows[0]!), widths.map((width) => "-".repeat(width)).join("  "), ...rows.slice(1).map(line)].join("\n")
}

const caseText = (report: CaseReport, senders: number): string => {
  const table = tableOf([
    ["server", "deliveries/CPU-s", "deliveries/s", "server CPU", "load CPU", "per read", "each round, per CPU-s"],
    ...report.servers.map(({ median, name, rounds }) => [
      name,
      large(median.deliveriesPerCpuSecond),
      large(median.deliveriesPerSecond),
      percent(median.serverUtilisation),
      percent(median.loadUtilisation),
      median.deliveriesPerRead.toFixed(1),
      rounds.map((round) => large(round.deliveriesPerCpuSecond)).join(", "),
    ]),
  ])
  const head = `${report.members} members, ${senders} senders, ${report.inFlight} in flight each`
  if (report.ratios === undefined) return `${head}\n${table}`
  const [measured, reference] = report.servers
  const rounds = report.ratios.rounds.map((ratio) => ratio.toFixed(2)).join(", ")
  return `${head}\n${table}\n${measured!.name} / ${reference!.name}: ${report.ratios.median.toFixed(2)} (${rounds})`
}

/** The report as a text of several lines. */
export const text = ({ cases, machine, settings }: FanoutReport): string => {
  const pinned =
    machine.pinned === undefined
      ? "none (no taskset, or one core only)"
      : `server on core ${machine.pinned.server}, load on core ${machine.pinned.load}`
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}`,
    `Pinning: ${pinned}.`,
    `Closed loop, version 1, messages with ${contentBytes} bytes of content; a delivery is one message at one member.`,
    `Medians; rounds: ${settings.rounds}, each of ${settings.seconds} s after ${settings.rampSeconds} s of warm-up.`,
    "CPU is the server process's user and system time; per read is how many deliveries a member got by one read.",
    "Checked: every member got every message exactly once, and all in the same order.",
    ...(settings.profiled ? ["Profiled, which costs time: compare these figures with none measured otherwise."] : []),
    ...cases.map((report) => `\n${caseText(report, settings.senders)}`),
  ].join("\n")
}
