import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Writable } from "node:stream"

/** Why it took no more. */
class Closed {
  readonly _tag = "Closed"
}

/**
 * Writes bytes as fast as they are taken. Whoever takes no more knows enough: that is no failure, and what it says of the
 * file counts.
 */
export const feed = <E>(bytes: Stream.Stream<Uint8Array, E>, to: Writable): Effect.Effect<void, E> =>
  bytes.pipe(
    Stream.runForEach((piece) =>
      Effect.callback<void, Closed>((resume) => {
        if (to.destroyed) return resume(Effect.fail(new Closed()))
        to.write(piece, (error) => resume(error == null ? Effect.void : Effect.fail(new Closed())))
      }),
    ),
    Effect.andThen(Effect.sync(() => void to.end())),
    Effect.catchIf(
      (error) => error instanceof Closed,
      () => Effect.void,
    ),
  )
