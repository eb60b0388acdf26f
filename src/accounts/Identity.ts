import type { Scope } from "../domain/Scope.ts"
import type { User } from "../domain/User.ts"

/** Who has signed in by a token. */
export interface Identity {
  readonly user: User
  /** Undefined of a guest's, and of an outside issuer's: they cannot be revoked here. */
  readonly tokenId: string | undefined
  /** How much of what the user may the token allows; undefined for all of it. */
  readonly scope?: Scope | undefined
}
