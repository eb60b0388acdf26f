/** Domain events and answers as version 2 says them. Fields are in the order of the schemas, which is that on the wire. */
import type { ChannelEvent, UserEvent, Welcome } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import type { Durability } from "../../domain/Durability.ts"
import type { Entry, Message } from "../../domain/Entry.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Topic } from "../../domain/Topic.ts"
import type { Person, User } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"
import type * as Wire from "./Entry.ts"
import { fileOf, messageWithMore } from "./renderFiles.ts"
import type { ServerFrameOf } from "./ServerFrame.ts"

/** Beside each name of who did something this service says the id, for which the protocol only leaves room. */
type WithIds<Frame> = Frame extends unknown
  ? Frame & Required<Pick<Frame, Extract<keyof Frame, "user_id" | "by_id">>>
  : never

/** What happens, as its readers are told. */
export type EventFrame = WithIds<
  ServerFrameOf<
    | "Message"
    | "Edited"
    | "Deleted"
    | "Reacted"
    | "ReadMarker"
    | "UserTyping"
    | "Presence"
    | "TopicChanged"
    | "ChannelChanged"
    | "Renamed"
    | "RoleChanged"
    | "Kicked"
    | "Joined"
    | "Left"
    | "Invited"
  >
>
export type PastMessage = WithIds<Wire.PastMessage>
export type PastEntry = WithIds<Wire.Entry>

type Ref = number | undefined

const refOf = (ref: Ref) => (ref === undefined ? {} : { ref })
const byOf = ({ id, name }: Person) => ({ by: name, by_id: id })

/** Where nothing has been removed. */
const oldest = Seq.next(Seq.zero)

/** An event in a channel that the reader calls so; undefined where this version has no word for it. */
export const event = (channel: ChannelName, event: ChannelEvent): EventFrame | undefined => {
  switch (event.type) {
    case "Message": {
      const { content, file, from, id, replyTo, seq, timestamp } = event
      const { id: user_id, name } = from
      if (file !== undefined || replyTo !== undefined) return messageWithMore(channel, event)
      return id === undefined
        ? { type: "Message", channel, seq, from: name, user_id, content, timestamp }
        : { type: "Message", channel, seq, id, from: name, user_id, content, timestamp }
    }
    case "Edited": {
      const { content, from, id, seq, target, timestamp } = event
      return { type: "Edited", channel, seq, id, target, from: from.name, user_id: from.id, content, timestamp }
    }
    case "Deleted": {
      const { from, id, seq, target, timestamp } = event
      return { type: "Deleted", channel, seq, id, target, from: from.name, user_id: from.id, timestamp }
    }
    case "Reacted": {
      const { from, id, on, reaction, seq, target, timestamp } = event
      return { type: "Reacted", channel, seq, id, target, from: from.name, user_id: from.id, reaction, on, timestamp }
    }
    case "ReadMarker":
      return { type: "ReadMarker", channel, username: event.user.name, user_id: event.user.id, seq: event.seq }
    case "Typing":
      return {
        type: "UserTyping",
        channel,
        username: event.user.name,
        user_id: event.user.id,
        ...(event.stopped === true ? { stopped: true } : {}),
      }
    case "Presence": {
      const { changed, count, full, joined, left, version } = event
      return {
        type: "Presence",
        channel,
        version,
        count,
        ...(joined.length > 0 || full ? { joined } : {}),
        ...(left.length > 0 ? { left } : {}),
        ...(changed.length > 0 ? { changed } : {}),
        ...(full ? { full } : {}),
      }
    }
    case "WholePresence": {
      const { count, members, version } = event
      return { type: "Presence", channel, version, count, joined: members, full: true }
    }
    case "TopicChanged":
      return { type: "TopicChanged", channel, topic: event.topic, ...byOf(event.by) }
    case "Configured": {
      const { access, archived, by, durability, slowMode: slow_mode } = event
      return { type: "ChannelChanged", channel, access, archived, slow_mode, durability, ...byOf(by) }
    }
    case "Renamed":
      return { type: "Renamed", channel, name: event.name, ...byOf(event.by) }
    case "RoleChanged": {
      const { by, role, user } = event
      return {
        type: "RoleChanged",
        channel,
        username: user.name,
        ...(role === undefined ? {} : { role }),
        ...byOf(by),
      }
    }
    case "Kicked": {
      const { by, reason, user } = event
      return {
        type: "Kicked",
        channel,
        username: user.name,
        ...byOf(by),
        ...(reason === undefined ? {} : { reason }),
      }
    }
    case "PutOut":
    case "Ended":
      return { type: "Left", channel }
    // A newcomer gets `Joined`, and who leaves by request is answered.
    case "Entered":
    // There are uploads here, which need nobody at the other end.
    case "Offered":
    case "Exited":
    // It is told in `Presence`.
    case "Arrived":
    case "Departed":
    case "Gone":
      return undefined
  }
}

/** What a user is told in all sessions. */
export const userEvent = (event: UserEvent): EventFrame => {
  switch (event.type) {
    case "Invited":
      return { type: "Invited", channel: event.channel, ...byOf(event.by) }
  }
}

/** The channel as it stands, for who has entered it. */
export const joined = (
  ref: Ref,
  channel: ChannelName,
  { count, first, history, id, members, presence, seq, standing, topic }: Welcome,
): ServerFrameOf<"Joined"> => ({
  type: "Joined",
  ...refOf(ref),
  channel,
  topic,
  seq,
  ...(first === oldest ? {} : { first }),
  ...(standing === undefined
    ? {}
    : {
        ...(standing.role === undefined ? {} : { role: standing.role }),
        ...(standing.access === "public" ? {} : { access: standing.access }),
        ...(standing.archived ? { archived: true } : {}),
        ...(standing.slowMode === 0 ? {} : { slow_mode: standing.slowMode }),
      }),
  count,
  members,
  presence,
  id,
  ...(history === undefined ? {} : { history }),
})

export const left = (ref: Ref, channel: ChannelName): ServerFrameOf<"Left"> => ({
  type: "Left",
  ...refOf(ref),
  channel,
})

export const ok = (ref: Ref): ServerFrameOf<"Ok"> => ({ type: "Ok", ...refOf(ref) })

export const published = (
  ref: Ref,
  channel: ChannelName,
  id: MessageId,
  {
    durability,
    seq,
    timestamp,
  }: { readonly seq: Seq.Seq; readonly timestamp: number; readonly durability: Durability },
): ServerFrameOf<"Published"> =>
  ref === undefined
    ? { type: "Published", channel, id, seq, timestamp, durability }
    : { type: "Published", ref, channel, id, seq, timestamp, durability }

/** A message as history has it. */
export const pastMessage = ({
  content,
  deleted,
  edited,
  file,
  from,
  id,
  reactions,
  replyTo,
  seq,
  timestamp,
}: Message): PastMessage => ({
  type: "Message",
  seq,
  ...(id === undefined ? {} : { id }),
  from: from.name,
  user_id: from.id,
  content,
  ...(file === undefined ? {} : { file: fileOf(file) }),
  ...(replyTo === undefined ? {} : { reply_to: replyTo }),
  timestamp,
  ...(edited === undefined ? {} : { edited }),
  ...(deleted === undefined ? {} : { deleted }),
  ...(reactions === undefined
    ? {}
    : { reactions: reactions.map(({ reaction, users }) => ({ reaction, users: users.map(({ name }) => name) })) }),
})

export const pastEntry = (entry: Entry): PastEntry => {
  switch (entry.type) {
    case "Message":
      return pastMessage(entry)
    case "Edited": {
      const { content, from, id, seq, target, timestamp } = entry
      return { type: "Edited", seq, id, target, from: from.name, user_id: from.id, content, timestamp }
    }
    case "Deleted": {
      const { from, id, seq, target, timestamp } = entry
      return { type: "Deleted", seq, id, target, from: from.name, user_id: from.id, timestamp }
    }
    case "Reacted": {
      const { from, id, on, reaction, seq, target, timestamp } = entry
      return { type: "Reacted", seq, id, target, from: from.name, user_id: from.id, reaction, on, timestamp }
    }
  }
}

export const historyPage = (
  ref: Ref,
  channel: ChannelName,
  { entries, first, more }: { readonly entries: ReadonlyArray<Entry>; readonly first: Seq.Seq; readonly more: boolean },
): ServerFrameOf<"HistoryPage"> => ({
  type: "HistoryPage",
  ...refOf(ref),
  channel,
  entries: entries.map(pastEntry),
  first,
  more,
})

const nextOf = <A>(next: A | undefined) => (next === undefined ? {} : { next })

export const searchResult = (
  ref: Ref,
  {
    hits,
    next,
  }: {
    readonly hits: ReadonlyArray<{ readonly channel: ChannelName; readonly message: Message }>
    readonly next: string | undefined
  },
): ServerFrameOf<"SearchResult"> => ({
  type: "SearchResult",
  ...refOf(ref),
  hits: hits.map(({ channel, message }) => ({ channel, message: pastMessage(message) })),
  ...nextOf(next),
})

export const channels = (
  ref: Ref,
  page: {
    readonly channels: ServerFrameOf<"Channels">["channels"]
    readonly next: ChannelName | undefined
  },
): ServerFrameOf<"Channels"> => ({
  type: "Channels",
  ...refOf(ref),
  channels: page.channels,
  ...nextOf(page.next),
})

export const unread = (
  ref: Ref,
  page: { readonly channels: ServerFrameOf<"Unread">["channels"]; readonly next: string | undefined },
): ServerFrameOf<"Unread"> => ({ type: "Unread", ...refOf(ref), channels: page.channels, ...nextOf(page.next) })

interface Sanction {
  readonly kind: "ban" | "mute"
  readonly username?: Username | undefined
  readonly address?: NonNullable<ServerFrameOf<"ChannelInfo">["sanctions"]>[number]["address"] | undefined
  readonly until?: number | undefined
  readonly by: Username
  readonly reason?: string | undefined
}

interface Description {
  readonly topic: Topic
  readonly access: ChannelAccess
  readonly archived: boolean
  readonly slowMode: number
  readonly durability: Durability
  readonly createdAt?: number | undefined
  readonly role?: ChannelRole | undefined
  readonly roles: ReadonlyArray<{ readonly username: Username; readonly role: ChannelRole }>
  readonly sanctions?: ReadonlyArray<Sanction> | undefined
  readonly more?: boolean | undefined
}

const sanction = ({ address, by, kind, reason, until, username }: Sanction) => ({
  kind,
  ...(username === undefined ? {} : { username }),
  ...(address === undefined ? {} : { address }),
  ...(until === undefined ? {} : { until }),
  by,
  ...(reason === undefined ? {} : { reason }),
})

export const channelInfo = (
  ref: Ref,
  channel: ChannelName,
  { access, archived, createdAt, durability, more, role, roles, sanctions, slowMode, topic }: Description,
): ServerFrameOf<"ChannelInfo"> => ({
  type: "ChannelInfo",
  ...refOf(ref),
  channel,
  topic,
  access,
  archived,
  slow_mode: slowMode,
  durability,
  ...(createdAt === undefined ? {} : { created: createdAt }),
  ...(role === undefined ? {} : { role }),
  roles,
  ...(sanctions === undefined ? {} : { sanctions: sanctions.map(sanction) }),
  ...(more === undefined ? {} : { more }),
})

interface AuditEntry {
  readonly number: number
  readonly timestamp: number
  readonly by: Person
  readonly action: string
  readonly whom?: Person | undefined
  readonly detail?: string | undefined
}

export const auditLog = (
  ref: Ref,
  channel: ChannelName,
  { entries, next }: { readonly entries: ReadonlyArray<AuditEntry>; readonly next: number | undefined },
): ServerFrameOf<"AuditLog"> => ({
  type: "AuditLog",
  ...refOf(ref),
  channel,
  entries: entries.map(({ action, by, detail, number, timestamp, whom }) => ({
    number,
    timestamp,
    by: by.name,
    action,
    ...(whom === undefined ? {} : { username: whom.name }),
    ...(detail === undefined ? {} : { detail }),
  })),
  ...nextOf(next),
})

export const blocked = (ref: Ref, people: ReadonlyArray<Person>): ServerFrameOf<"Blocked"> => ({
  type: "Blocked",
  ...refOf(ref),
  usernames: people.map(({ name }) => name),
})

export const loggedIn = (
  ref: Ref,
  user: User,
  session: string,
  token: string | undefined,
  isNew = false,
): ServerFrameOf<"LoggedIn"> => ({
  type: "LoggedIn",
  ...refOf(ref),
  user_id: user.id,
  username: user.name,
  role: user.role,
  session,
  ...(token === undefined ? {} : { token }),
  ...(isNew ? { registered: true } : {}),
})
