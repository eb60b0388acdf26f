/** What has to hold in a run. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Millis, millis } from "./internal/time.ts"

/**
 * What is timed. All of it counts from when it was due: a delivery until a member received the message, an
 * acknowledgement until the sender received that, and the others until they were done. A download is due when its reader
 * hears of the file.
 */
export const LatencyName = Schema.Literals([
  "delivery",
  "acknowledgement",
  "signIn",
  "join",
  "catchUp",
  "upload",
  "download",
])
export type LatencyName = typeof LatencyName.Type

const Crowd = Schema.optionalKey(Schema.NonEmptyString)
const Share = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))

/**
 * - `Delivery`: every acknowledged message reached every member who was in the channel, or came back to it, once.
 * - `Order`: all members received the same message at the same `seq`, without a gap.
 * - `Percentile`: this share took at most so long. What did not come took longer.
 * - `ErrorRate`: at most this share of what was due failed or did not come; of one thing, or of all that a member does.
 * - `Throughput`: so much was done a second, on average over the measured part.
 * - `Memory`: the service never had more, in bytes.
 * - `NoErrors`: nothing was refused and no connection lost, but for these reasons.
 * - `Files`: every file that was to be sent was, and whoever wanted to read one has read it whole, byte for byte.
 * - `FileRate`: so many bytes of whole files a second, on average over the measured part.
 * - `Unmoved`: this share took at most so many times as long after a moment of the measured part as it did before.
 * - `Presence`: no member received more presence frames than this.
 *
 * Where they name a `crowd` it is about its members: what they receive, and what they do.
 * - `Recovery`: so long after the last incident everybody is back in, but for those who vanish of their own accord.
 */
export const Expectation = Schema.TaggedUnion({
  Delivery: {},
  Order: {},
  Percentile: { of: LatencyName, share: Share, atMost: Millis, crowd: Crowd },
  ErrorRate: {
    of: Schema.optionalKey(LatencyName),
    atMost: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    crowd: Crowd,
  },
  Throughput: { of: LatencyName, atLeast: Schema.Finite.check(Schema.isGreaterThan(0)), crowd: Crowd },
  Memory: { atMost: Schema.Finite },
  NoErrors: { except: Schema.Array(Schema.String) },
  Files: {},
  FileRate: {
    of: Schema.Literals(["upload", "download"]),
    atLeast: Schema.Finite.check(Schema.isGreaterThan(0)),
  },
  Unmoved: {
    of: LatencyName,
    share: Share,
    /** From the beginning of the measured part. */
    by: Millis.check(Schema.isGreaterThan(0)),
    atMost: Schema.Finite.check(Schema.isGreaterThan(0)),
    crowd: Crowd,
  },
  Presence: { framesEach: Schema.Finite },
  Recovery: { within: Millis },
})
export type Expectation = typeof Expectation.Type

export const delivery: Expectation = { _tag: "Delivery" }
export const order: Expectation = { _tag: "Order" }

/** About whom it is: the members of one crowd. Default: everybody. */
interface About {
  readonly crowd?: string
}

const about = ({ crowd }: About) => (crowd === undefined ? {} : { crowd })

const percentile =
  (share: number) =>
  (of: LatencyName, atMost: Duration.Input, options: About = {}): Expectation => ({
    _tag: "Percentile",
    of,
    share,
    atMost: millis(atMost),
    ...about(options),
  })
export const p50 = percentile(0.5)
export const p90 = percentile(0.9)
export const p95 = percentile(0.95)
export const p99 = percentile(0.99)
export const p999 = percentile(0.999)

/** `atMost` is a share: 0.01 is one of a hundred. */
export const errorRate = (options: About & { readonly of?: LatencyName; readonly atMost: number }): Expectation => ({
  _tag: "ErrorRate",
  ...(options.of === undefined ? {} : { of: options.of }),
  atMost: options.atMost,
  ...about(options),
})
export const throughput = (of: LatencyName, options: About & { readonly atLeast: number }): Expectation => ({
  _tag: "Throughput",
  of,
  atLeast: options.atLeast,
  ...about(options),
})

export const files: Expectation = { _tag: "Files" }
/** Bytes of whole files. */
export const fileRate = (of: "upload" | "download", options: { readonly mebibytesPerSecond: number }): Expectation => ({
  _tag: "FileRate",
  of,
  atLeast: options.mebibytesPerSecond * 1024 * 1024,
})

/** The p99, where no `share` is said: what begins at that moment, such as files, is not felt. */
export const unmoved = (
  of: LatencyName,
  options: About & { readonly by: Duration.Input; readonly times: number; readonly share?: number },
): Expectation => ({
  _tag: "Unmoved",
  of,
  share: options.share ?? 0.99,
  by: millis(options.by),
  atMost: options.times,
  ...about(options),
})

export const memory = (options: { readonly mebibytes: number }): Expectation => ({
  _tag: "Memory",
  atMost: options.mebibytes * 1024 * 1024,
})
export const noErrors = (options: { readonly except?: ReadonlyArray<string> } = {}): Expectation => ({
  _tag: "NoErrors",
  except: options.except ?? [],
})
export const presence = (options: { readonly framesEach: number }): Expectation => ({ _tag: "Presence", ...options })
export const recovery = (options: { readonly within: Duration.Input }): Expectation => ({
  _tag: "Recovery",
  within: millis(options.within),
})
