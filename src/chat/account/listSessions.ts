import type * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { type OwnToken, ownTokens } from "../internal/ownTokens.ts"
import { asOwner, withAccount } from "../internal/withAccounts.ts"
import { operation } from "../Operation.ts"

/** Where the user is signed in, or comes back without a password: at most 100. */
export const listSessions = operation(
  "listSessions",
  "reading",
  withAccount,
  (chat, caller, _: {}): Effect.Effect<ReadonlyArray<OwnToken>, RequestError> =>
    asOwner(chat, caller, (accounts) => ownTokens(accounts, caller, caller.by.user.id, "session")),
)
