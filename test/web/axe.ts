/** What axe-core finds that is in the way of people who hear a page, or use it by keys alone. */
import axe from "axe-core"
import type { Page as Tab } from "playwright-core"

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>
}

export const violations = async (tab: Tab): Promise<ReadonlyArray<string>> => {
  await tab.evaluate(axe.source)
  const found = (await tab.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as ReadonlyArray<Violation>
  return found.map(
    ({ help, id, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ failureSummary, html }) => `  ${html.slice(0, 200)}\n  ${failureSummary}`).join("\n")}`,
  )
}
