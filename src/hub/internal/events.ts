/** What a channel tells its members, as each version of the protocol says it. */
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { ChannelRecord } from "../../channels/ChannelRecord.ts"
import type { Durability } from "../../domain/Durability.ts"
import type { User } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"
import type { Entry, Message } from "../../domain/Entry.ts"
import type { Seq } from "../../domain/Seq.ts"
import { Encoded } from "../../protocol/Encoded.ts"
import type { Request } from "../Administration.ts"
import type { Diff, Snapshot } from "../Presence.ts"

/** An entry, when it has its place; version 1 has a word only for messages. */
export const entry = (channel: ChannelName, entry: Entry): Encoded =>
  entry.type === "Message"
    ? message(channel, entry)
    : new Encoded({ v2: () => ({ ...entry, channel, from: entry.from.name }) })

const message = (channel: ChannelName, { content, from, id, seq, timestamp }: Message): Encoded =>
  new Encoded({
    v1: () => ({ type: "ChatMessage", from: from.name, content, timestamp: Math.floor(timestamp / 1000) }),
    v2: () => ({
      type: "Message",
      channel,
      seq,
      ...(id === undefined ? {} : { id }),
      from: from.name,
      content,
      timestamp,
    }),
  })

export const kicked = (channel: ChannelName, username: Username, by: Username, reason: string | undefined): Encoded =>
  new Encoded({
    v2: () => ({ type: "Kicked", channel, username, by, ...(reason === undefined ? {} : { reason }) }),
  })

/** What the members are told of what somebody did with a right; undefined where nothing is to be seen of it. */
export const administered = (
  before: ChannelRecord,
  now: ChannelRecord,
  by: Username,
  request: Request,
  whom: Pick<User, "id" | "name"> | undefined,
  durability: Durability,
): Encoded | undefined => {
  const channel = before.name
  switch (request.type) {
    case "SetTopic": {
      const { topic } = request
      return new Encoded({ v2: () => ({ type: "TopicChanged", channel, topic, by }) })
    }
    case "Configure": {
      const { access, archived, slowMode: slow_mode } = now
      const safe = now.durability ?? durability
      return new Encoded({
        v2: () => ({ type: "ChannelChanged", channel, access, archived, slow_mode, durability: safe, by }),
      })
    }
    case "Rename": {
      const { name } = request
      return new Encoded({ v2: () => ({ type: "Renamed", channel, name, by }) })
    }
    case "Invite":
    case "SetRole": {
      if (whom === undefined) return undefined
      const role = now.roles.get(whom.id)?.role
      if (role === before.roles.get(whom.id)?.role) return undefined
      return new Encoded({
        v2: () => ({
          type: "RoleChanged",
          channel,
          username: whom.name,
          ...(role === undefined ? {} : { role }),
          by,
        }),
      })
    }
    default:
      return undefined
  }
}

/** Version 1 is told of each one at once; version 2 gets the gathered `presence`. */
export const userJoined = (username: Username): Encoded => new Encoded({ v1: () => ({ type: "UserJoined", username }) })
export const userLeft = (username: Username): Encoded => new Encoded({ v1: () => ({ type: "UserLeft", username }) })

export const readMarker = (channel: ChannelName, username: Username, seq: Seq): Encoded =>
  new Encoded({ v2: () => ({ type: "ReadMarker", channel, username, seq }) })

export const userTyping = (channel: ChannelName, username: Username): Encoded =>
  new Encoded({ v2: () => ({ type: "UserTyping", channel, username }) })

export const presence = (channel: ChannelName, { changed, count, full, joined, left, version }: Diff): Encoded =>
  new Encoded({
    v2: () => ({
      type: "Presence",
      channel,
      version,
      count,
      ...(joined.length > 0 || full ? { joined } : {}),
      ...(left.length > 0 ? { left } : {}),
      ...(changed.length > 0 ? { changed } : {}),
      ...(full ? { full } : {}),
    }),
  })

/** The whole presence, for a member that was left out of a diff. */
export const wholePresence = (channel: ChannelName, { count, members, version }: Snapshot): Encoded =>
  presence(channel, { version, count, joined: members, left: [], changed: [], full: true })
