/** How findings are printed. */
import { printable } from "../../client/Printable.ts"
import type { Finding } from "./Finding.ts"

const colours = { ok: 32, warning: 33, problem: 31 } as const

const counted = (findings: ReadonlyArray<Finding>, level: Finding["level"]): number =>
  findings.filter((finding) => finding.level === level).length

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`

const summary = (findings: ReadonlyArray<Finding>): string => {
  const [problems, warnings] = [counted(findings, "problem"), counted(findings, "warning")]
  if (problems + warnings === 0) return "All is in order."
  return `${plural(problems, "problem")}, ${plural(warnings, "warning")}.`
}

export const asText = (findings: ReadonlyArray<Finding>, coloured: boolean): string => {
  const paint = (text: string, level: Finding["level"]) =>
    coloured ? `\u001b[${colours[level]}m${text}\u001b[0m` : text
  const wide = findings.reduce((most, { about }) => Math.max(most, about.length), 0)
  const lines = findings.flatMap(({ about, advice, level, says }) => [
    `${paint(level.padEnd(7), level)}  ${about.padEnd(wide)}  ${printable(says)}`,
    ...(advice === undefined ? [] : [`${" ".repeat(wide + 11)}${printable(advice)}`]),
  ])
  return [...lines, "", summary(findings)].join("\n")
}

export const asJson = (findings: ReadonlyArray<Finding>): string =>
  JSON.stringify(
    {
      ok: counted(findings, "problem") === 0,
      problems: counted(findings, "problem"),
      warnings: counted(findings, "warning"),
      findings,
    },
    undefined,
    2,
  )
