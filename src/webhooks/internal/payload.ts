/** What a receiver gets: an entry as version 2 of the protocol says it in a page of history, and where it is from. */
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Entry } from "../../domain/Entry.ts"
import type { Seq } from "../../domain/Seq.ts"
import { isWebhookUser } from "../../domain/User.ts"
import { pastEntry } from "../../protocol/v2/render.ts"
import type { OutgoingWebhook } from "../Webhook.ts"

/** Entries that nobody can tell any more, both included: history does not reach back so far, or there were too many. */
interface Missed {
  readonly type: "Missed"
  readonly from: Seq
  readonly to: Seq
}

/** Somebody tries whether it arrives. */
interface Test {
  readonly type: "Test"
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What has a place in the channel. */
export type Placed = Entry | Missed
export type Event = Placed | Test

/** The last place that an event is about. */
export const placeOf = (event: Placed): Seq => (event.type === "Missed" ? event.to : event.seq)

/**
 * The same whenever the event is sent, also by another run of the service: who gets it twice knows it by that. A place may
 * mean another entry where a copy of the database was brought back, the time beside it does not.
 */
export const deliveryOf = ({ id }: OutgoingWebhook, event: Event): string => {
  switch (event.type) {
    case "Test":
      return `${id}.test.${event.at.toString(36)}`
    case "Missed":
      return `${id}.missed.${event.from}-${event.to}`
    default:
      return `${id}.${event.seq}.${event.timestamp.toString(36)}`
  }
}

/** JSON. What a webhook has posted says so: who answers every message must not answer these. */
export const bodyOf = (webhook: OutgoingWebhook, channel: ChannelName, event: Event): string => {
  const envelope = { webhook: webhook.id, delivery: deliveryOf(webhook, event), channel, channel_id: webhook.channel }
  switch (event.type) {
    case "Test":
      return JSON.stringify({ type: event.type, ...envelope })
    case "Missed":
      return JSON.stringify({ type: event.type, ...envelope, from: event.from, to: event.to })
    default: {
      const { type, ...entry } = pastEntry(event)
      const mark = isWebhookUser(event.from.id) ? { by_webhook: true } : {}
      return JSON.stringify({ type, ...envelope, ...mark, ...entry })
    }
  }
}
