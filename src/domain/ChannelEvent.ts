/**
 * The catalogue of what happens in a channel: plain values, which a channel hands to whoever tells its members. What each
 * protocol says of them is the affair of its renderer; one that has no word for an event leaves it out.
 */
import * as Schema from "effect/Schema"
import { PresentUser } from "./Appearance.ts"
import { ChannelId } from "./ChannelId.ts"
import { ChannelName } from "./ChannelName.ts"
import { ChannelAccess, ChannelRole } from "./ChannelRole.ts"
import { Durability } from "./Durability.ts"
import { HistoryId } from "./HistoryId.ts"
import { Deleted, Edited, type Entry, Message, Reacted } from "./Entry.ts"
import { Seq } from "./Seq.ts"
import { SessionId } from "./SessionId.ts"
import { Topic } from "./Topic.ts"
import { TransferId } from "./TransferId.ts"
import { Person } from "./User.ts"
import { Username } from "./Username.ts"

const event = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

const count = Schema.Finite
const version = Schema.Finite

/** The channel as it stands, for somebody who enters it. */
export const Welcome = Schema.Struct({
  id: ChannelId,
  /** Which history its places are of; absent where the history does not say. */
  history: Schema.optional(HistoryId),
  topic: Topic,
  /** The last entry that was told; the next has the place behind it. */
  seq: Seq,
  /** The oldest entry that history has. */
  first: Seq,
  /** What it says of itself and of the newcomer's rights; absent in a direct conversation. */
  standing: Schema.optional(
    Schema.Struct({
      role: Schema.optional(ChannelRole),
      access: ChannelAccess,
      archived: Schema.Boolean,
      /** Milliseconds that a member has to wait between two messages. */
      slowMode: Schema.Finite,
    }),
  ),
  count,
  /** Who is present, the newcomer too; empty in a channel so large that it only counts. */
  members: Schema.Array(PresentUser),
  /** Which state of the presence `members` shows. */
  presence: version,
  /** The names of those with a session here, where the newcomer asked for these. */
  names: Schema.Array(Username),
  /** Likewise, those whose last session has ended a moment ago, and who may come right back. */
  lingering: Schema.optional(Schema.Array(Username)),
})
export interface Welcome extends Schema.Schema.Type<typeof Welcome> {}

/** A user has read up to here. Where it is not for everybody, it is for the user's own sessions. */
const ReadMarker = event("ReadMarker", { user: Person, seq: Seq, everybody: Schema.Boolean })
/** Somebody is typing, or, with `stopped`, is not any more: for the sessions of all others. */
const Typing = event("Typing", { user: Person, stopped: Schema.optional(Schema.Boolean) })
/** Who came, went or changed since the last state of the presence; with `full`, `joined` is everybody. */
export const Presence = event("Presence", {
  version,
  count,
  joined: Schema.Array(PresentUser),
  left: Schema.Array(Username),
  changed: Schema.Array(PresentUser),
  full: Schema.Boolean,
  /** All with a session here, for nodes that may have missed one who came or went: for those who are told of that at once. */
  online: Schema.optional(Schema.Array(Person)),
})
export interface Presence extends Schema.Schema.Type<typeof Presence> {}
/** Everybody who is present, for those who missed a change. */
const WholePresence = event("WholePresence", { version, count, members: Schema.Array(PresentUser) })
/** A user's first session has come: told at once, where `Presence` gathers. `back`: before it was told to be `Gone`. */
const Arrived = event("Arrived", { user: Person, back: Schema.optional(Schema.Boolean) })
/**
 * A user's last session has gone: likewise. It has left the channel, or it has `ended`, and the user may come right back; or
 * it was thrown out, as `Kicked` has said before.
 */
const Departed = event("Departed", { user: Person, why: Schema.optional(Schema.Literals(["ended", "kicked"])) })
/** Whose session had ended has not come back within the grace time, and is connected in other channels at most. */
const Gone = event("Gone", { user: Person, connected: Schema.Boolean })
/** A file is offered, to go straight from one session to those of others who take it: for those that know such offers. */
const Offered = event("Offered", {
  transfer: TransferId,
  session: SessionId,
  from: Person,
  name: Schema.String,
  size: Schema.Finite,
})
const TopicChanged = event("TopicChanged", { topic: Topic, by: Person })
/** Who may enter and speak, and how, has changed. */
const Configured = event("Configured", {
  access: ChannelAccess,
  archived: Schema.Boolean,
  slowMode: Schema.Finite,
  durability: Durability,
  by: Person,
})
/** The channel has another name from here on. */
const Renamed = event("Renamed", { name: ChannelName, by: Person })
/** Somebody may do more or less; without a role, a stranger now. `invited`: that is how it became a member. */
const RoleChanged = event("RoleChanged", {
  user: Person,
  role: Schema.optional(ChannelRole),
  by: Person,
  invited: Schema.optional(Schema.Boolean),
})
/** Somebody was thrown out. That user's sessions get `PutOut` behind it. */
const Kicked = event("Kicked", { user: Person, by: Person, reason: Schema.optional(Schema.String) })
/** A session is a member from here on, as it was asked for by the command with this number. */
const Entered = event("Entered", { session: SessionId, request: Schema.Finite, welcome: Welcome })
/** A session has left. */
const Exited = event("Exited", { session: SessionId })
/** A session may not stay: it is no member any more. */
const PutOut = event("PutOut", { session: SessionId })
/** The channel has ended for good: nobody is a member any more. */
const Ended = event("Ended", {})

export const ChannelEvent = Schema.Union([
  Message,
  Edited,
  Deleted,
  Reacted,
  ReadMarker,
  Typing,
  Presence,
  WholePresence,
  Arrived,
  Departed,
  Gone,
  Offered,
  TopicChanged,
  Configured,
  Renamed,
  RoleChanged,
  Kicked,
  Entered,
  Exited,
  PutOut,
  Ended,
])
export type ChannelEvent = typeof ChannelEvent.Type
export type ChannelEventOf<Type extends ChannelEvent["type"]> = Extract<ChannelEvent, { readonly type: Type }>

/** Whether it has its place in the channel's log. */
export const isEntry = (event: ChannelEvent): event is Entry =>
  event.type === "Message" || event.type === "Edited" || event.type === "Deleted" || event.type === "Reacted"

/** What a user is told in all sessions, whatever channels they are in. */
export const UserEvent = Schema.Union([event("Invited", { channel: ChannelName, by: Person })])
export type UserEvent = typeof UserEvent.Type
