import * as Schema from "effect/Schema"
import { UserId } from "../domain/User.ts"

/**
 * `session`: given at sign-in, so that a client comes back without the password; the oldest makes room for a new one.
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
  createdAt: Schema.Int,
  expiresAt: Schema.NullOr(Schema.Int),
  lastUsedAt: Schema.NullOr(Schema.Int),
  revokedAt: Schema.NullOr(Schema.Int),
})
export type Token = typeof Token.Type

/** Tokens of one kind that a user may hold. */
export const maxPerUser = 100

/** A token (or invite) that has ended stays listed for this long, in milliseconds. */
export const keptAfterEnd = 24 * 60 * 60 * 1000

/** Characters in a label. */
export const maxLabelLength = 128

export const isLive = (token: Token, now: number): boolean =>
  token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now)

/** Whether half the life of a session's token is over. One that was made on purpose is its owner's to replace. */
export const isAging = ({ createdAt, expiresAt, kind }: Token, now: number): boolean =>
  kind === "session" && expiresAt !== null && now - createdAt >= (expiresAt - createdAt) / 2
