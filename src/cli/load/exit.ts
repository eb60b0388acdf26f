/**
 * The exit codes of `natter load …`: 0 where every promise holds or could not be judged, 1 where one does not hold or the
 * load could not be run, 2 where the command line makes no sense.
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import { printable } from "../../client/Printable.ts"
import type { Result } from "../../scenario/Result.ts"
import { complaint } from "../output.ts"

/** The command line makes no sense, and nothing was done. The message says what to do instead. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {
  override readonly [Runtime.errorExitCode] = 2
}

export const usageError = (message: string): UsageError => new UsageError({ message: printable(message) })

export class BrokenPromise extends Data.TaggedError("BrokenPromise")<{ readonly message: string }> {
  override readonly [Runtime.errorExitCode] = 1
}

/** Undefined where no promise is broken. One that could not be judged is not broken. */
export const brokenPromise = ({ verdicts }: Pick<Result, "verdicts">): BrokenPromise | undefined => {
  const broken = verdicts.filter(({ holds }) => holds === false).length
  if (broken === 0) return undefined
  return new BrokenPromise({ message: broken === 1 ? "a promise does not hold" : `${broken} promises do not hold` })
}

/** Sets the exit code of a load that was interrupted: interrupting it is no failure, it just ends its time early. */
export const ending = <E extends Error, R>(last: Effect.Effect<void, E, R>): Effect.Effect<void, never, R> =>
  last.pipe(
    Effect.matchEager({
      onSuccess: () => 0,
      onFailure: (error) => {
        console.error(complaint(error.message))
        return Runtime.getErrorExitCode(error)
      },
    }),
    Effect.map((code) => void (process.exitCode = code)),
  )

/** The first Ctrl-C completes `enough` and waits for the load to finish; the second one ends the process. */
export const untilEnough = <E extends Error, R>(
  load: (enough: Effect.Effect<void>) => Effect.Effect<void, E, R>,
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const enough = Deferred.makeUnsafe<void>()
    const loading = yield* Effect.forkChild(load(Deferred.await(enough)))
    const end = Effect.andThen(Deferred.succeed(enough, undefined), ending(Fiber.join(loading)))
    yield* Effect.onInterrupt(Fiber.join(loading), () => end)
  })
