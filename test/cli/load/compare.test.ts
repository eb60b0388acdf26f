import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import { compare as command } from "../../../src/cli/load/compare.ts"
import * as Report from "../../../src/scenario/Report.ts"
import { Result } from "../../../src/scenario/Result.ts"
import { fanOut } from "../../scenario/report/results.ts"
import { makeFolder } from "../NatterProcess.ts"

const encode = Schema.encodeSync(Schema.fromJsonString(Result))

/** Runs `compare` over files with these texts; its exit code and what it printed. */
const compare = Effect.fnUntraced(function* (a: string, b: string, ...more: ReadonlyArray<string>) {
  const folder = makeFolder()
  const file = (name: string) => path.join(folder, name)
  fs.writeFileSync(file("a"), a)
  fs.writeFileSync(file("b"), b)
  const printed: Array<unknown> = []
  const args = [file("a"), file("b"), ...more.map((part) => part.replace("FOLDER", folder))]
  const exit = yield* Command.runWith(command, { version: "0" })(args).pipe(
    Effect.provideService(Console.Console, { ...globalThis.console, log: (...text) => printed.push(...text) }),
    Effect.provide(NodeServices.layer),
    Effect.exit,
  )
  const error = Exit.isSuccess(exit) ? undefined : Cause.squash(exit.cause)
  return {
    code: error === undefined ? 0 : Runtime.getErrorExitCode(error),
    message: error instanceof Error ? error.message : "",
    text: printed.join("\n"),
    read: (name: string) => fs.readFileSync(file(name), "utf8"),
  }
})

describe("natter load compare", () => {
  it.effect("succeeds where no promise is broken, whether it reads results or their pages", () =>
    Effect.gen(function* () {
      const page = yield* Report.make(fanOut())
      const { code, text } = yield* compare(encode(fanOut()), page)
      assert.strictEqual(code, 0)
      assert.match(text, /delivery p99 +3\.22 ms +3\.22 ms +=/)
      assert.notInclude(text, "!")
    }),
  )

  it.effect("fails with 1 where b breaks a promise that a kept, with a page of both", () =>
    Effect.gen(function* () {
      const { code, read, text } = yield* compare(
        encode(fanOut()),
        encode(fanOut({ slow: 8 })),
        "--html",
        "FOLDER/c.html",
      )
      assert.strictEqual(code, 1)
      assert.include(text, "p99 of delivery: holds -> does not hold")
      assert.include(read("c.html"), "b breaks 1 promise that a kept")
    }),
  )

  it.effect("fails with 2 where there is nothing to compare", () =>
    Effect.gen(function* () {
      const result = encode(fanOut())
      const outcome = yield* compare(result, `{"format":"natter-load/9"}`)
      assert.strictEqual(outcome.code, 2)
      assert.match(outcome.message, /b: is not a result of a load/)
      assert.strictEqual((yield* compare(result, "<!doctype html>")).code, 2)
      assert.strictEqual((yield* compare(result, result, "--html", "/nowhere/at/all.html")).code, 2)
      const { read } = yield* compare(result, result, "--html", "FOLDER/c.html")
      assert.match((yield* compare(result, read("c.html"))).message, /b: is a comparison/)
    }),
  )
})
