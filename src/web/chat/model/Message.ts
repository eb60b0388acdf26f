/** A message as the page shows it. */
import type { Entry, FileInfo } from "./frames.ts"

interface Reaction {
  readonly reaction: string
  readonly users: ReadonlyArray<string>
}

export interface Message {
  readonly seq: number
  /** The sender's id for it: by it the sender's page knows its own. */
  readonly id: string | undefined
  readonly from: string
  readonly userId: string | undefined
  readonly content: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** The place of its last edit; 0 where there was none. */
  readonly edited: number
  readonly deleted: boolean
  readonly reactions: ReadonlyArray<Reaction>
  readonly file: FileInfo | undefined
  /** The place of the message that it answers. */
  readonly replyTo: number | undefined
}

type PastMessage = Extract<Entry, { readonly type: "Message" }>

export const of = (past: PastMessage): Message => ({
  seq: past.seq,
  id: past.id,
  from: past.from,
  userId: past.user_id,
  content: past.content,
  at: past.timestamp,
  edited: past.edited ?? 0,
  deleted: past.deleted === true,
  reactions: past.reactions ?? [],
  file: past.file,
  replyTo: past.reply_to,
})

const without = (names: ReadonlyArray<string>, name: string) => names.filter((other) => other !== name)

const react = (message: Message, reaction: string, user: string, on: boolean): Message => {
  const known = message.reactions.find((other) => other.reaction === reaction)
  if (known === undefined) {
    return on ? { ...message, reactions: [...message.reactions, { reaction, users: [user] }] } : message
  }
  if (known.users.includes(user) === on) return message
  const users = on ? [...known.users, user] : without(known.users, user)
  const reactions = message.reactions.map((other) => (other === known ? { reaction, users } : other))
  return { ...message, reactions: reactions.filter((other) => other.users.length > 0) }
}

/** After an entry that changes it. Doing it again changes nothing: what was fetched has it already. */
export const change = (message: Message, entry: Exclude<Entry, PastMessage>): Message => {
  if (message.deleted) return message
  switch (entry.type) {
    case "Edited":
      return entry.seq <= message.edited ? message : { ...message, content: entry.content, edited: entry.seq }
    case "Deleted":
      return { ...message, content: "", deleted: true, file: undefined, reactions: [] }
    case "Reacted":
      return react(message, entry.reaction, entry.from, entry.on)
  }
}
