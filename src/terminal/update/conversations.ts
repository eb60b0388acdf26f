/** Changes of one conversation, and of which one is shown. */
import type { Seq } from "../../domain/Seq.ts"
import { spelling, type Username } from "../../domain/Username.ts"
import { empty } from "../Editor.ts"
import { typed } from "../../text/Hits.ts"
import { layout } from "../Layout.ts"
import { type Conversation, conversation, type Entry, type Model, type Size } from "../Model.ts"
import { type Look, placeOf, rowCount, scrollBack } from "../Timeline.ts"

export const maxEntries = 2000
/** Characters that are kept of one conversation, since messages may be as long as a frame. */
const maxText = 4_000_000
/** As many as a session may be in: 128 that it has joined, and 32 into which others have brought it. */
const maxConversations = 160

/** Whether it is a conversation with one person. */
export const isDirect = (name: string): boolean => name.startsWith("@")

/** Whether both name the same: people write `@bob`, and the server says `@Bob`. */
const same = (one: string, other: string): boolean =>
  one === other || (isDirect(one) && isDirect(other) && spelling(one.slice(1)) === spelling(other.slice(1)))

export const find = (model: Model, name: string): Conversation | undefined =>
  model.conversations.find((conversation) => same(conversation.name, name))

export const current = (model: Model): Conversation => find(model, model.current) ?? conversation(model.current)

/** Whether the user does not want to hear of somebody. */
export const isIgnored = ({ ignored }: Model, name: string): boolean => ignored.size > 0 && ignored.has(spelling(name))

export const lookOf = (model: Model): Look => ({
  columns: layout(model).timeline.columns,
  me: model.me,
  now: model.now,
  wanted: model.search === undefined ? undefined : typed(model.search.query),
  formats: model.formats,
  selected: model.selected?.key,
  unfolded: model.unfolded,
  words: model.settings.highlight,
  times: model.settings.times,
  joins: model.settings.joins,
  ignored: model.ignored,
})

/** Changes the conversation of this name, if there is one. */
export const change = (model: Model, name: string, to: (conversation: Conversation) => Conversation): Model => ({
  ...model,
  conversations: model.conversations.map((conversation) =>
    same(conversation.name, name) ? to(conversation) : conversation,
  ),
})

/** Gives a conversation the name that the server uses; `former` is the one it had before. */
export const rename = (model: Model, name: string, former = name): Model => {
  const before = find(model, former)
  if (before === undefined || before.name === name) return model
  // Another channel had this name before, which the user is not in any more under it.
  const other = find(model, name)
  const free = other === undefined || other === before ? model : close(model, name)
  const renamed = change(free, former, (conversation) => ({ ...conversation, name }))
  const transfers = renamed.transfers.map((transfer) =>
    transfer.channel === before.name ? { ...transfer, channel: name } : transfer,
  )
  return { ...renamed, transfers, current: model.current === before.name ? name : model.current }
}

/** Adds a conversation of this name, if there is none yet, and room for it. */
export const open = (model: Model, name: string): Model =>
  find(model, name) !== undefined || model.conversations.length >= maxConversations
    ? model
    : { ...model, conversations: [...model.conversations, conversation(name)] }

/** Whether it waits until the conversation is joined. */
export const isWaiting = (entry: Entry): entry is Extract<Entry, { readonly _tag: "Unsent" }> =>
  entry._tag === "Unsent" && entry.waiting === true

const read = (conversation: Conversation): Conversation =>
  conversation.scroll === 0 && conversation.unread > 0
    ? { ...conversation, unread: 0, mentions: 0, shownAsNew: conversation.unread }
    : conversation

/** Shows another conversation. The one before has no line "new" any more, and keeps its draft. */
export const show = (model: Model, name: string): Model => {
  const next = find(model, name)
  if (next === undefined || next.name === model.current) return model
  const left = change(model, model.current, (conversation) => ({
    ...conversation,
    firstUnread: undefined,
    unreadFrom: undefined,
    seeking: false,
    scroll: 0,
    // An edit of a message is not kept as a draft.
    draft: model.editing === undefined ? model.editor : empty,
    replying: model.replying,
  }))
  return {
    ...change(left, name, read),
    current: next.name,
    previous: model.current,
    editor: next.draft,
    replying: next.replying,
    browsing: undefined,
    search: undefined,
    selected: undefined,
    unfolded: undefined,
    picker: undefined,
    completion: undefined,
    editing: undefined,
  }
}

/** Removes a conversation; if it was shown, its neighbour is shown instead. */
export const close = (model: Model, name: string): Model => {
  const closing = find(model, name)
  if (closing === undefined || model.conversations.length === 1) return model
  const at = model.conversations.indexOf(closing)
  const neighbour = model.conversations[at === 0 ? 1 : at - 1]!
  const shown = model.current === closing.name ? show(model, neighbour.name) : model
  return { ...shown, conversations: shown.conversations.filter((conversation) => conversation.name !== closing.name) }
}

/** Scrolls by so many rows, up or with a negative number down. At the bottom everything counts as read. */
export const scroll = (model: Model, by: number): Model =>
  change(model, model.current, (conversation) => {
    const { rows } = layout(model).timeline
    const wanted = conversation.scroll + by
    const most = wanted <= 0 ? 0 : Math.max(0, rowCount(conversation, lookOf(model), wanted + rows) - rows)
    return read({ ...conversation, scroll: Math.max(0, Math.min(most, wanted)) })
  })

/** Keeps the scroll position within the rows there are, after they or the window have changed. */
export const clampScroll = (model: Model): Model => {
  const { scroll: before, unread } = current(model)
  if (before === 0) return unread === 0 || !isInSight(model) ? model : change(model, model.current, read)
  const settled = scroll(model, 0)
  return current(settled).scroll === before ? model : settled
}

type New<E> = E extends Entry ? Omit<E, "key" | "at"> & { readonly at?: number } : never
/** An entry that is not in a conversation yet; without a time it is of now. */
export type NewEntry = New<Entry>

/** The place of an entry; undefined where it has none. */
export const seqOf = (entry: Entry): Seq | undefined =>
  entry._tag === "Message" && entry.seq !== undefined && entry.seq > 0 ? entry.seq : undefined

/** Where an entry with this place belongs: before those with a later place, and before unsent messages. */
export const indexFor = (entries: ReadonlyArray<Entry>, seq: Seq | undefined): number => {
  if (seq === undefined || seq === 0) return entries.length
  let index = entries.length
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at]!
    const place = seqOf(entry)
    if (place !== undefined && place <= seq) break
    if (place !== undefined || (entry._tag === "Unsent" && entry.failed === undefined)) index = at
  }
  return index
}

/** Scrolls such that a user who reads further up goes on to see the same rows. */
const keepInSight = (before: Conversation, after: Conversation, look: Look, lookAfter = look): Conversation => {
  if (before.scroll === 0) return after
  const place = placeOf(before, look)
  const scroll = place === undefined ? undefined : scrollBack(after, place, lookAfter)
  return read({ ...after, scroll: scroll ?? before.scroll })
}

export const resize = (model: Model, size: Size): Model => {
  const resized = { ...model, size }
  return change(resized, model.current, (conversation) =>
    keepInSight(conversation, conversation, lookOf(model), lookOf(resized)),
  )
}

const lengthOf = (entry: Entry): number => (entry._tag === "Notice" ? entry.text : entry.content).length

/** The newest entries, as many as the limits allow. */
const withinLimits = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const last = Math.max(0, entries.length - maxEntries)
  let first = entries.length
  for (let room = maxText; first > last && (room -= lengthOf(entries[first - 1]!)) >= 0;) first--
  return first === 0 ? entries : entries.slice(first)
}

/** Changes the entries; a user who reads further up goes on to see the same rows. */
export const withEntries = (
  model: Model,
  name: string,
  to: (conversation: Conversation) => ReadonlyArray<Entry>,
): Model =>
  change(model, name, (conversation) => {
    const all = to(conversation)
    if (all === conversation.entries) return conversation
    const entries = withinLimits(all)
    // What was dropped can be loaded again.
    const cut = entries.length < all.length ? entries.find((entry) => seqOf(entry) !== undefined) : undefined
    const oldest = (cut === undefined ? undefined : seqOf(cut)) ?? conversation.oldest
    return keepInSight(conversation, { ...conversation, entries, oldest }, lookOf(model))
  })

/** Adds an entry; those for which `without` is true go for it. */
export const add = (model: Model, name: string, entry: NewEntry, without?: (entry: Entry) => boolean): Model =>
  withEntries(
    change(model, name, (conversation) => ({ ...conversation, keys: conversation.keys + 1 })),
    name,
    (conversation) => {
      const added = { at: model.now, ...entry, key: conversation.keys } as Entry
      const kept =
        without === undefined ? conversation.entries : conversation.entries.filter((entry) => !without(entry))
      return kept.toSpliced(indexFor(kept, seqOf(added)), 0, added)
    },
  )

export const notice = (model: Model, text: string, kind: "info" | "error" = "info", name = model.current): Model =>
  add(model, name, { _tag: "Notice", kind, text })

/** Whether what is said in the conversation that is shown is seen. */
export const isInSight = ({ hidden, past }: Model): boolean => !hidden && past === undefined

/** Counts a message as unread, if it is not in sight. */
export const countUnread = (model: Model, name: string, key: number, mention: boolean): Model =>
  change(model, name, (conversation) => {
    const { counted = 0, entries, mentions, scroll, unread } = conversation
    if (conversation.name === model.current && scroll === 0 && isInSight(model)) return conversation
    const entry = entries.find((entry) => entry.key === key)
    // The service may have counted it at sign-in, before it came.
    const isCounted = unread > 0 && entry !== undefined && (seqOf(entry) ?? counted + 1) <= counted
    const now = isCounted ? unread : unread + 1
    const counting = { ...conversation, unread: now, mentions: Math.min(now, mentions + (mention ? 1 : 0)) }
    if (unread > 0) return counting
    const marked = { ...counting, firstUnread: key }
    return keepInSight(conversation, marked, lookOf(model))
  })

/** Those are not typing any more: they have said it, are gone, or may not. */
export const stopTyping = (model: Model, name: string, who: Iterable<string>): Model =>
  change(model, name, (conversation) => {
    const gone = new Set([...who].map(spelling))
    const typing = new Map([...conversation.typing].filter(([one]) => !gone.has(spelling(one))))
    return typing.size === conversation.typing.size ? conversation : { ...conversation, typing }
  })

const namesShown = 5

/** Names that one notice remembers, so that later changes can be merged into it. */
const maxNamed = 500

const list = (names: ReadonlyArray<Username>): string =>
  names.length > namesShown
    ? `${names.slice(0, namesShown).join(", ")} and ${names.length - namesShown} more`
    : names.join(", ")

const presenceText = (came: ReadonlyArray<Username>, went: ReadonlyArray<Username>): string =>
  [...(came.length === 0 ? [] : [`${list(came)} joined`]), ...(went.length === 0 ? [] : [`${list(went)} left`])].join(
    " · ",
  )

/** Somebody who was said to have left is here again, and was away for no reason of their own: that is not said any more. */
export const unsayLeft = (model: Model, name: string, who: Username): Model =>
  withEntries(model, name, ({ entries }) => {
    const at = entries.findLastIndex((entry) => entry._tag === "Notice" && entry.left?.includes(who) === true)
    const entry = entries[at]
    if (entry?._tag !== "Notice") return entries
    const joined = entry.joined ?? []
    const left = (entry.left ?? []).filter((one) => one !== who)
    return joined.length === 0 && left.length === 0
      ? entries.toSpliced(at, 1)
      : entries.with(at, { ...entry, left, text: presenceText(joined, left) })
  })

/** Who joined and left, in one notice as long as nothing else happens. Whoever did both is not named. */
export const presence = (
  model: Model,
  name: string,
  joined: ReadonlyArray<Username>,
  left: ReadonlyArray<Username>,
): Model => {
  if (joined.length === 0 && left.length === 0) return model
  const last = find(model, name)?.entries.at(-1)
  const before = last?._tag === "Notice" && last.kind === "presence" ? last : undefined
  const came = (before?.joined ?? []).filter((one) => !left.includes(one))
  const went = (before?.left ?? []).filter((one) => !joined.includes(one))
  came.push(...joined.filter((one) => before?.left?.includes(one) !== true && !came.includes(one)))
  went.push(...left.filter((one) => before?.joined?.includes(one) !== true && !went.includes(one)))
  const isBefore = (entry: Entry) => entry === before
  if (came.length === 0 && went.length === 0) {
    return withEntries(model, name, ({ entries }) => entries.filter((entry) => !isBefore(entry)))
  }
  const entry: NewEntry = {
    _tag: "Notice",
    kind: "presence",
    text: presenceText(came, went),
    joined: came.slice(0, maxNamed),
    left: went.slice(0, maxNamed),
  }
  return add(model, name, entry, isBefore)
}
