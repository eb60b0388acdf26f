/** What a slow link is given: its bytes are life, and a request takes the time that its bytes take. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Link } from "./Link.ts"

/** Bytes a second below which a link does not count as slow any more, but as dead. */
const slowest = 256
/** A frame that came in pieces within this time, in milliseconds, is a sign of a slow link. */
const lately = 2000
/** How often the time for an answer is given anew: a server may have forgotten it, while others go on talking. */
const maxPeriods = 10
/** While the server is heard, but only in the middle of long frames, it hears of us at least this often. */
const signOfLife = Duration.seconds(10)

/** Bytes that need no time of their own. */
const small = 4096
/** The time that any number of bytes is given. */
const longest = Duration.minutes(5)

/** The time that bytes may be on their way, behind the network's having taken them. */
export const timeFor = (bytes: number): Duration.Duration =>
  bytes <= small ? Duration.zero : Duration.min(longest, Duration.seconds(bytes / slowest))

/** Done when the time for an answer is over: it does not run out while frames come slowly, one of which may be the answer. */
export const outOfTime = (link: Link, time: Duration.Duration, periods = maxPeriods): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (Duration.isZero(time)) return Effect.void
    const before = link.received()
    return Effect.flatMap(Effect.andThen(Effect.sleep(time), Monotonic.now), (now) => {
      const flows = link.received() - before >= slowest * Duration.toSeconds(time)
      const slow = flows && now - link.piecemealAt() <= lately
      return slow && periods > 1 ? outOfTime(link, time, periods - 1) : Effect.void
    })
  })

/**
 * Speaks now and then while a long frame is received. The server hears nothing from who only receives, and its own
 * question, whether somebody is there, waits behind that frame.
 */
export const stayHeard = (link: Link, speak: Effect.Effect<void>): Effect.Effect<never> =>
  link.piecemeal.pipe(
    Effect.andThen(Effect.sleep(signOfLife)),
    Effect.andThen(Monotonic.now),
    Effect.flatMap((now) =>
      now - link.piecemealAt() <= lately && now - link.spokeAt() >= Duration.toMillis(signOfLife) ? speak : Effect.void,
    ),
    Effect.forever({ disableYield: true }),
  )
