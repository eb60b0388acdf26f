/** Who is connected to this node, as the directory has it. */
import type { Appearance } from "../../../domain/Appearance.ts"
import { Disconnect } from "../../../domain/Disconnect.ts"
import type { SessionId } from "../../../domain/SessionId.ts"
import type { User } from "../../../domain/User.ts"
import type { ChannelLink } from "../../audience/ChannelLink.ts"
import type { UserAt } from "../../nodes/UsersElsewhere.ts"
import type { DirectSession, SessionEntry } from "../DirectoryCommand.ts"

export interface Online {
  readonly user: User
  readonly sessions: Map<SessionId, ConnectedSession>
  appearance: Appearance
}

export interface ConnectedSession {
  entry: SessionEntry
  /** Those it entered, and the direct conversations it was brought into; none is in both. Changed by `add` alone. */
  channels: Set<ChannelLink>
  brought: Set<ChannelLink>
}

/** What a session is in that is in nothing: most have no direct conversation, and many no channel. Never added to. */
export const none: Set<ChannelLink> = new Set()

export const add = (connected: ConnectedSession, where: "channels" | "brought", link: ChannelLink): void => {
  if (connected[where] === none) connected[where] = new Set()
  connected[where].add(link)
}

export const userAt = ({ sessions, user }: Online): UserAt => ({
  user,
  sessions: sessions.size,
  direct: [...sessions.values()].some(({ entry }) => entry.direct),
  exclusive: [...sessions.values()].some(({ entry }) => entry.exclusive),
  embedded: isEmbedded({ sessions }),
})

/**
 * The sessions here that cannot be beside somebody elsewhere. They came at the same moment, or while there was no link: else
 * the later would have been refused. Both nodes decide alike: of two guests of one name the one whose id is lower stays, and
 * of two sessions of which each is to be the only one that of the node that does not yield.
 */
export const losers = (namesakes: ReadonlyArray<Online>, there: UserAt, yields: boolean): ReadonlyArray<SessionId> =>
  namesakes.flatMap(({ sessions, user }) => {
    const isSame = user.id === there.user.id
    const areGuests = user.role === "guest" && there.user.role === "guest" && !there.embedded
    const ends = isSame ? there.exclusive && yields : areGuests && user.id > there.user.id
    if (!ends) return []
    return [...sessions.values()].flatMap(({ entry }) =>
      entry.embedded || (isSame && !entry.exclusive) ? [] : entry.session,
    )
  })

export const isEmbedded = ({ sessions }: Pick<Online, "sessions">): boolean =>
  [...sessions.values()].some(({ entry }) => entry.embedded)

/** Then nothing that is said can wait for who is not there: the name may be somebody else's next. */
export const hasGuest = (one: User, other: User): boolean => one.role === "guest" || other.role === "guest"

/** The sessions of one that can be brought into the conversation with the other. */
export const directSessions = (online: Online | undefined, other: User): ReadonlyArray<DirectSession> =>
  [...(online?.sessions.values() ?? [])].flatMap(({ entry }) => (entry.direct ? { session: entry.session, other } : []))

export const channelsOf = (online: Online | undefined): ReadonlyArray<ChannelLink> => {
  const links = new Set<ChannelLink>()
  for (const { brought, channels } of online?.sessions.values() ?? []) {
    for (const link of channels) links.add(link)
    for (const link of brought) links.add(link)
  }
  return [...links]
}

/** What somebody is told who has signed in under a name before it became one of the program's own. */
export const nameReserved = new Disconnect({
  reason: "NotAuthenticated",
  detail: "This name is reserved by the service",
})
