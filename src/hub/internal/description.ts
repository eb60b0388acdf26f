import type { User } from "../../domain/User.ts"
import type { Durability } from "../../domain/Durability.ts"
import { isDirect } from "../../domain/Direct.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Access } from "./access.ts"

/** What a channel is, and who may do what there, as far as one may know. */
export type Description = Omit<ServerFrameOf<"ChannelInfo">, "type" | "ref" | "channel">

export const of = (access: Access, by: User, durability: Durability, now: number): Description => {
  const record = access.record!
  const role = access.roleOf(by.id)
  const inCharge = access.refusal("seeSanctions", { user: by }, now) === undefined
  const everybody = inCharge || record.access === "private"
  return {
    topic: record.topic,
    access: record.access,
    archived: record.archived,
    slow_mode: record.slowMode,
    durability,
    ...(record.createdAt === 0 ? {} : { created: record.createdAt }),
    ...(role === undefined ? {} : { role }),
    roles: [...record.roles.values()]
      .filter(({ role }) => everybody || role !== "member")
      .map(({ role, user }) => ({ username: user.name, role })),
    ...(inCharge
      ? {
          sanctions: access.sanctions(now).map(({ by, kind, reason, subject, until }) => ({
            kind,
            ...("user" in subject ? { username: subject.user.name } : { address: subject.address }),
            ...(until === undefined ? {} : { until }),
            by: by.name,
            ...(reason === undefined ? {} : { reason }),
          })),
        }
      : {}),
  }
}

/** The part of it that whoever enters is told. Of a direct conversation there is nothing to tell. */
export const joined = (
  access: Access,
  user: User,
): Pick<ServerFrameOf<"Joined">, "role" | "access" | "archived" | "slow_mode"> => {
  const { record } = access
  if (record === undefined || isDirect(record.name)) return {}
  const role = access.roleOf(user.id)
  return {
    ...(role === undefined ? {} : { role }),
    ...(record.access === "public" ? {} : { access: record.access }),
    ...(record.archived ? { archived: true } : {}),
    ...(record.slowMode === 0 ? {} : { slow_mode: record.slowMode }),
  }
}
