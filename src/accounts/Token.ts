import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Scope } from "../domain/Scope.ts"
import { UserId } from "../domain/User.ts"

/**
 * `session`: given at sign-in, so that a client comes back without the password; good as long as it is used; the oldest
 * makes room for a new one.
 * `access`: made on purpose for a program; stays until it expires or is revoked.
 */
export const TokenKind = Schema.Literals(["session", "access"])
export type TokenKind = typeof TokenKind.Type

/**
 * A token as it is kept and listed, without its secret. Times are in milliseconds since 1970;
 * `lastUsedAt` is exact to a minute.
 */
export const Token = Schema.Struct({
  id: Schema.NonEmptyString,
  kind: TokenKind,
  userId: UserId,
  label: Schema.NullOr(Schema.String),
  /** What it is for; null for all that its owner may. */
  scope: Schema.NullOr(Scope),
  createdAt: Schema.Int,
  expiresAt: Schema.NullOr(Schema.Int),
  lastUsedAt: Schema.NullOr(Schema.Int),
  revokedAt: Schema.NullOr(Schema.Int),
})
export type Token = typeof Token.Type

/** What somebody wants who makes one. */
export interface TokenOptions {
  /** What the token is for, as its owner will read it; invisible characters are dropped. */
  readonly label?: string | undefined
  readonly lifetime?: Duration.Duration | undefined
  /** It ends by then, in milliseconds since 1970, however long it should live. */
  readonly endsBy?: number | undefined
  /** How much of what its owner may it allows. Default: all of it. */
  readonly scope?: Scope | undefined
}

/** What it is for, as whoever comes by it has it: a channel that is named later is not in it (docs/adr/0034). */
export const scopeOf = ({ createdAt, scope }: Token): Scope | undefined => {
  if (scope === null) return undefined
  return scope.channels === undefined ? scope : { since: createdAt, ...scope }
}

/** Tokens of one kind that a user may hold. */
export const maxPerUser = 100

/** A token (or invite) that has ended stays listed for this long, in milliseconds. */
export const keptAfterEnd = 24 * 60 * 60 * 1000

/** Characters in a label. */
export const maxLabelLength = 128

export const isLive = (token: Token, now: number): boolean =>
  token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now)

/** The token after it was used: one of a session stays good until then at least; null for ever. */
export const used = (token: Token, now: number, until: number | null): Token => {
  const { expiresAt, kind } = token
  const stays = kind === "access" || expiresAt === null
  return {
    ...token,
    lastUsedAt: now,
    expiresAt: stays ? expiresAt : until === null ? null : Math.max(expiresAt, until),
  }
}
