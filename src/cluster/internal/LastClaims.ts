/** Whether claims are still the last ones: all that is asked while one question is under way goes together in the next. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Fence } from "../../domain/Fence.ts"
import type { EpochsShape } from "../../history/Epochs.ts"
import type { HistoryError } from "../../history/HistoryError.ts"

interface Question {
  readonly claim: Fence
  readonly answer: Deferred.Deferred<boolean, HistoryError>
}

/** Answers by what was asked of the database after the question had come, and never by what was asked before. */
export const make = Effect.fnUntraced(function* (
  last: EpochsShape["last"],
): Effect.fn.Return<(claim: Fence) => Effect.Effect<boolean, HistoryError>, never, Scope.Scope> {
  // Bounded by the channels of this node: each asks once at a time.
  const questions = yield* Queue.unbounded<Question>()

  const answerAll = Effect.gen(function* () {
    const asked = yield* Queue.takeAll(questions)
    const epochs = yield* Effect.exit(last([...new Set(asked.map(({ claim }) => claim.partition))]))
    for (const { answer, claim } of asked) {
      Deferred.doneUnsafe(
        answer,
        Exit.map(epochs, (known) => known.get(claim.partition) === claim.epoch),
      )
    }
  })
  yield* Effect.forkScoped(Effect.forever(answerAll))

  return (claim) =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<boolean, HistoryError>()
      yield* Queue.offer(questions, { claim, answer })
      return yield* Deferred.await(answer)
    })
})
