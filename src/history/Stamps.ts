/** The times that entries get, and how old they are by the time that has passed. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Monotonic from "../domain/Monotonic.ts"

/** Less than this is no jump: clocks are read one after the other, and in whole milliseconds. */
const noJump = 1000

/** Jumps remembered; beyond that the oldest two become one, and what is of their time is taken for younger than it is. */
const maxJumps = 64

/** By how much the wall clock was ahead of the monotonic one, and when it last was, at least as far as it was looked at. */
interface Offset {
  readonly offset: number
  seenAt: number
}

/**
 * A stamp is what the wall clock says. That clock jumps: its owner sets it, a machine without a battery learns the date
 * from the network. So a stamp does not say how old an entry is; what tells that is a clock that never jumps, and what
 * the wall clock said by it.
 *
 * Of all that was seen only the offsets are kept that are lower than each one since: an entry of the last so many
 * milliseconds has a stamp that is not below the lowest of them. What has a stamp below that is older for certain.
 */
export class Stamps extends Context.Service<
  Stamps,
  {
    /** What the wall clock says now, which is `now` by the monotonic clock. */
    readonly at: (now: number) => number
    /** What has a stamp below this is certainly older than `age` in milliseconds, whatever was done to the wall clock. */
    readonly before: (age: number, now: number) => number
    /** An entry with this stamp is stored. The wall clock may have been another since it was looked at. */
    readonly stored: (stamp: number) => void
  }
>()("natter/history/Stamps") {
  /** Whatever is built together shares it. */
  static readonly layer: Layer.Layer<Stamps> = Layer.effect(
    Stamps,
    Effect.map(Clock.Clock, (clock) => make(clock)),
  )
}

/** By this clock. */
export const make = (clock: Clock.Clock): Stamps["Service"] => {
  const offsets: Array<Offset> = []
  /** What the wall clock said when it was last looked at. */
  let seen = 0

  const note = (offset: number, now: number): void => {
    let last = offsets.at(-1)
    // Nearly always it is what it was.
    while (last !== undefined && last.offset > offset) {
      offsets.pop()
      last = offsets.at(-1)
    }
    if (last === undefined || offset - last.offset >= noJump) offsets.push({ offset, seenAt: now })
    else if (now > last.seenAt) last.seenAt = now
    if (offsets.length > maxJumps) offsets.splice(0, 2, { offset: offsets[0]!.offset, seenAt: offsets[1]!.seenAt })
  }
  const at = (now: number): number => {
    seen = clock.currentTimeMillisUnsafe()
    note(seen - now, now)
    return seen
  }
  at(Monotonic.millis(clock))

  return {
    at,
    stored: (stamp) => {
      if (stamp > seen - noJump) return
      const now = Monotonic.millis(clock)
      note(stamp - now, now)
    },
    before: (age, now) => {
      at(now)
      const from = now - age
      return from + offsets.find(({ seenAt }) => seenAt >= from)!.offset
    },
  }
}
