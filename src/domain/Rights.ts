/** Who may do what in a channel: tables. What they do not name is refused. */
import type { ChannelAccess, ChannelRole } from "./ChannelRole.ts"

/** What somebody does in a channel, as far as it takes a right; leaving takes none. */
export const actions = [
  "create",
  "join",
  "read",
  "markRead",
  "publish",
  "typing",
  "editOwn",
  "editOthers",
  "deleteOwn",
  "deleteOthers",
  "react",
  "setTopic",
  "rename",
  "configure",
  "archive",
  "delete",
  "invite",
  "setRole",
  "kick",
  "ban",
  "banAddress",
  "mute",
  "describe",
  "accept",
  "seeSanctions",
  "audit",
] as const
export type Action = (typeof actions)[number]

/**
 * What somebody is in a channel: by a role there, or, without one, by the role across the service. A webhook is no person: it
 * says what it was made to say, since whoever made it might.
 */
export const standings = ["admin", "owner", "moderator", "member", "stranger", "guest", "webhook"] as const
export type Standing = (typeof standings)[number]

/** Both parties of a direct conversation are its owners. */
export type Kind = ChannelAccess | "direct"

/** Why somebody may not: codes of the catalog of request errors. */
export type Refusal = "Forbidden" | "Banned" | "Blocked" | "Muted" | "ChannelArchived"

export interface Circumstances {
  readonly kind: Kind
  readonly standing: Standing
  readonly banned: boolean
  readonly muted: boolean
  readonly archived: boolean
}

/** `accept` is to come in by an invitation that leads here: it is what a stranger to a private channel may. */
const listening: ReadonlyArray<Action> = ["join", "read", "markRead", "describe", "accept"]
const speaking: ReadonlyArray<Action> = [...listening, "publish", "typing", "editOwn", "deleteOwn", "react"]
const belonging: ReadonlyArray<Action> = [...speaking, "setTopic"]
const moderating: ReadonlyArray<Action> = [
  ...belonging,
  "deleteOthers",
  "invite",
  "setRole",
  "kick",
  "ban",
  "mute",
  "seeSanctions",
  "audit",
]
const owning: ReadonlyArray<Action> = [...moderating, "rename", "configure", "archive"]
const nothing: ReadonlyArray<Action> = []
const coming: ReadonlyArray<Action> = ["accept"]
const saying: ReadonlyArray<Action> = ["publish"]

const inCharge = { admin: [...owning, "delete", "banAddress"], owner: owning, moderator: moderating } as const
const onlooking: ReadonlyArray<Action> = [...listening, "deleteOwn", "react"]

const table: Readonly<Record<Kind, Readonly<Record<Standing, ReadonlyArray<Action>>>>> = {
  public: { ...inCharge, member: belonging, stranger: speaking, guest: speaking, webhook: saying },
  private: { ...inCharge, member: belonging, stranger: coming, guest: nothing, webhook: saying },
  readonly: { ...inCharge, member: onlooking, stranger: onlooking, guest: onlooking, webhook: saying },
  direct: {
    admin: nothing,
    owner: [...speaking, "ban"],
    moderator: nothing,
    member: nothing,
    stranger: nothing,
    guest: nothing,
    webhook: nothing,
  },
}

/** Of those that one has, what is left. */
const whileMuted: ReadonlyArray<Action> = [...listening, "deleteOwn"]
const whileArchived: ReadonlyArray<Action> = [
  ...listening,
  "archive",
  "delete",
  "rename",
  "setRole",
  "kick",
  "ban",
  "banAddress",
  "mute",
  "seeSanctions",
  "audit",
]

/** Somebody who is blocked in a direct conversation goes on listening, and may block the other, too: it is theirs as well. */
const whileBlocked: ReadonlyArray<Action> = [...listening, "ban"]

/** Who may make a channel, also one that begins to be when somebody enters it. */
const creators: ReadonlyArray<Standing> = ["admin", "stranger"]

/** Undefined where one may. */
export const refusal = (action: Action, circumstances: Circumstances): Refusal | undefined => {
  const { archived, banned, kind, muted, standing } = circumstances
  if (action === "create") return creators.includes(standing) ? undefined : "Forbidden"
  if (!table[kind][standing].includes(action)) return "Forbidden"
  if (banned && kind !== "direct") return "Banned"
  if (banned && !whileBlocked.includes(action)) return "Blocked"
  if (archived && !whileArchived.includes(action)) return "ChannelArchived"
  if (muted && !whileMuted.includes(action)) return "Muted"
  return undefined
}

const grants: Readonly<Record<Standing, ReadonlyArray<ChannelRole>>> = {
  admin: ["owner", "moderator", "member"],
  owner: ["owner", "moderator", "member"],
  moderator: ["member"],
  member: [],
  stranger: [],
  guest: [],
  webhook: [],
}

/** Whether one may give this role. */
export const mayGrant = (standing: Standing, role: ChannelRole): boolean => grants[standing].includes(role)

const subordinates: Readonly<Record<Standing, ReadonlyArray<Standing>>> = {
  admin: standings,
  owner: ["owner", "moderator", "member", "stranger", "guest", "webhook"],
  moderator: ["member", "stranger", "guest", "webhook"],
  member: [],
  stranger: [],
  guest: [],
  webhook: [],
}

/** Whether what one may do at all may be done to this one. */
export const mayActOn = (standing: Standing, other: Standing): boolean => subordinates[standing].includes(other)

/** Whether one has to wait between two messages where there is slow mode, and stays out with a range of addresses. */
export const isOrdinary = (standing: Standing): boolean => subordinates[standing].length === 0
