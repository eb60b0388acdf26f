/** What stays in this browser over a reload, for each user: which channels are in the list, and what was not finished. */
import type { Chat } from "./Chat.ts"
import type { Level } from "./Conversation.ts"

/** Names that are remembered of each kind, at most. */
const maxNames = 200

interface Channels {
  readonly channels: ReadonlyArray<string>
  /** Left here, though the service may still count what is unread there. */
  readonly left: ReadonlyArray<string>
  /** By name, which channel it is: another one may have its name by now. */
  readonly ids: ReadonlyMap<string, string>
}

const key = (chat: Chat, what: string): string => `natter.${what}.${chat.me.id}`

const read = (chat: Chat, what: string): unknown => {
  try {
    return JSON.parse(chat.env.kept(key(chat, what)) ?? "null")
  } catch {
    // Somebody else wrote there.
    return null
  }
}

const write = (chat: Chat, what: string, value: unknown): void =>
  chat.env.keep(key(chat, what), value === undefined ? undefined : JSON.stringify(value))

const namesIn = (value: unknown, field: string): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return []
  const list: unknown = Reflect.get(value, field)
  return Array.isArray(list) ? list.filter((name) => typeof name === "string") : []
}

const idsIn = (value: unknown): ReadonlyMap<string, string> => {
  const ids: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "ids") : undefined
  const pairs = Object.entries(typeof ids === "object" && ids !== null ? ids : {})
  return new Map(pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"))
}

export const channels = (chat: Chat): Channels => {
  const kept = read(chat, "channels")
  return { channels: namesIn(kept, "channels"), left: namesIn(kept, "left"), ids: idsIn(kept) }
}

/** Whether a key that another tab has changed is of the list. */
export const isList = (chat: Chat, changed: string): boolean => changed === key(chat, "channels")

const change = (chat: Chat, to: (kept: Channels) => Channels): void => {
  const { channels: names, ids, left } = to(channels(chat))
  const kept = names.slice(-maxNames)
  write(chat, "channels", {
    channels: kept,
    left: left.slice(-maxNames),
    ids: Object.fromEntries([...ids].filter(([name]) => kept.includes(name))),
  })
}

export const addChannel = (chat: Chat, name: string): void => {
  const { channels: names, left } = channels(chat)
  if (names.includes(name) && !left.includes(name)) return
  change(chat, (kept) => ({
    ...kept,
    channels: [...kept.channels.filter((other) => other !== name), name],
    left: kept.left.filter((other) => other !== name),
  }))
}

export const removeChannel = (chat: Chat, name: string): void =>
  change(chat, (kept) => ({
    ...kept,
    channels: kept.channels.filter((other) => other !== name),
    left: [...kept.left.filter((other) => other !== name), name],
  }))

/** Notes which channel has this name. */
export const setId = (chat: Chat, name: string, id: string | undefined): void => {
  if (channels(chat).ids.get(name) === id) return
  change(chat, ({ ids, ...kept }) => {
    const others = [...ids].filter(([other]) => other !== name)
    return { ...kept, ids: new Map(id === undefined ? others : [...others, [name, id]]) }
  })
}

/** It is the same channel, and so it is nothing that was left. */
export const renameChannel = (chat: Chat, from: string, to: string): void => {
  const { channels: names, ids, left } = channels(chat)
  // Otherwise another tab has done it.
  if (names.includes(from)) {
    const id = ids.get(from)
    change(chat, () => ({
      channels: names.filter((name) => name !== to).map((name) => (name === from ? to : name)),
      left: left.filter((name) => name !== to),
      ids: new Map([...ids, ...(id === undefined ? [] : [[to, id] as const])]),
    }))
  }
  const begun = draft(chat, from)
  if (begun !== "") setDraft(chat, to, begun)
  setDraft(chat, from, "")
  if (current(chat) === from) setCurrent(chat, to)
  setLevel(chat, to, level(chat, from))
  setLevel(chat, from, "mentions")
}

const levelKey = (chat: Chat, name: string): string => `${key(chat, "level")}.${name}`
/** Of which messages of a channel one is told. */
export const level = (chat: Chat, name: string): Level => {
  const kept = chat.env.kept(levelKey(chat, name))
  return kept === "all" || kept === "none" ? kept : "mentions"
}
export const setLevel = (chat: Chat, name: string, to: Level): void =>
  chat.env.keep(levelKey(chat, name), to === "mentions" ? undefined : to)
/** The channel of which another tab has changed that. */
export const levelOf = (chat: Chat, changed: string): string | undefined => {
  const beginning = levelKey(chat, "")
  return changed.startsWith(beginning) ? changed.slice(beginning.length) : undefined
}

/** The channel that was shown last. */
export const current = (chat: Chat): string | undefined => chat.env.kept(key(chat, "current"))
export const setCurrent = (chat: Chat, name: string): void => chat.env.keep(key(chat, "current"), name)

const draftKey = (chat: Chat, name: string): string => `${key(chat, "draft")}.${name}`
/** What was begun and not sent in a channel. */
export const draft = (chat: Chat, name: string): string => chat.env.kept(draftKey(chat, name)) ?? ""
export const setDraft = (chat: Chat, name: string, text: string): void =>
  chat.env.keep(draftKey(chat, name), text === "" ? undefined : text)
/** The channel whose draft another tab has changed. */
export const draftOf = (chat: Chat, changed: string): string | undefined => {
  const beginning = draftKey(chat, "")
  return changed.startsWith(beginning) ? changed.slice(beginning.length) : undefined
}
