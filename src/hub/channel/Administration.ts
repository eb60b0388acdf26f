/** What those who have rights in a channel do with it: plain values. `internal/administer` does it. */
import * as Schema from "effect/Schema"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelName } from "../../domain/ChannelName.ts"
import { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import { Durability } from "../../domain/Durability.ts"
import { Topic } from "../../domain/Topic.ts"
import { User } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"

/** Somebody by name: whose account it is, or, without one, whoever is in the channel under it. */
export const NamedUser = Schema.Struct({ name: Username, account: Schema.optional(User) })
export interface NamedUser extends Schema.Schema.Type<typeof NamedUser> {}

const reason = Schema.optional(Schema.String)
/** Milliseconds; undefined for ever. */
const duration = Schema.optional(Schema.Finite)
const act = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

const Create = act("Create", {
  access: Schema.optional(ChannelAccess),
  topic: Schema.optional(Topic),
  durability: Schema.optional(Durability),
})
const SetTopic = act("SetTopic", { topic: Topic })
const Configure = act("Configure", {
  access: Schema.optional(ChannelAccess),
  archived: Schema.optional(Schema.Boolean),
  /** Milliseconds. */
  slowMode: Schema.optional(Schema.Finite),
  durability: Schema.optional(Durability),
})
const Rename = act("Rename", { name: ChannelName })
const Delete = act("Delete", {})
const Invite = act("Invite", { user: NamedUser })
/** `id` is a fingerprint of its code. */
const CreateInviteLink = act("CreateInviteLink", {
  id: Schema.String,
  lifetime: duration,
  uses: Schema.optional(Schema.Finite),
})
const RevokeInviteLink = act("RevokeInviteLink", { id: Schema.String })
/** Somebody has its code, and comes in by it. */
const AcceptInvite = act("AcceptInvite", { id: Schema.String })
/** Without a role: a stranger again. */
const SetRole = act("SetRole", { user: NamedUser, role: Schema.optional(ChannelRole) })
const Kick = act("Kick", { user: NamedUser, reason })
const Ban = act("Ban", { user: NamedUser, duration, reason })
const Unban = act("Unban", { user: NamedUser })
const BanAddress = act("BanAddress", { address: AddressRange, duration, reason })
const UnbanAddress = act("UnbanAddress", { address: AddressRange })
const Mute = act("Mute", { user: NamedUser, duration, reason })
const Unmute = act("Unmute", { user: NamedUser })

export const Administration = Schema.Union([
  Create,
  SetTopic,
  Configure,
  Rename,
  Delete,
  Invite,
  CreateInviteLink,
  RevokeInviteLink,
  AcceptInvite,
  SetRole,
  Kick,
  Ban,
  Unban,
  BanAddress,
  UnbanAddress,
  Mute,
  Unmute,
])
export type Administration = typeof Administration.Type
export type AdministrationOf<Type extends Administration["type"]> = Extract<Administration, { readonly type: Type }>
