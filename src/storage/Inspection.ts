/** What can be said of a database without bringing it up to date: it is only read, whether a service has it open or not. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as path from "node:path"
import { trouble } from "./internal/folderFile.ts"
import { nameOf, problemOf } from "./internal/postgresAway.ts"
import { postgres as postgresDialect } from "./internal/postgresDialect.ts"
import { sqlite as sqliteDialect } from "./internal/sqliteDialect.ts"
import * as Migrations from "./Migrations.ts"
import { PostgresError } from "./PostgresError.ts"

/** How far its migrations are, and how far those that this Natter knows. */
export interface Version {
  readonly schema: number
  readonly known: number
}

export interface SqliteFacts extends Version {
  readonly file: string
  /** With what was not yet written into the first file. */
  readonly bytes: number
}

const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Undefined where there is none yet; a text says what keeps a service from starting on it. */
export const sqlite = (folder: string): SqliteFacts | string | undefined => {
  const file = path.join(folder, "natter.db")
  if (!fs.existsSync(file) && !fs.existsSync(`${file}-wal`)) return undefined
  const problem = trouble(file, "bounded")
  if (problem !== undefined) return problem
  const known = Migrations.latest(sqliteDialect.schema)
  const bytes = sizeOf(file) + sizeOf(`${file}-wal`)
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const row = db.prepare("SELECT MAX(migration_id) AS version FROM migrations").get()
    return { file, bytes, known, schema: Number(row?.["version"] ?? 0) }
  } finally {
    db.close()
  }
}

export interface PostgresFacts extends Version {
  /** Host and database, without user and password. */
  readonly database: string
  readonly server: string
  readonly bytes: number
  readonly synchronousCommit: string
  readonly standbys: string
  readonly mayCreate: boolean
  readonly readOnly: boolean
  /** Connections that the server lets everybody have together, and those there are. */
  readonly connections: { readonly most: number; readonly taken: number }
}

/** A server that says nothing is given up. */
const answersWithin = "10 seconds"

const looking =
  (url: Redacted.Redacted) =>
  <A, E extends { readonly message: string }>(
    look: Effect.Effect<A, E, Scope.Scope | Reactivity.Reactivity>,
  ): Effect.Effect<A, PostgresError> =>
    look.pipe(
      Effect.scoped,
      Effect.timeout(answersWithin),
      Effect.mapError((cause) => new PostgresError({ database: nameOf(url), problem: problemOf(cause), cause })),
      Effect.provide(Reactivity.layer),
    )

export const postgres = (url: Redacted.Redacted): Effect.Effect<PostgresFacts, PostgresError> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url, applicationName: "natter doctor", connectTimeout: answersWithin })
    const [row] = yield* sql<{
      server: string
      bytes: string
      commit: string
      standbys: string
      create: boolean
      replica: boolean
      most: string
      taken: number
      migrated: boolean
    }>`SELECT current_setting('server_version') AS server, pg_database_size(current_database())::text AS bytes,
      current_setting('synchronous_commit') AS commit, current_setting('synchronous_standby_names') AS standbys,
      coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "create",
      pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS replica,
      current_setting('max_connections') AS most, (SELECT count(*)::int FROM pg_stat_activity) AS taken,
      to_regclass('migrations') IS NOT NULL AS migrated`
    const [version] =
      row?.migrated === true
        ? yield* sql<{ schema: number }>`SELECT max(migration_id)::int AS schema FROM migrations`
        : []
    return {
      database: nameOf(url),
      server: row!.server,
      bytes: Number(row!.bytes),
      synchronousCommit: row!.commit,
      standbys: row!.standbys,
      mayCreate: row!.create,
      readOnly: row!.replica,
      connections: { most: Number(row!.most), taken: row!.taken },
      schema: version?.schema ?? 0,
      known: Migrations.latest(postgresDialect.schema),
    }
  }).pipe(looking(url))

/** Which records of files a database in a folder has; undefined where there are none yet. */
export const filesInSqlite = (folder: string): string | undefined => {
  const file = path.join(folder, "natter.db")
  if (!fs.existsSync(file)) return undefined
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'files_identity'").get()
    return known === undefined ? undefined : String(db.prepare("SELECT id FROM files_identity").get()?.["id"])
  } finally {
    db.close()
  }
}

export const filesInPostgres = (url: Redacted.Redacted): Effect.Effect<string | undefined, PostgresError> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url, applicationName: "natter doctor", connectTimeout: answersWithin })
    const [row] = yield* sql<{ known: boolean }>`SELECT to_regclass('files_identity') IS NOT NULL AS known`
    if (row?.known !== true) return undefined
    const [identity] = yield* sql<{ id: string }>`SELECT id FROM files_identity`
    return identity?.id
  }).pipe(looking(url))
