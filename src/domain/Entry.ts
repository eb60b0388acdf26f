/** What a channel's history is made of: entries, each with its place. */
import * as Schema from "effect/Schema"
import { Attachment } from "./Attachment.ts"
import { MessageId } from "./MessageId.ts"
import { Reaction } from "./Reaction.ts"
import { Seq } from "./Seq.ts"
import type { UserId } from "./User.ts"
import { Person } from "./User.ts"

const place = {
  seq: Seq,
  /** Who, under the name of that time. */
  from: Person,
  /** Milliseconds since 1970, UTC. */
  timestamp: Schema.Finite,
}

/** One reaction to a message, and whose. */
export const Reactions = Schema.Struct({ reaction: Reaction, users: Schema.Array(Person) })
export interface Reactions extends Schema.Schema.Type<typeof Reactions> {}

/** Somebody said something. Read from history it is as it is now: edited, without its content if it was deleted. */
export const Message = Schema.Struct({
  type: Schema.Literal("Message"),
  ...place,
  /** The sender's own id; absent where the sender speaks version 1. */
  id: Schema.optional(MessageId),
  content: Schema.String,
  /** The file that it carries, until it is deleted. */
  file: Schema.optional(Attachment),
  /** The place of the message that it answers, which may be deleted or gone by now. */
  replyTo: Schema.optional(Seq),
  /** The place of its last edit. */
  edited: Schema.optional(Seq),
  deleted: Schema.optional(Schema.Literal(true)),
  /** In the order in which they were first put there; none is absent. */
  reactions: Schema.optional(Schema.Array(Reactions)),
})
export interface Message extends Schema.Schema.Type<typeof Message> {}

/** Of what changes the message at `target`. */
const change = { ...place, id: MessageId, target: Seq }

/** A message says something else. The content is empty once the message was deleted. */
export const Edited = Schema.Struct({ type: Schema.Literal("Edited"), ...change, content: Schema.String })
export interface Edited extends Schema.Schema.Type<typeof Edited> {}

/** A message was taken away. */
export const Deleted = Schema.Struct({ type: Schema.Literal("Deleted"), ...change })
export interface Deleted extends Schema.Schema.Type<typeof Deleted> {}

/** Somebody reacted to a message, or, where `on` is false, took the reaction back. */
export const Reacted = Schema.Struct({
  type: Schema.Literal("Reacted"),
  ...change,
  reaction: Reaction,
  on: Schema.Boolean,
})
export interface Reacted extends Schema.Schema.Type<typeof Reacted> {}

export const Entry = Schema.Union([Message, Edited, Deleted, Reacted])
export type Entry = typeof Entry.Type

/** An entry as far as it takes to recognise it when it is sent again. */
export interface StoredId {
  readonly user: UserId
  readonly id: MessageId
  readonly seq: Seq
  readonly timestamp: number
}
