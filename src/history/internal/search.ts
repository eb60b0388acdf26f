import * as Effect from "effect/Effect"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Message } from "../../domain/Entry.ts"
import type { LruMap } from "../../domain/LruMap.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Cursor, Hits, Query } from "../HistoryShape.ts"
import { folded } from "../NameForms.ts"
import { isAnything, matcher } from "../Sought.ts"
import type { Entries } from "./Entries.ts"
import type { Log } from "./Log.ts"

/** Characters that are read before other fibers get their turn; each entry counts as some more. */
const maxAtOnce = 64 * 1024
const perEntry = 16

/** Whether the message at a place is what it has to be, apart from its content. */
const messageMatcher = ({ file, from = [], since = 0, until = Number.POSITIVE_INFINITY }: Query) => {
  const names = from.map(folded)
  return (entries: Entries, seq: Seq.Seq, timestamp: number): boolean => {
    if (timestamp < since || timestamp >= until) return false
    if (names.length > 0 && !names.includes(folded(entries.speaker(seq)?.name ?? ""))) return false
    if (file !== true) return true
    const entry = entries.get(seq)
    return entry?.type === "Message" && entry.file !== undefined
  }
}

/** The newest first; of one moment, in the order of channel and place. */
const byNewest = (one: Cursor, other: Cursor): number =>
  other.timestamp - one.timestamp ||
  (one.channel < other.channel ? -1 : one.channel > other.channel ? 1 : one.seq - other.seq)

/** The first hits in their order, a given number of them. A message that would come behind them need not be read. */
class Newest {
  readonly hits: Array<Cursor> = []
  private readonly count: number

  constructor(count: number) {
    this.count = count
  }

  has(hit: Cursor): boolean {
    const last = this.hits[this.count - 1]
    return last === undefined || byNewest(hit, last) < 0
  }

  add(hit: Cursor): void {
    const at = this.hits.findIndex((other) => byNewest(hit, other) < 0)
    this.hits.splice(at === -1 ? this.hits.length : at, 0, hit)
    if (this.hits.length > this.count) this.hits.pop()
  }
}

/** Reads all messages, since there is no index. Other fibers get their turn in between. */
export const search = Effect.fnUntraced(function* (
  logs: Pick<LruMap<ChannelId, Log>, "get">,
  query: Query,
): Effect.fn.Return<Hits> {
  const { before, channels, limit } = query
  if (!isAnything(query)) return { hits: [] }
  const hasContent = matcher(query)
  const isMeant = messageMatcher(query)
  const newest = new Newest(limit + 1)
  let looked = 0
  for (const channel of new Set(channels)) {
    const log = logs.get(channel)
    if (log === undefined) continue
    // The log may change while others have their turn, and its oldest entries go.
    for (let seq = log.seq; seq >= log.entries.first; seq = Seq.before(seq)) {
      looked += perEntry
      const hit = { timestamp: log.entries.timestamp(seq)!, channel, seq }
      // Only what would be among the hits is read.
      const isNext = newest.has(hit) && (before === undefined || byNewest(before, hit) < 0)
      if (isNext && isMeant(log.entries, seq, hit.timestamp)) {
        const content = log.entries.content(seq)
        if (content !== undefined) {
          looked += content.length
          if (hasContent(content)) newest.add(hit)
        }
      }
      if (looked < maxAtOnce) continue
      looked = 0
      yield* Effect.yieldNow
    }
  }
  const page = newest.hits.slice(0, limit)
  return {
    hits: page.flatMap((hit) => found(logs, hit)),
    next: newest.hits.length > limit ? page.at(-1)! : undefined,
  }
})

/** The message of a hit, unless it was deleted during the search. */
const found = (
  logs: Pick<LruMap<ChannelId, Log>, "get">,
  { channel, seq }: Cursor,
): ReadonlyArray<{ readonly channel: ChannelId; readonly message: Message }> => {
  const message = logs.get(channel)?.message(seq)
  return message === undefined || message.deleted !== undefined ? [] : [{ channel, message }]
}
