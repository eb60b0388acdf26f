// What the fan-out benchmark says in the end, for programs (the report as it is) and for people (a text).
import type { RoundFigures } from "./FanoutRound.ts"
import * as Machine from "./Machine.ts"
import { contentBytes } from "./Message.ts"
import { large, median, percent, plain } from "./Table.ts"

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
  readonly machine: Machine.Machine
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

const caseText = (report: CaseReport, senders: number): string => {
  const table = plain([
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
  return [
    ...Machine.text(machine),
    `Closed loop, version 1, messages with ${contentBytes} bytes of content; a delivery is one message at one member.`,
    `Medians; rounds: ${settings.rounds}, each of ${settings.seconds} s after ${settings.rampSeconds} s of warm-up.`,
    "CPU is the server process's user and system time; per read is how many deliveries a member got by one read.",
    "Checked: every member got every message exactly once, and all in the same order.",
    ...(settings.profiled ? ["Profiled, which costs time: compare these figures with none measured otherwise."] : []),
    ...cases.map((report) => `\n${caseText(report, settings.senders)}`),
  ].join("\n")
}
