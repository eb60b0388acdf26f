/** In which order conversations are listed: channels by name, people by when they were spoken with last. */
import type { Conversation } from "./Conversation.ts"

/** Numbers in names by what they are: `room2` stands before `room10`. */
export const { compare } = new Intl.Collator(undefined, { numeric: true })

const byName = (one: Conversation, other: Conversation): number => compare(one.name.value, other.name.value)

export const channels = (all: ReadonlyArray<Conversation>): ReadonlyArray<Conversation> =>
  all.filter(({ isDirect }) => !isDirect).toSorted(byName)

export const directs = (all: ReadonlyArray<Conversation>): ReadonlyArray<Conversation> =>
  all
    .filter(({ isDirect }) => isDirect)
    .toSorted((one, other) => other.lastAt.value - one.lastAt.value || byName(one, other))

export const listed = (all: ReadonlyArray<Conversation>): ReadonlyArray<Conversation> => [
  ...channels(all),
  ...directs(all),
]
