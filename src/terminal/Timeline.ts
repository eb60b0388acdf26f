/** A conversation as the rows of a window. */
import { dayOf } from "./internal/day.ts"
import { isHidden, type Look, type Row, rowsOf, rule, selectedRow } from "./internal/rows.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Conversation, Entry, MessageEntry } from "./Model.ts"

/** What a message answers: null where that is gone, undefined where it is not known. */
type Answered = MessageEntry | null | undefined

export type { Look, Row, Span, Style } from "./internal/rows.ts"

interface CachedRows {
  readonly previous: Entry | undefined
  readonly answered: Answered
  readonly look: Look
  readonly rows: ReadonlyArray<Row>
}

// Entries are immutable, so their rows hold as long as the look is the same. They are dropped with the entry.
const cache = new WeakMap<Entry, CachedRows>()

/** Whether entries take as many rows in both: a search only marks them. */
const sameHeight = (a: Look, b: Look): boolean =>
  a === b ||
  (a.columns === b.columns &&
    a.me === b.me &&
    a.formats === b.formats &&
    a.times === b.times &&
    a.joins === b.joins &&
    a.ignored === b.ignored &&
    dayOf(a.now) === dayOf(b.now))

/** Where messages are among some entries; made where one of them answers another. */
const places = new WeakMap<ReadonlyArray<Entry>, ReadonlyMap<Seq, MessageEntry>>()

export const placesIn = (entries: ReadonlyArray<Entry>): ReadonlyMap<Seq, MessageEntry> => {
  const known = places.get(entries)
  if (known !== undefined) return known
  const made = new Map<Seq, MessageEntry>()
  // A place of 0 is none: it was said in another history.
  for (const entry of entries) if (entry._tag === "Message" && entry.seq) made.set(entry.seq, entry)
  places.set(entries, made)
  return made
}

/** The message that the one at a place answers. */
const answeredAt = ({ answered, entries }: Conversation, at: number): Answered => {
  const entry = entries[at]!
  if (entry._tag === "Notice" || entry.replyTo === undefined) return undefined
  return placesIn(entries).get(entry.replyTo) ?? answered.get(entry.replyTo)
}

/** The place of the entry that is shown above this one. */
const previousAt = (entries: ReadonlyArray<Entry>, at: number, look: Look): number => {
  let before = at - 1
  while (before >= 0 && isHidden(entries[before]!, look)) before--
  return before
}

const draw = (conversation: Conversation, at: number, look: Look): CachedRows => {
  const { entries } = conversation
  const entry = entries[at]!
  const previous = entries[previousAt(entries, at, look)]
  const answered = answeredAt(conversation, at)
  const drawn = { previous, answered, look, rows: rowsOf(entry, previous, look, answered) }
  cache.set(entry, drawn)
  return drawn
}

/** The rows of an entry; their height holds, but their marks may be those of an earlier search. */
const drawnAt = (conversation: Conversation, at: number, look: Look): CachedRows => {
  const { entries } = conversation
  const previous = entries[previousAt(entries, at, look)]
  const found = cache.get(entries[at]!)
  const same =
    found !== undefined &&
    found.previous === previous &&
    found.answered === answeredAt(conversation, at) &&
    (found.look.unfolded === entries[at]!.key) === (look.unfolded === entries[at]!.key) &&
    sameHeight(found.look, look)
  return same ? found : draw(conversation, at, look)
}

/** How many rows an entry takes, with the line "new" above it. */
const heightAt = (conversation: Conversation, at: number, look: Look): number => {
  const { length } = drawnAt(conversation, at, look).rows
  return conversation.entries[at]!.key === conversation.firstUnread ? length + 1 : length
}

const rowsAt = (conversation: Conversation, at: number, look: Look): ReadonlyArray<Row> => {
  const { entries, firstUnread } = conversation
  const drawn = drawnAt(conversation, at, look)
  const isSame =
    drawn.look.wanted === look.wanted && drawn.look.marked === look.marked && drawn.look.words === look.words
  const { rows: plain } = isSame ? drawn : draw(conversation, at, look)
  const rows = entries[at]!.key === look.selected ? plain.map(selectedRow) : plain
  return entries[at]!.key === firstUnread ? [rule("new", "new", look.columns), ...rows] : rows
}

/** How many rows there are from the entry at `from` on. Counted from the end; stops once there are `most` or more. */
export const rowCount = (conversation: Conversation, look: Look, most = Number.POSITIVE_INFINITY, from = 0): number => {
  let count = 0
  for (let at = conversation.entries.length - 1; at >= from && count < most; at--) {
    count += heightAt(conversation, at, look)
  }
  return count
}

export interface Timeline {
  /** From the top of the window down; as many as it has lines, or fewer. */
  readonly rows: ReadonlyArray<Row>
  /** Rows below the window. */
  readonly below: number
}

/**
 * The rows in a window of so many lines, `conversation.scroll` rows above the end, but not above the first row. Wraps no
 * more entries than those in the window and below it.
 */
export const timeline = (conversation: Conversation, look: Look, height: number): Timeline => {
  const { entries, scroll } = conversation
  const below = Math.max(0, Math.min(scroll, rowCount(conversation, look, scroll + height) - height))
  const parts: Array<ReadonlyArray<Row>> = []
  // Rows of the lowest entry that are below the window.
  let hidden = 0
  let count = 0
  for (let at = entries.length - 1; at >= 0 && count < below + height; at--) {
    const more = heightAt(conversation, at, look)
    if (count + more > below) {
      if (parts.length === 0) hidden = below - count
      parts.push(rowsAt(conversation, at, look))
    }
    count += more
  }
  const rows = parts.toReversed().flat()
  const end = rows.length - hidden
  return { rows: rows.slice(Math.max(0, end - height), end), below }
}

/** The entry at the bottom of a window. */
export interface Place {
  readonly key: number
  /** Rows of it that are below the window. */
  readonly hidden: number
}

/** The place at the bottom of the window; undefined where there are no entries. */
export const placeOf = (conversation: Conversation, look: Look): Place | undefined => {
  const { entries, scroll } = conversation
  let count = 0
  for (let at = entries.length - 1; at >= 0; at--) {
    const more = heightAt(conversation, at, look)
    if (count + more > scroll) return { key: entries[at]!.key, hidden: scroll - count }
    count += more
  }
  return undefined
}

/** The scroll position of a place; undefined where the entry is gone. */
export const scrollBack = (conversation: Conversation, { hidden, key }: Place, look: Look): number | undefined => {
  const found = conversation.entries.findLastIndex((entry) => entry.key === key)
  if (found === -1) return undefined
  const below = rowCount(conversation, look, Number.POSITIVE_INFINITY, found + 1)
  return below + Math.min(hidden, heightAt(conversation, found, look) - 1)
}

/** The scroll position that shows an entry in a window of so many lines, as near as can be to where it is now. */
export const scrollInto = (conversation: Conversation, key: number, look: Look, height: number): number => {
  const { entries, scroll } = conversation
  const found = entries.findIndex((entry) => entry.key === key)
  if (found === -1) return scroll
  const below = rowCount(conversation, look, Number.POSITIVE_INFINITY, found + 1)
  const all = below + heightAt(conversation, found, look)
  // Where the window is not at the bottom, its last line says how much is below it.
  if (below <= scroll) return Math.max(0, below - 1)
  return all > scroll + height ? Math.min(below - 1, all - height) : scroll
}

/** The scroll position that shows an entry in the middle of a window of so many lines. */
export const scrollTo = (conversation: Conversation, key: number, look: Look, height: number): number => {
  const found = conversation.entries.findIndex((entry) => entry.key === key)
  if (found === -1) return 0
  const length = heightAt(conversation, found, look)
  const below = rowCount(conversation, look, Number.POSITIVE_INFINITY, found + 1)
  if (length <= height) return Math.max(0, below - Math.floor((height - length) / 2))
  // If it is higher than the window, the row with the match is in the middle.
  const hit = rowsAt(conversation, found, look).findIndex((row) => row.some(({ style }) => style === "match"))
  return Math.max(0, below + length - 1 - Math.max(0, hit) - Math.floor(height / 2))
}
