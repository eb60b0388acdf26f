import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type { Durability } from "../domain/Durability.ts"
import type { Rate } from "../domain/TokenBucket.ts"
import type { PresenceSettings } from "./channel/Presence.ts"
import { defaultBounds, type OutboxBounds } from "./audience/Outbox.ts"

export interface HubSettings {
  readonly outbox: OutboxBounds
  readonly presence: PresenceSettings
  /** A user's typing is passed on at most once in this time, per channel. */
  readonly typingInterval: Duration.Duration
  /** Commands a channel's mailbox holds before its senders have to wait. */
  readonly channelMailbox: number
  /** The same for the hub's own mailbox. */
  readonly hubMailbox: number
  /** Channels that can be open at once; the lobby can always be. */
  readonly maxChannels: number
  /** Whether a channel begins to be when somebody enters it; otherwise one has to be made before. */
  readonly createOnJoin: boolean
  /** Channels that one account may have made, apart from archived ones; of these and those ten times as many. */
  readonly channelsPerAccount: number
  /** The same of all guests from one address. */
  readonly channelsPerAddress: number
  /** Channels one session can be in. */
  readonly maxMemberships: number
  /** A channel with nobody in it is released after this time; one in which nothing was ever said or set is gone then. */
  readonly channelIdle: Duration.Duration
  /** How safe a message has to be before it is acknowledged, as far as history can make it so. */
  readonly durability: Durability
  /** How fast a user may publish, over all sessions; undefined for no limit. */
  readonly publishing: Rate | undefined
  /** Characters in a message. */
  readonly maxMessageLength: number
  /**
   * Whether channels are reached through encode and decode, as if each were on another node. For tests: it shows that
   * nothing but values passes, and costs time.
   */
  readonly encodeChannels: boolean
}

export const defaults: HubSettings = {
  outbox: defaultBounds,
  presence: { grace: Duration.seconds(5), coalesce: Duration.millis(1500), countOnlyAbove: 500 },
  typingInterval: Duration.seconds(2),
  channelMailbox: 1024,
  hubMailbox: 4096,
  maxChannels: 10_000,
  createOnJoin: true,
  channelsPerAccount: 200,
  channelsPerAddress: 1000,
  maxMemberships: 128,
  channelIdle: Duration.minutes(1),
  durability: "disk",
  publishing: { burst: 10, perSecond: 5 },
  maxMessageLength: 16_000,
  encodeChannels: false,
}

/** How the hub behaves. A reference: without a layer it has the defaults. */
export const HubSettings = Context.Reference<HubSettings>("natter/hub/HubSettings", { defaultValue: () => defaults })
