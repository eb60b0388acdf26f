import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { ChannelState } from "./channelState.ts"

/** A turn waits for the one behind it where telling takes so many milliseconds: less is less than a timer takes. */
const worthWaiting = 0.25
/** And where that one has so many messages: who says a single one is to be heard at once. */
const crowd = 4

/** When the members are told what a channel has stored. */
export interface Telling {
  /**
   * While this is stored, what the turn before told leaves: the disk and the sockets are busy at the same time. Where it
   * is stored about as soon as that would be done, both turns leave together: half as many writes, and all who answer
   * them answer in one turn (docs/adr/0016).
   */
  readonly during: <A, E>(messages: number, storing: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Ends a turn, with whether there is more to be stored. */
  readonly endTurn: (now: number, more: boolean) => void
}

export const make = (state: ChannelState, clock: Clock.Clock): Telling => {
  /** What was told has waited for a turn behind it: it waits for no other. */
  let waited = false
  /** How long it took the last time to tell everybody, in milliseconds. */
  let took = 0

  const timed = (tell: () => void): void => {
    const begun = clock.currentTimeNanosUnsafe()
    tell()
    took = Number(clock.currentTimeNanosUnsafe() - begun) / 1_000_000
  }

  return {
    during: (messages, storing) =>
      Effect.suspend(() => {
        if (!state.fanOut.holds) return storing
        return Effect.flatMap(Effect.forkChild(storing, { startImmediately: true }), (fiber) => {
          const waits = fiber.pollUnsafe() === undefined && messages >= crowd && took >= worthWaiting
          return Effect.flatMap(waits ? Effect.timeoutOption(Fiber.await(fiber), took) : Effect.void, () => {
            waited = waits
            if (fiber.pollUnsafe() === undefined) timed(() => state.fanOut.release())
            return Fiber.join(fiber)
          })
        })
      }),
    endTurn: (now, more) => {
      if (more && !waited) state.endTurn(now, true)
      else timed(() => state.endTurn(now, false))
      waited = false
    },
  }
}
