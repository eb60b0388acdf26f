import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { IssuedCode } from "../../accounts/AccountsShape.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { unless, whole } from "../internal/checks.ts"
import { asAdministrator, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

export interface CreateInvitation {
  /** Milliseconds that it is good for, a year at most. Default: as the service says. */
  readonly lifetime?: number | undefined
}

/** A code by which one person can register a name, where new names need one. It is told this once. For administrators. */
export const createInvitation = operation(
  "createInvitation",
  "administration",
  [...withAccount, "InvalidFrame"],
  (chat, caller, { lifetime }: CreateInvitation): Effect.Effect<IssuedCode, RequestError> =>
    unless(whole("lifetime", lifetime, { from: 1 }), () =>
      asAdministrator(chat, caller, (accounts) =>
        accounts
          .invite(lifetime === undefined ? undefined : Duration.millis(lifetime))
          .pipe(noted(chat, caller, ({ id }) => ({ action: "createInvitation", detail: id }))),
      ),
    ),
)
