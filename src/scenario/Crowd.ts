/** Members who are alike. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Activity } from "./Activity.ts"
import { Millis, millis } from "./internal/time.ts"
import { Transport } from "./Transport.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

export const Crowd = Schema.Struct({
  /** By which incidents name it. */
  name: Schema.NonEmptyString,
  count: Count,
  /** The members connect one after the other, evenly spread over this time. */
  arrivesOver: Millis,
  /** Where it is not said: over what the service is reached. */
  transport: Schema.optionalKey(Transport),
  /** Over Server-Sent Events it is JSON in any case. */
  codec: Schema.Literals(["json", "msgpack"]),
  /** The name of the channel. Where there are several `channels`, a number follows it. */
  channel: Schema.NonEmptyString,
  channels: Count,
  /** How many of the channels each member joins: the first member the first ones, the second the next, and so on in turn. */
  each: Count,
  /** How members read: as fast as they can, so many bytes a second, or nothing once the measured part has begun. */
  reads: Schema.Union([Schema.Literals(["promptly", "never"]), Schema.Struct({ bytesPerSecond: Count })]),
  does: Schema.Array(Activity),
})
export type Crowd = typeof Crowd.Type

export interface CrowdOptions {
  /** Default: all connect at once. */
  readonly arrivesOver?: Duration.Input
  /** Default: that of the scenario, or else what the address says: TCP, where it says nothing. */
  readonly transport?: Transport
  /** Default: JSON. */
  readonly codec?: Crowd["codec"]
  /** The channel that all members join; where there are several `channels`, a number follows the name of each. */
  readonly in?: string
  /** Default: 1. */
  readonly channels?: number
  /** Default: each member is in one of them. */
  readonly each?: number
  readonly reads?: Crowd["reads"]
  readonly does?: ReadonlyArray<Activity>
}

/** A crowd of so many members. By default they are in the lobby and only receive. */
export const of = (name: string, count: number, options: CrowdOptions = {}): Crowd => ({
  name,
  count,
  arrivesOver: millis(options.arrivesOver ?? 0),
  ...(options.transport === undefined ? {} : { transport: options.transport }),
  codec: options.codec ?? "json",
  channel: options.in ?? "lobby",
  channels: options.channels ?? 1,
  each: options.each ?? 1,
  reads: options.reads ?? "promptly",
  does: options.does ?? [],
})

/** The channels of the member with this number in its crowd. */
export const channelsOf = ({ channel, channels, each }: Crowd, member: number): ReadonlyArray<string> =>
  channels === 1
    ? [channel]
    : Array.from({ length: Math.min(each, channels) }, (_, n) => `${channel}-${((member * each + n) % channels) + 1}`)
