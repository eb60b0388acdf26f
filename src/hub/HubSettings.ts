import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type { Durability } from "../domain/Durability.ts"
import type { Rate } from "../domain/TokenBucket.ts"
import type { PresenceSettings } from "./channel/Presence.ts"
import { defaultBounds, type OutboxBounds } from "./audience/Outbox.ts"

/** How often a user may do what: each operation counts as one of these. */
export interface OperationRates {
  readonly kinds: {
    /** Making and changing channels, topics, names, roles, bans and the like, and blocking people. */
    readonly administration: Rate
    /** Joining and leaving. Who comes back joins everything at once. */
    readonly visits: Rate
    /** Saying how present one is. */
    readonly status: Rate
    /** Pages, lists, descriptions, and how far one has read. */
    readonly reading: Rate
    readonly searches: Rate
  }
  /**
   * Users of one address, or one /64 of IPv6, may do so many times as much together, and its guests say so many times as
   * many messages as `publishing` lets one; this machine is exempt.
   */
  readonly perAddress: number
}

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
  /** How fast a user may do everything else, over all sessions; undefined for no limit. */
  readonly operations: OperationRates | undefined
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
  operations: {
    kinds: {
      administration: { burst: 30, perSecond: 2 },
      visits: { burst: 300, perSecond: 20 },
      status: { burst: 10, perSecond: 1 },
      reading: { burst: 300, perSecond: 50 },
      searches: { burst: 60, perSecond: 5 },
    },
    perAddress: 10,
  },
  maxMessageLength: 16_000,
  encodeChannels: false,
}

/** How the hub behaves. A reference: without a layer it has the defaults. */
export const HubSettings = Context.Reference<HubSettings>("natter/hub/HubSettings", { defaultValue: () => defaults })
