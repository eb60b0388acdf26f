/**
 * Who may do what in a channel, written down a second time: the service has its own tables, and what it stores is
 * compared with these.
 */
import type { Act, ChannelRecord, Sanction } from "../../src/channels/ChannelRecord.ts"
import type { Entry } from "../../src/domain/Entry.ts"

/** Names never change hands here, so a name is enough. */
export interface Someone {
  readonly name: string
  readonly isAdmin: boolean
}

type Standing = "admin" | "owner" | "moderator" | "member" | "stranger"

/** From the one who may do most. */
const order: ReadonlyArray<Standing> = ["admin", "owner", "moderator", "member", "stranger"]
const isAtLeast = (standing: Standing, least: Standing): boolean => order.indexOf(standing) <= order.indexOf(least)

const standing = ({ roles }: ChannelRecord, { isAdmin, name }: Someone): Standing =>
  isAdmin ? "admin" : ([...roles.values()].find(({ user }) => user.name === name)?.role ?? "stranger")

const isUnder = (kind: Sanction["kind"], { sanctions }: ChannelRecord, { isAdmin, name }: Someone, now: number) =>
  !isAdmin &&
  [...sanctions.values()].some(
    (sanction) =>
      sanction.kind === kind &&
      "user" in sanction.subject &&
      sanction.subject.user.name === name &&
      (sanction.until === undefined || sanction.until > now),
  )

export const mayEnter = (record: ChannelRecord, who: Someone, now: number): boolean =>
  !isUnder("ban", record, who, now) && (record.access !== "private" || isAtLeast(standing(record, who), "member"))

/** Whether somebody may speak there at all; slow mode is another matter. */
export const maySpeak = (record: ChannelRecord, who: Someone, now: number): boolean =>
  mayEnter(record, who, now) &&
  !record.archived &&
  !isUnder("mute", record, who, now) &&
  (record.access !== "readonly" || isAtLeast(standing(record, who), "moderator"))

/** Whether this entry could be accepted; `author` is whose message it changes. */
export const mayAdd = (record: ChannelRecord, who: Someone, entry: Entry, author: string | undefined): boolean => {
  const { timestamp: now } = entry
  if (entry.type === "Message") return maySpeak(record, who, now)
  if (!mayEnter(record, who, now) || record.archived) return false
  const isMuted = isUnder("mute", record, who, now)
  if (entry.type === "Reacted") return !isMuted
  if (entry.type === "Edited") return author === who.name && maySpeak(record, who, now)
  return author === who.name || (!isMuted && isAtLeast(standing(record, who), "moderator"))
}

/** Whether one has to wait between two messages where there is slow mode. */
export const isSlowed = (record: ChannelRecord, who: Someone): boolean => !isAtLeast(standing(record, who), "moderator")

/** Who may do it at all; `topic` depends on the kind of channel. */
const least: Readonly<Record<string, Standing>> = {
  configure: "owner",
  rename: "owner",
  invite: "moderator",
  role: "moderator",
  kick: "moderator",
  ban: "moderator",
  unban: "moderator",
  mute: "moderator",
  unmute: "moderator",
}
/** What can still be done in an archived channel; it can be taken out of the archive, too. */
const whileArchived: ReadonlyArray<string> = ["rename", "role", "kick", "ban", "unban", "mute", "unmute"]
/** What is done to others, and not to those who have as much to say. */
const againstOthers: ReadonlyArray<string> = ["role", "kick", "ban", "mute"]

/** Whether somebody may do this with a right in a channel that is like this. */
export const mayAct = (record: ChannelRecord, act: Act, who: Someone, target: Someone | undefined): boolean => {
  const { action, detail = "", timestamp: now } = act
  const own = standing(record, who)
  if (isUnder("ban", record, who, now) || isUnder("mute", record, who, now)) return false
  if (record.archived && !whileArchived.includes(action) && !(action === "configure" && detail.includes("archived")))
    return false
  if (!isAtLeast(own, least[action] ?? (record.access === "readonly" ? "moderator" : "member"))) return false
  if (!againstOthers.includes(action) || target === undefined || own === "admin") return true
  const theirs = standing(record, target)
  if (action === "role" && own === "moderator" && detail !== "member" && detail !== "none") return false
  return own === "owner" ? theirs !== "admin" : who.name === target.name || isAtLeast("member", theirs)
}
