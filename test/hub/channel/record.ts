/** A channel's record by hand, and who may do what in it. */
import { type ChannelRecord, make, type Sanction, sanctionKey } from "../../../src/channels/ChannelRecord.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import type { ChannelRole } from "../../../src/domain/ChannelRole.ts"
import { between } from "../../../src/domain/Direct.ts"
import * as Topic from "../../../src/domain/Topic.ts"
import type { Person, User, UserId } from "../../../src/domain/User.ts"
import { Access } from "../../../src/hub/channel/internal/access.ts"
import { user } from "../members.ts"

export const personOf = ({ id, name }: User): Person => ({ id, name })

/** The wall clock is so far ahead of the one that is never set. */
export const ahead = 1_000_000

export interface Given {
  readonly name?: ChannelName
  readonly roles?: Readonly<Record<string, ChannelRole>>
  readonly sanctions?: ReadonlyArray<Sanction>
  readonly record?: Partial<ChannelRecord>
  readonly hides?: boolean
}

/** Of a public channel that is nobody's, but for what is said. */
const recordOf = ({ name = ChannelName.make("tea"), record, roles = {}, sanctions = [] }: Given = {}) => ({
  ...make({
    id: ChannelId.make(name),
    name,
    access: "public",
    topic: Topic.none,
    durability: undefined,
    createdAt: 0,
    owner: undefined,
  }),
  roles: new Map(
    Object.entries(roles).map(([name, role]) => [user(name).id, { user: personOf(user(name)), role }] as const),
  ),
  sanctions: new Map(sanctions.map((one) => [sanctionKey(one.kind, one.subject), one] as const)),
  ...record,
})

export const accessTo = (given: Given = {}): Access => {
  const access = new Access(given.hides === true, (now) => now + ahead)
  access.record = recordOf(given)
  return access
}

/** The conversation of two. */
export const directOf = (one: UserId, other: UserId): Given => ({
  name: between(one, other),
  record: { access: "private" },
})

export const sanction = (
  kind: Sanction["kind"],
  subject: Sanction["subject"] | User,
  { by = user("owner"), reason, until }: { by?: User; until?: number; reason?: string } = {},
): Sanction => ({
  kind,
  subject: "id" in subject ? { user: personOf(subject) } : subject,
  until,
  by: personOf(by),
  reason,
})
