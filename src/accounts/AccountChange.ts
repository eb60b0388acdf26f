import * as Schema from "effect/Schema"
import { UserId } from "../domain/User.ts"

/** What was done to an account, here or by another process, that a live session must not outlive. */
export const AccountChange = Schema.Union([
  Schema.TaggedStruct("Disabled", { userId: UserId }),
  Schema.TaggedStruct("PasswordChanged", { userId: UserId }),
  Schema.TaggedStruct("TokenRevoked", { userId: UserId, tokenId: Schema.NonEmptyString }),
])
export type AccountChange = typeof AccountChange.Type
