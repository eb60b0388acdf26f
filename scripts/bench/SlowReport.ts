// What the benchmark of slow consumers says in the end, for programs, for people, and for docs/BENCHMARKS.md.
import * as Machine from "./Machine.ts"
import type { Latency } from "./OpenLoad.ts"
import type { OpenRoundFigures } from "./OpenRound.ts"
import { markdown, mebibytes, median, percent, plain } from "./Table.ts"

/** The most that is allowed. */
export const limits = {
  /** 99th percentile of the healthy, by that of the same members where nobody stalls. */
  ratio: 1.2,
  /** What an outbox may hold: the service's defaults. */
  outboxBytes: 1024 * 1024,
  outboxFrames: 1024,
  /** By how much the size of a process differs by itself, at least. */
  rssNoise: 16 * 1024 * 1024,
} as const

/** One round, measured in turns. */
export interface SlowRound {
  /** All members read; `delivery` has one latency for each number of stalled members. */
  readonly reading: OpenRoundFigures
  /** For each number of stalled members: they stall. */
  readonly stalled: ReadonlyArray<OpenRoundFigures>
  /** For each number of stalled members: they are not there at all. */
  readonly without: ReadonlyArray<OpenRoundFigures>
}

export interface SlowCase {
  readonly stalled: number
  readonly healthy: number
  /** Medians of each figure by itself, of the healthy members, in milliseconds. */
  readonly reading: Latency
  readonly without: Latency
  readonly stalling: Latency
  readonly returning: Latency
  /** 99th percentiles, round by round: stalling by reading, and by without. */
  readonly ratios: ReadonlyArray<number>
  readonly ratio: number
  readonly ratiosWithout: ReadonlyArray<number>
  readonly ratioWithout: number
  /** Bytes, the highest of all rounds. */
  readonly outboxes: number
  readonly fullestBytes: number
  readonly fullestFrames: number
  /** The median, by which the process is larger than where all read. */
  readonly rssMore: number
  readonly rssBound: number
  /** Why sessions were ended by the end of the measured time, over all rounds. */
  readonly ended: Readonly<Record<string, number>>
  /** Medians. */
  readonly recovered: number
  readonly returnSeconds: number
  readonly verdicts: { readonly latency: boolean; readonly memory: boolean; readonly ended: boolean }
}

export interface SlowReport {
  readonly benchmark: "slow"
  readonly machine: Machine.Machine
  readonly settings: {
    readonly members: number
    readonly senders: number
    readonly rate: number
    readonly messageBytes: number
    readonly rampSeconds: number
    readonly seconds: number
    readonly rounds: number
  }
  readonly date: string
  /** CPU time of other work on the machine by wall time, in the quietest, the middle and the busiest measurement. */
  readonly others: readonly [number, number, number]
  readonly messagesChecked: number
  readonly cases: ReadonlyArray<SlowCase>
}

/** The median of each field by itself. */
export const latencyMedian = (all: ReadonlyArray<Latency>): Latency => {
  const of = (value: (latency: Latency) => number) => median(all.map(value))
  return {
    count: of(({ count }) => count),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    p999: of(({ p999 }) => p999),
    max: of(({ max }) => max),
  }
}

const highest = (values: ReadonlyArray<number>): number => Math.max(...values)

const summed = (all: ReadonlyArray<Readonly<Record<string, number>>>): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const one of all) {
    for (const [reason, count] of Object.entries(one)) sums[reason] = (sums[reason] ?? 0) + count
  }
  return sums
}

export const slowCase = (
  rounds: ReadonlyArray<SlowRound>,
  index: number,
  stalled: number,
  members: number,
): SlowCase => {
  const reading = rounds.map((round) => round.reading.delivery[index]!)
  const without = rounds.map((round) => round.without[index]!.delivery[0]!)
  const stalling = rounds.map((round) => round.stalled[index]!)
  const delivery = stalling.map((round) => round.delivery[0]!)
  const by = (others: ReadonlyArray<Latency>) => delivery.map(({ p99 }, round) => p99 / others[round]!.p99)
  const [ratios, ratiosWithout] = [by(reading), by(without)]
  const baseRss = rounds.map((round) => round.reading.peaks.rss)
  const noise = Math.max(limits.rssNoise, highest(baseRss) - Math.min(...baseRss))
  const ended = summed(stalling.map((round) => round.ended))
  const peaks = stalling.map((round) => round.peaks)
  const figures = {
    outboxes: highest(peaks.map((peak) => peak.outboxes)),
    fullestBytes: highest(peaks.map((peak) => peak.fullestBytes)),
    fullestFrames: highest(peaks.map((peak) => peak.fullestFrames)),
    rssMore: median(peaks.map(({ rss }, round) => rss - baseRss[round]!)),
    rssBound: stalled * limits.outboxBytes + noise,
  }
  const slow = Object.entries(ended).reduce(
    (sum, [why, count]) => sum + (why.startsWith("SlowConsumer") ? count : 0),
    0,
  )
  return {
    stalled,
    healthy: members - stalled,
    reading: latencyMedian(reading),
    without: latencyMedian(without),
    stalling: latencyMedian(delivery),
    returning: latencyMedian(stalling.map((round) => round.returning[0]!)),
    ratios,
    ratio: median(ratios),
    ratiosWithout,
    ratioWithout: median(ratiosWithout),
    ...figures,
    ended,
    recovered: median(stalling.map(({ returned }) => returned.recovered)),
    returnSeconds: median(stalling.map(({ returned }) => returned.seconds)),
    verdicts: {
      latency: median(ratios) <= limits.ratio,
      memory:
        figures.outboxes <= stalled * limits.outboxBytes &&
        figures.fullestBytes <= limits.outboxBytes &&
        figures.fullestFrames <= limits.outboxFrames &&
        figures.rssMore <= figures.rssBound,
      ended: slow === stalled * rounds.length,
    },
  }
}

const ms = (value: number): string => `${value.toFixed(1)} ms`
const times = (values: ReadonlyArray<number>): string => values.map((value) => value.toFixed(2)).join(", ")
const word = (good: boolean): string => (good ? "yes" : "**no**")

const latencyRows = (cases: ReadonlyArray<SlowCase>) => [
  ["stalled / healthy", "p99, they stall", "they read", "ratio", "each round", "they are not there", "ratio", "≤ 1.2"],
  ...cases.map((one) => [
    `${one.stalled} / ${one.healthy}`,
    ms(one.stalling.p99),
    ms(one.reading.p99),
    one.ratio.toFixed(2),
    times(one.ratios),
    ms(one.without.p99),
    one.ratioWithout.toFixed(2),
    word(one.verdicts.latency),
  ]),
]

const memoryRows = (cases: ReadonlyArray<SlowCase>) => [
  ["stalled", "all outboxes", "bound", "fullest", "process larger by", "within", "ended as", "all"],
  ...cases.map((one) => [
    String(one.stalled),
    mebibytes(one.outboxes),
    mebibytes(one.stalled * limits.outboxBytes),
    `${mebibytes(one.fullestBytes)}, ${one.fullestFrames} frames`,
    mebibytes(one.rssMore),
    word(one.verdicts.memory),
    Object.entries(one.ended)
      .filter(([reason]) => reason !== "Goodbye")
      .map(([reason, count]) => `${reason} ${count}`)
      .join(", "),
    word(one.verdicts.ended),
  ]),
]

const returnRows = (cases: ReadonlyArray<SlowCase>) => [
  ["stalled", "messages from history", "all back within", "p99 of the healthy meanwhile"],
  ...cases.map((one) => [
    String(one.stalled),
    String(one.recovered),
    `${one.returnSeconds.toFixed(1)} s`,
    ms(one.returning.p99),
  ]),
]

const circumstances = ({ others, settings }: SlowReport): string =>
  `Open loop: ${settings.members} members, ${settings.senders} senders, ${settings.rate} messages of ` +
  `${settings.messageBytes} bytes a second, each due at a fixed moment from which its latency counts; ` +
  `${settings.rounds} rounds in turns, ${settings.seconds} s each; medians. Other work on the machine used ` +
  `${percent(others[0])} to ${percent(others[2])} of a core (median ${percent(others[1])}).`

/** The report as a text of several lines. */
export const text = (report: SlowReport): string =>
  [
    ...Machine.text(report.machine),
    circumstances(report),
    "Checked: every member got every message exactly once, all in the same order; those who stalled, too.",
    ...[latencyRows, memoryRows, returnRows].map((rows) => `\n${plain(rows(report.cases))}`),
  ].join("\n")

/** The report as it stands in docs/BENCHMARKS.md. */
export const section = (report: SlowReport): string => {
  const [machine] = Machine.text(report.machine)
  return [
    `On ${machine}, ${report.date}. ${circumstances(report)}`,
    ...[latencyRows, memoryRows, returnRows].map((rows) => `\n${markdown(rows(report.cases))}`),
  ].join("\n")
}

/** Whether everything is as it should be. */
export const good = ({ cases }: SlowReport): boolean =>
  cases.every(({ verdicts }) => verdicts.latency && verdicts.memory && verdicts.ended)
