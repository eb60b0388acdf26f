import * as Schema from "effect/Schema"
import type { AuditEntry, InviteLink, Sanction } from "../../channels/ChannelRecord.ts"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import { ChannelName } from "../../domain/ChannelName.ts"
import { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import { Durability } from "../../domain/Durability.ts"
import { Topic } from "../../domain/Topic.ts"
import { UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"

export const ChannelRow = Schema.Struct({
  id: ChannelId,
  name: ChannelName,
  access: ChannelAccess,
  topic: Topic,
  archived: Schema.BooleanFromBit,
  slowMode: Schema.Int,
  durability: Schema.NullOr(Durability),
  createdAt: Schema.Int,
  unused: Schema.BooleanFromBit,
  renamedAt: Schema.NullOr(Schema.Int),
})

export const RoleRow = Schema.Struct({ userId: UserId, userName: Username, role: ChannelRole })

export const SanctionRow = Schema.Struct({
  kind: Schema.Literals(["ban", "mute"]),
  userId: Schema.NullOr(UserId),
  userName: Schema.NullOr(Username),
  address: Schema.NullOr(AddressRange),
  until: Schema.NullOr(Schema.Int),
  byId: UserId,
  byName: Username,
  reason: Schema.NullOr(Schema.String),
})

export const LinkRow = Schema.Struct({
  id: Schema.String,
  byId: UserId,
  byName: Username,
  createdAt: Schema.Int,
  until: Schema.NullOr(Schema.Int),
  uses: Schema.NullOr(Schema.Int),
  used: Schema.Int,
})

export const AuditRow = Schema.Struct({
  number: Schema.Int,
  timestamp: Schema.Int,
  byId: UserId,
  byName: Username,
  action: Schema.String,
  whomId: Schema.NullOr(UserId),
  whomName: Schema.NullOr(Username),
  detail: Schema.NullOr(Schema.String),
})

export const toSanction = (row: typeof SanctionRow.Type): Sanction => {
  const { address, byId, byName, kind, reason, until, userId, userName } = row
  return {
    kind,
    // One of the two is there: nothing else is written.
    subject: address === null ? { user: { id: userId!, name: userName! } } : { address },
    until: until ?? undefined,
    by: { id: byId, name: byName },
    reason: reason ?? undefined,
  }
}

export const toLink = ({ byId, byName, createdAt, id, until, used, uses }: typeof LinkRow.Type): InviteLink => ({
  id,
  by: { id: byId, name: byName },
  createdAt,
  until: until ?? undefined,
  uses: uses ?? undefined,
  used,
})

export const toAct = (row: typeof AuditRow.Type): AuditEntry => {
  const { action, byId, byName, detail, number, timestamp, whomId, whomName } = row
  return {
    number,
    timestamp,
    by: { id: byId, name: byName },
    action,
    ...(whomId === null || whomName === null ? {} : { whom: { id: whomId, name: whomName } }),
    ...(detail === null ? {} : { detail }),
  }
}
