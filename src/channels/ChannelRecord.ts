/** A channel apart from its messages: its settings, who has a role there, and who is kept out. */
import * as Option from "effect/Option"
import type { AddressRange } from "../domain/AddressRange.ts"
import type { Numbered } from "../domain/AuditLog.ts"
import { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import * as Topic from "../domain/Topic.ts"
import type { Person, UserId } from "../domain/User.ts"

/** Channels kept at most, apart from archived ones, and as many direct conversations in which somebody is blocked. */
export const maxChannels = 100_000
/** People in the list of those a user has blocked. */
export const maxBlocked = 1000

/** Who is under a sanction: an account, or everybody from a range of addresses. */
export type Subject = { readonly user: Person } | { readonly address: AddressRange }

/** A ban keeps somebody out, a mute keeps somebody from writing. A subject has at most one of each kind. */
export interface Sanction {
  readonly kind: "ban" | "mute"
  readonly subject: Subject
  /** When it ends, in milliseconds since 1970; undefined where it does not. */
  readonly until: number | undefined
  readonly by: Person
  readonly reason: string | undefined
}

export interface Appointment {
  readonly user: Person
  readonly role: ChannelRole
}

/** An invitation for whoever has its code: it makes a stranger a member. */
export interface InviteLink {
  /** A fingerprint of the code: nobody comes in by it. */
  readonly id: string
  readonly by: Person
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** When it ends; undefined where it does not. */
  readonly until: number | undefined
  /** How many may come in by it; undefined where it does not matter. */
  readonly uses: number | undefined
  /** How many have. */
  readonly used: number
}

/** Whether nobody comes in by an invitation any more. */
export const isOver = ({ until, used, uses }: InviteLink, now: number): boolean =>
  (until !== undefined && until <= now) || (uses !== undefined && used >= uses)

export interface ChannelRecord {
  readonly id: ChannelId
  readonly name: ChannelName
  readonly access: ChannelAccess
  readonly topic: Topic.Topic
  /** It can be read, but nobody writes to it any more. */
  readonly archived: boolean
  /** Milliseconds that one has to wait between two messages; 0 for none. */
  readonly slowMode: number
  /** How safe a message is before it is acknowledged; undefined for the server's own choice. */
  readonly durability: Durability | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Since when it has its name, if it had another before. */
  readonly renamedAt: number | undefined
  /** It began when somebody entered it, and nothing has been said or set there since: it goes with whoever is in it. */
  readonly unused: boolean
  readonly roles: ReadonlyMap<UserId, Appointment>
  /** Those that have ended may be among them. */
  readonly sanctions: ReadonlyMap<string, Sanction>
  /** By their ids. Those that are over may be among them. */
  readonly links: ReadonlyMap<string, InviteLink>
}

/** One line of a list of channels. */
export type ChannelSummary = Pick<ChannelRecord, "id" | "name" | "topic" | "access" | "archived">

/** What is set when a channel is made. */
export interface NewChannel extends Pick<ChannelRecord, "id" | "name" | "access" | "topic" | "durability"> {
  readonly createdAt: number
  /** Gets the role of the owner. */
  readonly owner: Person | undefined
  /** Default: no. */
  readonly unused?: boolean | undefined
  /** For whom it counts; absent where it counts for nobody. */
  readonly maker?: Maker | undefined
}

/** Who has made a channel, as far as that is limited. */
export interface Maker {
  /** An account, or a network from which guests come. */
  readonly key: string
  /** Channels that it may have made: as many that are not archived, and ten times as many in all. */
  readonly quota: number | undefined
}

/** What somebody has made that is still there. */
export interface Made {
  /** Those that are not archived. */
  readonly open: number
  readonly all: number
}

/** Whether somebody has made as many channels as it may. */
export const isFull = ({ quota }: Maker, { all, open }: Made): boolean =>
  quota !== undefined && (open >= quota || all >= 10 * quota)

/** Whether somebody has too many channels to open an archived one again, which counts for it already or not. */
export const isFullFor = (maker: Maker, made: Made, counted: boolean): boolean =>
  isFull(maker, counted ? { ...made, all: made.all - 1 } : made)

export type Change =
  | { readonly type: "Topic"; readonly topic: Topic.Topic }
  | {
      readonly type: "Configured"
      readonly access?: ChannelAccess | undefined
      readonly archived?: boolean | undefined
      readonly slowMode?: number | undefined
      readonly durability?: Durability | undefined
      /** For whom it counts from now on, where it is opened again. */
      readonly maker?: Maker | undefined
    }
  | { readonly type: "Renamed"; readonly name: ChannelName; readonly at: number }
  /** Something was said there, or set. */
  | { readonly type: "Used" }
  /** Without a role: a stranger again. */
  | { readonly type: "Role"; readonly user: Person; readonly role: ChannelRole | undefined }
  | { readonly type: "Sanctioned"; readonly sanction: Sanction }
  | { readonly type: "Pardoned"; readonly kind: Sanction["kind"]; readonly subject: Subject }
  | { readonly type: "Linked"; readonly link: InviteLink }
  /** So many have come in by it now. */
  | { readonly type: "LinkUsed"; readonly id: string; readonly used: number }
  | { readonly type: "Unlinked"; readonly id: string }

/** For whom a channel counts after these changes, where they say so. */
export const makerIn = (changes: ReadonlyArray<Change>): Maker | undefined =>
  changes.findLast((change) => change.type === "Configured")?.maker

/** Something that took a right: a line for the channel's audit log. */
export interface Act {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly by: Person
  readonly action: string
  readonly whom?: Person | undefined
  readonly detail?: string | undefined
}

export type AuditEntry = Numbered<Act>

/** As much of a subject as tells it from others. */
export type SubjectId = { readonly user: Pick<Person, "id"> } | { readonly address: AddressRange }

/** Subjects with the same key are the same. */
export const subjectKey = (subject: SubjectId): string =>
  "user" in subject ? `user ${subject.user.id}` : `address ${subject.address}`

/** Sanctions of a kind with the same key replace each other. */
export const sanctionKey = (kind: Sanction["kind"], subject: SubjectId): string => `${kind} ${subjectKey(subject)}`

/** What a channel is when it has just been made. */
export const make = ({ maker: _, owner, unused = false, ...channel }: NewChannel): ChannelRecord => ({
  ...channel,
  unused,
  renamedAt: undefined,
  archived: false,
  slowMode: 0,
  roles: new Map(owner === undefined ? [] : [[owner.id, { user: owner, role: "owner" as const }]]),
  sanctions: new Map(),
  links: new Map(),
})

/** A direct conversation that nothing has been stored about. Its name is also its id. */
export const direct = (name: ChannelName): ChannelRecord =>
  make({
    id: ChannelId.make(name),
    name,
    access: "private",
    topic: Topic.none,
    durability: undefined,
    createdAt: 0,
    owner: undefined,
  })

/** The record after a change. */
export const changed = (record: ChannelRecord, change: Change): ChannelRecord => {
  switch (change.type) {
    case "Topic":
      return { ...record, topic: change.topic }
    case "Configured": {
      const { access = record.access, archived = record.archived, slowMode = record.slowMode } = change
      return { ...record, access, archived, slowMode, durability: change.durability ?? record.durability }
    }
    case "Renamed":
      return { ...record, name: change.name, renamedAt: change.at }
    case "Used":
      return { ...record, unused: false }
    case "Role": {
      const { role, user } = change
      const roles = new Map(record.roles)
      if (role === undefined) roles.delete(user.id)
      else roles.set(user.id, { user, role })
      return { ...record, roles }
    }
    case "Sanctioned": {
      const { kind, subject } = change.sanction
      return {
        ...record,
        sanctions: new Map(record.sanctions).set(sanctionKey(kind, subject), change.sanction),
      }
    }
    case "Pardoned": {
      const sanctions = new Map(record.sanctions)
      sanctions.delete(sanctionKey(change.kind, change.subject))
      return { ...record, sanctions }
    }
    case "Linked":
      return { ...record, links: new Map(record.links).set(change.link.id, change.link) }
    case "LinkUsed": {
      const link = record.links.get(change.id)
      if (link === undefined) return record
      return { ...record, links: new Map(record.links).set(link.id, { ...link, used: change.used }) }
    }
    case "Unlinked": {
      const links = new Map(record.links)
      links.delete(change.id)
      return { ...record, links }
    }
  }
}

/** Whether a change was made to the record already: making it again would change nothing. */
export const holds = (record: ChannelRecord, change: Change): boolean => {
  switch (change.type) {
    case "Topic":
      return record.topic === change.topic
    case "Configured": {
      const { access, archived, durability, slowMode } = changed(record, change)
      return (
        record.access === access &&
        record.archived === archived &&
        record.durability === durability &&
        record.slowMode === slowMode
      )
    }
    case "Renamed":
      return record.name === change.name
    case "Used":
      return !record.unused
    case "Role":
      return record.roles.get(change.user.id)?.role === change.role
    case "Sanctioned": {
      const { by, kind, subject, until } = change.sanction
      const found = record.sanctions.get(sanctionKey(kind, subject))
      return found !== undefined && found.until === until && found.by.id === by.id
    }
    case "Pardoned":
      return !record.sanctions.has(sanctionKey(change.kind, change.subject))
    case "Linked":
      return record.links.has(change.link.id)
    case "LinkUsed":
      return (record.links.get(change.id)?.used ?? change.used) >= change.used
    case "Unlinked":
      return !record.links.has(change.id)
  }
}

/** Whether a change would leave everything as it is: nobody could do more or less than before, or would read anything else. */
export const isIdle = (record: ChannelRecord, change: Change, now: number): boolean => {
  switch (change.type) {
    case "Sanctioned": {
      const { kind, reason, subject, until } = change.sanction
      const held = Option.getOrUndefined(inForce(record, kind, subject, now))
      if (hasEnded(change.sanction, now)) return held === undefined
      return held !== undefined && held.until === until && held.reason === reason
    }
    case "Pardoned":
      return Option.isNone(inForce(record, change.kind, change.subject, now))
    case "Topic":
    case "Configured":
    case "Renamed":
    case "Used":
    case "Role":
    case "Linked":
    case "LinkUsed":
    case "Unlinked":
      return holds(record, change)
  }
}

/** A sanction, while it holds. */
export const inForce = (
  { sanctions }: Pick<ChannelRecord, "sanctions">,
  kind: Sanction["kind"],
  subject: SubjectId,
  now: number,
): Option.Option<Sanction> => {
  const found = sanctions.get(sanctionKey(kind, subject))
  return found === undefined || hasEnded(found, now) ? Option.none() : Option.some(found)
}

export const hasEnded = ({ until }: Sanction, now: number): boolean => until !== undefined && until <= now
