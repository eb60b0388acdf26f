/**
 * The messages of a channel that the page holds: one run of them without a gap, somewhere in its history, and no more than
 * can be drawn at once. One scrolls by moving the window: older ones come in above and the newest leave below, or the
 * other way round. So nothing grows, however long one reads and however much is said.
 */
import * as Message from "./Message.ts"
import type { Entry, Page } from "./frames.ts"

/** Messages in the window, at most. */
export const maxMessages = 240

export interface Timeline {
  readonly messages: ReadonlyArray<Message.Message>
  /** From this place on everything is here. */
  readonly from: number
  /** Up to this place everything is here. */
  readonly to: number
  /** Whether there is anything older in history. */
  readonly hasOlder: boolean
  /** Whether it reaches to the end: what is said now belongs behind it. */
  readonly live: boolean
}

type Place = Pick<Page, "entries" | "first" | "more">

const messagesIn = (page: Pick<Page, "entries">): ReadonlyArray<Message.Message> =>
  page.entries.flatMap((entry) => (entry.type === "Message" ? [Message.of(entry)] : []))

const firstOf = (page: Pick<Page, "entries">): number | undefined => page.entries[0]?.seq
const lastOf = (page: Pick<Page, "entries">): number | undefined => page.entries.at(-1)?.seq

/** Nothing: of a channel whose entries are counted from this place on. */
export const empty = (seq: number): Timeline => ({
  messages: [],
  from: seq + 1,
  to: seq,
  hasOlder: false,
  live: true,
})

/** The latest page. */
export const latest = (page: Place): Timeline => ({
  messages: messagesIn(page),
  from: firstOf(page) ?? page.first,
  to: lastOf(page) ?? page.first - 1,
  hasOlder: page.more,
  live: true,
})

/** Around a place: the page before it, and the one from there on. */
export const around = (before: Place, after: Place): Timeline => ({
  messages: [...messagesIn(before), ...messagesIn(after)],
  from: firstOf(before) ?? firstOf(after) ?? after.first,
  to: lastOf(after) ?? lastOf(before) ?? after.first - 1,
  hasOlder: before.more,
  live: !after.more,
})

/** With the page before it. What is too much leaves below. */
export const withOlder = (timeline: Timeline, page: Place): Timeline => {
  const messages = [...messagesIn(page), ...timeline.messages]
  const from = firstOf(page) ?? timeline.from
  if (messages.length <= maxMessages) return { ...timeline, messages, from, hasOlder: page.more }
  const kept = messages.slice(0, maxMessages)
  return { messages: kept, from, to: kept.at(-1)!.seq, hasOlder: page.more, live: false }
}

/** With the page behind it. What is too much leaves above. */
export const withNewer = (timeline: Timeline, page: Place): Timeline => {
  const messages = [...timeline.messages, ...messagesIn(page)]
  const to = lastOf(page) ?? timeline.to
  return trimmed({ ...timeline, messages, to, live: !page.more })
}

const trimmed = (timeline: Timeline): Timeline => {
  if (timeline.messages.length <= maxMessages) return timeline
  const messages = timeline.messages.slice(-maxMessages)
  return { ...timeline, messages, from: messages[0]!.seq, hasOlder: true }
}

/** The place of the first message that is at `seq` or behind it, in the list. */
const indexOf = (messages: ReadonlyArray<Message.Message>, seq: number): number => {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (messages[middle]!.seq < seq) low = middle + 1
    else high = middle
  }
  return low
}

/** The message at a place: null where none is, and undefined where the window does not reach. */
export const at = ({ from, messages, to }: Timeline, seq: number): Message.Message | null | undefined => {
  if (seq < from || seq > to) return undefined
  const found = messages[indexOf(messages, seq)]
  return found?.seq === seq ? found : null
}

/**
 * After entries that came live, in their order. `following`: the reader is at the end, so the oldest may leave. A reader
 * who is further up keeps what is there: once the window is full it stays behind, and is not live any more.
 */
export const heard = (timeline: Timeline, entries: ReadonlyArray<Entry>, following: boolean): Timeline => {
  let messages: Array<Message.Message> | undefined
  let { live, to } = timeline
  for (const entry of entries) {
    if (entry.type === "Message") {
      if (!live || entry.seq <= to) continue
      if (!following && (messages ?? timeline.messages).length >= maxMessages) {
        live = false
        continue
      }
      messages ??= [...timeline.messages]
      messages.push(Message.of(entry))
      to = entry.seq
      continue
    }
    const list = messages ?? timeline.messages
    const at = indexOf(list, entry.target)
    const target = list[at]
    if (target?.seq === entry.target) {
      const changed = Message.change(target, entry)
      if (changed !== target) {
        messages ??= [...timeline.messages]
        messages[at] = changed
      }
    }
    if (live && entry.seq > to) to = entry.seq
  }
  if (messages === undefined && live === timeline.live && to === timeline.to) return timeline
  return trimmed({ ...timeline, messages: messages ?? timeline.messages, live, to })
}
