import * as Effect from "effect/Effect"
import { accountsAtOnce } from "../../accounts/Accounts.ts"
import { maxCursorLength } from "../../domain/Limits.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { UserId } from "../../domain/User.ts"
import { short, unless } from "../internal/checks.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

/** Its code is not kept. Times are in milliseconds since 1970. */
interface Invitation {
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly usedAt: number | null
  /** Who has registered by it. */
  readonly usedBy: UserId | null
}

export interface InvitationPage {
  readonly invitations: ReadonlyArray<Invitation>
  /** Where the next page starts; undefined on the last. */
  readonly next: string | undefined
}

/** Invitations, those that ended lately too, 100 a page, in no order that means anything. For administrators. */
export const listInvitations = operation(
  "listInvitations",
  "reading",
  [...withAccount, "InvalidFrame"],
  (chat, caller, { after }: { readonly after?: string | undefined }): Effect.Effect<InvitationPage, RequestError> =>
    unless(short("after", after, maxCursorLength), () =>
      asAdministrator(chat, caller, (accounts) =>
        Effect.map(accounts.invites(after), (found) => ({
          invitations: found.map(({ fingerprint: id, ...invite }) => ({ id, ...invite })),
          next: found.length < accountsAtOnce ? undefined : found.at(-1)!.fingerprint,
        })),
      ),
    ),
)
