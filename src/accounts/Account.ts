import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type User, UserId } from "../domain/User.ts"
import { Username } from "../domain/Username.ts"

/** What an account may be: guests have none. */
export const AccountRole = Schema.Literals(["admin", "member"])
export type AccountRole = typeof AccountRole.Type

/** A registered name. Names are unique by their `key`; `createdAt` is in milliseconds since 1970. */
export const Account = Schema.Struct({
  id: UserId,
  name: Username,
  role: AccountRole,
  disabled: Schema.Boolean,
  createdAt: Schema.Int,
})
export type Account = typeof Account.Type

/** An account with the hash of its password (a PHC string): never leaves this folder and its stores. */
export interface Credentials extends Account {
  readonly passwordHash: Redacted.Redacted
}

export const toUser = (account: Account): User => ({ id: account.id, name: account.name, role: account.role })
