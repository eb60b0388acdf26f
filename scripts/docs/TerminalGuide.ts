import * as fs from "node:fs"
import { commands } from "../../src/terminal/Commands.ts"
import { actionNames } from "../../src/terminal/Keymap.ts"
import { descriptions, names } from "../../src/terminal/Settings.ts"
import { keys } from "../../src/terminal/view/Help.ts"
import type { Document } from "./Document.ts"
import { code, fenced, table } from "./Markdown.ts"

/** Screenshots that scripts/docs/Screenshots.ts has taken, which needs a terminal. Here they are only inserted. */
const screenshot = (name: string): string =>
  fenced("text", fs.readFileSync(new URL(`../../docs/screenshots/${name}.txt`, import.meta.url), "utf8").trimEnd())

export const terminalGuide: Document = {
  path: "docs/TERMINAL.md",
  render: () =>
    [
      "<!-- Made by `node scripts/docs/main.ts`: change scripts/docs/terminal.md or the code instead. -->\n\n",
      fs.readFileSync(new URL("terminal.md", import.meta.url), "utf8"),
    ]
      .join("")
      .replaceAll(/\{\{(?:screen:)?(\d+x\d+|(?<=screen:)\w+)\}\}/g, (_, name: string) => screenshot(name))
      .replace("{{commands}}", () =>
        table(
          ["command", "", "also"],
          commands.map(({ names: [name, ...others], summary, usage }) => [
            code(`/${name} ${usage}`.trim()),
            summary,
            others.map((other) => code(`/${other}`)).join(" "),
          ]),
        ),
      )
      .replace("{{settings}}", () =>
        table(
          ["setting", "values", ""],
          names.map((name) => {
            const [values, what] = descriptions[name]
            const [label, given] = name === "servers" ? values.split(/ (.*)/) : [name, values]
            return [code(label!), given!.split("|").map(code).join(" "), what]
          }),
        ),
      )
      .replace("{{actions}}", () => actionNames.map(code).join(", "))
      .replace("{{keys}}", () =>
        table(
          ["key", ""],
          keys.map(([key, what]) => [key, what]),
        ),
      ),
}
