import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { AccountNotFound, type StorageError } from "../../accounts/AccountError.ts"
import type { Accounts } from "../../accounts/Accounts.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import { type Username, spelling } from "../../domain/Username.ts"
import type { Caller } from "../Caller.ts"
import { notOthers } from "./ownTokens.ts"

/** Whose tokens are meant: the caller's own, or, for administrators, those of somebody who is named. */
export const subjectOf = (
  accounts: Accounts["Service"],
  caller: Caller,
  username: Username | undefined,
): Effect.Effect<User, RequestError | AccountNotFound | StorageError> => {
  const { user } = caller.by
  if (username === undefined || spelling(username) === spelling(user.name)) return Effect.succeed(user)
  const error = notOthers(caller)
  if (error !== undefined) return Effect.fail(error)
  return Effect.flatMap(
    accounts.find(username),
    Option.match({
      onNone: () => Effect.fail(new AccountNotFound({ account: username })),
      onSome: Effect.succeed,
    }),
  )
}
