/** Results as loads make them, for what shows them. */
import * as Duration from "effect/Duration"
import type { Result } from "../../../src/scenario/Result.ts"

type Latency = Result["latencies"][number]
type Series = Result["series"][number]

/** The same numbers every time, between 0 and 1. */
const dice = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

/** Latencies with a long tail around a median in milliseconds. */
export const latencyOf = (name: string, count: number, median: number, seed = 1): Latency => {
  const next = dice(seed)
  const values = Array.from(
    { length: count },
    () => median * Math.exp(0.35 * (next() + next() - 1) * 2) * (next() < 0.01 ? 3 + 20 * next() : 1),
  )
  const sorted = values.toSorted((a, b) => a - b)
  const counts = new Map<number, number>()
  for (const value of sorted) {
    const bucket = Math.round(Math.log(value * 1000) / Math.log(1.01))
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0
  return {
    name,
    unit: "ms",
    counts: [...counts],
    count,
    min: at(0),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    mean: count === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / count,
  }
}

const seconds = (length: number, value: (second: number, chance: number) => number | undefined, seed = 7) => {
  const next = dice(seed)
  return Array.from({ length }, (_, second) => [second, value(second, next())] as const).filter(
    (point): point is readonly [number, number] => point[1] !== undefined,
  )
}

export interface Options {
  readonly seconds?: number
  /** How slow it is, 1 being as it should be. */
  readonly slow?: number
  readonly seed?: number
}

/** A service that was killed in the middle: gaps in its series, members who come back. */
export const fanOut = ({ seconds: length = 75, seed = 1, slow = 1 }: Options = {}): Result => {
  const [begins, killed] = [10, Math.round(length / 2)]
  const down = (second: number) => second >= killed && second < killed + 4
  const since = (second: number) => (second > killed + 3 ? Math.exp(-(second - killed - 4)) : 0)
  const wave = (second: number, chance: number, median: number) =>
    down(second) ? undefined : slow * median * (0.9 + 0.2 * chance) * (1 + 400 * since(second))
  const series: ReadonlyArray<Series> = [
    {
      name: "delivery p50",
      unit: "ms",
      points: seconds(length, (second, chance) => (second < 3 ? undefined : wave(second, chance, 1.1)), seed),
    },
    {
      name: "delivery p99",
      unit: "ms",
      points: seconds(length, (second, chance) => (second < 3 ? undefined : wave(second, chance, 6.5)), seed + 1),
    },
    {
      name: "acknowledgement p50",
      unit: "ms",
      points: seconds(length, (second, chance) => wave(second, chance, 0.7), seed + 2),
    },
    {
      name: "acknowledgement p99",
      unit: "ms",
      points: seconds(length, (second, chance) => wave(second, chance, 3.9), seed + 3),
    },
    {
      name: "sent",
      unit: "/s",
      points: seconds(
        length,
        (second, chance) => (second < 8 ? second * 6 : down(second) ? 0 : 48 + 4 * chance),
        seed + 4,
      ),
    },
    {
      name: "delivered",
      unit: "/s",
      points: seconds(
        length,
        (second, chance) => (second < 8 ? second * 600 : down(second) ? 0 : 4800 + 300 * chance + 4000 * since(second)),
        seed + 5,
      ),
    },
    {
      name: "errors",
      unit: "/s",
      points: seconds(length, (second) => (second === killed ? 42 : second === killed + 1 ? 3 : 0)),
    },
    {
      name: "service memory",
      unit: "bytes",
      points: seconds(length, (second, chance) =>
        down(second) ? undefined : (90 + 20 * Math.log10(second + 1) + chance) * 1024 ** 2,
      ),
    },
    {
      name: "service cpu",
      unit: "%",
      points: seconds(length, (second, chance) => (down(second) ? undefined : 22 + 4 * chance + 60 * since(second))),
    },
    {
      name: "members in",
      unit: "",
      points: seconds(length, (second) =>
        Math.max(0, Math.round(Math.min(100, second * 12) * (down(second) ? 0 : 1 - since(second)))),
      ),
    },
  ]
  return {
    format: "natter-load/1",
    natter: "0.1.0",
    what: { name: "fan-out", about: "Ten speak to a hundred in one channel, and the service is killed in the middle." },
    world: "local",
    target: "127.0.0.1:40123",
    machine: { cpu: "AMD EPYC 7B13", cores: 2, memory: 8 * 1024 ** 3, node: "v24.21.0", os: "Linux 6.1.0" },
    startedAt: "2026-11-23T07:00:00.000Z",
    seconds: length,
    processes: 1,
    latencies: [
      latencyOf("delivery", 20_000, 1.1 * slow, seed),
      latencyOf("acknowledgement", 2_000, 0.7 * slow, seed + 1),
      latencyOf("signIn", 110, 14, seed + 2),
      latencyOf("catchUp", 0, 1),
    ],
    series,
    counters: { sent: 3012, acknowledged: 3012, delivered: 298_188, "signed in": 210, "came back": 110 },
    errors: { ConnectionLost: 42, Draining: 3, Unavailable: 0 },
    marks: [
      { at: 8.3, label: "everyone is in" },
      { at: begins, label: "measured part begins" },
      { at: killed, label: "server killed, down for 2 s" },
      { at: killed + 4, label: "server is back" },
      { at: length - 20, label: "30 % of listeners cut" },
      { at: length - 5, label: "measured part ends" },
    ],
    verdicts: [
      {
        promise: "delivery",
        asked: "every acknowledged message reached every member exactly once",
        found: "3,012 acknowledged, 298,188 delivered, none lost, none doubled",
        holds: true,
      },
      { promise: "order", asked: "the same for every member", found: "1 order in 1 channel", holds: true },
      { promise: "p99 of delivery", asked: "at most 50 ms", found: `${(6.5 * slow).toFixed(1)} ms`, holds: slow < 7 },
      { promise: "memory", asked: "at most 200 MiB", found: "128 MiB", holds: true },
      {
        promise: "recovery",
        asked: "within 10 s after the last incident",
        found: "a remote service's links cannot be cut",
        holds: "not judged here",
      },
    ],
  }
}

/** Half an hour: a point for every second, an incident every minute. */
export const soak = (): Result => ({
  ...fanOut({ seconds: 1800, slow: 1.3 }),
  what: { name: "soak", about: "A mixed day for half an hour, with something going wrong every minute." },
  marks: [
    { at: 20, label: "measured part begins" },
    ...Array.from({ length: 29 }, (_, minute) => ({
      at: 60 + minute * 60,
      label: minute % 3 === 0 ? "a fifth of everyone cut" : "links delayed by 200 ms for 10 s",
    })),
    { at: 1790, label: "measured part ends" },
  ],
})

/** Nothing came back: no latencies, no points. */
export const nothing = (): Result => ({
  ...fanOut(),
  what: { name: "nobody", about: "Nothing listened." },
  seconds: 0,
  latencies: [latencyOf("delivery", 0, 1)],
  series: [
    { name: "delivery p99", unit: "ms", points: [] },
    { name: "sent", unit: "/s", points: [[0, 0]] },
  ],
  counters: {},
  errors: { Refused: 100 },
  marks: [],
  verdicts: [],
})

/** As a scenario is written, in parts. */
export const scenario = {
  name: "fan-out",
  about: "Ten speak to a hundred.",
  lasts: Duration.seconds(60),
  settings: { NATTER_HISTORY: "memory" },
  crowds: [
    {
      name: "speakers <b>",
      count: 10,
      arrives: { over: Duration.seconds(2) },
      channels: { names: Array.from({ length: 40 }, (_, index) => `c${index}`), each: 1 },
      does: [{ _tag: "Talk", everySecond: 5, size: 100, to: "channel" }],
    },
    { name: "listeners", count: 90, does: [] },
  ],
  incidents: [{ at: Duration.seconds(10), what: { _tag: "Kill", down: Duration.seconds(2) } }],
  holds: [{ _tag: "Delivery" }, { _tag: "Percentile", of: "delivery", share: 0.99, atMost: Duration.millis(50) }],
}

const evil = `<script>alert("&'1")</script><!--`

/** Names that would like to be markup, or to move the cursor. */
export const hostile = (): Result => {
  const plain = fanOut()
  const name = `${evil}\u001b[2J`
  return {
    ...plain,
    what: { name, about: name },
    target: name,
    machine: { ...plain.machine, cpu: name },
    latencies: plain.latencies.map((latency) => ({ ...latency, name: `${latency.name}${name}` })),
    series: plain.series.map((series) => ({ ...series, name: `${series.name}${name}`, unit: `${series.unit}${name}` })),
    counters: { [name]: 1 },
    errors: { [name]: 1 },
    marks: [{ at: 1, label: name }],
    verdicts: [{ promise: name, asked: name, found: name, holds: false }],
  }
}
