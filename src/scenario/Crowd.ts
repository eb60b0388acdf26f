/** Members who are alike. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Activity } from "./Activity.ts"
import { Millis, millis } from "./internal/time.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

export const Crowd = Schema.Struct({
  /** What the others call it. */
  name: Schema.NonEmptyString,
  count: Count,
  /** They come one after the other, evenly over this time. */
  arrivesOver: Millis,
  codec: Schema.Literals(["json", "msgpack"]),
  /** `lobby`, or `team` with a number behind it: as many channels as are said. */
  channel: Schema.NonEmptyString,
  channels: Count,
  /** In how many of these each member is: the first in the first ones, the next in those behind them, and round again. */
  each: Count,
  /** How it reads: as fast as it can, so many bytes a second, or nothing from when the measured part begins. */
  reads: Schema.Union([Schema.Literals(["promptly", "never"]), Schema.Struct({ bytesPerSecond: Count })]),
  does: Schema.Array(Activity),
})
export type Crowd = typeof Crowd.Type

export interface CrowdOptions {
  /** Default: they all come at once. */
  readonly arrivesOver?: Duration.Input
  /** Default: JSON. */
  readonly codec?: Crowd["codec"]
  /** The channel they are all in; where there are several `channels`, a number is behind the name of each. */
  readonly in?: string
  /** Default: 1. */
  readonly channels?: number
  /** Default: each member is in one of them. */
  readonly each?: number
  readonly reads?: Crowd["reads"]
  readonly does?: ReadonlyArray<Activity>
}

/** So many members; by default they sit in the lobby and listen. */
export const of = (name: string, count: number, options: CrowdOptions = {}): Crowd => ({
  name,
  count,
  arrivesOver: millis(options.arrivesOver ?? 0),
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
