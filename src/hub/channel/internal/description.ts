import type { Sanction } from "../../../channels/ChannelRecord.ts"
import { isDirect } from "../../../domain/Direct.ts"
import type { Durability } from "../../../domain/Durability.ts"
import type { Welcome } from "../../../domain/ChannelEvent.ts"
import type { User } from "../../../domain/User.ts"
import type { Description, Requester } from "../ChannelCommand.ts"
import type { Access } from "./access.ts"

/** What a channel is, and who may do what there, as far as one may know. */
export const describe = (access: Access, by: Requester, durability: Durability, now: number): Description => {
  const record = access.record!
  const inCharge = access.refusal("seeSanctions", by, now) === undefined
  const everybody = inCharge || record.access === "private"
  return {
    topic: record.topic,
    access: record.access,
    archived: record.archived,
    slowMode: record.slowMode,
    durability,
    createdAt: record.createdAt === 0 ? undefined : record.createdAt,
    role: access.roleOf(by.user.id),
    roles: [...record.roles.values()]
      .filter(({ role }) => everybody || role !== "member")
      .map(({ role, user }) => ({ username: user.name, role })),
    sanctions: inCharge
      ? shownTo(by, access, now).map(({ by, kind, reason, subject, until }) => ({
          kind,
          ...("user" in subject ? { username: subject.user.name } : { address: subject.address }),
          until,
          by: by.name,
          reason,
        }))
      : undefined,
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
