import * as Effect from "effect/Effect"
import { accountsAtOnce } from "../../accounts/Accounts.ts"
import type { ServiceAuditEntry } from "../../accounts/ServiceAct.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { unless, whole } from "../internal/checks.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

export interface ServiceAuditPage {
  /** The latest first. */
  readonly entries: ReadonlyArray<ServiceAuditEntry>
  /** Where the next page starts; undefined on the last. */
  readonly next: number | undefined
}

/** What administrators of the service did, 100 acts a page. For them. */
export const readAudit = operation(
  "readAudit",
  "reading",
  [...withAccount, "InvalidFrame"],
  (chat, caller, { before }: { readonly before?: number | undefined }): Effect.Effect<ServiceAuditPage, RequestError> =>
    unless(whole("before", before), () =>
      asAdministrator(chat, caller, (accounts) =>
        Effect.map(accounts.audit(before), (found) => {
          const entries = found.slice(0, accountsAtOnce)
          return { entries, next: found.length > accountsAtOnce ? entries.at(-1)!.number : undefined }
        }),
      ),
    ),
)
