import * as Effect from "effect/Effect"
import type { Scope } from "../../domain/Scope.ts"
import type { User } from "../../domain/User.ts"
import { operation } from "../Operation.ts"

export interface Me {
  readonly user: User
  /** How much of what the user may the caller may; undefined for all of it. */
  readonly scope: Scope | undefined
  /** The token that the caller has come by; undefined where it was none that can be revoked. */
  readonly tokenId: string | undefined
}

/** Who the caller is. */
export const me = operation("me", "reading", [], (_, { by, scope, tokenId }, __: {}): Effect.Effect<Me> =>
  Effect.succeed({ user: by.user, scope, tokenId }),
)
