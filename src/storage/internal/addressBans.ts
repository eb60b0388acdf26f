/** From where nobody is let in, in a table. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import { TooManyBans } from "../../accounts/AccountError.ts"
import type { AccountStoreShape } from "../../accounts/AccountStoreShape.ts"
import { AddressBan, maxBans } from "../../accounts/AddressBan.ts"
import { Person } from "../../domain/User.ts"
import { asStorageError } from "./asStorageError.ts"

const { address, createdAt, reason, until } = AddressBan.fields
const Row = Schema.Struct({ address, createdAt, reason, until, byId: Person.fields.id, byName: Person.fields.name })
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

export const make = (sql: SqlClient): Pick<AccountStoreShape, "ban" | "bans" | "unban"> => ({
  bans: sql`SELECT address, by_id AS "byId", by_name AS "byName", created_at AS "createdAt", ends_at AS "until", reason
    FROM address_bans ORDER BY address`.pipe(
    Effect.flatMap(decode),
    Effect.map((rows) => rows.map(({ byId, byName, ...ban }) => ({ ...ban, by: { id: byId, name: byName } }))),
    asStorageError,
  ),

  ban: ({ address, by, createdAt, reason, until }) =>
    Effect.gen(function* () {
      yield* sql`DELETE FROM address_bans WHERE ends_at <= ${yield* Clock.currentTimeMillis} OR address = ${address}`
      const [row] = yield* sql<{ count: number }>`SELECT COUNT(*) AS count FROM address_bans`
      if (Number(row?.count ?? 0) >= maxBans) return yield* new TooManyBans()
      yield* sql`INSERT INTO address_bans ${sql.insert({
        address,
        by_id: by.id,
        by_name: by.name,
        created_at: createdAt,
        ends_at: until,
        reason,
      })}`
    }).pipe(sql.withTransaction, asStorageError),

  unban: (address) => sql`DELETE FROM address_bans WHERE address = ${address}`.pipe(Effect.asVoid, asStorageError),
})
