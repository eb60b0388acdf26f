import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import * as net from "node:net"
import { inject } from "vitest"

/** The address of the run's server. */
const server = Effect.callback<string>((resume) => {
  const socket = net.connect(inject("postgres"))
  let answer = ""
  socket.on("data", (text) => (answer += text.toString()))
  socket.once("error", (error) => resume(Effect.die(error)))
  socket.once("end", () => {
    const { error, url } = JSON.parse(answer) as { readonly url?: string; readonly error?: string }
    resume(url === undefined ? Effect.die(new Error(error)) : Effect.succeed(url))
  })
  return Effect.sync(() => socket.destroy())
})

/**
 * The address of an empty database, as far as its user can see: a schema of its own. A commit waits for the disk there only
 * where the service itself asks for it: this server loses no power.
 */
export const emptyDatabase: Effect.Effect<Redacted.Redacted> = Effect.gen(function* () {
  const url = yield* server
  const schema = `test_${randomUUID().replaceAll("-", "")}`
  const sql = yield* PgClient.makeClient({ url: Redacted.make(url) })
  yield* sql`CREATE SCHEMA ${sql(schema)}`
  return Redacted.make(`${url}?options=${encodeURIComponent(`-c search_path=${schema} -c synchronous_commit=off`)}`)
}).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.orDie)
