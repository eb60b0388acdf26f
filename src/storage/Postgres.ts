import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { SqlClient } from "effect/sql/SqlClient"
import { Dialect } from "./Dialect.ts"
import { nameOf, problemOf } from "./internal/postgresAway.ts"
import { postgres } from "./internal/postgresDialect.ts"
import * as Migrations from "./Migrations.ts"
import { PostgresError } from "./PostgresError.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with libpq's parameters, as `sslmode=require`. */
  readonly url: Redacted.Redacted
  /** At most as many connections; 10 is the default. Each statement has one to itself while it runs. */
  readonly maxConnections?: number | undefined
}

/** 64-bit integers as numbers: all that Natter keeps (places, times, counts) are exact in one. */
const types = (): PgTypes.Registry => {
  const registry = PgTypes.makeRegistry()
  registry.register(
    PgTypes.OID.int8,
    {
      encode: (value: number | bigint) => PgTypes.encode(BigInt(value), PgTypes.OID.int8),
      decode: (bytes) => Result.map(PgTypes.decode(bytes, PgTypes.OID.int8, 1), Number),
    },
    { arrayOid: PgTypes.OID.int8Array },
  )
  return registry
}

const refusal =
  (url: Redacted.Redacted) =>
  (cause: { readonly message: string }): PostgresError =>
    new PostgresError({ database: nameOf(url), problem: problemOf(cause), cause })

/** Connections to the database at this address, whatever is in it. Lost ones are made anew when they are needed. */
export const connections = (
  { maxConnections = 10, url }: PostgresOptions,
  applicationName = "natter",
): Layer.Layer<SqlClient | Dialect, PostgresError> => {
  const client = PgClient.make({ url, types: types(), applicationName, maxConnections })
  return Layer.merge(PgClient.layerFrom(Effect.mapError(client, refusal(url))), Layer.succeed(Dialect, postgres))
}

/** The database at this address, with all migrations run. */
export const layer = (options: PostgresOptions): Layer.Layer<SqlClient | Dialect, PostgresError> =>
  Layer.effectDiscard(Effect.mapError(Migrations.run, refusal(options.url))).pipe(
    Layer.provideMerge(connections(options)),
  )
