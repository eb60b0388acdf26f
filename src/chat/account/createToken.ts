import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { IssuedApiKey } from "../../accounts/AccountsShape.ts"
import { maxLabelLength } from "../../accounts/Token.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { covers, type Scope } from "../../domain/Scope.ts"
import type { Username } from "../../domain/Username.ts"
import { short, storable, unless, whole } from "../internal/checks.ts"
import { subjectOf } from "../internal/tokenOwner.ts"
import { asOwner, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

export interface CreateToken {
  /** Whose; default: the user's own. Those of others are for administrators. */
  readonly username?: Username | undefined
  /** What it is for, in the owner's words. */
  readonly label?: string | undefined
  /** How much of what its owner may it allows: no more than the caller has. Default: as much as the caller has. */
  readonly scope?: Scope | undefined
  /** Milliseconds that it is good for; null for ever. Default: as the service says. With an API key no longer than that. */
  readonly lifetime?: number | null | undefined
}

const lifetimeOf = (lifetime: CreateToken["lifetime"]): Duration.Duration | undefined => {
  if (lifetime === null) return Duration.infinity
  return lifetime === undefined ? undefined : Duration.millis(lifetime)
}

/** It means the channels that the caller's own means, however they are called by now. */
const given = (scope: Scope | undefined, own: Scope | undefined): Scope | undefined =>
  scope === undefined || own?.since === undefined ? scope : { ...scope, since: own.since }

/** A token for a program. Its secret is told this once. */
export const createToken = operation(
  "createToken",
  "administration",
  [...withAccount, "NoSuchUser", "AccountDisabled", "TooManyTokens", "InvalidFrame"],
  (chat, caller, request: CreateToken): Effect.Effect<IssuedApiKey, RequestError> => {
    const { label, lifetime, scope = caller.scope, username } = request
    const error =
      short("label", label, maxLabelLength) ??
      storable("label", label) ??
      whole("lifetime", lifetime ?? undefined, { from: 1 })
    if (!covers(caller.scope, scope)) {
      const detail = "A token makes no other that is for more than it is for itself"
      return Effect.fail(new RequestError({ reason: "OutOfScope", field: "scope", detail }))
    }
    return unless(error, () =>
      asOwner(chat, caller, (accounts) =>
        Effect.flatMap(subjectOf(accounts, caller, username), ({ id: owner, name }) => {
          const making = accounts.createToken(name, {
            label,
            scope: given(scope, caller.scope),
            lifetime: lifetimeOf(lifetime),
            endsBy: caller.endsAt,
          })
          if (owner === caller.by.user.id) return making
          return making.pipe(noted(chat, caller, ({ id }) => ({ action: "createToken", whom: name, detail: id })))
        }),
      ),
    )
  },
)
