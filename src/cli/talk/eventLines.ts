/** Events as lines to read. */
import type { ClientEvent, Message } from "../../client/Event.ts"
import type { Change, Roster } from "../../client/Roster.ts"
import { shownChannel, quotedName } from "../../domain/PlainName.ts"
import type { Username } from "../../domain/Username.ts"
import { fileLine } from "../../terminal/FileLine.ts"
import { withName } from "../../text/Emote.ts"
import { oneLine } from "../oneLine.ts"

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" })

/** How many names are listed; of the others only the number is shown. */
const namesShown = 20

const list = (names: ReadonlyArray<Username>): string =>
  names.length > namesShown
    ? `${names.slice(0, namesShown).map(quotedName).join(", ")} and ${names.length - namesShown} more`
    : names.map(quotedName).join(", ")

/** Who is in a channel. */
export const here = ({ count, names }: Roster): string =>
  names.length === 0 ? `${count} here` : `${count} here: ${list(names)}`

/** How many messages were missed. */
export const missed = (count: number): string =>
  count === 1 ? "a message was missed" : `${count} messages were missed`

const said = ({ content, deleted, edited, file, from, reply_to, timestamp }: Message): string => {
  const words = deleted === true ? "(deleted)" : `${content}${edited === undefined ? "" : " (edited)"}`
  const what = file === undefined ? words : `${words === "" ? "" : `${words} `}${fileLine(file)}`
  const who = reply_to === undefined ? quotedName(from) : `${quotedName(from)} to message ${reply_to}`
  return `${clock.format(timestamp)} ${oneLine(withName(who, what))}`
}

/** The lines for an event; none where a reader need not know. Other messages are named by their `seq`. */
export const eventLines = (event: ClientEvent, change: Change | undefined): ReadonlyArray<string> => {
  switch (event.type) {
    case "Message":
      return [said(event)]
    case "Edited":
      // The message was deleted since, which a later event says.
      if (event.content === "") return []
      return [
        `${clock.format(event.timestamp)} ${quotedName(event.from)} changed message ${event.target}: ${oneLine(event.content)}`,
      ]
    case "Deleted":
      return [`${clock.format(event.timestamp)} ${quotedName(event.from)} deleted message ${event.target}`]
    case "Reacted": {
      const { from, on, reaction, target, timestamp } = event
      const what = on ? `reacted ${oneLine(reaction)} to` : `took ${oneLine(reaction)} back from`
      return [`${clock.format(timestamp)} ${quotedName(from)} ${what} message ${target}`]
    }
    case "TopicChanged":
      return [
        event.topic === ""
          ? `* ${quotedName(event.by)} took the topic away`
          : `* ${quotedName(event.by)} set the topic: ${event.topic}`,
      ]
    case "Presence": {
      const { joined, left } = change!
      return [
        ...(joined.length === 0 ? [] : [`* ${list(joined)} joined`]),
        ...(left.length === 0 ? [] : [`* ${list(left)} left`]),
      ]
    }
    case "Renamed":
      return [
        event.by === undefined
          ? `* ${shownChannel(event.channel)} is called ${shownChannel(event.name)} now`
          : `* ${quotedName(event.by)} renamed ${shownChannel(event.channel)} to ${shownChannel(event.name)}`,
      ]
    case "ChannelChanged":
      return [`* ${quotedName(event.by)} made the channel ${settings(event)}`]
    case "RoleChanged":
      return [
        `* ${quotedName(event.by)} made ${quotedName(event.username)} ${event.role ?? "a stranger"} of the channel`,
      ]
    case "Kicked":
      return [
        `* ${quotedName(event.by)} threw ${quotedName(event.username)} out${event.reason === undefined ? "" : `: ${oneLine(event.reason)}`}`,
      ]
    case "Left":
      return [
        event.because === undefined
          ? `* out of ${shownChannel(event.channel)}, by the server`
          : `* out of ${shownChannel(event.channel)}: ${oneLine(event.because.message)}`,
      ]
    case "HistoryChanged":
      return ["* the history is another one now: what was missed is lost, and it begins anew"]
    case "Missed":
      return [`* ${missed(event.to - event.from + 1)}`]
    case "Joined":
    case "UserTyping":
    case "ReadMarker":
    case "Invited":
      return []
  }
}

const settings = ({ access, archived, slow_mode: slow }: Extract<ClientEvent, { type: "ChannelChanged" }>): string =>
  [access, ...(slow === 0 ? [] : [`slow, ${slow / 1000} s between messages`]), ...(archived ? ["archived"] : [])].join(
    ", ",
  )
