import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

/** By which access tokens are signed, and which accounts are those of outside issuers' people. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient

  yield* sql`CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY NOT NULL,
    public_key TEXT NOT NULL,
    private_key TEXT NOT NULL,
    signs_from BIGINT NOT NULL
  )`

  yield* sql`CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES accounts (id),
    UNIQUE (issuer, subject)
  )`
})
