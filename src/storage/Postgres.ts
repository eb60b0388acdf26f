import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import * as Migrations from "./Migrations.ts"

/** The database can't be reached or brought up to date: the server can't start. */
export class PostgresError extends Schema.TaggedError<PostgresError>()("PostgresError", {
  /** Host and database, without user and password. */
  database: Schema.String,
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `The database "${this.database}" can't be used: ${this.problem}`
  }
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with libpq's parameters, as `sslmode=require`. */
  readonly url: Redacted.Redacted
  /** Connections at most, 10 where nothing is said. Each statement has one to itself while it runs. */
  readonly maxConnections?: number | undefined
}

/** Ours are all exact in a number: places, times, counts. */
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

const nameOf = (url: Redacted.Redacted): string => {
  const parsed = URL.parse(Redacted.value(url))
  return parsed === null ? "postgres" : `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

/** The database at this address, with all migrations run. Lost connections are made anew when they are needed. */
export const layer = ({ maxConnections = 10, url }: PostgresOptions): Layer.Layer<SqlClient, PostgresError> => {
  const refuse = (cause: { readonly message: string }) =>
    new PostgresError({ database: nameOf(url), problem: cause.message, cause })
  const client = PgClient.make({ url, types: types(), applicationName: "natter", maxConnections })
  return Layer.effectDiscard(Effect.mapError(Migrations.run, refuse)).pipe(
    Layer.provideMerge(PgClient.layerFrom(Effect.mapError(client, refuse))),
  )
}
