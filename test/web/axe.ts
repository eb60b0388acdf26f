/** What axe-core finds that is in the way of people who hear a page, or use it by keys alone. */
import * as fs from "node:fs"
import { createRequire } from "node:module"
import type { Page as Tab } from "playwright-core"

/** The small one of its two builds: what takes time is to bring it into a page. */
const source = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>
}

export const violations = async (tab: Tab): Promise<ReadonlyArray<string>> => {
  if (!(await tab.evaluate("'axe' in globalThis"))) await tab.evaluate(source)
  const found = (await tab.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as ReadonlyArray<Violation>
  return found.map(
    ({ help, id, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ failureSummary, html }) => `  ${html.slice(0, 200)}\n  ${failureSummary}`).join("\n")}`,
  )
}
