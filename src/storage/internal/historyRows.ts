/** Entries as the tables hold them. */
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Reaction } from "../../domain/Reaction.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { Entry, From, Known, Message, Reactions } from "../../history/Entry.ts"
import { indexed } from "./historyWords.ts"

/** A row of `entries`; what an entry has not is null. */
export interface EntryRow {
  readonly seq: Seq
  readonly type: Entry["type"]
  readonly id: Known["id"] | null
  readonly user_id: From["id"]
  readonly user_name: From["name"]
  readonly timestamp: number
  readonly content: string | null
  readonly target: Seq | null
  readonly edited: Seq | null
  readonly reaction: Reaction | null
  readonly is_on: number | null
  /** JSON: an array of `[reaction, user id, user name]`. */
  readonly reactions: string | null
}

/** U+FFFF is no character, so it can say that another follows which databases don't take: NUL, half a surrogate pair. */
const untakable = /[\0\uffff\p{Cs}]/gu
const escaped = /\uffff(.{4})/gu

const toText = (content: string): string =>
  content.replace(untakable, (unit) => `\uffff${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

const fromText = (text: string): string =>
  text.includes("\uffff")
    ? text.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text

/** What is written of an entry, as JSON. Short names: it is parsed once for each column. */
export const toRow = (channel: ChannelId, entry: Entry) => ({
  seq: entry.seq,
  type: entry.type,
  id: entry.id,
  user: entry.from.id,
  name: entry.from.name,
  at: entry.timestamp,
  ...("content" in entry ? { content: toText(entry.content), words: indexed(channel, entry.content) } : undefined),
  ...(entry.type === "Message" ? undefined : { target: entry.target }),
  ...(entry.type === "Reacted" ? { reaction: entry.reaction, on: Number(entry.on) } : undefined),
})

export const toEntry = (row: EntryRow): Entry => {
  const place = { seq: row.seq, from: { id: row.user_id, name: row.user_name }, timestamp: row.timestamp }
  switch (row.type) {
    case "Message":
      return toMessage(row)
    case "Edited":
      return { type: "Edited", ...place, id: row.id!, target: row.target!, content: fromText(row.content ?? "") }
    case "Deleted":
      return { type: "Deleted", ...place, id: row.id!, target: row.target! }
    case "Reacted":
      return {
        type: "Reacted",
        ...place,
        id: row.id!,
        target: row.target!,
        reaction: row.reaction!,
        on: row.is_on === 1,
      }
  }
}

export const toMessage = (row: EntryRow): Message => {
  const reactions = row.reactions === null ? [] : grouped(row.reactions)
  return {
    type: "Message",
    seq: row.seq,
    ...(row.id === null ? undefined : { id: row.id }),
    from: { id: row.user_id, name: row.user_name },
    content: fromText(row.content ?? ""),
    timestamp: row.timestamp,
    ...(row.edited === null ? undefined : { edited: row.edited }),
    ...(row.content === null ? { deleted: true } : undefined),
    ...(reactions.length === 0 ? undefined : { reactions }),
  }
}

const grouped = (json: string): ReadonlyArray<Reactions> => {
  const users = new Map<Reaction, Array<From>>()
  for (const [reaction, id, name] of JSON.parse(json) as ReadonlyArray<[Reaction, From["id"], From["name"]]>) {
    const those = users.get(reaction)
    if (those === undefined) users.set(reaction, [{ id, name }])
    else those.push({ id, name })
  }
  return [...users].map(([reaction, users]) => ({ reaction, users }))
}
