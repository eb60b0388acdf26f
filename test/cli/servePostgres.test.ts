import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"
import { emptyDatabase } from "../postgres/database.ts"
import { run } from "./natterHere.ts"
import { makeFolder, serve } from "./NatterProcess.ts"

test("one service at a time has a Postgres database, and who lost it to another ends", async () => {
  const url = await Effect.runPromise(emptyDatabase)
  const env = { NATTER_STORAGE: "postgres", NATTER_POSTGRES_URL: Redacted.value(url) }
  const first = await serve(makeFolder(), { env })
  expect(await run(["serve", "--port", "0", "--data", makeFolder()], { env })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^natter: The database "[^"]*" is in use by another service/m),
  })
  // The network takes the connection that has the lock, and somebody starts another service right then.
  const cut = Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url })
    yield* sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid =
      (hashtext(current_schema())::bigint & 4294967295)::oid`
    yield* sql`SELECT pg_advisory_lock(${0x4e617474}::int, hashtext(current_schema()))`
    return yield* Effect.promise(() => first.ended)
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer))
  expect(await Effect.runPromise(cut)).toEqual({ code: 1, signal: null })
  expect(first.stderr).toContain("is in use by another service")
})
