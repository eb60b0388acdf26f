import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AccountRole } from "../../accounts/Account.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

export interface AddUser {
  readonly username: string
  readonly password: Redacted.Redacted
  /** Default: member. */
  readonly role?: AccountRole | undefined
}

/** Makes an account. For administrators. */
export const addUser = operation(
  "addUser",
  "administration",
  [...withAccount, "InvalidUsername", "InvalidPassword", "UsernameTaken"],
  (chat, caller, { password, role = "member", username: name }: AddUser): Effect.Effect<User, RequestError> =>
    asAdministrator(chat, caller, (accounts) =>
      accounts.add({ name, password, role }).pipe(noted(chat, caller, { action: "addUser", whom: name, detail: role })),
    ),
)
