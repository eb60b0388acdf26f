import * as Context from "effect/Context"
import type * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import * as fs from "node:fs"
import { Api } from "../../src/http/api/Api.ts"
import type { Document } from "./Document.ts"
import { code, table } from "./Markdown.ts"

const groups = Object.values((Api as unknown as HttpApi.Top).groups)

const annotation = <I>(annotations: Context.Context<never>, key: Context.Key<I, string>): string =>
  Context.getOrUndefined(annotations as Context.Context<I>, key) ?? ""

const sections = groups.map(({ annotations, endpoints, identifier }) => {
  const rows = Object.values(endpoints).map((endpoint) => [
    `${code(`${endpoint.method} ${endpoint.path}`)}`,
    code(endpoint.identifier),
    annotation(endpoint.annotations, OpenApi.Summary),
  ])
  const about = annotation(annotations, OpenApi.Description)
  return `### ${identifier}\n\n${about}.\n\n${table(["request", "of the client", ""], rows)}`
})

export const httpGuide: Document = {
  path: "docs/HTTP.md",
  render: () =>
    [
      "<!-- Made by `node scripts/docs/main.ts`: change scripts/docs/http.md or the code instead. -->\n\n",
      fs.readFileSync(new URL("http.md", import.meta.url), "utf8"),
    ]
      .join("")
      .replace("{{endpoints}}", () => sections.join("\n\n")),
}
