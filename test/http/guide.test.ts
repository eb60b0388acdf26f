/** The examples of docs/HTTP.md, run by curl and `natter` as they stand, one after the other. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { TestServer } from "../../src/testing/TestServer.ts"
import { main, makeFolder } from "../cli/NatterProcess.ts"

const guide = fs.readFileSync(path.join(import.meta.dirname, "../../docs/HTTP.md"), "utf8")

/** What is to be run, and what it says, where the guide shows that. */
const examples = [...guide.matchAll(/```sh\n([^]*?)```(?:\n\n```json\n([^]*?)```)?/g)].map(([, script = "", says]) => ({
  script,
  says,
}))

/** What is otherwise each time, or where the service keeps something on a disk. */
const volatile = new Set(["timestamp", "request_id", "user_id", "durability"])
const stable = (json: string): unknown =>
  JSON.parse(json, (name, value: unknown) => (volatile.has(name) ? "…" : value)) as unknown

const run = (script: string, env: Readonly<Record<string, string>>): Effect.Effect<string> =>
  Effect.callback((resume) => {
    execFile(
      "bash",
      ["-euo", "pipefail", "-c", `natter() { "$NODE" "$MAIN" "$@"; }\n${script}`],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => resume(error === null ? Effect.succeed(stdout) : Effect.die(`${script}\n${stderr}`)),
    )
  })

it.live("the guide's examples do what it says", () =>
  Effect.gen(function* () {
    const { accounts, address } = yield* TestServer
    const password = Redacted.make("a long password")
    const ann = yield* accounts.add({ name: "ann", password, role: "member" })
    yield* accounts.add({ name: "bob", password, role: "member" })
    const { token } = yield* accounts.issueToken(ann)
    const env = {
      NATTER: `http://127.0.0.1:${address!.port}`,
      TOKEN: Redacted.value(token),
      NODE: process.execPath,
      MAIN: main,
      HOME: makeFolder(),
    }
    assert.isAbove(examples.length, 5)
    for (const { says, script } of examples) {
      const said = yield* run(script, env)
      if (says !== undefined) assert.deepStrictEqual(stable(said), stable(says), script)
      else assert.notInclude(said, '"reason"', script)
    }
  }).pipe(Effect.provide(TestServer.layerTcp())),
)
