// What the benchmark of slow consumers says in the end, for programs, for people, and for docs/BENCHMARKS.md.
import * as Machine from "./Machine.ts"
import { latencies, ratioOf } from "./OpenRound.ts"
import type { Latencies, OpenRoundFigures, OpenSlice } from "./OpenRound.ts"
import { markdown, mebibytes, median, ms, percent, plain, word } from "./Table.ts"

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
  /** Of the healthy members, over all rounds. */
  readonly reading: Latencies
  readonly without: Latencies
  readonly stalling: Latencies
  readonly returning: Latencies
  /** 99th percentiles: stalling by reading, and by without. */
  readonly ratio: number
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
  /** CPU time of other work on the machine by wall time, in the quietest, the middle and the busiest second. */
  readonly others: readonly [number, number, number]
  readonly messagesChecked: number
  readonly cases: ReadonlyArray<SlowCase>
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
  const stalls = rounds.map((round) => round.stalled[index]!)
  const reading = latencies(
    rounds.flatMap((round) => round.reading.slices),
    (slice) => slice.delivery[index]!,
  )
  const of = (slices: ReadonlyArray<OpenSlice>) => latencies(slices, (slice) => slice.delivery[0]!)
  const without = of(rounds.flatMap((round) => round.without[index]!.slices))
  const stalling = of(stalls.flatMap((round) => round.slices))
  const [ratio, ratioWithout] = [ratioOf(stalling, reading), ratioOf(stalling, without)]
  const baseRss = rounds.map((round) => round.reading.peaks.rss)
  const noise = Math.max(limits.rssNoise, highest(baseRss) - Math.min(...baseRss))
  const ended = summed(stalls.map((round) => round.ended))
  const peaks = stalls.map((round) => round.peaks)
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
    reading,
    without,
    stalling,
    returning: of(stalls.flatMap((round) => round.returning)),
    ratio,
    ratioWithout,
    ...figures,
    ended,
    recovered: median(stalls.map(({ returned }) => returned.recovered)),
    returnSeconds: median(stalls.map(({ returned }) => returned.seconds)),
    verdicts: {
      latency: ratio <= limits.ratio,
      memory:
        figures.outboxes <= stalled * limits.outboxBytes &&
        figures.fullestBytes <= limits.outboxBytes &&
        figures.fullestFrames <= limits.outboxFrames &&
        figures.rssMore <= figures.rssBound,
      ended: slow === stalled * rounds.length,
    },
  }
}

const latencyRows = (cases: ReadonlyArray<SlowCase>) => [
  ["stalled / healthy", "p99", "they stall", "they read", "ratio", "they are not there", "ratio", "≤ 1.2"],
  ...cases.flatMap((one) => {
    const kinds = [one.stalling, one.reading, one.without]
    const [stalling, reading, without] = kinds.map(({ p99 }) => ms(p99))
    const quiet = kinds.map(({ quietP99, quietSeconds }) =>
      quietP99 === undefined ? "too few" : `${ms(quietP99)} (${quietSeconds} s)`,
    )
    return [
      [`${one.stalled} / ${one.healthy}`, "all seconds", stalling!, reading!, "", without!, "", ""],
      ["", "quiet seconds", quiet[0]!, quiet[1]!, one.ratio.toFixed(2), quiet[2]!, one.ratioWithout.toFixed(2)].concat(
        word(one.verdicts.latency),
      ),
    ]
  }),
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
    ms(one.returning.quietP99 ?? one.returning.p99),
  ]),
]

const circumstances = ({ others, settings }: SlowReport): string =>
  `Open loop: ${settings.members} members, ${settings.senders} senders, ${settings.rate} messages of ` +
  `${settings.messageBytes} bytes a second, each due at a fixed moment from which its latency counts; ` +
  `${settings.rounds} rounds in turns, ${settings.seconds} s each. Other work on the machine used ` +
  `${percent(others[0])} to ${percent(others[2])} of a core in a second (median ${percent(others[1])}); quiet are the ` +
  `seconds in which it used less than 25 %, and by them the ratios are taken, where there are enough.`

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
  const [machine, , first = ""] = Machine.text(report.machine)
  return [
    `On ${machine}, ${report.date}. ${first} ${circumstances(report)}`,
    ...[latencyRows, memoryRows, returnRows].map((rows) => `\n${markdown(rows(report.cases))}`),
  ].join("\n")
}

/** Whether everything is as it should be. */
export const good = ({ cases }: SlowReport): boolean =>
  cases.every(({ verdicts }) => verdicts.latency && verdicts.memory && verdicts.ended)
