/** Sessions whose reader is away: how long, and for how many of them, it is waited. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { Disconnect } from "../../domain/Disconnect.ts"

/** One more, and the one that has waited longest ends. */
const maxAway = 4096

/** Something that can be waited for. */
interface Absent {
  readonly lose: (reason: Disconnect) => void
}

/**
 * Waits for each that is handed over, and loses it when the time has passed. What is returned is to be called when it is
 * back, or has ended otherwise.
 */
export const make = (
  patience: Duration.Duration,
  run: (effect: Effect.Effect<void>) => Fiber.Fiber<void>,
  most = maxAway,
): ((absent: Absent) => () => void) => {
  /** In the order in which they went; each with what ends the waiting. */
  const away = new Map<Absent, () => void>()
  return (absent) => {
    const waiting = run(
      Effect.delay(
        Effect.sync(() => {
          away.delete(absent)
          absent.lose(new Disconnect({ reason: "ConnectionLost" }))
        }),
        patience,
      ),
    )
    const back = () => {
      away.delete(absent)
      waiting.interruptUnsafe()
    }
    for (const [longest, forget] of away) {
      if (away.size < most) break
      forget()
      longest.lose(new Disconnect({ reason: "ConnectionLost", detail: "Too many were away" }))
    }
    away.set(absent, back)
    return back
  }
}
