/** The tokens of an account, as its owner is shown them. */
import * as Effect from "effect/Effect"
import { TokenNotFound } from "../../accounts/AccountError.ts"
import type { Accounts } from "../../accounts/Accounts.ts"
import type { Token, TokenKind } from "../../accounts/Token.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { hasOperation, type Scope } from "../../domain/Scope.ts"
import type { UserId } from "../../domain/User.ts"
import type { Caller } from "../Caller.ts"

/** A token that is good. Times are in milliseconds since 1970; `lastUsedAt` is exact to an hour. */
export interface OwnToken extends Pick<Token, "id" | "label" | "createdAt" | "expiresAt" | "lastUsedAt"> {
  /** What it is for; undefined for all that its owner may. */
  readonly scope: Scope | undefined
  /** It is the one by which this was asked. */
  readonly current: boolean
}

/** Those of one kind that are good, in the order they were made. */
export const ownTokens = (accounts: Accounts["Service"], { tokenId }: Caller, user: UserId, kind: TokenKind) =>
  Effect.map(accounts.tokensOf(user), (tokens): ReadonlyArray<OwnToken> => {
    return tokens.flatMap((token) => {
      if (token.kind !== kind) return []
      const { createdAt, expiresAt, id, label, lastUsedAt, scope } = token
      return { id, label, scope: scope ?? undefined, createdAt, expiresAt, lastUsedAt, current: id === tokenId }
    })
  })

/** Revokes one of somebody's; that of anybody else is none. */
export const revokeOwn = (accounts: Accounts["Service"], user: UserId, kind: TokenKind, id: string) =>
  Effect.flatMap(accounts.tokensOf(user), (tokens) =>
    tokens.some((token) => token.id === id && token.kind === kind)
      ? accounts.revokeToken(id)
      : Effect.fail(new TokenNotFound({ id })),
  )

/** Why the caller may do nothing about somebody else's account; undefined where it may. */
export const notOthers = ({ by, scope }: Caller): RequestError | undefined => {
  if (by.user.role !== "admin")
    return new RequestError({ reason: "Forbidden", detail: "This is somebody else's account" })
  return scope === undefined || hasOperation(scope, "listUsers")
    ? undefined
    : new RequestError({ reason: "OutOfScope", detail: "This token is not for the accounts of others" })
}
