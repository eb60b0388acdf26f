/** What was said before: pages of history, and changes of messages that are there already. */
import type { Message } from "../../client/Event.ts"
import * as Seq from "../../domain/Seq.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Intent } from "../Action.ts"
import { mentions } from "../Mentions.ts"
import type { Change, Entry, Model } from "../Model.ts"
import { change, current, find, maxEntries, notice, seqOf, withEntries } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]
type Said = Extract<Entry, { readonly _tag: "Message" }>

/** Changes that are kept for messages on their way. */
const maxChanges = 100

/** Asks for what is before what is there, if there may be something, and room for it. */
export const older = (model: Model, name: string): Next => {
  const conversation = find(model, name)
  if (conversation?.oldest === undefined || conversation.loading) return [model, []]
  const { entries, oldest } = conversation
  if (oldest <= 1 || entries.length >= maxEntries) return [model, []]
  return [
    change(model, name, (conversation) => ({ ...conversation, loading: true })),
    [{ _tag: "History", channel: conversation.name, before: oldest }],
  ]
}

const reactedBy = (reactions: Message["reactions"], { from, on, reaction }: Extract<Change, { type: "Reacted" }>) => {
  const before = reactions ?? []
  const found = before.find((one) => one.reaction === reaction)
  if (found === undefined) return on ? [...before, { reaction, users: [from] }] : before
  const others = found.users.filter((user) => user !== from)
  const users = on ? [...others, from] : others
  return users.length === 0
    ? before.filter((one) => one !== found)
    : before.map((one) => (one === found ? { reaction, users } : one))
}

/** A message behind a change; the same, where that is in it already. */
const changed = (entry: Said, event: Change): Said => {
  switch (event.type) {
    case "Edited":
      return entry.deleted === true || (entry.edited ?? Seq.zero) >= event.seq
        ? entry
        : { ...entry, content: event.content, edited: event.seq }
    case "Deleted":
      return { ...entry, content: "", deleted: true, mention: false }
    case "Reacted":
      return { ...entry, reactions: reactedBy(entry.reactions, event) }
  }
}

/** Somebody has changed a message. */
export const apply = (model: Model, event: Change): Model => {
  const isTarget = (entry: Entry): entry is Said => seqOf(entry) === event.target
  const told = change(model, event.channel, (conversation) => ({
    ...conversation,
    seq: later(conversation.seq, event.seq),
    changes: conversation.entries.some(isTarget)
      ? conversation.changes
      : [...conversation.changes, event].slice(-maxChanges),
  }))
  return withEntries(told, event.channel, ({ entries }) =>
    entries.some(isTarget) ? entries.map((entry) => (isTarget(entry) ? changed(entry, event) : entry)) : entries,
  )
}

export const later = (one: Seq.Seq | undefined, other: Seq.Seq): Seq.Seq =>
  one !== undefined && one > other ? one : other

/** Behind what has a place before this one; what has no place comes later. */
const indexAfter = (entries: ReadonlyArray<Entry>, seq: Seq.Seq): number =>
  entries.findLastIndex((entry) => (seqOf(entry) ?? Number.POSITIVE_INFINITY) < seq) + 1

/** A page of what is before what is there. */
export const turn = (model: Model, { channel, entries: page, first, more }: ServerFrameOf<"HistoryPage">): Model => {
  const conversation = find(model, channel)
  if (conversation === undefined) return model
  const { changes, keys, oldest = Seq.zero } = conversation
  const known = new Set(conversation.entries.map(seqOf))
  const fresh = page.flatMap((message, at): ReadonlyArray<Said> => {
    if (message.type !== "Message" || known.has(message.seq) || message.seq >= oldest) return []
    const { content, deleted, edited, from, id, reactions, seq, timestamp } = message
    const own = from === model.me
    const said: Said = {
      _tag: "Message",
      key: keys + 1 + at,
      at: timestamp,
      id,
      seq,
      from,
      content,
      edited,
      deleted,
      reactions,
      mention: !own && model.me !== undefined && mentions(content, model.me).length > 0,
      ...(own ? {} : { past: true as const }),
    }
    return [changes.filter(({ target }) => target === seq).reduce(changed, said)]
  })
  // What one said may have its place without one having been told.
  const ids = new Set(fresh.flatMap(({ from, id }) => (from === model.me && id !== undefined ? [id] : [])))
  const added = withEntries(model, channel, ({ entries }) => {
    const kept = entries.filter((entry) => entry._tag !== "Unsent" || !ids.has(entry.id))
    return fresh.reduce<ReadonlyArray<Entry>>(
      (entries, said) => entries.toSpliced(indexAfter(entries, said.seq ?? Seq.zero), 0, said),
      kept,
    )
  })
  const reached = page[0]?.seq ?? oldest
  const turned = change(added, channel, (conversation) => ({
    ...conversation,
    keys: keys + page.length,
    loading: false,
    // What there was no room for is before the oldest that is there.
    oldest: conversation.oldest !== oldest ? conversation.oldest : more && reached > first ? reached : Seq.zero,
  }))
  return draw(turned, channel)
}

/** It cannot be had now. */
export const notTurned = (model: Model, channel: string, why: string | undefined): Model => {
  const stopped = change(model, channel, (conversation) => ({
    ...conversation,
    loading: false,
    oldest: why === undefined ? Seq.zero : conversation.oldest,
  }))
  return why === undefined ? stopped : notice(stopped, `What was said before: ${why}`, "error", channel)
}

/** What one had not read when one came. */
export const unread = (model: Model, channels: ServerFrameOf<"Unread">["channels"]): Model => {
  const news = channels.filter(({ unread }) => unread > 0)
  const marked = news.reduce((model, { channel, read, unread }) => {
    const known = change(model, channel, (conversation) => ({
      ...conversation,
      read: conversation.read ?? read,
      unreadFrom: Seq.next(read),
      unread: conversation === current(model) ? conversation.unread : Math.max(conversation.unread, unread),
    }))
    return draw(known, channel)
  }, model)
  // Into the others one is brought, and into direct conversations one comes by oneself.
  const elsewhere = news.filter(({ channel }) => find(model, channel) === undefined && !channel.startsWith("@"))
  if (elsewhere.length === 0) return marked
  const list = elsewhere.slice(0, namesShown).map(({ channel, unread }) => `#${channel} (${unread})`)
  const rest = elsewhere.length > namesShown ? ` and ${elsewhere.length - namesShown} more` : ""
  return notice(marked, `New where you are not: ${list.join(", ")}${rest}. /join goes there.`)
}

const namesShown = 10

/** Draws the line above what is new, once that is there. */
const draw = (model: Model, name: string): Model =>
  change(model, name, (conversation) => {
    const { entries, loading, unreadFrom } = conversation
    if (unreadFrom === undefined || loading) return conversation
    const isNew = (entry: Entry): entry is Said =>
      entry._tag === "Message" && (seqOf(entry) ?? 0) >= unreadFrom && entry.from !== model.me
    const named = entries.filter((entry) => isNew(entry) && entry.mention && entry.deleted !== true).length
    return {
      ...conversation,
      unreadFrom: undefined,
      firstUnread: conversation.firstUnread ?? entries.find(isNew)?.key,
      mentions: conversation.unread === 0 ? 0 : Math.min(conversation.unread, Math.max(conversation.mentions, named)),
    }
  })

/** Between two times that the server is told how far one has read, in milliseconds. */
const readEvery = 2000

/** Tells how far one has read in what is shown; once for what comes within a while. */
export const reading = (model: Model): Next => {
  const { connection, now, toldRead } = model
  const { loading, name, read = Seq.zero, roster, scroll, seq = Seq.zero } = current(model)
  const there = connection._tag === "Online" && connection.version > 1 && roster !== undefined
  if (!there || scroll > 0 || loading || seq <= read || now - toldRead < readEvery) return [model, []]
  const told = change({ ...model, toldRead: now }, name, (conversation) => ({ ...conversation, read: seq }))
  return [told, [{ _tag: "Read", channel: name, seq }]]
}

/** One has read up to here, maybe elsewhere. */
export const hasRead = (model: Model, { channel, seq, username }: ServerFrameOf<"ReadMarker">): Model => {
  if (username !== model.me) return model
  return change(model, channel, (conversation) => {
    const left = conversation.entries.filter(
      (entry): entry is Said =>
        entry._tag === "Message" && (seqOf(entry) ?? 0) > seq && entry.from !== model.me && entry.deleted !== true,
    )
    const unread = Math.min(conversation.unread, left.length)
    return {
      ...conversation,
      read: later(conversation.read, seq),
      unread,
      mentions: Math.min(unread, conversation.mentions),
    }
  })
}
