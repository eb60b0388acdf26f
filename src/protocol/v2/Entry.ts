/** What has a place in a channel: as an event when it happens, and in the pages of its history. */
import * as Schema from "effect/Schema"
import { FileId } from "../../domain/FileId.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Seq } from "../../domain/Seq.ts"
import { Sha256 } from "../../domain/Sha256.ts"
import { UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { field, optional, text, timestamp, u64 } from "../internal/field.ts"

const seq = field(Seq, "Its place: one more than the entry's before it, whatever that was.")
const time = field(timestamp, "Milliseconds since 1970, UTC.")
const target = field(Seq, "The place of the message that it changes.")

const userId = optional(UserId, "Whose name that is: names can change, and be somebody else's later.")

/** What is said of a file, wherever it is told of. */
export const fileFields = {
  name: field(text, "What it is called, without a path: as its sender says, made harmless."),
  size: field(u64, "Bytes."),
  media_type: field(text, "What its sender takes it for; nobody has looked."),
  sha256: Sha256,
}

const File = Schema.Struct({ id: FileId, ...fileFields }).annotate({
  title: "File",
  description: "a file that a message carries; `Download` reads it",
})

const reaction = field(text, "An emoji, or a short word: always in the same form, however it was typed.")

/** The fields of each, as the event has them behind `channel`. */
export const fields = {
  Message: {
    seq,
    id: optional(MessageId, "The sender's id for it; absent where the sender speaks version 1."),
    from: Username,
    user_id: userId,
    content: text,
    file: optional(File, "The file that it carries, until it is deleted; then the content may be empty."),
    reply_to: optional(Seq, "The place of the message that it answers, which may be deleted or gone by now."),
    timestamp: time,
  },
  Edited: {
    seq,
    id: field(MessageId, "The sender's id for the edit."),
    target,
    from: Username,
    user_id: userId,
    content: field(text, "What the message says now; empty in history once it was deleted."),
    timestamp: time,
  },
  Deleted: {
    seq,
    id: field(MessageId, "The sender's id for the deletion."),
    target,
    from: field(Username, "Who deleted it; not always its author."),
    user_id: userId,
    timestamp: time,
  },
  Reacted: {
    seq,
    id: field(MessageId, "The sender's id for the reaction."),
    target,
    from: Username,
    user_id: userId,
    reaction,
    on: field(Schema.Boolean, "False where it was taken back."),
    timestamp: time,
  },
} as const

const Reactions = Schema.Struct({ reaction, users: Schema.Array(Username) }).annotate({
  title: "Reactions",
  description: "one reaction to a message, and whose",
})

/** A message in history is as it is now. */
const now = {
  edited: optional(Seq, "The place of its last edit, where it was edited."),
  deleted: optional(Schema.Literal(true), "True where it was deleted: it has no content any more."),
  reactions: optional(Schema.Array(Reactions), "The reactions to it, where there are any."),
}

/** A message as history has it. */
export const PastMessage = Schema.Struct({ type: Schema.Literal("Message"), ...fields.Message, ...now }).annotate({
  title: "PastMessage",
  description: "a message as it is now: with the content of its last edit, without any if it was deleted",
})
export type PastMessage = typeof PastMessage.Type

/** One entry of a page of history. What it changed is in the message already: doing it again changes nothing. */
export const Entry = Schema.Union([
  PastMessage,
  Schema.Struct({ type: Schema.Literal("Edited"), ...fields.Edited }),
  Schema.Struct({ type: Schema.Literal("Deleted"), ...fields.Deleted }),
  Schema.Struct({ type: Schema.Literal("Reacted"), ...fields.Reacted }),
]).annotate({
  title: "Entry",
  description: "one entry of a page of history: the event of the same type, without its channel",
})
export type Entry = typeof Entry.Type
