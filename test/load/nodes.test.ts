/** `natter load run --nodes` as people run it: nodes over a database that is made for them, and removed. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { main } from "../cli/bundled.ts"
import { emptyDatabase } from "../postgres/database.ts"

const run = (environment: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly code: number | null; readonly out: string; readonly err: string }>((resume) => {
    const child = spawn(process.execPath, [main, "load", "run", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NATTER_POSTGRES_URL: undefined, ...environment },
    })
    let out = ""
    let err = ""
    child.stdout.on("data", (data) => (out += data))
    child.stderr.on("data", (data) => (err += data))
    child.on("close", (code) => resume(Effect.succeed({ code, out, err })))
    return Effect.sync(() => void child.kill("SIGTERM"))
  })

const databases = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url })
    const rows = yield* sql<{ datname: string }>`SELECT datname FROM pg_database WHERE datname LIKE 'natter_load_%'`
    return rows.map(({ datname }) => datname)
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.orDie)

describe("natter load run --nodes", () => {
  it.live("says what it needs, and what it does not go with", () =>
    Effect.gen(function* () {
      const refused = (environment: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
        Effect.map(run(environment, "fan-out", "--nodes", "2", ...args), ({ code, err }) => `${code}: ${err.trim()}`)
      const url = { NATTER_POSTGRES_URL: "postgres://nobody:secret@127.0.0.1:1/none" }
      assert.match(yield* refused({}), /^2: .*set NATTER_POSTGRES_URL to postgres:/)
      assert.match(yield* refused({ NATTER_POSTGRES_URL: "no address" }), /^2: .*is no address of a database/)
      assert.match(yield* refused(url, "--simulate"), /^2: .*leave out --nodes, or --simulate/)
      assert.match(yield* refused(url, "--address", "localhost"), /^2: .*leave out --address/)
      assert.match(yield* refused(url, "--processes", "2"), /^2: .*leave out --processes/)
      const unreachable = yield* refused(url)
      assert.match(unreachable, /^1: .*postgres:\/\/127\.0\.0\.1:1\/none.*can't be used/)
      assert.notInclude(unreachable, "secret")
    }),
  )

  it.live(
    "plays a scenario in a database of its own, which is gone behind it",
    () =>
      Effect.gen(function* () {
        const url = yield* emptyDatabase
        const scenario = `${import.meta.dirname}/fixtures/disasters.ts`
        const { code, err, out } = yield* run({ NATTER_POSTGRES_URL: Redacted.value(url) }, scenario, "--nodes", "1")
        assert.strictEqual(code, 0, out + err)
        assert.match(out, /holds: delivery: \d+ acknowledged, all heard once/)
        assert.deepStrictEqual(yield* databases(url), [])
      }),
    120_000,
  )
})
