/** What administrators of the service did, in a table. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { AccountStoreShape } from "../../accounts/AccountStoreShape.ts"
import { maxAudit } from "../../domain/AuditLog.ts"
import { Person } from "../../domain/User.ts"
import { asStorageError } from "./asStorageError.ts"

const Row = Schema.Struct({
  number: Schema.Int,
  timestamp: Schema.Int,
  byId: Person.fields.id,
  byName: Person.fields.name,
  action: Schema.String,
  whom: Schema.NullOr(Schema.String),
  detail: Schema.NullOr(Schema.String),
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

export const make = (sql: SqlClient): Pick<AccountStoreShape, "note" | "audit"> => ({
  note: ({ action, by, detail, timestamp, whom }) =>
    sql`INSERT INTO service_audit ${sql.insert({
      timestamp,
      by_id: by.id,
      by_name: by.name,
      action,
      whom: whom ?? null,
      detail: detail ?? null,
    })}`.pipe(
      Effect.andThen(
        // Many of one kind push out none of another.
        sql`DELETE FROM service_audit WHERE action = ${action} AND number <= (
          SELECT number FROM service_audit WHERE action = ${action} ORDER BY number DESC LIMIT 1 OFFSET ${maxAudit})`,
      ),
      sql.withTransaction,
      Effect.asVoid,
      asStorageError,
    ),

  audit: ({ before, limit }) =>
    sql`SELECT number, timestamp, by_id AS "byId", by_name AS "byName", action, whom, detail FROM service_audit
      WHERE ${before === undefined ? sql`1 = 1` : sql`number < ${before}`} ORDER BY number DESC LIMIT ${limit}`.pipe(
      Effect.flatMap(decode),
      Effect.map((rows) =>
        rows.map(({ byId, byName, detail, whom, ...act }) => ({
          ...act,
          by: { id: byId, name: byName },
          ...(whom === null ? {} : { whom }),
          ...(detail === null ? {} : { detail }),
        })),
      ),
      asStorageError,
    ),
})
