import * as Effect from "effect/Effect"
import { accountsAtOnce } from "../../accounts/Accounts.ts"
import type { Account } from "../../accounts/Account.ts"
import { maxNameLength } from "../../domain/Limits.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { short, unless } from "../internal/checks.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

export interface UserPage {
  readonly users: ReadonlyArray<Account>
  /** Where the next page starts; undefined on the last. */
  readonly next: string | undefined
}

/** The accounts in the order of their names, 100 a page. For administrators. */
export const listUsers = operation(
  "listUsers",
  "reading",
  [...withAccount, "InvalidFrame"],
  (chat, caller, { after }: { readonly after?: string | undefined }): Effect.Effect<UserPage, RequestError> =>
    unless(short("after", after, maxNameLength), () =>
      asAdministrator(chat, caller, (accounts) =>
        Effect.map(accounts.page(after), (users) => ({
          users,
          next: users.length < accountsAtOnce ? undefined : users.at(-1)!.name,
        })),
      ),
    ),
)
