import { type Declaration, metrics } from "../../src/observability/metrics.ts"
import type { Document } from "./Document.ts"
import { code, fenced, table } from "./Markdown.ts"

const all: ReadonlyArray<readonly [name: string, declaration: Declaration]> = Object.entries(metrics)

const row = ([name, { kind, labels, meaning, unit }]: (typeof all)[number]) => [
  code(name),
  kind,
  unit,
  labels.map(code).join(", "),
  meaning,
]

const histograms = all.flatMap(([name, { bounds }]) =>
  bounds === undefined ? [] : [[code(name), bounds.map(String).join(", ")]],
)

const text = [
  "# Metrics",
  "<!-- Made from the code by scripts/docs/main.ts: do not edit. -->",
  `A service says how it is in the text format of Prometheus, at \`/metrics\` on every place where it speaks HTTP
([CONFIGURATION.md](CONFIGURATION.md#metrics): \`metrics.path\`, \`metrics.allow\`). This machine may read them, others where
the settings say so, and administrators with a token. Beside them there are two paths for whoever starts, balances and
watches services, open to everybody: \`/livez\` (200 as long as the process answers) and \`/readyz\` (200, or 503 while it
shuts down or cannot reach what it keeps its data in; the body says which of these, and for how long it has been known).
All three answer also when no more connections are let in.`,
  fenced(
    "yaml",
    '# prometheus.yml\nscrape_configs:\n  - job_name: natter\n    static_configs:\n      - targets: ["127.0.0.1:8080"]',
  ),
  `Names stay what they are. No label is a user's, a channel's or an address, so there are as many series as are listed here,
however many people come. What is counted is counted whether anybody asks or not, and costs next to nothing
([ADR 37](adr/0037-plain-counters-on-the-way.md)).`,
  table(["metric", "kind", "unit", "labels", "meaning"], all.map(row)),
  "## Buckets",
  table(["histogram", "bounds"], histograms),
]

export const metricsReference: Document = {
  path: "docs/METRICS.md",
  render: () => `${text.join("\n\n")}\n`,
}
