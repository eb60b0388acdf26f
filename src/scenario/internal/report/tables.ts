/** The figures of a result, as tables of a page. */
import type { Result } from "../../Result.ts"
import { marksOf } from "./charts.ts"
import { html, type Html, table } from "./html.ts"
import { bytes, duration, figure, latency } from "./numbers.ts"

export const latencies = ({ latencies: all }: Result): Html => {
  if (all.length === 0) return html`<p class="soft">None was measured.</p>`
  return table(
    ["", "count", "never came", "min", "p50", "p90", "p99", "p99.9", "max", "mean"],
    all.map(({ count, lost = 0, max, mean, min, name, p50, p90, p99, p999 }) => [
      name,
      figure(count),
      figure(lost),
      ...[min, p50, p90, p99, p999, max, mean].map((millis) => (count === 0 ? "–" : latency(millis))),
    ]),
  )
}

const countsOf = (counts: Readonly<Record<string, number>>): Html =>
  table(
    [],
    Object.entries(counts).map(([name, count]) => [name, figure(count)]),
  )

export const counters = ({ counters: counts }: Result): Html =>
  Object.keys(counts).length === 0 ? html`<p class="soft">None.</p>` : countsOf(counts)

export const errors = ({ errors: counts }: Result): Html => {
  const some = Object.fromEntries(
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .toSorted(([, a], [, b]) => b - a),
  )
  return Object.keys(some).length === 0 ? html`<p class="soft">None.</p>` : countsOf(some)
}

export const marks = (result: Result): Html =>
  table(
    ["", "at", "what"],
    marksOf(result).map(({ at, label, name }) => [name, duration(at), label]),
    "words",
  )

export const machine = ({ machine: { cores, cpu, memory, node, os } }: Result): Html =>
  table(
    [],
    [
      ["processor", `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}`],
      ["memory", bytes(memory)],
      ["system", os],
      ["Node", node],
    ],
    "words",
  )
