import * as fs from "node:fs"
import { initial, transitions } from "../../src/client/ClientState.ts"
import type { Document } from "./Document.ts"
import { code, fenced, table } from "./Markdown.ts"

const meanings: { readonly [State in keyof typeof transitions]: string } = {
  Connecting: "the first try: dialling, agreeing on a version, signing in",
  Online: "signed in, and in its channels, but for those that do not answer",
  Away: "waiting for the next try",
  Returning: "trying: dialling, signing in, entering the channels again",
  Ended: "for good: closed, or there is no sense in coming back",
}

const arrows = Object.entries(transitions).flatMap(([from, inputs]) =>
  Object.entries(inputs).map(([input, to]) => `  ${from} --> ${to}: ${input}`),
)

const diagram = ["stateDiagram-v2", `  [*] --> ${initial._tag}`, ...arrows, "  Ended --> [*]"].join("\n")

export const clientGuide: Document = {
  path: "docs/CLIENT.md",
  render: () =>
    [
      "<!-- Made by `node scripts/docs/main.ts`: change scripts/docs/client.md or the code instead. -->\n\n",
      fs.readFileSync(new URL("client.md", import.meta.url), "utf8"),
    ]
      .join("")
      .replace("{{states}}", () => fenced("mermaid", diagram))
      .replace("{{transitions}}", () =>
        table(
          ["state", ""],
          Object.entries(meanings).map(([state, meaning]) => [code(state), meaning]),
        ),
      ),
}
