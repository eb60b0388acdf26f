/** How messages stand below one another: by day, and by who said them. */
import type { Message } from "./Message.ts"

export interface Row {
  readonly message: Message
  /** Whether a day begins with it. */
  readonly beginsDay: boolean
  /** Whether it stands below its author's name, rather than below another message of the same author. */
  readonly isHead: boolean
  /** Whether the line that says "new" stands above it. */
  readonly isFirstNew: boolean
}

/** Milliseconds between two messages of one author that still stand together. */
const together = 7 * 60 * 1000

/** `dayOf` is the same for all moments of a day. */
export const rowsOf = (
  messages: ReadonlyArray<Message>,
  newBehind: number | undefined,
  dayOf: (at: number) => number,
  me: string,
): ReadonlyArray<Row> => {
  let before: Message | undefined
  let day: number | undefined
  let isNew = newBehind === undefined
  return messages.map((message) => {
    const itsDay = dayOf(message.at)
    const beginsDay = itsDay !== day
    const isFirstNew = !isNew && message.seq > newBehind! && message.from !== me
    if (isFirstNew) isNew = true
    const follows = before !== undefined && before.from === message.from && Math.abs(message.at - before.at) < together
    before = message
    day = itsDay
    return { message, beginsDay, isFirstNew, isHead: beginsDay || isFirstNew || !follows }
  })
}
