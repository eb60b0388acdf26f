/**
 * What nodes say to each other: plain values. A node that has members in a channel, or wants something of it, has a link
 * to the node that owns it; the number of that link is its own.
 */
import * as Schema from "effect/Schema"
import { AddressRange } from "../../domain/AddressRange.ts"
import { Appearance } from "../../domain/Appearance.ts"
import { ChannelEvent, UserEvent } from "../../domain/ChannelEvent.ts"
import { HubChannelName } from "../../domain/ChannelName.ts"
import { DisconnectReason } from "../../domain/DisconnectReason.ts"
import { Role } from "../../domain/Role.ts"
import { SessionId } from "../../domain/SessionId.ts"
import { User, UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { Answer, ChannelCommand, Requester, Resumed } from "../channel/ChannelCommand.ts"
import { Notice } from "../../peers/Notice.ts"
import { PassedPost, PostAnswer } from "../../peers/PassedPost.ts"
import { Partition } from "./Partition.ts"

const message = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

const link = Schema.Finite

const optionalRole = Schema.optional(Role)
/** Which sessions, as `Selection` has it; `exceptRole` is absent where no role is left. */
const Selected = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("user"), user: UserId, exceptToken: Schema.optional(Schema.String) }),
  Schema.Struct({ kind: Schema.Literal("role"), user: UserId, exceptRole: optionalRole }),
  Schema.Struct({ kind: Schema.Literal("session"), session: SessionId }),
  Schema.Struct({ kind: Schema.Literal("token"), token: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("everybody") }),
  Schema.Struct({ kind: Schema.Literal("address"), address: AddressRange }),
])
export type Selected = typeof Selected.Type

/** What a node is and has at a moment. */
export const Standing = Schema.Struct({
  users: Schema.Finite,
  sessions: Schema.Finite,
  /** Channels that run there, and commands that wait in them. */
  channels: Schema.Finite,
  waiting: Schema.Finite,
  /** Which partitions it owns, and by which claims. */
  owns: Schema.Array(Schema.Struct({ partition: Partition, epoch: Schema.Finite })),
})
export interface Standing extends Schema.Schema.Type<typeof Standing> {}

const optionalNumber = Schema.optional(Schema.Finite)

/** How a session is doing, as `SessionStanding` has it. */
const SessionAt = Schema.Struct({
  id: SessionId,
  user: User,
  address: Schema.optional(Schema.String),
  transport: Schema.String,
  encoding: Schema.optional(
    Schema.Struct({ version: Schema.Finite, codec: Schema.String, compressed: Schema.Boolean }),
  ),
  since: optionalNumber,
  heardAt: optionalNumber,
  channels: Schema.Finite,
  waiting: Schema.Struct({ bytes: Schema.Finite, frames: Schema.Finite }),
})

/** To the owner of a channel. */
const toOwner = [
  /**
   * From here on the link is there. `resume` says who is in the channel at this node already, and what they were told:
   * the answer to it is the first that comes over the link.
   */
  message("Attach", {
    link,
    partition: Partition,
    epoch: Schema.Finite,
    channel: HubChannelName,
    /** Of a direct conversation between accounts, whose it is. */
    parties: Schema.Array(UserId),
    resume: Resumed,
  }),
  message("Command", { link, command: ChannelCommand }),
  /** Nobody here is in it, nor wants anything of it. */
  message("Detach", { link }),
] as const

/** From the owner of a channel. */
const fromOwner = [
  message("Turn", {
    link,
    channel: HubChannelName,
    events: Schema.Array(ChannelEvent),
    answers: Schema.Array(Answer),
    waiting: Schema.Finite,
  }),
  /** The link leads nowhere: the channel has to be looked for again. */
  message("Moved", { link }),
] as const

/** Between any two. */
const aside = [
  /** Who is connected to this node: all of them in the first that is sent, and then what changes. */
  message("Online", {
    all: Schema.Boolean,
    users: Schema.Array(
      Schema.Struct({
        user: User,
        sessions: Schema.Finite,
        direct: Schema.Boolean,
        exclusive: Schema.Boolean,
        embedded: Schema.Boolean,
      }),
    ),
  }),
  /** The name of a user inside the program: nobody else signs in under it. */
  message("Reserved", { user: User }),
  /** How a user wants to appear, and for how many milliseconds already. */
  message("Wished", { user: UserId, appearance: Appearance, age: Schema.Finite }),
  /** To all sessions of a user. */
  message("Tell", { user: UserId, event: UserEvent }),
  /** Brings the sessions of `user` into a direct conversation with `other`; answered by `Brought`. */
  message("Bring", {
    request: Schema.Finite,
    channel: HubChannelName,
    user: UserId,
    other: User,
    by: Requester,
  }),
  message("Brought", { request: Schema.Finite }),
  /** Ends sessions; answered by how many they were. */
  message("Disconnect", {
    request: Schema.Finite,
    selection: Selected,
    reason: DisconnectReason,
    detail: Schema.optional(Schema.String),
    reconnectWithin: Schema.optional(Schema.Finite),
  }),
  /** `whose`: where it was one session, that of this user. */
  message("Disconnected", { request: Schema.Finite, sessions: Schema.Finite, whose: Schema.optional(Username) }),
  /** How the sessions are doing, as `StandingsPage` has it. */
  message("List", {
    request: Schema.Finite,
    after: optionalNumber,
    limit: Schema.Finite,
    username: Schema.optional(Schema.String),
    behind: Schema.Boolean,
  }),
  message("Listed", { request: Schema.Finite, sessions: Schema.Array(SessionAt), next: optionalNumber }),
  /** How many users are in these channels, which run there. */
  message("Count", { request: Schema.Finite, channels: Schema.Array(HubChannelName) }),
  message("Counted", { request: Schema.Finite, counts: Schema.Array(Schema.Finite) }),
  /** How the node is doing. */
  message("Inquire", { request: Schema.Finite }),
  message("Standing", { request: Schema.Finite, standing: Standing }),
  /** Something was posted here for a session over Server-Sent Events that the other node has. */
  message("Post", { request: Schema.Finite, post: PassedPost }),
  message("Posted", { request: Schema.Finite, answer: PostAnswer }),
  /** This node has no word for a question; with `link`, for a command of that link. */
  message("NotUnderstood", { request: Schema.Finite, link: Schema.optional(link) }),
  /** Of no channel, and of nobody's: nobody answers. */
  message("Told", { notice: Notice }),
] as const

export const NodeMessage = Schema.Union([...toOwner, ...fromOwner, ...aside])
export type NodeMessage = typeof NodeMessage.Type
export type NodeMessageOf<Type extends NodeMessage["type"]> = Extract<NodeMessage, { readonly type: Type }>
