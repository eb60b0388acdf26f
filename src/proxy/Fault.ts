/** What can go wrong on the way between a client and a service: plain data. */
import * as Schema from "effect/Schema"
import { Time } from "./Time.ts"

/** `up` is from the client to the target, `down` the way back; without a word, both. */
export const Direction = Schema.Literals(["up", "down"])
export type Direction = typeof Direction.Type

const on = Schema.optionalKey(Schema.Literals(["up", "down", "both"]))

/**
 * Those that last are in force until they are taken back:
 * - `Delay`: everything comes later `by` a time, and by a random one of at most `jitter` more; in its order still.
 * - `Limit`: at most so many bytes a second on each way of each link. The sender is made to wait.
 * - `Stall`: nothing moves; senders are made to wait. What was held comes when it is taken back.
 * - `HalfOpen`: what is sent is lost, and nobody is told, of an end neither. A link that lost something is reset when
 *   this is taken back: a stream with a hole in it is worse than none.
 * - `Corrupt`: each byte is changed with this probability.
 * - `Refuse`: new links are reset at once.
 *
 * The others happen once, to the links that are open:
 * - `Cut`: a reset to both sides.
 * - `HalfClose`: the end (FIN) of one direction, behind what was said in it before; what is said later is not read.
 */
export const Fault = Schema.TaggedUnion({
  Delay: { by: Time, jitter: Schema.optionalKey(Time), on },
  Limit: { bytesPerSecond: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e12 })), on },
  Stall: { on },
  HalfOpen: { on },
  Corrupt: {
    probability: Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1)),
    on,
  },
  Refuse: {},
  Cut: {},
  HalfClose: { direction: Direction },
})
export type Fault = typeof Fault.Type

/** A fault and whom it meets. */
export const Order = Schema.Struct({
  fault: Fault,
  /** After this time it is taken back. */
  for: Schema.optionalKey(Time),
  /** The number of one link; without it, every link, and those that come. */
  link: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
})
export type Order = typeof Order.Type

/** A fault in force. */
export const Applied = Schema.Struct({
  id: Schema.String,
  fault: Fault,
  link: Schema.optionalKey(Schema.Int),
})
export type Applied = typeof Applied.Type
