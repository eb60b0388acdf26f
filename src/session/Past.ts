/** History as the protocol says it. */
import type { Entry, Message } from "../domain/Entry.ts"
import type * as Wire from "../protocol/v2/Entry.ts"

export const message = ({ from, reactions, id, edited, deleted, ...rest }: Message): Wire.PastMessage => ({
  ...rest,
  ...(id === undefined ? {} : { id }),
  from: from.name,
  ...(edited === undefined ? {} : { edited }),
  ...(deleted === undefined ? {} : { deleted }),
  ...(reactions === undefined
    ? {}
    : { reactions: reactions.map(({ reaction, users }) => ({ reaction, users: users.map(({ name }) => name) })) }),
})

export const entry = (entry: Entry): Wire.Entry =>
  entry.type === "Message" ? message(entry) : { ...entry, from: entry.from.name }
