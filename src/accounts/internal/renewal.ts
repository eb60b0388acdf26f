/** A session's token is good for its lifetime from when it was used last: whoever stays, stays signed in. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AccountStoreShape } from "../AccountStoreShape.ts"

/** How often the tokens of those who are connected are renewed. */
const usual = Duration.hours(1)

/** Tokens renewed at once: the store writes them together, and what others ask of it comes in between. */
const atOnce = 256

export const make = (store: Pick<AccountStoreShape, "touchToken">, lifetime: Duration.Duration) => {
  const finite = Duration.isFinite(lifetime)

  /** Notes that a token is used. */
  const touch = (id: string) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      store.touchToken(id, finite ? now + Math.round(Duration.toMillis(lifetime)) : null),
    )

  // Should one time be missed, since the store is away, there are others before a token ends.
  const every = finite ? Duration.min(usual, Duration.times(lifetime, 0.25)) : usual

  /** Runs as long as tokens may be held by somebody who is connected. What cannot be written now is the next time. */
  const renewing = (held: () => Iterable<string>): Effect.Effect<never> =>
    Effect.suspend(() => Effect.forEach(new Set(held()), touch, { concurrency: atOnce, discard: true })).pipe(
      Effect.catch((error) => Effect.logWarning("the tokens of those who are connected were not renewed", error.cause)),
      Effect.delay(every),
      Effect.forever({ disableYield: true }),
    )

  return { touch, renewing }
}
