/** A stream of effects as a call sends it: pulled as fast as it leaves, and let go the moment nobody waits for it. */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Running } from "./running.ts"

export async function* pulled<A, E>(
  { promise }: Running,
  stream: Stream.Stream<A, E>,
  signal: AbortSignal,
): AsyncGenerator<A> {
  const scope = Scope.makeUnsafe()
  try {
    const pull = await promise(Stream.toPull(stream).pipe(Effect.provideService(Scope.Scope, scope)), signal)
    const next = Effect.matchCauseEffect(pull, {
      onSuccess: (items): Effect.Effect<ReadonlyArray<A> | undefined, E> => Effect.succeed(items),
      onFailure: (cause) => (Pull.isDoneCause(cause) ? Effect.undefined : Effect.failCause(cause as Cause.Cause<E>)),
    })
    while (true) {
      const items = await promise(next, signal)
      if (items === undefined) return
      yield* items
    }
  } finally {
    await promise(Scope.close(scope, Exit.void))
  }
}
