import type { Result } from "../../Result.ts"
import { type Assets, fingerprint } from "./assets.ts"
import type { Charts } from "./charts.ts"
import { type Content, type Html, html, json, verbatim } from "./html.ts"
import { script } from "./script.ts"
import { style } from "./style.ts"

export interface Page {
  readonly title: string
  readonly body: Content
  readonly charts: Charts
  readonly results: ReadonlyArray<Result>
}

/** Digits that are kept in a series: further ones are of no use, and would be most of its size. */
const digits = 5

const compact = (result: Result): Result => ({
  ...result,
  series: result.series.map((series) => ({
    ...series,
    points: series.points.map(([at, value]) => [Number(at.toFixed(3)), Number(value.toPrecision(digits))] as const),
  })),
})

/** A whole page in one file: it loads nothing, and runs nothing but its own script. */
export const page = ({ body, charts, results, title }: Page, assets: Assets): string => {
  const code = `${assets.script}\n${script}`
  const rules = `default-src 'none'; style-src 'unsafe-inline'; script-src ${fingerprint(code)}; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${rules}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${verbatim("style", assets.style + style)}
      </head>
      <body>
        <main>${body}</main>
        ${results.map((result, index) => json(`result-${index}`, compact(result)))} ${json("charts", charts)}
        ${verbatim("script", code)}
      </body>
    </html> `.text
}

export const timeHint =
  "What was measured is shaded. Drag over a part to see it closer in all graphs, and double-click to see everything again."

/** Empty elements for the graphs, which the script fills. */
export const graphs = ({ charts, curves }: Charts): Html =>
  html` <noscript><p class="soft">The graphs need JavaScript; the tables below have the figures.</p></noscript>
    ${charts.map(
      ({ height, id, log, title, unit }) =>
        html` <section class="graph">
          <h3>${title} <small>${[unit, log ? "logarithmic" : ""].filter((part) => part !== "").join(", ")}</small></h3>
          <div id="${id}" data-height="${height}"></div>
        </section>`,
    )}
    ${
      curves.length === 0
        ? undefined
        : html`<h2>Percentiles</h2>
            <p class="soft">
              How slow the slowest are: 99 % means that one of a hundred took longer. Milliseconds, logarithmic.
            </p>`
    }
    ${curves.map(
      ({ id, title }) =>
        html` <section class="graph">
          ${title === "" ? undefined : html`<h3>${title} <small>ms, logarithmic</small></h3>`}
          <div id="${id}" data-height="260"></div>
        </section>`,
    )}`
