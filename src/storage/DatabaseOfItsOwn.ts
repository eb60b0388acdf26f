/** A database for a while, beside those that are on a server: for loads, which must not touch what people have said. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { nameOf, problemOf } from "./internal/postgresAway.ts"
import { PostgresError } from "./PostgresError.ts"

/** What the names of all of them begin with: where whoever made one was killed, it is still there. */
const prefix = "natter_load_"

/** Makes an empty database on the server at this address, and removes it with the scope; succeeds with its address. */
export const make = (url: Redacted.Redacted): Effect.Effect<Redacted.Redacted, PostgresError, Scope.Scope> => {
  const onServer = <A>(use: (sql: SqlClient) => Effect.Effect<A, SqlError>): Effect.Effect<A, PostgresError> =>
    PgClient.makeClient({ url, applicationName: "natter load" }).pipe(
      Effect.flatMap(use),
      Effect.scoped,
      Effect.provide(Reactivity.layer),
      Effect.mapError((cause) => new PostgresError({ database: nameOf(url), problem: problemOf(cause), cause })),
    )
  return Effect.gen(function* () {
    const name = `${prefix}${randomUUID().replaceAll("-", "")}`
    yield* Effect.acquireRelease(
      onServer((sql) => sql`CREATE DATABASE ${sql(name)}`),
      () => Effect.ignore(onServer((sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`)),
    )
    const own = new URL(Redacted.value(url))
    own.pathname = `/${name}`
    // A schema that they may name is not in this one.
    own.searchParams.delete("options")
    return Redacted.make(own.href)
  })
}
