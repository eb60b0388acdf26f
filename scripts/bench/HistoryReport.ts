// What the benchmark of durable history says in the end, for programs, for people, and for docs/BENCHMARKS.md.
import type { RoundFigures } from "./FanoutRound.ts"
import * as Machine from "./Machine.ts"
import { latencies, ratioOf } from "./OpenRound.ts"
import type { Latencies, OpenRoundFigures } from "./OpenRound.ts"
import { large, markdown, median, ms, percent, plain, times, word } from "./Table.ts"

/** What is asked of a durable history, by the same figure of one in memory. */
export const limits = { latency: 1.5, throughput: 0.6 } as const

/** One server in one case, round by round; the first server of a case is what the others are compared with. */
export interface Measured<Figures> {
  readonly server: string
  readonly rounds: ReadonlyArray<Figures>
}

export interface LatencyLine {
  readonly server: string
  /** Over all rounds. */
  readonly delivery: Latencies
  readonly acknowledgement: Latencies
  /** CPU time of the server by wall time, all its threads. */
  readonly serverUtilisation: number
  /** 99th percentile of delivery by that of the first. */
  readonly ratio: number
  readonly good: boolean
}

export interface ThroughputLine {
  readonly server: string
  readonly inFlight: number
  readonly deliveriesPerSecond: number
  readonly serverUtilisation: number
  /** Deliveries per second by those of the first, round by round. */
  readonly ratios: ReadonlyArray<number>
  readonly ratio: number
  readonly good: boolean
}

export interface HistoryReport {
  readonly benchmark: "history"
  readonly machine: Machine.Machine
  readonly date: string
  /** Milliseconds until the disk has a page for good, before each round. */
  readonly disk: { readonly p50: number; readonly p99: number }
  readonly settings: {
    readonly members: number
    readonly senders: number
    readonly rate: number
    readonly messageBytes: number
    readonly seconds: number
    readonly rounds: number
  }
  readonly latency: ReadonlyArray<LatencyLine>
  readonly throughput: ReadonlyArray<ThroughputLine>
}

/** Each round's figure by the one that was measured beside it. */
const by = (figures: ReadonlyArray<number>, first: ReadonlyArray<number>) =>
  figures.map((figure, round) => figure / first[round]!)

export const latencyLines = (all: ReadonlyArray<Measured<OpenRoundFigures>>): ReadonlyArray<LatencyLine> => {
  const lines = all.map(({ rounds, server }) => {
    const slices = rounds.flatMap((round) => round.slices)
    return {
      server,
      delivery: latencies(slices, ({ delivery }) => delivery[0]!),
      acknowledgement: latencies(slices, ({ acknowledgement }) => acknowledgement),
      serverUtilisation: median(slices.map(({ serverUtilisation }) => serverUtilisation)),
    }
  })
  return lines.map((line) => {
    const ratio = ratioOf(line.delivery, lines[0]!.delivery)
    return { ...line, ratio, good: ratio <= limits.latency }
  })
}

export const throughputLines = (
  inFlight: number,
  all: ReadonlyArray<Measured<RoundFigures>>,
): ReadonlyArray<ThroughputLine> => {
  const speed = ({ rounds }: Measured<RoundFigures>) => rounds.map(({ deliveriesPerSecond }) => deliveriesPerSecond)
  return all.map((measured) => {
    const ratios = by(speed(measured), speed(all[0]!))
    return {
      server: measured.server,
      inFlight,
      deliveriesPerSecond: median(speed(measured)),
      serverUtilisation: median(measured.rounds.map(({ serverUtilisation }) => serverUtilisation)),
      ratios,
      ratio: median(ratios),
      good: median(ratios) >= limits.throughput,
    }
  })
}

const latencyRows = (lines: ReadonlyArray<LatencyLine>) => [
  ["history", "delivery p50", "p99", "in quiet seconds", "acknowledged p99", "server CPU", "p99 by memory's", "≤ 1.5"],
  ...lines.map(({ acknowledgement, delivery, good, ratio, server, serverUtilisation }) => [
    server,
    ms(delivery.p50),
    ms(delivery.p99),
    delivery.quietP99 === undefined ? "too few" : `${ms(delivery.quietP99)} (${delivery.quietSeconds} s)`,
    ms(acknowledgement.quietP99 ?? acknowledgement.p99),
    percent(serverUtilisation),
    ratio.toFixed(2),
    word(good),
  ]),
]

const throughputRows = (lines: ReadonlyArray<ThroughputLine>) => [
  ["history", "in flight", "deliveries/s", "server CPU", "by memory's", "each round", "≥ 0.6"],
  ...lines.map((line) => [
    line.server,
    String(line.inFlight),
    large(line.deliveriesPerSecond),
    percent(line.serverUtilisation),
    line.ratio.toFixed(2),
    times(line.ratios),
    word(line.good),
  ]),
]

const disk = ({ disk }: HistoryReport): string =>
  `The disk took ${disk.p50.toFixed(2)} ms (median; 99th percentile ${disk.p99.toFixed(2)} ms) to keep a page for good.`

const openLoop = ({ settings }: HistoryReport): string =>
  `Open loop, version 2: ${settings.members} members, ${settings.senders} senders, ${settings.rate} messages of ` +
  `${settings.messageBytes} bytes a second, each due at a fixed moment from which its latency counts; ` +
  `${settings.rounds} rounds in turns of ${settings.seconds} s. Quiet are the seconds in which other work on the ` +
  `machine used less than 25 % of a core; by them the ratio is taken, where there are enough.`

const closedLoop = ({ settings }: HistoryReport): string =>
  `Closed loop, version 1: the same members and senders, each with so many messages under way.`.concat(
    ` ${settings.rounds} rounds in turns of ${settings.seconds} s; medians.`,
  )

/** The report as a text of several lines. */
export const text = (report: HistoryReport): string =>
  [
    ...Machine.text(report.machine),
    disk(report),
    openLoop(report),
    `\n${plain(latencyRows(report.latency))}`,
    `\n${closedLoop(report)}`,
    `\n${plain(throughputRows(report.throughput))}`,
  ].join("\n")

/** The report as it stands in docs/BENCHMARKS.md. */
export const section = (report: HistoryReport): string => {
  const [machine, , first = ""] = Machine.text(report.machine)
  return [
    `On ${machine}, ${report.date}. ${first}`.trimEnd(),
    `\n${disk(report)} ${openLoop(report)}`,
    `\n${markdown(latencyRows(report.latency))}`,
    `\n${closedLoop(report)}`,
    `\n${markdown(throughputRows(report.throughput))}`,
  ].join("\n")
}

/** Whether everything is as it should be. */
export const good = ({ latency, throughput }: HistoryReport): boolean =>
  [...latency, ...throughput].every((line) => line.good)
