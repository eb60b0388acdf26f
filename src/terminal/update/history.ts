/** Pages of history, changes of messages that are shown already, and how far the user has read. */
import type { Message } from "../../client/Event.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Entry as PageEntry, PastMessage } from "../../protocol/v2/Entry.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Intent } from "../Action.ts"
import { isFor } from "../../text/Highlights.ts"
import type { Change, Conversation, Entry, MessageEntry, Model } from "../Model.ts"
import {
  change,
  current,
  find,
  isDirect,
  isIgnored,
  isInSight,
  maxEntries,
  notice,
  seqOf,
  withEntries,
} from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Changes that are kept for messages whose page of history is on its way. */
const maxChanges = 100

/** Requests the page before the oldest entry, if there may be one, and room for it. */
export const requestOlder = (model: Model, name: string): Next => {
  const conversation = find(model, name)
  if (conversation?.oldest === undefined || conversation.loading) return [model, []]
  const { entries, oldest } = conversation
  if (oldest <= 1 || entries.length >= maxEntries) return [model, []]
  return [
    change(model, name, (conversation) => ({ ...conversation, loading: true })),
    [{ _tag: "History", channel: conversation.name, before: oldest }],
  ]
}

const withReaction = (
  reactions: Message["reactions"],
  { from, on, reaction }: Extract<Change, { type: "Reacted" }>,
) => {
  const before = reactions ?? []
  const found = before.find((one) => one.reaction === reaction)
  if (found === undefined) return on ? [...before, { reaction, users: [from] }] : before
  const others = found.users.filter((user) => user !== from)
  const users = on ? [...others, from] : others
  return users.length === 0
    ? before.filter((one) => one !== found)
    : before.map((one) => (one === found ? { reaction, users } : one))
}

/** Whether somebody else, whom the user wants to hear, names the user. */
export const isCalled = (model: Model, from: string, content: string): boolean =>
  from !== model.me && !isIgnored(model, from) && isFor(content, model.me, model.settings.highlight)

/** A message after a change; the same one, where it has that change already. */
const changeEntry = (entry: MessageEntry, event: Change, model: Model): MessageEntry => {
  switch (event.type) {
    case "Edited": {
      const { content, seq } = event
      if (entry.deleted === true || (entry.edited ?? Seq.zero) >= seq) return entry
      const mention = isCalled(model, entry.from, content)
      return { ...entry, content, edited: seq, mention }
    }
    case "Deleted":
      return { ...entry, content: "", file: undefined, deleted: true, mention: false }
    case "Reacted":
      return { ...entry, reactions: withReaction(entry.reactions, event) }
  }
}

/** Whether a message counts as unread while `unread` counts any: it is behind the line "new", or behind the read marker. */
const isUnread = ({ entries, firstUnread, read, unreadFrom }: Conversation, entry: MessageEntry): boolean => {
  const line = entries.findIndex(({ key }) => key === firstUnread)
  if (line !== -1) return entries.indexOf(entry) >= line
  return (seqOf(entry) ?? 0) >= (unreadFrom ?? Seq.next(read ?? Seq.zero))
}

/** With the counts of what is unread as they are after a message has become another. */
const recount = (conversation: Conversation, before: MessageEntry, after: MessageEntry, me: string | undefined) => {
  const { entries, mentions, unread } = conversation
  if (unread === 0 || before.from === me || before.deleted === true || !isUnread(conversation, before)) {
    return conversation
  }
  const concerned = (entry: MessageEntry) => entry.deleted !== true && (entry.mention || isDirect(conversation.name))
  const left = after.deleted === true ? unread - 1 : unread
  const counted = mentions + Number(concerned(after)) - Number(concerned(before))
  const line = entries.findIndex(({ key }) => key === conversation.firstUnread)
  const next = entries
    .slice(Math.max(0, line))
    .find((entry) => entry._tag === "Message" && entry.key !== before.key && entry.from !== me && !entry.deleted)
  return {
    ...conversation,
    unread: left,
    mentions: Math.max(0, Math.min(left, counted)),
    // Above what is deleted nothing is new.
    firstUnread:
      after.deleted === true && before.key === conversation.firstUnread ? next?.key : conversation.firstUnread,
  }
}

/** Without these in the counts of what is unread. */
export const forgetUnread = (
  conversation: Conversation,
  entries: ReadonlyArray<Entry>,
  me: string | undefined,
): Conversation =>
  entries.reduce(
    (next, entry) =>
      entry._tag === "Message" ? recount(next, entry, { ...entry, deleted: true, mention: false }, me) : next,
    conversation,
  )

/** Somebody has changed a message. */
export const applyChange = (model: Model, event: Change): Model => {
  const isTarget = (entry: Entry): entry is MessageEntry => seqOf(entry) === event.target
  const next = change(model, event.channel, (conversation) => {
    const target = conversation.entries.find(isTarget)
    const quoted = conversation.answered.get(event.target)
    const seen = {
      ...conversation,
      seq: later(conversation.seq, event.seq),
      answered:
        quoted == null
          ? conversation.answered
          : new Map(conversation.answered).set(event.target, changeEntry(quoted, event, model)),
    }
    if (target !== undefined) return recount(seen, target, changeEntry(target, event, model), model.me)
    const { read, unread } = conversation
    // It is not loaded, but the service has counted it.
    const isLess = event.type === "Deleted" && read !== undefined && event.target > read && unread > 0
    const left = isLess ? unread - 1 : unread
    return {
      ...seen,
      changes: [...conversation.changes, event].slice(-maxChanges),
      unread: left,
      mentions: Math.min(left, conversation.mentions),
    }
  })
  return withEntries(next, event.channel, ({ entries }) =>
    entries.some(isTarget)
      ? entries.map((entry) => (isTarget(entry) ? changeEntry(entry, event, model) : entry))
      : entries,
  )
}

export const later = (one: Seq.Seq | undefined, other: Seq.Seq): Seq.Seq =>
  one !== undefined && one > other ? one : other

/** Where an entry of history belongs: behind all that have an earlier place. Entries without a place stay behind it. */
const indexAfter = (entries: ReadonlyArray<Entry>, seq: Seq.Seq): number =>
  entries.findLastIndex((entry) => (seqOf(entry) ?? Number.POSITIVE_INFINITY) < seq) + 1

/** Of the entries on a page only messages are shown: they are as they are now, so the changes are in them already. */
const shown: { readonly [Type in PageEntry["type"]]: Type extends "Message" ? true : false } = {
  Message: true,
  Edited: false,
  Deleted: false,
  Reacted: false,
}

const isMessage = (entry: PageEntry): entry is PastMessage => shown[entry.type]

/** Adds a page of history before the oldest entry. */
export const addPage = (model: Model, { channel, entries: page, first, more }: ServerFrameOf<"HistoryPage">): Model => {
  const conversation = find(model, channel)
  if (conversation === undefined) return model
  const { changes, keys, oldest = Seq.zero } = conversation
  const known = new Set(conversation.entries.map(seqOf))
  const fresh = page.flatMap((message, at): ReadonlyArray<MessageEntry> => {
    if (!isMessage(message) || known.has(message.seq) || message.seq >= oldest) return []
    const { content, deleted, edited, file, from, id, reactions, reply_to: replyTo, seq, timestamp } = message
    const own = from === model.me
    const entry: MessageEntry = {
      _tag: "Message",
      key: keys + 1 + at,
      at: timestamp,
      id,
      seq,
      from,
      content,
      file,
      replyTo,
      edited,
      deleted,
      reactions,
      mention: isCalled(model, from, content),
      ...(own ? {} : { fromHistory: true as const }),
    }
    return [
      changes.filter(({ target }) => target === seq).reduce((entry, event) => changeEntry(entry, event, model), entry),
    ]
  })
  // A message of the user that still counts as unsent may be on the page: its acknowledgement was lost.
  const ids = new Set(fresh.flatMap(({ from, id }) => (from === model.me && id !== undefined ? [id] : [])))
  const added = withEntries(model, channel, ({ entries }) => {
    const kept = entries.filter((entry) => entry._tag !== "Unsent" || !ids.has(entry.id))
    return fresh.reduce<ReadonlyArray<Entry>>(
      (entries, entry) => entries.toSpliced(indexAfter(entries, entry.seq ?? Seq.zero), 0, entry),
      kept,
    )
  })
  const reached = page[0]?.seq ?? oldest
  const turned = change(added, channel, (conversation) => ({
    ...conversation,
    keys: keys + page.length,
    loading: false,
    // If `withEntries` had to drop entries, it has moved `oldest`, and that holds.
    oldest: conversation.oldest !== oldest ? conversation.oldest : more && reached > first ? reached : Seq.zero,
  }))
  return placeUnreadLine(turned, channel)
}

/** The page could not be had; without a reason, the server keeps no history. */
export const pageFailed = (model: Model, channel: string, why: string | undefined): Model => {
  const stopped = change(model, channel, (conversation) => ({
    ...conversation,
    loading: false,
    oldest: why === undefined ? Seq.zero : conversation.oldest,
  }))
  return why === undefined ? stopped : notice(stopped, `What was said before: ${why}`, "error", channel)
}

/** What was unread when the client signed in. */
export const markUnread = (model: Model, channels: ServerFrameOf<"Unread">["channels"]): Model => {
  const news = channels.filter(({ unread }) => unread > 0)
  const marked = news.reduce((model, { channel, last, read, unread }) => {
    const known = change(model, channel, (conversation) => {
      // What came since the service has counted.
      const since = conversation.entries.filter(
        (entry) =>
          entry._tag === "Message" && entry.from !== model.me && entry.deleted !== true && (seqOf(entry) ?? 0) > last,
      )
      return {
        ...conversation,
        read: conversation.read ?? read,
        counted: last,
        unreadFrom: Seq.next(read),
        unread: conversation === current(model) ? conversation.unread : unread + since.length,
        shownAsNew: conversation === current(model) ? unread : conversation.shownAsNew,
      }
    })
    return placeUnreadLine(known, channel)
  }, model)
  // Direct conversations with unread messages are joined by the client itself, so only channels are listed.
  const elsewhere = news.filter(({ channel }) => find(model, channel) === undefined && !channel.startsWith("@"))
  if (elsewhere.length === 0) return marked
  const list = elsewhere.slice(0, namesShown).map(({ channel, unread }) => `#${channel} (${unread})`)
  const rest = elsewhere.length > namesShown ? ` and ${elsewhere.length - namesShown} more` : ""
  return notice(marked, `New where you are not: ${list.join(", ")}${rest}. /join goes there.`)
}

const namesShown = 10

/** Puts the line "new" above the first unread message, once that is loaded. */
const placeUnreadLine = (model: Model, name: string): Model =>
  change(model, name, (conversation) => {
    const { entries, loading, oldest = Seq.zero, unreadFrom } = conversation
    if (unreadFrom === undefined || loading) return conversation
    const isNew = (entry: Entry): entry is MessageEntry =>
      entry._tag === "Message" && (seqOf(entry) ?? 0) >= unreadFrom && entry.from !== model.me
    const named = entries.filter((entry) => isNew(entry) && entry.mention && entry.deleted !== true).length
    return {
      ...conversation,
      // What is new may begin before what is loaded.
      unreadFrom: oldest > unreadFrom ? unreadFrom : undefined,
      firstUnread: entries.find(isNew)?.key ?? conversation.firstUnread,
      mentions: conversation.unread === 0 ? 0 : Math.min(conversation.unread, Math.max(conversation.mentions, named)),
    }
  })

/** Milliseconds between two read markers that are sent. */
const readEvery = 2000

/** Sends the read marker of the conversation that is shown, but not too often. */
export const sendReadMarker = (model: Model): Next => {
  const { connection, readSentAt, ticks } = model
  const { loading, name, read = Seq.zero, roster, scroll, seq = Seq.zero } = current(model)
  // What is said meanwhile is behind what is shown.
  if (!isInSight(model)) return [model, []]
  const there = connection._tag === "Online" && connection.version > 1 && roster !== undefined
  if (!there || scroll > 0 || loading || seq <= read || ticks - readSentAt < readEvery) return [model, []]
  const next = change({ ...model, readSentAt: ticks }, name, (conversation) => ({ ...conversation, read: seq }))
  return [next, [{ _tag: "Read", channel: name, seq }]]
}

/** The user has read up to here, maybe on another device. */
export const receiveReadMarker = (model: Model, { channel, seq, username }: ServerFrameOf<"ReadMarker">): Model => {
  if (username !== model.me) return model
  return change(model, channel, (conversation) => {
    const left = conversation.entries.filter(
      (entry): entry is MessageEntry =>
        entry._tag === "Message" && (seqOf(entry) ?? 0) > seq && entry.from !== model.me && entry.deleted !== true,
    )
    const unread = Math.min(conversation.unread, left.length)
    const named = left.filter(({ mention }) => mention || isDirect(channel)).length
    return {
      ...conversation,
      read: later(conversation.read, seq),
      unread,
      mentions: Math.min(unread, conversation.mentions, named),
    }
  })
}
