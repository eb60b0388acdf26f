/** What the server tells. */
import type { ClientEvent } from "../../client/Client.ts"
import { Roster } from "../../client/Roster.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Intent } from "../Action.ts"
import { mentions } from "../Mentions.ts"
import type { Entry, Model } from "../Model.ts"
import {
  add,
  change,
  close,
  find,
  isDirect,
  isWaiting,
  notice,
  open,
  presence,
  rename,
  unread,
  withEntries,
} from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** How long somebody counts as typing, in milliseconds. */
const typingFor = 6000

/** People who are known to be typing in one conversation. */
const maxTyping = 20

/** Between two times that the user is told of being named, in milliseconds. */
const notifyEvery = 1000

export const hear = (model: Model, event: ClientEvent): Next => {
  switch (event.type) {
    case "Joined":
      return joined(open(rename(model, event.channel), event.channel), event)
    case "Left":
      return [left(model, event), []]
    case "Message":
      return message(model, event)
    case "Presence":
      return [present(model, event), []]
    case "TopicChanged": {
      const named = change(model, event.channel, (conversation) => ({ ...conversation, topic: event.topic }))
      const text = event.topic === "" ? `${event.by} took the topic away` : `${event.by} set the topic: ${event.topic}`
      return [notice(named, text, "info", event.channel), []]
    }
    case "UserTyping":
      return [
        change(model, event.channel, (conversation) => ({
          ...conversation,
          // Those that are over go with the next tick; of a crowd no more than are needed to call it one.
          typing:
            conversation.typing.size >= maxTyping
              ? conversation.typing
              : new Map(conversation.typing).set(event.username, model.now + typingFor),
        })),
        [],
      ]
  }
}

const welcome = ({ channel, count }: ServerFrameOf<"Joined">): string => {
  if (isDirect(channel)) return `Only you and ${channel.slice(1)} read this.`
  if (count <= 1) return `You are in #${channel}. Nobody else is here yet.`
  return count === 2 ? `You are in #${channel} with one other.` : `You are in #${channel} with ${count - 1} others.`
}

const joined = (model: Model, event: ServerFrameOf<"Joined">): Next => {
  const { channel, seq, topic } = event
  const before = find(model, channel)
  if (before === undefined) return [model, []]
  const entered = change(model, channel, (conversation) => ({
    ...conversation,
    entries: conversation.entries.map((entry) => (isWaiting(entry) ? { ...entry, waiting: false } : entry)),
    topic,
    // Into a direct conversation one comes some messages back, and hears them again.
    seq: isDirect(channel) ? later(before.seq, seq) : seq,
    roster: Roster.of(event),
    typing: new Map(),
  }))
  // What was said before one was let in can be sent now.
  const intents = before.entries
    .filter(isWaiting)
    .map(({ content, id }): Intent => ({ _tag: "Publish", channel, id, content }))
  if (before.seq === undefined) return [notice(entered, welcome(event), "info", channel), intents]
  const missed = seq - before.seq
  if (missed <= 0) return [entered, intents]
  const text = missed === 1 ? "A message was missed meanwhile." : `${missed} messages were missed meanwhile.`
  return [notice(entered, text, "info", channel), intents]
}

/** With a `ref` it is what one wanted. */
const left = (model: Model, { channel, ref }: ServerFrameOf<"Left">): Model => {
  if (ref !== undefined) return close(model, channel)
  const out = change(model, channel, (conversation) => ({ ...conversation, roster: undefined, typing: new Map() }))
  // Of many that are silent one is left, and entered again when somebody speaks.
  if (isDirect(channel)) return out
  return notice(out, `The server has put you out of ${channel}. /join ${channel} tries to come back.`, "error", channel)
}

const message = (model: Model, event: ServerFrameOf<"Message">): Next => {
  const { channel, content, from, id, seq, timestamp } = event
  const conversation = find(model, channel)
  if (conversation === undefined) return [model, []]
  const own = from === model.me
  const named = (entry: Entry) => id !== undefined && entry._tag !== "Notice" && entry.id === id
  const unsent = (entry: Entry) => own && entry._tag === "Unsent" && named(entry)
  const again = (entry: Entry): entry is Extract<Entry, { readonly _tag: "Message" }> =>
    entry._tag === "Message" &&
    entry.from === from &&
    (named(entry) || (seq > 0 && entry.seq === seq && entry.at === timestamp))
  // The acknowledgement may have been faster, and who comes back may be told again what was said before.
  if (conversation.entries.some(again)) {
    const placed = withEntries(model, channel, ({ entries }) =>
      entries.map((entry) => (again(entry) ? { ...entry, at: timestamp, seq } : entry)),
    )
    return [change(placed, channel, (conversation) => ({ ...conversation, seq: later(conversation.seq, seq) })), []]
  }
  const mention = !own && model.me !== undefined && mentions(content, model.me).length > 0
  const added = add(model, channel, { _tag: "Message", at: timestamp, id, seq, from, content, mention }, unsent)
  const next = change(added, channel, (conversation) => {
    const typing = new Map(conversation.typing)
    typing.delete(from)
    return { ...conversation, seq, typing }
  })
  if (own) return [next, []]
  const direct = isDirect(channel)
  const counted = unread(next, channel, mention || direct)
  // Once for many that come together.
  if ((!mention && !direct) || model.now - model.notified < notifyEvery) return [counted, []]
  const title = direct ? from : `${from} in #${channel}`
  return [{ ...counted, notified: model.now }, [{ _tag: "Notify", title, text: content }]]
}

const later = (one: Seq | undefined, other: Seq): Seq => (one !== undefined && one > other ? one : other)

const present = (model: Model, event: ServerFrameOf<"Presence">): Model => {
  const roster = find(model, event.channel)?.roster
  if (roster === undefined) return model
  const { joined, left, roster: next } = roster.apply(event)
  const known = change(model, event.channel, (conversation) => ({ ...conversation, roster: next }))
  // Into a direct conversation people are brought by what is said there: their coming tells nothing.
  if (isDirect(event.channel)) return known
  const others = joined.filter((name) => name !== model.me)
  return presence(known, event.channel, others, left)
}

/** A message has its place; the event that tells of it may have come before, or may not come at all. */
export const published = (model: Model, channel: string, id: string): Model =>
  withEntries(model, channel, ({ entries }) =>
    entries.map((entry): Entry => {
      if (entry._tag !== "Unsent" || entry.id !== id || model.me === undefined) return entry
      const { at, content, key } = entry
      return { _tag: "Message", key, at, id: entry.id, from: model.me, content, mention: false }
    }),
  )

export const notPublished = (model: Model, channel: string, id: string, why: string): Model =>
  withEntries(model, channel, ({ entries }) =>
    entries.map((entry): Entry => (entry._tag === "Unsent" && entry.id === id ? { ...entry, failed: why } : entry)),
  )

/** One could not get in: neither will what was to be said there. */
export const notJoined = (model: Model, channel: string, why: string): Model =>
  notice(
    withEntries(model, channel, ({ entries }) =>
      entries.map((entry): Entry => (isWaiting(entry) ? { ...entry, failed: why, waiting: false } : entry)),
    ),
    `${channel}: ${why}`,
    "error",
    find(model, channel) === undefined ? model.current : channel,
  )
