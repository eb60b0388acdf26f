import * as Schema from "effect/Schema"
import { Role } from "./Role.ts"
import { storableText } from "./Text.ts"
import { Username } from "./Username.ts"

/** Identifies a user for ever, whatever the name becomes. */
export const UserId = Schema.NonEmptyString.check(
  storableText("UserId", "identifies a user for ever, whatever the name becomes"),
).pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

const guests = "guest:"

/** The id of a guest. It is nobody else's later. */
export const guestId = (part: string): UserId => UserId.make(guests + part)

/** Whether it is that of a guest, who may be gone for ever. */
export const isGuestId = (id: UserId): boolean => id.startsWith(guests)

const webhooks = "webhook:"

/** As whom a webhook speaks that brings messages in: nobody's account. */
export const webhookUserId = (webhook: string): UserId => UserId.make(webhooks + webhook)

export const isWebhookUser = (id: UserId): boolean => id.startsWith(webhooks)

/** Who is speaking: what a session knows of its user after signing in. */
export const User = Schema.Struct({ id: UserId, name: Username, role: Role })
export type User = typeof User.Type

/** A user as others are told of one. */
export const Person = Schema.Struct({ id: UserId, name: Username })
export interface Person extends Schema.Schema.Type<typeof Person> {}
