/** What can go wrong on the way between a client and a service: plain data. */
import * as Schema from "effect/Schema"
import { Time } from "./Time.ts"

/** `up` is from the client to the target, `down` is back from the target to the client. */
export const Direction = Schema.Literals(["up", "down"])
export type Direction = typeof Direction.Type

/** Default: both. */
const on = Schema.optionalKey(Schema.Literals(["up", "down", "both"]))

/**
 * These last until they are removed:
 * - `Delay`: everything arrives later `by` a time and a random one of at most `jitter`, still in order.
 * - `Limit`: at most so many bytes a second in each direction of each link. The sender is made to wait.
 * - `Stall`: nothing moves, and senders are made to wait. What was held arrives when the fault is removed.
 * - `HalfOpen`: what is sent is lost, and neither side notices, not even the end of a stream. A link that has lost
 *   something is reset when the fault is removed, since a stream with a hole in it is worse than none.
 * - `Corrupt`: each byte is changed with this probability.
 * - `Refuse`: new links are reset at once.
 *
 * These happen once, to the links that are open:
 * - `Cut`: a reset to both sides.
 * - `HalfClose`: the end (FIN) of one direction, after what was sent in it before. What is sent later is not read.
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

/** Asks for a fault, of one link or of all. */
export const FaultRequest = Schema.Struct({
  fault: Fault,
  /** After this time the fault is removed. */
  for: Schema.optionalKey(Time),
  /** The number of one link. Default: all links, the future ones too. */
  link: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
})
export type FaultRequest = typeof FaultRequest.Type

/** A fault in force. */
export const ActiveFault = Schema.Struct({
  id: Schema.String,
  fault: Fault,
  link: Schema.optionalKey(Schema.Int),
})
export type ActiveFault = typeof ActiveFault.Type
