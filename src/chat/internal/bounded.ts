/** Answers from history, cut to what one frame carries, whatever a single entry holds. */
import { maxPageLength } from "../../domain/Limits.ts"
import type { Entry } from "../../domain/Entry.ts"
import type { Hits, Page, PageRange } from "../../history/HistoryShape.ts"

/** What each reaction, and each user under it, takes beside its own characters: an id, quotes and the names of fields. */
const besides = 16

/** Characters of what an entry says, and of the reactions and names under it. */
const lengthOf = (entry: Entry): number => {
  let length = "content" in entry ? entry.content.length : 0
  if (entry.type !== "Message") return length
  for (const { reaction, users } of entry.reactions ?? []) {
    length += reaction.length + besides
    for (const { name } of users) length += name.length + besides
  }
  return length
}

/** How many of these there is room for, from the first on: one in any case. */
const fitting = (entries: ReadonlyArray<Entry>): number => {
  let length = 0
  const beyond = entries.findIndex((entry, at) => (length += lengthOf(entry)) > maxPageLength && at > 0)
  return beyond === -1 ? entries.length : beyond
}

/** From the end that was asked for. */
export const page = ({ entries, first, more }: Page, range: PageRange): Page => {
  const forward = "after" in range || "since" in range
  const count = fitting(forward ? entries : entries.toReversed())
  if (count === entries.length) return { entries, first, more }
  return { entries: forward ? entries.slice(0, count) : entries.slice(-count), first, more: true }
}

export const hits = (found: Hits): Hits => {
  const count = fitting(found.hits.map(({ message }) => message))
  if (count === found.hits.length) return found
  const { channel, message } = found.hits[count - 1]!
  return {
    hits: found.hits.slice(0, count),
    next: { timestamp: message.timestamp, channel, seq: message.seq },
  }
}
