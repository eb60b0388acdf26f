/** Brings the part of a channel's history into the page that is to be seen. */
import { batch } from "@preact/signals"
import type { Answer } from "../session/Link.ts"
import type { Chat } from "./Chat.ts"
import type { Aim, Conversation } from "./Conversation.ts"
import type { Entry, Page } from "./frames.ts"
import * as Timeline from "./Timeline.ts"

/** Entries that are fetched at first: as many as fill a large screen twice. */
const pageSize = 80
/** Entries that are fetched while one scrolls: no more than are drawn between two pictures, on a slow machine too. */
const scrollSize = 40
/** Pages in a row without a message: of edits and reactions alone. */
const maxEmpty = 5
/** Entries that come meanwhile and are worth keeping. */
const maxMeanwhile = 1000

type Range = { readonly after: number } | { readonly before: number } | { readonly until: number } | {}

/** A page with messages in it, where there are any. */
const fetch = async (chat: Chat, { name }: Conversation, range: Range, limit = pageSize): Promise<Answer<Page>> => {
  const entries: Array<Page["entries"][number]> = []
  for (let tries = 0, next: Range = range; ; tries++) {
    const answer = await chat.ask((client) => client.history(name.value, { ...next, limit }))
    if (!answer.ok) return answer
    const page = answer.value
    const backward = !("after" in next)
    if (backward) entries.unshift(...page.entries)
    else entries.push(...page.entries)
    const end = backward ? page.entries[0] : page.entries.at(-1)
    if (end === undefined || !page.more || tries === maxEmpty || entries.some(({ type }) => type === "Message")) {
      return { ok: true, value: { ...page, entries } }
    }
    next = backward ? { before: end.seq } : { after: end.seq }
  }
}

/**
 * Fetches, and applies what was said meanwhile behind what was fetched. One at a time: to go somewhere else gives up what was
 * under way, and what only goes on from where one is waits for the next time.
 */
const load = async <A>(
  chat: Chat,
  conversation: Conversation,
  what: "older" | "newer" | "page",
  ask: () => Promise<Answer<A>>,
  take: (got: A) => Timeline.Timeline | undefined,
): Promise<boolean> => {
  if (what !== "page" && conversation.loading.value !== undefined) return false
  conversation.loading.value = what
  const meanwhile: Array<Entry> = []
  conversation.meanwhile = meanwhile
  const answer = await ask()
  if (conversation.meanwhile !== meanwhile) return false
  conversation.meanwhile = undefined
  batch(() => {
    conversation.loading.value = undefined
    if (!answer.ok) {
      if (what === "page" && conversation.timeline.value === undefined) conversation.trouble.value = answer.trouble
      else chat.note(answer.trouble)
      return
    }
    const taken = take(answer.value)
    if (taken === undefined) return
    conversation.trouble.value = undefined
    // It may be another history by now.
    if (what === "page") conversation.elsewhere.value = new Map()
    conversation.timeline.value = Timeline.heard(taken, meanwhile, conversation.isAtEnd)
  })
  // More came than was kept: what is shown has a gap behind it, so it is not the end any more.
  if (meanwhile.length >= maxMeanwhile && conversation.timeline.value !== undefined) {
    conversation.timeline.value = { ...conversation.timeline.value, live: false }
  }
  return answer.ok
}

/** Notes what came while a page was fetched. */
export const noteMeanwhile = (conversation: Conversation, entry: Page["entries"][number]): void => {
  if (conversation.meanwhile !== undefined && conversation.meanwhile.length < maxMeanwhile) {
    conversation.meanwhile.push(entry)
  }
}

export const loadLatest = (chat: Chat, conversation: Conversation): Promise<boolean> =>
  load(
    chat,
    conversation,
    "page",
    () => fetch(chat, conversation, {}),
    (page) => {
      conversation.behind.value = 0
      conversation.aim.value = undefined
      conversation.isAtEnd = true
      return Timeline.latest(page)
    },
  )

/** Shows what is around a place. */
export const loadAround = (chat: Chat, conversation: Conversation, aim: Aim): Promise<boolean> =>
  load(
    chat,
    conversation,
    "page",
    async () => {
      const [before, after] = await Promise.all([
        fetch(chat, conversation, { before: aim.seq }),
        fetch(chat, conversation, { after: aim.seq - 1 }),
      ])
      if (!before.ok) return before
      return after.ok ? { ok: true, value: [before.value, after.value] as const } : after
    },
    ([before, after]) => {
      conversation.behind.value = 0
      conversation.aim.value = aim
      conversation.isAtEnd = false
      return Timeline.around(before, after)
    },
  )

export const loadOlder = async (chat: Chat, conversation: Conversation): Promise<void> => {
  const { from, hasOlder } = conversation.timeline.value ?? Timeline.empty(0)
  if (!hasOlder) return
  await load(
    chat,
    conversation,
    "older",
    () => fetch(chat, conversation, { before: from }, scrollSize),
    (page) => {
      const { value } = conversation.timeline
      return value?.from === from ? Timeline.withOlder(value, page) : undefined
    },
  )
}

export const loadNewer = async (chat: Chat, conversation: Conversation): Promise<void> => {
  const { live, to } = conversation.timeline.value ?? Timeline.empty(0)
  if (live) return
  await load(
    chat,
    conversation,
    "newer",
    () => fetch(chat, conversation, { after: to }, scrollSize),
    (page) => {
      const { value } = conversation.timeline
      return value?.to === to ? Timeline.withNewer(value, page) : undefined
    },
  )
}

/** The first message from a moment on; the last one where there is none. Its place, or undefined where nothing was said. */
export const seqSince = async (chat: Chat, { name }: Conversation, since: number): Promise<number | undefined> => {
  const page = await chat.tell((client) => client.history(name.value, { since, limit: 20 }))
  const found = page?.entries.find(({ type }) => type === "Message")
  if (page === undefined || found !== undefined) return found?.seq
  const latest = await chat.tell((client) => client.history(name.value, { limit: 20 }))
  return latest?.entries.at(-1)?.seq
}

/** Goes to a message, whether it is here or not. */
export const goTo = async (chat: Chat, conversation: Conversation, aim: Aim): Promise<void> => {
  const { value } = conversation.timeline
  if (value !== undefined && value.from <= aim.seq && aim.seq <= value.to) {
    conversation.isAtEnd = false
    conversation.aim.value = aim
  } else await loadAround(chat, conversation, aim)
}

/** Goes to the end. */
export const goToEnd = async (chat: Chat, conversation: Conversation): Promise<void> => {
  if (conversation.timeline.value?.live === true) {
    conversation.isAtEnd = true
    conversation.behind.value = 0
    conversation.aim.value = { seq: Number.POSITIVE_INFINITY, marked: false }
  } else await loadLatest(chat, conversation)
}
