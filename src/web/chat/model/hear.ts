/** What happens in the channels, applied to what is shown: once for each picture that is drawn, however much comes. */
import { batch } from "@preact/signals"
import { Roster } from "../../../client/index.ts"
import { trouble, troubleOf } from "../session/Trouble.ts"
import { open, remember, rename } from "./channels.ts"
import * as Answering from "./answered.ts"
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"
import * as Kept from "./Kept.ts"
import type { Entry, Event, Joined } from "./frames.ts"
import { isTold } from "./levels.ts"
import { loadLatest, noteMeanwhile } from "./history.ts"
import { seen } from "./read.ts"
import { confirm } from "./send.ts"
import * as Timeline from "./Timeline.ts"
import * as Unread from "./unread.ts"

/** Events that wait to be applied, at most: then they are applied at once. */
const maxWaiting = 2000
/** Milliseconds between two times that events are applied: nobody reads faster, and each time costs a picture. */
const applyEvery = 100
/** Milliseconds for which somebody types who has typed. */
const typingMillis = 6000

/** Takes events. */
export const hear = (chat: Chat, events: ReadonlyArray<Event>): void => {
  const isFirst = chat.waiting.length === 0
  chat.waiting.push(...events)
  if (chat.waiting.length >= maxWaiting) return apply(chat)
  if (!isFirst) return
  const since = chat.env.now() - chat.appliedAt
  const soon = () => chat.env.beforePaint(() => apply(chat))
  // What comes alone is shown at once. The clock may have been set back meanwhile.
  if (since >= applyEvery || since < 0) soon()
  else chat.env.later(applyEvery - since, soon)
}

/** Applies what has come. */
export const apply = (chat: Chat): void => {
  const events = chat.waiting
  if (events.length === 0) return
  // What is unread is counted by the service up to a place, and from there on here: the place has to be known first.
  if (!chat.isListed.value && events.length < maxWaiting) {
    chat.env.later(applyEvery, () => apply(chat))
    return
  }
  chat.waiting = []
  chat.appliedAt = chat.env.now()
  batch(() => {
    const entries = new Map<Conversation, Array<Entry>>()
    for (const event of events) {
      const conversation = of(chat, event)
      if (conversation === undefined) continue
      switch (event.type) {
        case "Message":
        case "Edited":
        case "Deleted":
        case "Reacted": {
          const before = entries.get(conversation)
          if (before === undefined) entries.set(conversation, [event])
          else before.push(event)
          break
        }
        default:
          step(chat, conversation, event)
      }
    }
    for (const [conversation, added] of entries) add(chat, conversation, added)
  })
}

/** The conversation that it is about. Direct ones begin when somebody speaks. */
const of = (chat: Chat, event: Event): Conversation | undefined => {
  const known = chat.find(event.channel)
  return known === undefined && event.type === "Joined" ? remember(chat, event.channel) : known
}

const add = (chat: Chat, conversation: Conversation, entries: ReadonlyArray<Entry>): void => {
  const isShown = chat.current.value === conversation
  const { behind, timeline } = conversation
  for (const entry of entries) {
    noteMeanwhile(conversation, entry)
    conversation.last = Math.max(conversation.last, entry.seq)
    if (entry.type === "Message") count(chat, conversation, entry, isShown)
    else Unread.change(chat, conversation, entry)
  }
  const messages = entries.filter((entry) => entry.type === "Message")
  if (messages.length > 0) {
    conversation.lastAt.value = messages.at(-1)!.timestamp
    confirm(conversation, messages)
    stopTyping(
      conversation,
      messages.map(({ from }) => from),
    )
  }
  const { value } = timeline
  if (value === undefined) return
  Answering.heard(conversation, entries)
  const follows = !isShown || conversation.isAtEnd
  timeline.value = Timeline.heard(value, entries, follows)
  for (const entry of entries) if (entry.type === "Deleted") giveUpEdit(chat, conversation, entry.target)
  if (isShown && !conversation.isAtEnd) behind.value += messages.filter(({ from }) => from !== chat.me.name).length
  if (isShown) seen(chat, conversation)
}

/** A message that is edited is gone: what was written stands where one writes. */
const giveUpEdit = (chat: Chat, conversation: Conversation, seq: number): void => {
  const { draft, edited, editing, name } = conversation
  if (editing.value !== seq) return
  editing.value = conversation.edited = undefined
  if (edited === undefined || edited.seq !== seq) return
  draft.value = [draft.value, edited.text].filter((text) => text !== "").join("\n")
  Kept.setDraft(chat, name.value, draft.value)
}

/** Whether it is new, and for whom. */
const count = (
  chat: Chat,
  conversation: Conversation,
  message: Extract<Entry, { readonly type: "Message" }>,
  isShown: boolean,
): void => {
  const { content, deleted, from, seq } = message
  if (from === chat.me.name || seq <= conversation.counted || deleted === true) return
  if (isShown && conversation.isAtEnd && chat.env.isSeen()) return
  conversation.newBehind.value ??= seq - 1
  conversation.unread.value += 1
  if (isTold(conversation, Unread.note(chat, conversation, message)))
    chat.onCall({ channel: conversation.name.value, from, content })
}

const step = (chat: Chat, conversation: Conversation, event: Exclude<Event, { readonly type: Entry["type"] }>) => {
  const { about } = conversation
  switch (event.type) {
    case "Joined":
      return joined(chat, conversation, event)
    case "Left":
      conversation.isJoined.value = false
      conversation.roster.value = undefined
      conversation.typing.value = new Map()
      if (event.because !== undefined) conversation.trouble.value = troubleOf(event.because)
      return
    case "Presence":
      if (conversation.roster.value !== undefined) {
        const { left, roster } = conversation.roster.value.apply(event)
        conversation.roster.value = roster
        stopTyping(conversation, left)
        const me = conversation.roster.value.members.get(chat.me.name as never)
        if (me !== undefined) chat.status.value = { status: me.status, text: me.text ?? "" }
      }
      return
    case "UserTyping":
      if (event.stopped === true) return stopTyping(conversation, [event.username])
      return types(chat, conversation, event.username)
    case "TopicChanged":
      about.value = { ...about.value, topic: event.topic }
      return
    case "ChannelChanged":
      // Whoever still may will type on.
      if (event.archived || event.access === "readonly") conversation.typing.value = new Map()
      about.value = { ...about.value, access: event.access, archived: event.archived, slowMode: event.slow_mode }
      return
    case "RoleChanged":
      if (event.username === chat.me.name) about.value = { ...about.value, role: event.role }
      return
    case "Renamed":
      rename(chat, conversation, event.name)
      return
    case "ReadMarker":
      if (event.username === chat.me.name) readElsewhere(conversation, event.seq)
      else noteReader(conversation, event.username, event.seq)
      return
    case "Missed":
    case "HistoryChanged":
      // What is shown has a gap from here on, or is of another history: it is fetched anew.
      conversation.timeline.value = undefined
      if (event.type === "HistoryChanged") beginAnew(chat, conversation)
      if (chat.current.value === conversation) void loadLatest(chat, conversation)
      return
    case "Kicked":
      stopTyping(conversation, [event.username])
      if (event.username !== chat.me.name) return
      conversation.isJoined.value = false
      conversation.roster.value = undefined
      conversation.trouble.value = trouble("Kicked", event.reason, { by: event.by })
      return
    case "Invited":
      void open(chat, event.channel, { stay: true })
      return
  }
}

/** Places are of another history now. */
const beginAnew = (chat: Chat, conversation: Conversation): void => {
  const { editing } = conversation
  if (editing.value !== undefined) giveUpEdit(chat, conversation, editing.value)
  conversation.read = conversation.counted = conversation.last = 0
  conversation.newBehind.value = undefined
  conversation.aim.value = undefined
  conversation.readBy.value = new Map()
  Unread.forget(conversation)
}

const joined = (chat: Chat, conversation: Conversation, event: Joined): void => {
  const { about, roster, isJoined } = conversation
  isJoined.value = true
  conversation.trouble.value = undefined
  Kept.addChannel(chat, conversation.name.value)
  Kept.setId(chat, conversation.name.value, event.id)
  roster.value = Roster.of(event)
  conversation.last = Math.max(conversation.last, event.seq)
  about.value = {
    topic: event.topic,
    access: event.access ?? "public",
    archived: event.archived === true,
    slowMode: event.slow_mode ?? 0,
    role: event.role,
  }
  const me = roster.value.members.get(chat.me.name as never)
  if (me !== undefined) chat.status.value = { status: me.status, text: me.text ?? "" }
}

/** Those are not typing any more: they have said it, are gone, or may not. */
const stopTyping = ({ typing }: Conversation, names: ReadonlyArray<string>): void => {
  if (!names.some((name) => typing.value.has(name))) return
  typing.value = new Map([...typing.value].filter(([name]) => !names.includes(name)))
}

const types = (chat: Chat, { typing }: Conversation, name: string): void => {
  if (name === chat.me.name) return
  const until = chat.env.now() + typingMillis
  typing.value = new Map(typing.value).set(name, until)
  chat.env.later(typingMillis, () => {
    if (typing.value.get(name) !== until) return
    const others = new Map(typing.value)
    others.delete(name)
    typing.value = others
  })
}

/** Readers that are known of one conversation: more than are told of. */
const maxReaders = 64

const noteReader = ({ readBy }: Conversation, name: string, seq: number): void => {
  const readers = new Map(readBy.value)
  // Whoever has read last stands last.
  readers.delete(name)
  readers.set(name, seq)
  for (const oldest of readers.keys()) {
    if (readers.size <= maxReaders) break
    readers.delete(oldest)
  }
  readBy.value = readers
}

/** Another tab or device of the same user has read up to here. */
const readElsewhere = (conversation: Conversation, seq: number): void => {
  if (seq <= conversation.read) return
  conversation.read = seq
  if (seq < conversation.last) Unread.forgetUpTo(conversation, seq)
  else Unread.forget(conversation)
}
