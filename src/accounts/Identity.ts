import type { Scope } from "../domain/Scope.ts"
import type { User } from "../domain/User.ts"
import { type Account, toUser } from "./Account.ts"
import { scopeOf, type Token } from "./Token.ts"

/** Who has signed in by a token. */
export interface Identity {
  readonly user: User
  /** Undefined of a guest's, and of an outside issuer's: they cannot be revoked here. */
  readonly tokenId: string | undefined
  /** How much of what the user may the token allows; undefined for all of it. */
  readonly scope?: Scope | undefined
  /** Until when the token is good, in milliseconds since 1970; undefined where that is for ever, or not known. */
  readonly expiresAt?: number | undefined
  /** When the API key ends that it is, or stands on. That of a session is renewed while it is in use, and has none. */
  readonly endsAt?: number | undefined
}

/** Of a token that is kept. */
export const identityOf = (account: Account, token: Token): Identity => ({
  user: toUser(account),
  tokenId: token.id,
  scope: scopeOf(token),
  expiresAt: token.expiresAt ?? undefined,
  endsAt: token.kind === "access" ? (token.expiresAt ?? undefined) : undefined,
})
