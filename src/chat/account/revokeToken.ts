import * as Effect from "effect/Effect"
import type { RequestError } from "../../domain/RequestError.ts"
import { notOthers, revokeOwn } from "../internal/ownTokens.ts"
import { asOwner, withAccount } from "../internal/withAccounts.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

/** Takes a token from a program: connections by it end. An administrator may take anybody's. */
export const revokeToken = operation(
  "revokeToken",
  "administration",
  [...withAccount, "NoSuchToken"],
  (chat, caller, { id }: { readonly id: string }): Effect.Effect<void, RequestError> =>
    asOwner(chat, caller, (accounts) =>
      Effect.catchTag(revokeOwn(accounts, caller.by.user.id, "access", id), "TokenNotFound", (error) =>
        notOthers(caller) === undefined
          ? accounts.revokeToken(id).pipe(noted(chat, caller, { action: "revokeToken", detail: id }))
          : Effect.fail(error),
      ),
    ),
)
