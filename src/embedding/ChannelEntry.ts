/** What has its place in a channel, as a program inside reads it one behind the other. */
import type { join } from "../chat/join.ts"
import type { ErrorOf, RequestErrorOf } from "../chat/Operation.ts"
import type { page } from "../chat/page.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { Seq } from "../domain/Seq.ts"
import type { EventFrame, PastEntry } from "../protocol/v2/render.ts"

/**
 * Somebody said something, or changed what was said: `Message`, `Edited`, `Deleted` or `Reacted`, as version 2 of the
 * protocol says it. A message that is read from history is as it is now: edited, or without its content if it was deleted;
 * what changed it comes in its own place all the same.
 */
export type ChannelEntry = PastEntry & { readonly channel: ChannelName }

/** Entries that nobody can tell any more, both included: history does not reach back so far. */
export interface Missed {
  readonly type: "Missed"
  readonly channel: ChannelName
  readonly from: Seq
  readonly to: Seq
}

/**
 * The channel's history is another one than that of the reader's place: the service has lost it, or was given that of
 * another day. Entries begin anew behind this, with the oldest that there is.
 */
export interface HistoryChanged {
  readonly type: "HistoryChanged"
  readonly channel: ChannelName
}

/** What stands between entries, where some cannot be told. */
export type Gap = Missed | HistoryChanged

/** Why there are no more entries to be had. */
export type EntriesError =
  | ErrorOf<typeof join>
  | ErrorOf<typeof page>
  | RequestErrorOf<"InvalidFrame" | "NotMember">
  | SessionEnded
  | Disconnect

/** What every call of a session that has ended fails with; it is not `retryable`. `detail` says why it has ended. */
export type SessionEnded = RequestErrorOf<"NotAuthenticated">

type EntryFrame = Extract<EventFrame, { readonly type: "Message" | "Edited" | "Deleted" | "Reacted" }>

export const isEntry = (frame: EventFrame): frame is EntryFrame =>
  frame.type === "Message" || frame.type === "Edited" || frame.type === "Deleted" || frame.type === "Reacted"
