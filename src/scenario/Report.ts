/** A result as a page for people: one HTML file that loads nothing, for a screen of any size and for paper. */
import * as Effect from "effect/Effect"
import { assets } from "./internal/report/assets.ts"
import { chartsOf } from "./internal/report/charts.ts"
import { html, type Html } from "./internal/report/html.ts"
import { duration, figure, latency, measured } from "./internal/report/numbers.ts"
import { graphs, page, timeHint } from "./internal/report/page.ts"
import * as Tables from "./internal/report/tables.ts"
import { promises } from "./internal/report/verdict.ts"
import { inWords } from "./internal/report/words.ts"
import { type Result, summary } from "./Result.ts"

/** The few figures that readers look for first. */
const tiles = (result: Result): Html => {
  const [first] = result.latencies.filter(({ count }) => count > 0)
  const highest = (pattern: RegExp) => {
    const series = result.series.find(({ name, points }) => pattern.test(name) && points.length > 0)
    return series && measured(Math.max(...series.points.map(([, value]) => value)), series.unit)
  }
  const errors = Object.values(result.errors).reduce((sum, count) => sum + count, 0)
  const counted = (name: string) => result.counters[name]
  const all: ReadonlyArray<readonly [label: string, value: string | undefined]> = [
    ["took", duration(result.seconds)],
    ["members in, at most", highest(/members in/i)],
    ["sent", counted("sent") === undefined ? undefined : figure(counted("sent")!)],
    ["delivered", counted("delivered") === undefined ? undefined : figure(counted("delivered")!)],
    [`p50 of ${first?.name}`, first && latency(first.p50)],
    [`p99 of ${first?.name}`, first && latency(first.p99)],
    ["errors", figure(errors)],
    ["service memory, at most", highest(/memory/i)],
  ]
  return html`<div class="tiles">
    ${all.map(([label, value]) => (value === undefined ? undefined : html`<div><b>${value}</b><span>${label}</span></div>`))}
  </div>`
}

/** Where, when and with which version it was run, in one line. */
const facts = ({ natter, processes, seed, startedAt, target, world }: Result): string =>
  [
    `${world}: ${target}`,
    `started ${startedAt}`,
    `${processes} load ${processes === 1 ? "process" : "processes"}`,
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    `Natter ${natter}`,
  ].join(" · ")

/** The page of a result, as text; `command` is the command line that runs it again. */
export const make = Effect.fn("Report.make")(function* (
  result: Result,
  options: { readonly command?: string | undefined } = {},
) {
  const charts = chartsOf([result], [""])
  const { kind, text } = summary(result)
  const words = result.what.scenario === undefined ? undefined : inWords(result.what.scenario)
  const body = html` <header>
      <h1>${result.what.name}</h1>
      <p>${result.what.about}</p>
      <p class="soft">${facts(result)}</p>
    </header>
    <p class="verdict ${kind}">${text}</p>
    ${promises(result)} ${tiles(result)}
    <h2>Over time</h2>
    <p class="soft">${timeHint}</p>
    ${graphs(charts)}
    <h2>Latencies</h2>
    ${Tables.latencies(result)}
    <div class="pair">
      <div>
        <h2>Counted</h2>
        ${Tables.counters(result)}
      </div>
      <div>
        <h2>Errors</h2>
        ${Tables.errors(result)}
      </div>
    </div>
    ${
      charts.runs[0]!.marks.length === 0
        ? undefined
        : html`<h2>What happened</h2>
            ${Tables.marks(result)}`
    }
    ${
      words === undefined
        ? undefined
        : html`<h2>The scenario</h2>
            ${words}`
    }
    <h2>The machine</h2>
    ${Tables.machine(result)}
    ${
      options.command === undefined
        ? undefined
        : html`<h2>Run it again</h2>
            <p><code>${options.command}</code></p>`
    }
    <footer>
      Made by Natter ${result.natter}. This page has the whole result in it: <code>natter load compare</code> reads it.
    </footer>`
  return page({ title: `${result.what.name}: ${text}`, body, charts, results: [result] }, yield* assets)
})
