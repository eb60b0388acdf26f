/** Direct conversations: channels of two users, which each of them calls by the other's name. */
import type { ChannelName } from "./ChannelName.ts"
import type { User, UserId } from "./User.ts"
import { spelling } from "./Spelling.ts"
import type { Username } from "./Username.ts"

/** Whether a name is that of a direct conversation, `@bob`: what it means depends on who says it. */
export const isDirect = (name: ChannelName): boolean => name.startsWith("@")

/** With whom. */
export const otherIn = (name: ChannelName): Username => name.slice(1) as Username

/** What a user calls the conversation with another. */
export const nameOf = (other: Pick<User, "name">): ChannelName => `@${other.name}` as ChannelName

/** The same for every spelling of the same name. */
export const keyOf = (name: ChannelName): string => `@${spelling(otherIn(name))}`

/** The other one in a direct conversation, by what the hub knows it by; undefined of other channels. */
export const partyIn = (id: string, user: UserId): UserId | undefined => {
  if (!id.startsWith("@")) return undefined
  const parties = id.slice(1).split("&").map(decodeURIComponent)
  return (parties.find((party) => party !== user) ?? user) as UserId
}

/**
 * What hub and history know it by, the same for both: their ids, which stay when names change. It never goes over the
 * wire, where it would be somebody's name.
 */
export const between = (one: UserId, other: UserId): ChannelName =>
  // What is left of an id has no "&".
  `@${[one, other].toSorted().map(encodeURIComponent).join("&")}` as ChannelName
