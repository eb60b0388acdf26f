/** What a channel tells its members, as each version of the protocol says it. */
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Topic } from "../../domain/Topic.ts"
import type { Username } from "../../domain/Username.ts"
import type { StoredMessage } from "../../history/History.ts"
import { Encoded } from "../../protocol/Encoded.ts"
import type { Diff, Snapshot } from "../Presence.ts"

export const message = (channel: ChannelName, { content, from, id, seq, timestamp }: StoredMessage): Encoded =>
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

export const topicChanged = (channel: ChannelName, topic: Topic, by: Username): Encoded =>
  new Encoded({ v2: () => ({ type: "TopicChanged", channel, topic, by }) })

/** Version 1 is told of each one at once; version 2 gets the gathered `presence`. */
export const userJoined = (username: Username): Encoded => new Encoded({ v1: () => ({ type: "UserJoined", username }) })
export const userLeft = (username: Username): Encoded => new Encoded({ v1: () => ({ type: "UserLeft", username }) })

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
