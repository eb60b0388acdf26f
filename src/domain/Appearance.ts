import * as Schema from "effect/Schema"
import { Status, StatusText } from "./Status.ts"
import { Username } from "./Username.ts"

/** How a user appears to others: how present, and a short line beside it. */
export const Appearance = Schema.Struct({ status: Status, text: Schema.optional(StatusText) })
export interface Appearance extends Schema.Schema.Type<typeof Appearance> {}

/** One user who is present in a channel, however many devices. */
export const PresentUser = Schema.Struct({
  username: Username,
  status: Status,
  text: Schema.optionalKey(StatusText),
})
export interface PresentUser extends Schema.Schema.Type<typeof PresentUser> {}
