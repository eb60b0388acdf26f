/** Two results as one page, the second drawn over the first. */
import * as Effect from "effect/Effect"
import { type Comparison, breaks, meaning, type PromiseChange, type Row } from "./Comparison.ts"
import { assets } from "./internal/report/assets.ts"
import { chartsOf } from "./internal/report/charts.ts"
import { html, type Html, table } from "./internal/report/html.ts"
import { change, duration, measured } from "./internal/report/numbers.ts"
import { graphs, page, timeHint } from "./internal/report/page.ts"
import { machine } from "./internal/report/tables.ts"
import { pill } from "./internal/report/verdict.ts"
import type { Result } from "./Result.ts"

const rows = (all: ReadonlyArray<Row>): Html => {
  if (all.length === 0) return html`<p class="soft">None.</p>`
  const shown = (value: number | undefined, unit: string) => (value === undefined ? "–" : measured(value, unit))
  return table(
    ["", "a", "b", "change"],
    all.map((row) => [
      row.what,
      shown(row.a, row.unit),
      shown(row.b, row.unit),
      row.a === undefined || row.b === undefined
        ? "–"
        : html`<span class="${meaning(row) ?? ""}">${change(row.a, row.b)}</span>`,
    ]),
  )
}

const side = (name: string, colour: string, verdict: PromiseChange["a"]): Html =>
  html` <div>
    <dt><b style="color: var(--${colour})">${name}</b></dt>
    <dd>${verdict === undefined ? "was not asked" : html`${pill(verdict.holds)} ${verdict.found}`}</dd>
  </div>`

const verdicts = (promises: Comparison["promises"]): Html =>
  html` <ul class="promises two">
    ${promises.map(
      ({ a, b, promise }) =>
        html` <li>
          <div><b>${promise}</b> <span class="soft">${(a ?? b)!.asked}</span></div>
          <dl>${side("a", "c1", a)}${side("b", "c2", b)}</dl>
        </li>`,
    )}
  </ul>`

const verdict = (comparison: Comparison) => {
  const broken = comparison.promises.filter(({ change: how }) => how === "broken").length
  const kept = comparison.promises.filter(({ change: how }) => how === "kept").length
  if (breaks(comparison)) {
    return { kind: "bad", text: `b breaks ${broken} ${broken === 1 ? "promise" : "promises"} that a kept` }
  }
  if (kept > 0) return { kind: "good", text: `b keeps ${kept} ${kept === 1 ? "promise" : "promises"} that a did not` }
  return { kind: "open", text: "b breaks no promise that a kept" }
}

const who = (name: string, colour: string, { natter, seconds, startedAt, target, what, world }: Result): Html =>
  html` <li>
    <b style="color: var(--${colour})">${name}</b> ${what.name}: ${world}, ${target}; started ${startedAt}, took
    ${duration(seconds)}; Natter ${natter}
  </li>`

/** The page of a comparison, as text. */
export const make = Effect.fn("ComparisonReport.make")(function* (comparison: Comparison) {
  const { a, b } = comparison
  const charts = chartsOf([a, b], ["a", "b"])
  const { kind, text } = verdict(comparison)
  const name = a.what.name === b.what.name ? a.what.name : `${a.what.name} and ${b.what.name}`
  const marks = charts.runs.flatMap(({ marks, shift }) =>
    marks.map(({ at, label, name }) => [name, duration(at - shift), label]),
  )
  const body = html` <header>
      <h1>${name}, compared</h1>
      <ul class="plain">
        ${who("a", "c1", a)}${who("b", "c2", b)}
      </ul>
    </header>
    <p class="verdict ${kind}">${text}</p>
    ${comparison.caveats.map((caveat) => html`<p class="verdict open"><small>${caveat}</small></p>`)}
    ${verdicts(comparison.promises)}
    <h2>Latencies</h2>
    ${rows(comparison.latencies)}
    <h2>Over time</h2>
    <p class="soft">
      Time counts from where each was measured. The solid line is the higher percentile, the dashed one the lower.
      ${timeHint}
    </p>
    ${graphs(charts)}
    <h2>Medians of the measured seconds</h2>
    ${rows(comparison.medians)}
    <div class="pair">
      <div>
        <h2>Counted</h2>
        ${rows(comparison.counters)}
      </div>
      <div>
        <h2>Errors</h2>
        ${rows(comparison.errors)}
      </div>
    </div>
    ${
      marks.length === 0
        ? undefined
        : html`<h2>What happened</h2>
            ${table(["", "at", "what"], marks, "words")}`
    }
    <div class="pair">
      <div>
        <h2>The machine of a</h2>
        ${machine(a)}
      </div>
      <div>
        <h2>The machine of b</h2>
        ${machine(b)}
      </div>
    </div>
    <footer>Differences up to 5 % are not called better or worse: two runs of the same thing differ as much.</footer>`
  return page({ title: `${name}, compared: ${text}`, body, charts, results: [a, b] }, yield* assets)
})
