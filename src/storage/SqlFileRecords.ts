/** Which files there are, in a SQL database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import type { Sha256 } from "../domain/Sha256.ts"
import type { FileId } from "../domain/FileId.ts"
import { FileRecords } from "../files/FileRecords.ts"
import type { FileRecordsShape, RecordChange } from "../files/FileRecordsShape.ts"
import { FileStoreError } from "../files/FileStoreError.ts"
import { Dialect } from "./Dialect.ts"
import { columnsOf, FileRow, toRecord } from "./internal/fileRows.ts"
import { troubleOf } from "./internal/trouble.ts"

// Every statement is one that SQLite and Postgres both accept.

const decode = Schema.decodeUnknownEffect(Schema.Array(FileRow))

const asStoreError =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, FileStoreError, R> =>
    Effect.mapError(
      effect,
      (cause) => new FileStoreError({ operation, trouble: isSqlError(cause) ? troubleOf(cause) : undefined, cause }),
    )

const make: Effect.Effect<FileRecordsShape, never, SqlClient | Dialect> = Effect.gen(function* () {
  const sql = yield* SqlClient
  const phrases = (yield* Dialect).phrases(sql)

  const columns = sql.literal(
    `id, user_id AS "user", channel, name, size, media_type AS "mediaType", sha256, received, whole, posted, ` +
      `created_at AS "createdAt", expires_at AS "expiresAt"`,
  )
  const records = (rows: Effect.Effect<ReadonlyArray<unknown>, unknown>) =>
    Effect.map(Effect.flatMap(rows, decode), (rows) => rows.map(toRecord))

  return {
    identity: sql<{ readonly id: string }>`SELECT id FROM files_identity`.pipe(
      Effect.flatMap(([row]) => (row === undefined ? Effect.fail("files_identity is empty") : Effect.succeed(row.id))),
      asStoreError("identity"),
    ),
    add: (record) =>
      sql`INSERT INTO files ${sql.insert({ id: record.id, ...columnsOf(record) })}`.pipe(
        Effect.asVoid,
        asStoreError("add"),
      ),
    get: (id) =>
      records(sql`SELECT ${columns} FROM files WHERE id = ${id}`).pipe(
        Effect.map(([record]) => Option.fromUndefinedOr(record)),
        asStoreError("get"),
      ),
    change: (id, change: RecordChange) =>
      sql`UPDATE files SET ${sql.update(columnsOf(change))} WHERE id = ${id} RETURNING id`.pipe(
        Effect.map(({ length }) => length > 0),
        asStoreError("change"),
      ),
    usage: (user) =>
      sql<{ readonly bytes: number; readonly uploads: number }>`
        SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes, CAST(COALESCE(SUM(1 - whole), 0) AS BIGINT) AS uploads
        FROM files WHERE user_id = ${user}`.pipe(
        Effect.map(([usage]) => usage ?? { bytes: 0, uploads: 0 }),
        asStoreError("usage"),
      ),
    expired: (before, { after = "", limit }) =>
      records(
        sql`SELECT ${columns} FROM files WHERE expires_at < ${before} AND id > ${after} ORDER BY id LIMIT ${limit}`,
      ).pipe(asStoreError("expired")),
    of: (channel, { after = "", limit }) =>
      records(
        sql`SELECT ${columns} FROM files WHERE channel = ${channel} AND id > ${after} ORDER BY id LIMIT ${limit}`,
      ).pipe(asStoreError("of")),
    remove: (id, before) =>
      records(
        sql`DELETE FROM files WHERE id = ${id} AND ${before === undefined ? sql`1 = 1` : sql`expires_at < ${before}`}
          RETURNING ${columns}`,
      ).pipe(
        Effect.map(([record]) => Option.fromUndefinedOr(record)),
        asStoreError("remove"),
      ),
    used: (contents) =>
      sql<{ readonly sha256: Sha256 }>`SELECT DISTINCT sha256 FROM files
        WHERE whole = 1 AND sha256 IN (${phrases.texts(contents)})`.pipe(
        Effect.map((rows) => rows.map(({ sha256 }) => sha256)),
        asStoreError("used"),
      ),
    coming: (ids) =>
      sql<{ readonly id: FileId }>`SELECT id FROM files WHERE whole = 0 AND id IN (${phrases.texts(ids)})`.pipe(
        Effect.map((rows) => rows.map(({ id }) => id)),
        asStoreError("coming"),
      ),
  }
})

/** Which files there are, in a SQL database whose migrations have been run. */
export const layer: Layer.Layer<FileRecords, never, SqlClient | Dialect> = Layer.effect(FileRecords, make)
