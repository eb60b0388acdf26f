import * as fs from "node:fs"
import type { Scenario } from "../../src/scenario/Scenario.ts"
import type { Document } from "./Document.ts"
import { code, table } from "./Markdown.ts"

const folder = new URL("../scenarios/", import.meta.url)

const scenarios = await Promise.all(
  fs
    .readdirSync(folder)
    .toSorted()
    .map(async (file) => ((await import(new URL(file, folder).href)) as { readonly default: Scenario }).default),
)

const time = (millis: number): string => (millis < 120_000 ? `${millis / 1000} s` : `${millis / 60_000} min`)

export const scenarioGuide: Document = {
  path: "docs/SCENARIOS.md",
  render: () =>
    [
      "<!-- Made by `node scripts/docs/main.ts`: change scripts/docs/scenarios.md or the code instead. -->\n\n",
      fs.readFileSync(new URL("scenarios.md", import.meta.url), "utf8"),
    ]
      .join("")
      .replace("{{scenarios}}", () =>
        table(
          ["name", "members", "lasts", ""],
          scenarios.map(({ about, crowds, lasts, name }) => [
            code(name),
            crowds.reduce((sum, { count }) => sum + count, 0).toLocaleString("en"),
            time(lasts),
            about,
          ]),
        ),
      ),
}
