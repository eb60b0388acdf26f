import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Username } from "../../domain/Username.ts"
import { type OwnToken, ownTokens } from "../internal/ownTokens.ts"
import { asOwner, withAccount } from "../internal/withAccounts.ts"
import { subjectOf } from "../internal/tokenOwner.ts"
import { operation } from "../Operation.ts"

export interface ListTokens {
  /** Whose; default: the user's own. Those of others are for administrators. */
  readonly username?: Username | undefined
}

/** The tokens that were made for programs and are good: at most 100. */
export const listTokens = operation(
  "listTokens",
  "reading",
  [...withAccount, "NoSuchUser"],
  (chat, caller, { username }: ListTokens): Effect.Effect<ReadonlyArray<OwnToken>, RequestError> =>
    asOwner(chat, caller, (accounts) =>
      Effect.flatMap(subjectOf(accounts, caller, username), ({ id }) => ownTokens(accounts, caller, id, "access")),
    ),
)
