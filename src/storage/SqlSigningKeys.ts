import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import * as SqlSchema from "effect/sql/SqlSchema"
import { SigningKey, SigningKeys } from "../accounts/SigningKeys.ts"
import type { Dialect } from "./Dialect.ts"
import { asStorageError } from "./internal/asStorageError.ts"

/** Keys in a SQL database whose migrations have been run. */
export const layer: Layer.Layer<SigningKeys, never, SqlClient | Dialect> = Layer.effect(
  SigningKeys,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const list = SqlSchema.findAll({
      Request: Schema.Void,
      Result: SigningKey,
      execute: () => sql`SELECT id, public_key AS "publicKey", private_key AS "privateKey", signs_from AS "signsFrom"
        FROM signing_keys ORDER BY signs_from, id`,
    })
    return SigningKeys.of({
      list: asStorageError(list(undefined)),
      add: (key) =>
        sql`INSERT INTO signing_keys ${sql.insert({
          id: key.id,
          public_key: key.publicKey,
          private_key: Redacted.value(key.privateKey),
          signs_from: key.signsFrom,
        })} ON CONFLICT (id) DO NOTHING`.pipe(Effect.asVoid, asStorageError),
      remove: (id) => sql`DELETE FROM signing_keys WHERE id = ${id}`.pipe(Effect.asVoid, asStorageError),
    })
  }),
)
