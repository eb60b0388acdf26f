/** Where one can go at a server: the conversations that one is in, and everybody who is in them. */
import type { Model, Place } from "./Model.ts"

/** Those of people are of everybody who is known to be there. */
export const placesOf = ({ conversations, me }: Pick<Model, "conversations" | "me">): ReadonlyArray<Place> => {
  const open = conversations.map(({ mentions, name, unread }) => ({ name, unread, mentions, open: true }))
  const known = new Set(open.map(({ name }) => name))
  const names = new Set(conversations.flatMap(({ roster }) => roster?.names ?? []))
  const people = [...names]
    .filter((name) => name !== me && !known.has(`@${name}`))
    .map((name) => ({ name: `@${name}`, unread: 0, mentions: 0, open: false }))
  return [...open, ...people]
}
