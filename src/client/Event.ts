/** What a client tells of the channels it is in. */
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Seq } from "../domain/Seq.ts"
import type { PastMessage } from "../protocol/v2/Entry.ts"
import type { Event } from "./Connection.ts"

/** Somebody said something. Where it was said while one was away it is as it is now: edited, or deleted. */
export interface Message extends PastMessage {
  readonly channel: ChannelName
}

/** What has a place in a channel. */
export type Entry = Exclude<Extract<Event, { readonly target: Seq }>, Message> | Message

/** Entries that nobody can tell any more, both included: history does not reach back so far. */
export interface Missed {
  readonly type: "Missed"
  readonly channel: ChannelName
  readonly from: Seq
  readonly to: Seq
}

/**
 * What happens in the channels one is in. `Joined` comes with every entry, after a reconnection too: the members start
 * anew with it. What was said does not: it goes on behind the last that was told, each entry once and in order; where
 * something cannot be had any more, `Missed` says so in its place.
 */
export type ClientEvent = Exclude<Event, { readonly type: "Message" }> | Message | Missed

export const isEntry = (event: ClientEvent): event is Entry =>
  event.type === "Message" || event.type === "Edited" || event.type === "Deleted" || event.type === "Reacted"
