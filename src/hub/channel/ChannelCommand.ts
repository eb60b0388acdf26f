/**
 * What is asked of a channel, and what it answers: plain values, so that whoever asks may be another thread or another
 * node. A command with a `request` gets one answer, which carries the same number.
 */
import * as Schema from "effect/Schema"
import { AddressRange } from "../../domain/AddressRange.ts"
import { Appearance, PresentUser } from "../../domain/Appearance.ts"
import { Attachment } from "../../domain/Attachment.ts"
import { ChannelEvent } from "../../domain/ChannelEvent.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import { HubChannelName } from "../../domain/ChannelName.ts"
import { ChannelAccess, ChannelRole } from "../../domain/ChannelRole.ts"
import { Durability } from "../../domain/Durability.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Reaction } from "../../domain/Reaction.ts"
import { RequestErrorSchema } from "../../domain/RequestErrorSchema.ts"
import { Seq } from "../../domain/Seq.ts"
import { SessionId } from "../../domain/SessionId.ts"
import { Topic } from "../../domain/Topic.ts"
import { TransferId } from "../../domain/TransferId.ts"
import { User, UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { Administration } from "./Administration.ts"

/** Who asks: a user, from which IP address, by which session. Without a session it is no member of anything. */
export const Requester = Schema.Struct({
  user: User,
  address: Schema.optional(Schema.String),
  session: Schema.optional(SessionId),
  /** Whether the limits for whoever comes over the network hold. */
  limited: Schema.optional(Schema.Boolean),
  /** It means channels as they were called then: one that got its name later, and had another before, is not meant. */
  namesAsOf: Schema.optional(Schema.Int),
  /** Whether no channel is made for it: it came by a token that is not for that. */
  makesNone: Schema.optional(Schema.Boolean),
  /** The span of whoever asks, where it wants to see what becomes of what it says. */
  trace: Schema.optional(Schema.Struct({ traceId: Schema.String, spanId: Schema.String })),
})
export interface Requester extends Schema.Schema.Type<typeof Requester> {}

/** What is done to a message. */
export const MessageChange = Schema.Union([
  Schema.Struct({ type: Schema.Literal("Edited"), content: Schema.String }),
  Schema.Struct({ type: Schema.Literal("Deleted") }),
  Schema.Struct({ type: Schema.Literal("Reacted"), reaction: Reaction, on: Schema.Boolean }),
])
export type MessageChange = typeof MessageChange.Type

const command = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

const request = Schema.Finite
const by = Requester

/** What a node brings along that had members in a channel when the channel began to run elsewhere, or its link broke. */
export const Resumed = Schema.Struct({
  request,
  /** Which channel it is, where that is known. */
  id: Schema.optional(ChannelId),
  /** The last version of the presence that was told there. */
  presence: Schema.Finite,
  /** Whether some of them know the names of those with a session here, beside the members. */
  names: Schema.optional(Schema.Boolean),
  members: Schema.Array(Schema.Struct({ session: SessionId, by, appearance: Appearance })),
})
export interface Resumed extends Schema.Schema.Type<typeof Resumed> {}

export const ChannelCommand = Schema.Union([
  command("Publish", {
    by,
    request,
    id: Schema.optional(MessageId),
    content: Schema.String,
    file: Schema.optional(Attachment),
    /** The place of the message that it answers. */
    replyTo: Schema.optional(Seq),
  }),
  command("Change", { by, request, id: MessageId, target: Seq, change: MessageChange }),
  /** Makes a session a member. Answered by the event `Entered`, or by `Refused`. */
  command("Join", {
    by,
    request,
    session: SessionId,
    appearance: Appearance,
    /** By which name it was looked for: a channel that has another by now is not the one that was meant. */
    called: HubChannelName,
    /** Which channel is meant, where it is one that is known already: another is not entered, and none is made. */
    id: Schema.optional(ChannelId),
    /** Whether the newcomer wants the names of those with a session here, beside the members. */
    names: Schema.Boolean,
    /** Who brings it in to say something to it. Absent where it comes by itself. */
    broughtBy: Schema.optional(Requester),
  }),
  /**
   * Sessions that are members as far as their node knows: they are again, without being told, and are put out where they may
   * not be. Answered by `Resumed`.
   */
  command("Resume", Resumed.fields),
  /**
   * `ended`: so has the session, whose user may come right back. `lost`: its node has not said so, which may be gone, and then
   * nobody comes back at once.
   */
  command("Leave", {
    session: SessionId,
    request: Schema.optional(request),
    ended: Schema.optional(Schema.Boolean),
    lost: Schema.optional(Schema.Boolean),
  }),
  /** Tells the other members that a file is to be had from this session. */
  command("Offer", { by, request, transfer: TransferId, name: Schema.String, size: Schema.Finite }),
  /** Notes how far a user has read. */
  command("Read", { by, request, seq: Seq }),
  /** By what history knows the channel, and how far the members were told: for who reads on by itself. */
  command("Locate", { by, request, right: Schema.Literals(["read", "audit", "configure", "invite", "publish"]) }),
  command("Administer", { by, request, act: Administration }),
  command("Describe", { by, request }),
  /** Who is present. */
  command("ListPresent", { by, request }),
  command("Typing", { by }),
  command("SetAppearance", { user: UserId, appearance: Appearance }),
  /** Answered when whatever was asked before has been answered. */
  command("Settle", { request }),
  /** Answered by the event `WholePresence`. */
  command("ShowPresence", {}),
])
export type ChannelCommand = typeof ChannelCommand.Type
export type ChannelCommandOf<Type extends ChannelCommand["type"]> = Extract<ChannelCommand, { readonly type: Type }>

/** A ban or a mute in force. */
const SanctionLine = Schema.Struct({
  kind: Schema.Literals(["ban", "mute"]),
  username: Schema.optional(Username),
  address: Schema.optional(AddressRange),
  until: Schema.optional(Schema.Finite),
  by: Username,
  reason: Schema.optional(Schema.String),
})

/** What a channel is, and who may do what there, as far as the one who asks may know. */
export const Description = Schema.Struct({
  topic: Topic,
  access: ChannelAccess,
  archived: Schema.Boolean,
  slowMode: Schema.Finite,
  durability: Durability,
  createdAt: Schema.optional(Schema.Finite),
  role: Schema.optional(ChannelRole),
  roles: Schema.Array(Schema.Struct({ username: Username, role: ChannelRole })),
  /** Absent where one may not know them. */
  sanctions: Schema.optional(Schema.Array(SanctionLine)),
  /** There are more roles or sanctions than are listed. */
  more: Schema.optional(Schema.Boolean),
})
export interface Description extends Schema.Schema.Type<typeof Description> {}

const outcome = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

/** What became of a request. */
export const Outcome = Schema.Union([
  /** It has its place and is as safe as that; the first result where it was sent before. */
  outcome("Published", { seq: Seq, timestamp: Schema.Finite, durability: Durability }),
  outcome("Location", { id: ChannelId, seq: Seq }),
  outcome("Present", { count: Schema.Finite, members: Schema.Array(PresentUser) }),
  outcome("Described", { description: Description }),
  /** Everything up to `seq` was told before; what comes behind is told over this link. Without an id there is no channel yet. */
  outcome("Resumed", { id: Schema.optional(ChannelId), seq: Seq }),
  outcome("Done", {}),
  outcome("Refused", { error: RequestErrorSchema }),
  /** The channel is not here, or no more: whoever asked has to look it up again. */
  outcome("Gone", {}),
])
export type Outcome = typeof Outcome.Type
export type OutcomeOf<Type extends Outcome["type"]> = Extract<Outcome, { readonly type: Type }>

export const Answer = Schema.Struct({ request, outcome: Outcome })
export interface Answer extends Schema.Schema.Type<typeof Answer> {}

/** What a channel did in one turn: all of it is to be told together. */
export const ChannelTurn = Schema.Struct({
  /** The channel's name when the turn began. */
  channel: HubChannelName,
  events: Schema.Array(ChannelEvent),
  answers: Schema.Array(Answer),
  /** Commands that waited behind this turn: while these are stored there is time to tell. */
  waiting: Schema.Finite,
  /** Where messages are followed: when the channel took its commands, and when they were stored. */
  times: Schema.optional(Schema.Struct({ taken: Schema.Finite, stored: Schema.Finite })),
})
export interface ChannelTurn extends Schema.Schema.Type<typeof ChannelTurn> {}
