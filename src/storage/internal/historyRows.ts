/** Entries as the tables hold them. */
import { oneForm, type Reaction } from "../../domain/Reaction.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { Entry, StoredId, Message, Reactions } from "../../domain/Entry.ts"
import type { Person } from "../../domain/User.ts"

/** A row of `entries`; a column that the type of entry does not have is null. */
export interface EntryRow {
  readonly seq: Seq
  readonly type: Entry["type"]
  readonly id: StoredId["id"] | null
  readonly user_id: Person["id"]
  readonly user_name: Person["name"]
  readonly timestamp: number
  readonly content: string | null
  /** The message that it is about; of a message, the one that it answers. */
  readonly target: Seq | null
  readonly edited: Seq | null
  readonly reaction: Reaction | null
  readonly is_on: number | null
  /** JSON; a database that knows that reads it by itself. */
  readonly file: string | StoredFile | null
  /** JSON: an array of `[reaction, user id, user name]`. */
  readonly reactions: string | null
}

/** What a message carries, as it is stored. */
type StoredFile = NonNullable<Message["file"]>

/** Databases refuse NUL and halves of surrogate pairs. They are stored as U+FFFF, which is no character, and four digits. */
const untakable = /[\0\uffff\p{Cs}]/gu
const escaped = /\uffff(.{4})/gu

/** Finds texts that may need it. It runs for every message, so it is as cheap as can be. */
const suspect = /[\0\ud800-\udfff\uffff]/

/** As databases take it. */
const toText = (content: string): string =>
  suspect.test(content)
    ? content.replace(untakable, (unit) => `\uffff${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : content

/** As it was said. */
export const fromText = (text: string): string =>
  text.includes("\uffff")
    ? text.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text

/** An entry as it is sent to the database. The names are short: SQLite parses the JSON once for each column. */
export interface Row {
  readonly seq: Seq
  readonly type: Entry["type"]
  readonly id: StoredId["id"] | undefined
  readonly user: Person["id"]
  readonly name: Person["name"]
  readonly at: number
  readonly content: string | undefined
  /** What is indexed of the content. */
  readonly words: string | undefined
  readonly target: Seq | undefined
  readonly reaction: Reaction | undefined
  readonly on: number | undefined
  readonly file: StoredFile | undefined
}

export const toRow = (entry: Entry, words: (content: string) => string): Row => {
  const { from, id, seq, timestamp, type } = entry
  const content = "content" in entry ? entry.content : undefined
  return {
    seq,
    type,
    id,
    user: from.id,
    name: from.name,
    at: timestamp,
    content: content === undefined ? undefined : toText(content),
    words: content === undefined ? undefined : words(content),
    target: type === "Message" ? entry.replyTo : entry.target,
    reaction: type === "Reacted" ? oneForm(entry.reaction) : undefined,
    on: type === "Reacted" ? Number(entry.on) : undefined,
    file: type === "Message" ? entry.file : undefined,
  }
}

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
        reaction: oneForm(row.reaction!),
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
    ...(row.file === null ? undefined : { file: toFile(row.file) }),
    ...(row.target === null ? undefined : { replyTo: row.target }),
    ...(row.edited === null ? undefined : { edited: row.edited }),
    ...(row.content === null ? { deleted: true } : undefined),
    ...(reactions.length === 0 ? undefined : { reactions }),
  }
}

const toFile = (file: string | StoredFile): StoredFile =>
  typeof file === "string" ? (JSON.parse(file) as StoredFile) : file

// Earlier releases stored forms of a reaction apart that look the same: they are one, and who has both has it once.
const grouped = (json: string): ReadonlyArray<Reactions> => {
  const found = new Map<Reaction, Map<Person["id"], Person>>()
  const byForm = new Map<Reaction, Map<Person["id"], Person>>()
  for (const [stored, id, name] of JSON.parse(json) as ReadonlyArray<[Reaction, Person["id"], Person["name"]]>) {
    let users = byForm.get(stored)
    if (users === undefined) {
      const reaction = oneForm(stored)
      users = found.get(reaction) ?? new Map()
      found.set(reaction, users)
      byForm.set(stored, users)
    }
    if (!users.has(id)) users.set(id, { id, name })
  }
  return [...found].map(([reaction, users]) => ({ reaction, users: [...users.values()] }))
}
