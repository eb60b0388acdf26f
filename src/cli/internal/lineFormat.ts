/** Events as lines to read. */
import type { Event } from "../../client/Connection.ts"
import type { Change, Roster } from "../../client/Roster.ts"
import type { Username } from "../../domain/Username.ts"

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" })

/** Names that are written out; of more there is the number. */
const namesShown = 20

/** Text of several lines as one, so that nobody can write a line in another's name. */
const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, " ⏎ ").replaceAll("\t", " ")

const list = (names: ReadonlyArray<Username>): string =>
  names.length > namesShown
    ? `${names.slice(0, namesShown).join(", ")} and ${names.length - namesShown} more`
    : names.join(", ")

/** Who is in a channel. */
export const here = ({ count, names }: Roster): string =>
  names.length === 0 ? `${count} here` : `${count} here: ${list(names)}`

/** An event as a reader sees it; some are not worth a line. */
export const eventLines = (event: Event, change: Change | undefined): ReadonlyArray<string> => {
  switch (event.type) {
    case "Message":
      return [`${clock.format(event.timestamp)} ${event.from}: ${oneLine(event.content)}`]
    case "TopicChanged":
      return [event.topic === "" ? `* ${event.by} took the topic away` : `* ${event.by} set the topic: ${event.topic}`]
    case "Presence": {
      const { joined, left } = change!
      return [
        ...(joined.length === 0 ? [] : [`* ${list(joined)} joined`]),
        ...(left.length === 0 ? [] : [`* ${list(left)} left`]),
      ]
    }
    case "Joined":
    case "UserTyping":
      return []
    case "Left":
      return [`* out of ${event.channel}, by the server`]
  }
}
