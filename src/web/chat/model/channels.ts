/** Which channels are in the list, and which one is shown. */
import { batch } from "@preact/signals"
import { trouble } from "../session/Trouble.ts"
import type { Chat } from "./Chat.ts"
import { type Aim, Conversation } from "./Conversation.ts"
import { goTo, loadAround, loadLatest } from "./history.ts"
import * as Kept from "./Kept.ts"
import { seen } from "./read.ts"
import { note } from "./unread.ts"

/** Old names that are known. */
const maxRenamed = 200

const notHere = trouble("NoSuchChannel")

/** Where a newcomer is shown in. */
const firstChannel = "lobby"
/** Channels that are entered at the same time. */
const atOnce = 8
/** Channels that are entered when the page is opened: a session may be in 128. */
const maxJoined = 100
/** Conversations whose messages are kept while others are shown. */
const maxLoaded = 12
/** Channels in which mentions are counted that were said while one was away. */
const maxCounted = 40

/** There is nothing of this name that one could be in. */
export const isNone = ({ isJoined, trouble }: Conversation): boolean =>
  !isJoined.value && (trouble.value?.reason === "NoSuchChannel" || trouble.value?.reason === "NoSuchUser")

/** Puts it into the list, where it is not. It is remembered once one is in. */
export const remember = (chat: Chat, name: string): Conversation => {
  const known = chat.find(name)
  if (known !== undefined) return known
  const conversation = new Conversation(name)
  conversation.draft.value = Kept.draft(chat, name)
  conversation.level.value = Kept.level(chat, name)
  chat.conversations.value = [...chat.conversations.value, conversation]
  return conversation
}

/** The list as it is when one comes: channels with a read marker, direct conversations, and those that this browser knows. */
export const start = async (chat: Chat, wanted: string | undefined): Promise<void> => {
  const unread = await chat.ask((client) => client.unread)
  const counted = unread.ok ? unread.value : []
  const { left, channels } = Kept.channels(chat)
  const names = new Set([...counted.map(({ channel }) => String(channel)), ...channels])
  for (const name of left) names.delete(name)
  if (names.size === 0 || wanted === undefined) names.add(firstChannel)
  batch(() => {
    for (const name of names) remember(chat, name)
    for (const { channel, last, read, unread } of counted) {
      const conversation = chat.find(channel)
      if (conversation === undefined) continue
      conversation.read = read
      conversation.last = conversation.counted = last
      conversation.unread.value = unread
      if (unread > 0) conversation.newBehind.value = read
    }
    chat.isListed.value = true
  })
  if (!unread.ok) chat.note(unread.trouble)
  const others = chat.conversations.value.filter(
    (conversation) => !conversation.isDirect && conversation.name.value !== wanted,
  )
  const queue = others.slice(0, maxJoined)
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await enterAgain(chat, next)
    }),
  )
  for (const conversation of chat.conversations.value.slice(0, maxCounted)) await countMentions(chat, conversation)
}

/** Enters a channel that was in the list. One that is gone meanwhile goes out of it. */
const enterAgain = async (chat: Chat, conversation: Conversation): Promise<void> => {
  await enter(chat, conversation)
  if (isNone(conversation) && chat.current.value !== conversation) drop(chat, conversation)
}

/** Enters a channel. What is entered may have another name: people write theirs their own way, and channels are renamed. */
const enter = async (chat: Chat, conversation: Conversation): Promise<Conversation | undefined> => {
  const { isJoined, name, trouble } = conversation
  if (isJoined.value) return conversation
  const asked = name.value
  // By its name alone a channel that is gone would be made anew.
  const id = Kept.channels(chat).ids.get(asked)
  const answer = await chat.ask((client) => client.join(asked, { id }))
  if (answer.ok || answer.trouble.reason === "AlreadyMember") {
    const entered = answer.ok ? rename(chat, conversation, answer.value.channel) : conversation
    entered.isJoined.value = true
    Kept.addChannel(chat, entered.name.value)
    if (answer.ok) Kept.setId(chat, entered.name.value, answer.value.id)
    return entered
  }
  // Whoever asks for it once more means the name.
  if (answer.trouble.reason === "NoSuchChannel") Kept.setId(chat, asked, undefined)
  // A name that none can have.
  trouble.value = answer.trouble.field === "channel" ? notHere : answer.trouble
  return undefined
}

/** Goes out of the channel that was not shown for longest, as far as nothing is new there: one session can be in so many. */
const makeRoom = async (chat: Chat): Promise<boolean> => {
  const [idle] = chat.conversations.value
    .filter(({ isDirect, isJoined, unread, unsent }) => {
      const isQuiet = unread.value === 0 && unsent.value.length === 0
      return isJoined.value && !isDirect && isQuiet
    })
    .filter((one) => one !== chat.current.value)
    .toSorted((one, other) => one.shownAt - other.shownAt)
  if (idle === undefined || !(await chat.ask((client) => client.leave(idle.name.value))).ok) return false
  idle.isJoined.value = false
  idle.timeline.value = undefined
  return true
}

/** It is called so from now on. Where the list has that name already, one of the two stays. */
export const rename = (chat: Chat, conversation: Conversation, to: string): Conversation => {
  const from = conversation.name.value
  if (from === to) return conversation
  const other = chat.find(to)
  const stays = other?.isJoined.value === true && !conversation.isJoined.value ? other : conversation
  const goes = stays === conversation ? other : conversation
  batch(() => {
    stays.name.value = to
    if (goes !== undefined) chat.conversations.value = chat.conversations.value.filter((one) => one !== goes)
    if (chat.current.value === goes && goes !== undefined) chat.current.value = stays
  })
  chat.renamed.delete(to)
  if (chat.renamed.size < maxRenamed) chat.renamed.set(from, stays)
  Kept.renameChannel(chat, from, to)
  return stays
}

/** Counts how often one was mentioned in what is unread, as far as a page of it tells. */
const countMentions = async (chat: Chat, conversation: Conversation): Promise<void> => {
  const { counted, isDirect, name, read, unread, unseen } = conversation
  if (isDirect || unread.value === 0) return
  const page = await chat.ask((client) => client.history(name.value, { after: read }))
  if (!page.ok || unread.value === 0) return
  for (const entry of page.value.entries) {
    if (entry.type !== "Message" || entry.from === chat.me.name || entry.deleted === true) continue
    // What came since was counted then.
    if (entry.seq <= counted && entry.seq > conversation.read && !unseen.has(entry.seq)) note(chat, conversation, entry)
  }
}

export interface OpenOptions {
  /** Goes to this message. */
  readonly at?: number | undefined
  /** Puts it into the list, and does not show it. */
  readonly stay?: boolean
}

/** Shows a channel, or with `stay` only adds it to the list. */
export const open = async (chat: Chat, name: string, { at, stay = false }: OpenOptions = {}): Promise<void> => {
  const conversation = remember(chat, name)
  const { newBehind, timeline, unread } = conversation
  const before = chat.current.value
  if (!stay) {
    batch(() => {
      if (before !== conversation && unread.value === 0) newBehind.value = undefined
      if (before !== undefined && before !== conversation) leaveSight(before)
      chat.current.value = conversation
      conversation.shownAt = chat.env.now()
      if (before !== undefined && before !== conversation && isNone(before)) drop(chat, before)
    })
  }
  let entered = await enter(chat, conversation)
  if (!stay && conversation.trouble.value?.reason === "TooManyMemberships" && (await makeRoom(chat))) {
    entered = await enter(chat, conversation)
  }
  if (entered !== undefined && entered !== conversation) return open(chat, entered.name.value, { at, stay })
  if (entered !== undefined && !stay) Kept.setCurrent(chat, name)
  if (stay || (entered === undefined && timeline.value === undefined)) return
  const aim: Aim | undefined = at === undefined ? undefined : { seq: at, marked: true }
  if (aim !== undefined) await goTo(chat, conversation, aim)
  else if (timeline.value !== undefined) seen(chat, conversation)
  else if (newBehind.value !== undefined && newBehind.value > 0) {
    await loadAround(chat, conversation, { seq: newBehind.value + 1, marked: false })
  } else await loadLatest(chat, conversation)
  unloadOthers(chat)
}

/** What stays of a conversation that is not shown any more. */
const leaveSight = (conversation: Conversation): void => {
  const { aim, behind, newBehind, timeline, unread } = conversation
  conversation.isAtEnd = true
  behind.value = 0
  aim.value = undefined
  if (unread.value === 0) newBehind.value = undefined
  // One comes back to the end, or to what is new.
  if (timeline.value?.live !== true) timeline.value = undefined
}

/** Lets the messages go of those that were shown longest ago. */
const unloadOthers = (chat: Chat): void => {
  const { value: current } = chat.current
  const loaded = chat.conversations.value.filter(({ timeline }) => timeline.value !== undefined)
  for (const conversation of loaded.filter((other) => other !== current).slice(0, -maxLoaded)) {
    conversation.timeline.value = undefined
  }
}

/** Leaves a channel, and takes it out of the list. */
export const leave = async (chat: Chat, conversation: Conversation): Promise<void> => {
  const name = conversation.name.value
  if (conversation.isJoined.value && (await chat.tell((client) => client.leave(name))) === undefined) return
  drop(chat, conversation)
}

/** Takes it out of the list. */
const drop = (chat: Chat, conversation: Conversation): void => {
  Kept.removeChannel(chat, conversation.name.value)
  chat.conversations.value = chat.conversations.value.filter((other) => other !== conversation)
  if (chat.current.value !== conversation) return
  chat.current.value = undefined
  const next = chat.conversations.value[0]
  if (next !== undefined) void open(chat, next.name.value)
}

/** Another tab has changed the list. */
export const follow = (chat: Chat): void => {
  const { channels, left } = Kept.channels(chat)
  for (const name of channels) if (chat.find(name) === undefined) void open(chat, name, { stay: true })
  for (const conversation of chat.conversations.value) {
    const name = conversation.name.value
    if (!left.includes(name) || conversation.isDirect) continue
    if (conversation.isJoined.value) void chat.ask((client) => client.leave(name))
    drop(chat, conversation)
  }
}
