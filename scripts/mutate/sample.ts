/**
 * Leaves all but every n-th of the planted bugs out (Stryker counts them as "errors", which are no part of the score), so that a
 * folder is judged in minutes. Which are in it depends on the bug alone: the same ones are tried again next time.
 */
import { type CheckResult, CheckStatus, type Checker } from "@stryker-mutator/api/check"
import type { Mutant } from "@stryker-mutator/api/core"
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"

const oneIn = Number(process.env["MUTATE_ONE_IN"] ?? 1)

class Sample implements Checker {
  static readonly inject = [] as const
  private readonly lines = new Map<string, ReadonlyArray<string>>()

  init(): Promise<void> {
    return Promise.resolve()
  }

  async check(mutants: ReadonlyArray<Mutant>): Promise<Record<string, CheckResult>> {
    const results: Record<string, CheckResult> = {}
    for (const mutant of mutants) {
      results[mutant.id] = (await this.chosen(mutant))
        ? { status: CheckStatus.Passed }
        : { status: CheckStatus.CompileError, reason: "not in the sample" }
    }
    return results
  }

  /** By the text of its line, not by its number: a line that was added above changes nothing. */
  private async chosen({ fileName, location, mutatorName, replacement }: Mutant): Promise<boolean> {
    let lines = this.lines.get(fileName)
    if (lines === undefined) this.lines.set(fileName, (lines = (await readFile(fileName, "utf8")).split("\n")))
    const bug = [lines[location.start.line], location.start.column, mutatorName, replacement].join("\n")
    return createHash("sha256").update(bug).digest().readUInt32BE() % oneIn === 0
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, "sample", Sample)]
