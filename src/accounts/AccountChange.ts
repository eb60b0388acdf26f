import * as Schema from "effect/Schema"
import { UserId } from "../domain/User.ts"

/** A change of an account, made here or by another process, that has to end live sessions. */
export const AccountChange = Schema.Union([
  Schema.TaggedStruct("Disabled", { userId: UserId }),
  /** Of the sessions all end but those that hold `tokenId`: the password was changed there. */
  Schema.TaggedStruct("PasswordChanged", { userId: UserId, tokenId: Schema.optional(Schema.NonEmptyString) }),
  /** Sessions end in which the user is not what the account is now. */
  Schema.TaggedStruct("RoleChanged", { userId: UserId }),
  Schema.TaggedStruct("TokenRevoked", { userId: UserId, tokenId: Schema.NonEmptyString }),
])
export type AccountChange = typeof AccountChange.Type
