// What the messages of a channel look like to a client that has received these entries.
import type { Entry } from "./Record.ts"

interface MessageView {
  content: string
  deleted: boolean
  readonly reactions: Set<string>
}

const reactionsOf = ({ reactions = [] }: Entry): Set<string> =>
  new Set(reactions.flatMap(({ reaction, users }) => users.map((user) => `${reaction} ${user}`)))

/** The messages by their places. What an entry does may be in a message already: it is done again. */
export const of = (entries: Iterable<Entry>): ReadonlyMap<number, string> => {
  const shown = new Map<number, MessageView>()
  for (const entry of entries) {
    if (entry.type === "Message") {
      const { content = "", deleted = false, seq } = entry
      shown.set(seq, { content, deleted, reactions: reactionsOf(entry) })
      continue
    }
    const target = shown.get(entry.target ?? 0)
    if (target === undefined) continue
    if (entry.type === "Edited") target.content = entry.content ?? ""
    if (entry.type === "Deleted") target.deleted = true
    if (entry.type === "Reacted") {
      target.reactions[entry.on ? "add" : "delete"](`${entry.reaction} ${entry.from}`)
    }
  }
  return new Map(
    [...shown].map(([seq, { content, deleted, reactions }]) => [
      seq,
      deleted ? "deleted" : JSON.stringify([content, [...reactions].sort()]),
    ]),
  )
}

/** One message, as it is shown there without anything that is done to it later. */
export const ofMessage = (entry: Entry): string => of([entry]).get(entry.seq) ?? ""
