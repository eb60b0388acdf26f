/** What history is made of: a channel's entries, each with its place. */
import type { MessageId } from "../domain/MessageId.ts"
import type { Reaction } from "../domain/Reaction.ts"
import type { Seq } from "../domain/Seq.ts"
import type { User, UserId } from "../domain/User.ts"

/** Who, under the name of that time. */
export type From = Pick<User, "id" | "name">

interface Place {
  readonly seq: Seq
  readonly from: From
  /** Milliseconds since 1970, UTC. */
  readonly timestamp: number
}

/** Somebody said something. Read from history it is as it is now: edited, without its content if it was deleted. */
export interface Message extends Place {
  readonly type: "Message"
  /** The sender's own id; absent where the sender speaks version 1. */
  readonly id?: MessageId | undefined
  readonly content: string
  /** The place of its last edit. */
  readonly edited?: Seq | undefined
  readonly deleted?: true | undefined
  /** In the order in which they were first put there; none is absent. */
  readonly reactions?: ReadonlyArray<Reactions> | undefined
}

/** One reaction to a message, and whose. */
export interface Reactions {
  readonly reaction: Reaction
  readonly users: ReadonlyArray<From>
}

/** What changes the message at `target`. */
interface Change extends Place {
  readonly id: MessageId
  readonly target: Seq
}

export interface Edited extends Change {
  readonly type: "Edited"
  /** Empty once the message was deleted. */
  readonly content: string
}

export interface Deleted extends Change {
  readonly type: "Deleted"
}

export interface Reacted extends Change {
  readonly type: "Reacted"
  readonly reaction: Reaction
  /** False where it was taken back. */
  readonly on: boolean
}

export type Entry = Message | Edited | Deleted | Reacted

/** An entry as far as it takes to recognise it when it is sent again. */
export interface Known {
  readonly user: UserId
  readonly id: MessageId
  readonly seq: Seq
  readonly timestamp: number
}
