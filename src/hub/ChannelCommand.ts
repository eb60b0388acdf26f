/** What is asked of a channel. Plain values, but for the replies: the channel may live elsewhere. */
import type * as Actor from "../actor/Actor.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { SessionId } from "../domain/SessionId.ts"
import type { User, UserId } from "../domain/User.ts"
import type { Deleted, Edited, Reacted } from "../domain/Entry.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type * as Administration from "./Administration.ts"
import type { Member } from "./Member.ts"
import type { Appearance } from "./Presence.ts"
import type { Description } from "./internal/description.ts"

/** What is done to a message. */
export type Change =
  | Pick<Edited, "type" | "content">
  | Pick<Deleted, "type">
  | Pick<Reacted, "type" | "reaction" | "on">

/** What a session asks of a channel. Answers reach the session through its outbox. */
export type Command =
  | {
      readonly type: "Join"
      readonly member: Member
      readonly appearance: Appearance
      /** By which name it was looked for. */
      readonly called: ChannelName
      readonly ref?: number | undefined
      readonly reply: Actor.Asks<ChannelId, RequestError>["reply"]
    }
  | { readonly type: "Leave"; readonly session: SessionId; readonly ref?: number | undefined }
  | {
      readonly type: "Publish"
      readonly session: SessionId
      readonly ref?: number | undefined
      readonly id?: MessageId | undefined
      readonly content: string
    }
  | {
      readonly type: "Change"
      readonly session: SessionId
      readonly ref?: number | undefined
      readonly id: MessageId
      readonly target: Seq
      readonly change: Change
    }
  | {
      readonly type: "Read"
      readonly user: User
      readonly seq: Seq
      readonly reply: Actor.Asks<void, RequestError>["reply"]
    }
  /** How far the members have been told, for who may read on by itself. */
  | {
      readonly type: "Where"
      readonly by: User
      readonly action: "read" | "audit"
      readonly reply: Actor.Asks<Where, RequestError>["reply"]
    }
  | {
      readonly type: "Administer"
      readonly by: User
      readonly request: Administration.Request
      readonly reply: Actor.Asks<void, RequestError>["reply"]
    }
  | { readonly type: "Describe"; readonly by: User; readonly reply: Actor.Asks<Description, RequestError>["reply"] }
  | { readonly type: "Typing"; readonly session: SessionId }
  | { readonly type: "SetAppearance"; readonly user: UserId; readonly appearance: Appearance }
  | { readonly type: "Settle"; readonly reply: Actor.Asks<void, never>["reply"] }
  | { readonly type: "Tick" }

export interface Where {
  readonly id: ChannelId
  readonly seq: Seq
}

/** The command of one type. */
export type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>
