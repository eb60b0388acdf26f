import type { Sanction } from "../../../channels/ChannelRecord.ts"
import type { ChannelRole } from "../../../domain/ChannelRole.ts"
import { isDirect } from "../../../domain/Direct.ts"
import type { Durability } from "../../../domain/Durability.ts"
import type { Welcome } from "../../../domain/ChannelEvent.ts"
import type { User } from "../../../domain/User.ts"
import type { Description, Requester } from "../ChannelCommand.ts"
import type { Access } from "./access.ts"

/** Roles and sanctions that are listed: with the longest names and reasons there are they fit in one frame. */
export const maxRolesListed = 1000
export const maxSanctionsListed = 400

const ranks: { readonly [Role in ChannelRole]: number } = { owner: 0, moderator: 1, member: 2 }

/** What a channel is, and who may do what there, as far as one may know. */
export const describe = (access: Access, by: Requester, durability: Durability, now: number): Description => {
  const record = access.record!
  const inCharge = access.refusal("seeSanctions", by, now) === undefined
  const everybody = inCharge || record.access === "private"
  const roles = [...record.roles.values()].filter(({ role }) => everybody || role !== "member")
  const sanctions = inCharge ? shownTo(by, access, now) : undefined
  return {
    topic: record.topic,
    access: record.access,
    archived: record.archived,
    slowMode: record.slowMode,
    durability,
    createdAt: record.createdAt === 0 ? undefined : record.createdAt,
    role: access.roleOf(by.user.id),
    roles: roles
      .toSorted((one, other) => ranks[one.role] - ranks[other.role])
      .slice(0, maxRolesListed)
      .map(({ role, user }) => ({ username: user.name, role })),
    // The latest of them.
    sanctions: sanctions?.slice(-maxSanctionsListed).map(({ by, kind, reason, subject, until }) => ({
      kind,
      ...("user" in subject ? { username: subject.user.name } : { address: subject.address }),
      until,
      by: by.name,
      reason,
    })),
    ...(roles.length > maxRolesListed || (sanctions?.length ?? 0) > maxSanctionsListed ? { more: true } : {}),
  }
}

/** Addresses are nobody's to see but administrators': whose they are could be found out. */
const shownTo = (by: Requester, access: Access, now: number): ReadonlyArray<Sanction> => {
  const all = access.sanctions(now)
  return access.refusal("banAddress", by, now) === undefined ? all : all.filter(({ subject }) => "user" in subject)
}

/** The part of it that whoever enters is told. Of a direct conversation there is nothing to tell. */
export const standing = (access: Access, user: User): Welcome["standing"] => {
  const { record } = access
  if (record === undefined || isDirect(record.name)) return undefined
  const { access: entry, archived, slowMode } = record
  return { role: access.roleOf(user.id), access: entry, archived, slowMode }
}
