/** What happens in channels, as lines of IRC. Plain: an event, for whom, and the lines. */
import type { PresentUser } from "../domain/Appearance.ts"
import type { ChannelEvent, ChannelEventOf } from "../domain/ChannelEvent.ts"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect } from "../domain/Direct.ts"
import type { Message } from "../domain/Entry.ts"
import { isGuestId, isWebhookUser, type Person } from "../domain/User.ts"
import type { Speech } from "./Capability.ts"
import type { Word } from "./Comings.ts"
import { bounded, format, maxLine, tagged } from "./Line.ts"
import { messageIdOf, nickOf, targetOf } from "./Names.ts"
import * as Stamp from "./Stamp.ts"
import * as Text from "./Text.ts"

/** What the server is called, and where files are. */
export interface Server {
  readonly name: string
  readonly origin: string
}

/** The source of what somebody does. Where people are nobody is told. */
export const sourceOf = (server: Server, name: string): string => `${nickOf(name)}!u@${server.name}`

/** The account of somebody; those who have none are `*`. */
const accountOf = ({ id, name }: Person): string => (isGuestId(id) || isWebhookUser(id) ? "*" : nickOf(name))

const accountTag = (speech: Speech, person: Person): string | undefined => {
  const account = speech.accounts ? accountOf(person) : "*"
  return account === "*" ? undefined : account
}

interface Said {
  readonly from: Person
  readonly seq: number
  readonly timestamp: number
}

const tagsOf = (speech: Speech, channel: ChannelName, { from, seq, timestamp }: Said) => ({
  time: speech.time ? Stamp.write(timestamp) : undefined,
  msgid: speech.tags ? messageIdOf(channel, seq) : undefined,
  account: accountTag(speech, from),
})

/** Bytes of text for which a line has room, behind what is before it. */
const roomBehind = (beginning: string): number => maxLine - 2 - Buffer.byteLength(beginning)

const linkOf = (server: Server, channel: ChannelName, file: string): string =>
  server.origin === ""
    ? ""
    : `${server.origin}/api/v1/channels/${encodeURIComponent(channel)}/files/${encodeURIComponent(file)}`

/** Of what is open at a time there is one: it is written at once. No other batch of a session is called so. */
const batch = "ml"

/** Something said, with the tags of its first line, and of the others. */
interface Words {
  readonly from: Person
  readonly target: string
  readonly first: Readonly<Record<string, string | undefined>>
  readonly tags: Readonly<Record<string, string | undefined>>
  readonly content: string
}

/** It is as many lines as it takes, and one for who knows how to put them together. */
const wordLines = (
  server: Server,
  { multiline }: Speech,
  { content, first, from, tags, target }: Words,
): ReadonlyArray<string> => {
  const source = sourceOf(server, from.name)
  const beginning = `:${source} PRIVMSG ${target} :`
  const room = roomBehind(beginning)
  const rows = multiline && !Text.isAction(content) ? Text.rowsOf(content, room) : []
  if (rows.length < 2) {
    return Text.linesOf(content, room).map((line, at) => tagged(at === 0 ? first : tags, beginning + line))
  }
  return [
    tagged(first, `:${source} BATCH +${batch} draft/multiline ${target}`),
    ...rows.map(({ goesOn, text }) =>
      tagged({ batch, "draft/multiline-concat": goesOn ? "" : undefined }, beginning + text),
    ),
    `:${server.name} BATCH -${batch}`,
  ]
}

/** A message, where `target` is what its reader calls the place. Only its first line has the id: it is one message. */
export const messageLines = (
  server: Server,
  speech: Speech,
  channel: ChannelName,
  target: string,
  message: Omit<Message, "type">,
): ReadonlyArray<string> => {
  const { msgid, ...tags } = tagsOf(speech, channel, message)
  const { content, file, from, replyTo } = message
  // The tag has two names: that of the draft is what most clients know.
  const answered = speech.tags && replyTo !== undefined ? messageIdOf(channel, replyTo) : undefined
  const first = { ...tags, msgid, "+draft/reply": answered, "+reply": answered }
  const said = content === "" ? [] : wordLines(server, speech, { from, target, first, tags, content })
  if (file === undefined) return said
  const carried = Text.fileOf(file, linkOf(server, channel, file.id))
  return [
    ...said,
    ...wordLines(server, speech, { from, target, first: said.length === 0 ? first : tags, tags, content: carried }),
  ]
}

/** The mode that a role is, as clients show it before a nick. */
export const prefixOf = (role: ChannelRole | undefined): string => {
  if (role === undefined) return ""
  return role === "member" ? "+" : "@"
}

/** Who may enter and speak, as modes. */
const accessModes = (access: ChannelAccess): string => {
  if (access === "private") return "+i-m"
  return access === "readonly" ? "+m-i" : "-im"
}

const roleModes = (role: ChannelRole | undefined): string => {
  if (role === undefined) return "-ov"
  return role === "member" ? "-o+v" : "+o-v"
}

/** That somebody is away, or is there. */
const awayLine = (server: Server, { status, text, username }: PresentUser): string => {
  const source = sourceOf(server, username)
  return status === "online" ? format(source, "AWAY") : format(source, "AWAY", text ?? status)
}

export const joinLine = (server: Server, speech: Speech, channel: ChannelName, person: Person): string => {
  const source = sourceOf(server, person.name)
  const target = targetOf(channel)
  const line = speech.extendedJoin
    ? format(source, "JOIN", target, accountOf(person), person.name)
    : `:${source} JOIN ${target}`
  return tagged({ account: accountTag(speech, person) }, line)
}

export const partLine = (server: Server, channel: ChannelName, person: Person, reason?: string): string => {
  const source = sourceOf(server, person.name)
  const target = targetOf(channel)
  return reason === undefined ? `:${source} PART ${target}` : format(source, "PART", target, reason)
}

const quitLine = (server: Server, { name }: Person): string => format(sourceOf(server, name), "QUIT", "Signed off")

/** That somebody comes or goes. */
export const comingLines = (
  server: Server,
  speech: Speech,
  channel: ChannelName,
  person: Person,
  word: Word | undefined,
): ReadonlyArray<string> => {
  switch (word) {
    case "JOIN":
      return [joinLine(server, speech, channel, person)]
    case "PART":
      return [partLine(server, channel, person)]
    case "QUIT":
      return [quitLine(server, person)]
    case undefined:
      return []
  }
}

/** A change of a message, for who is shown it as text, or as tags. */
const changeLines = (
  server: Server,
  speech: Speech,
  channel: ChannelName,
  target: string,
  event: ChannelEventOf<"Edited" | "Deleted" | "Reacted">,
): ReadonlyArray<string> => {
  const source = sourceOf(server, event.from.name)
  const about = messageIdOf(channel, event.target)
  const tags = tagsOf(speech, channel, event)
  const said = { ...tags, "+draft/reply": speech.tags ? about : undefined }
  const beginning = `:${source} PRIVMSG ${target} :`
  switch (event.type) {
    case "Edited":
      if (event.content === "") return []
      return wordLines(server, speech, {
        from: event.from,
        target,
        first: said,
        tags: said,
        content: `[edited] ${event.content}`,
      })
    case "Deleted":
      return [
        speech.redactions
          ? tagged(tags, `:${source} REDACT ${target} ${about}`)
          : tagged(said, beginning + Text.acting("deleted a message")),
      ]
    case "Reacted": {
      if (speech.tags) {
        const reaction = { [event.on ? "+draft/react" : "+draft/unreact"]: event.reaction }
        return [tagged({ ...said, ...reaction }, `:${source} TAGMSG ${target}`)]
      }
      // Who has no tags does not know to which message, and that it is taken back says nothing then.
      return event.on ? [tagged(said, beginning + Text.acting(`reacted with ${event.reaction}`))] : []
    }
  }
}

/**
 * What members of a channel are told of an event; nothing where IRC has no word for it, or not for everybody the same.
 * `target` is what they call the place: of a direct conversation, that depends on who said it.
 */
export const eventLines = (
  server: Server,
  speech: Speech,
  channel: ChannelName,
  target: string,
  event: ChannelEvent,
): ReadonlyArray<string> => {
  switch (event.type) {
    case "Message":
      // So is one that a node missed, and that was deleted before it had its link again.
      return event.deleted === true ? [] : messageLines(server, speech, channel, target, event)
    case "Edited":
    case "Deleted":
    case "Reacted":
      return changeLines(server, speech, channel, target, event)
    case "Typing":
      return speech.tags
        ? [
            tagged(
              { "+typing": event.stopped === true ? "done" : "active" },
              `:${sourceOf(server, event.user.name)} TAGMSG ${target}`,
            ),
          ]
        : []
    case "Renamed":
      return speech.renames
        ? [
            format(
              sourceOf(server, event.by.name),
              "RENAME",
              target,
              targetOf(event.name),
              "The channel has another name",
            ),
          ]
        : []
  }
  return isDirect(channel) ? [] : channelLines(server, speech, target, event)
}

/** What happens in channels alone. */
const channelLines = (server: Server, speech: Speech, target: string, event: ChannelEvent): ReadonlyArray<string> => {
  switch (event.type) {
    case "Presence":
      if (!speech.away || event.full) return []
      return [...event.joined.filter(({ status }) => status !== "online"), ...event.changed].map((user) =>
        awayLine(server, user),
      )
    case "WholePresence":
      return speech.away ? event.members.map((user) => awayLine(server, user)) : []
    case "TopicChanged":
      return [format(sourceOf(server, event.by.name), "TOPIC", target, event.topic)]
    case "Configured":
      return [`:${sourceOf(server, event.by.name)} MODE ${target} ${accessModes(event.access)}`]
    case "RoleChanged": {
      const nick = nickOf(event.user.name)
      const source = sourceOf(server, event.by.name)
      const modes = `:${source} MODE ${target} ${roleModes(event.role)} ${nick} ${nick}`
      return speech.invitations && event.invited === true ? [`:${source} INVITE ${nick} ${target}`, modes] : [modes]
    }
    case "Kicked": {
      const { by, reason, user } = event
      return [format(sourceOf(server, by.name), "KICK", target, nickOf(user.name), reason ?? nickOf(by.name))]
    }
    default:
      return []
  }
}

export const bytesOf = (lines: ReadonlyArray<string>): Uint8Array =>
  Buffer.from(`${lines.map(bounded).join("\r\n")}\r\n`)
