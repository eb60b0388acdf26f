/** Accounts and what belongs to them, as rows. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Account } from "../../accounts/Account.ts"
import * as Token from "../../accounts/Token.ts"
import { UserId } from "../../domain/User.ts"
import { StoredScope } from "./storedScope.ts"

export const AccountRow = Schema.Struct({ ...Account.fields, disabled: Schema.BooleanFromBit })
export const CredentialsRow = Schema.Struct({
  ...AccountRow.fields,
  passwordHash: Schema.RedactedFromValue(Schema.String),
})
export const TokenRow = Schema.Struct({ ...Token.Token.fields, scope: Schema.NullOr(StoredScope) })
/** A token and whose it is, as one row. */
export const OwnedTokenRow = Schema.Struct({
  ...TokenRow.fields,
  fingerprint: Schema.String,
  accountName: Account.fields.name,
  accountRole: Account.fields.role,
  accountDisabled: Schema.BooleanFromBit,
  accountCreatedAt: Account.fields.createdAt,
})
export const ChangeRow = Schema.Struct({
  seq: Schema.Int,
  tag: Schema.String,
  userId: Schema.String,
  tokenId: Schema.NullOr(Schema.String),
})
export const InviteRow = Schema.Struct({
  fingerprint: Schema.String,
  createdAt: Schema.Int,
  expiresAt: Schema.NullOr(Schema.Int),
  usedAt: Schema.NullOr(Schema.Int),
  usedBy: Schema.NullOr(UserId),
})

/** Tokens and whose they are, by what they were asked for. */
export const ownedBy = (column: "id" | "fingerprint", rows: ReadonlyArray<typeof OwnedTokenRow.Type>) => {
  const found = new Map(
    rows.map(({ accountCreatedAt, accountDisabled, accountName, accountRole, fingerprint, ...token }) => [
      column === "id" ? token.id : fingerprint,
      {
        token,
        account: {
          id: token.userId,
          name: accountName,
          role: accountRole,
          disabled: accountDisabled,
          createdAt: accountCreatedAt,
        },
      },
    ]),
  )
  return (asked: string) => Option.fromUndefinedOr(found.get(asked))
}
