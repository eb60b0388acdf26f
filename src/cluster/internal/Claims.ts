/** Claims of partitions: those of one moment go together, as after the end of a node, when it leaves dozens. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Partition } from "../../hub/nodes/Partition.ts"

/** Claims partitions for this node: each gets an epoch that is higher than all that it had before. */
export type Claim = (partitions: ReadonlyArray<Partition>) => Effect.Effect<ReadonlyMap<number, number>, unknown>

interface Wish {
  readonly partition: Partition
  readonly epoch: Deferred.Deferred<number>
}

/** A database that does not answer is asked again. */
const tryEvery = "250 millis"
const patience = "5 seconds"

/** Answers with the epoch; waits for as long as there is nobody to give one. */
export const make = Effect.fnUntraced(function* (
  claim: Claim,
): Effect.fn.Return<(partition: Partition) => Effect.Effect<number>, never, Scope.Scope> {
  // Bounded by the partitions: each is claimed by one entity at a time.
  const wishes = yield* Queue.unbounded<Wish>()

  const grant = Effect.gen(function* () {
    const gathered = yield* Queue.takeAll(wishes)
    const partitions = [...new Set(gathered.map(({ partition }) => partition))]
    let told = false
    const epochs = yield* claim(partitions).pipe(
      // Whatever goes wrong: without this nobody would get a partition any more.
      Effect.timeout(patience),
      Effect.sandbox,
      Effect.tapError((cause) => {
        if (told) return Effect.void
        told = true
        return Effect.logWarning("partitions cannot be claimed, which is tried again", cause)
      }),
      Effect.retry(Schedule.spaced(tryEvery)),
      Effect.orDie,
    )
    for (const { epoch, partition } of gathered) {
      const granted = epochs.get(partition)
      if (granted !== undefined) yield* Deferred.succeed(epoch, granted)
    }
  })
  yield* Effect.forkScoped(Effect.forever(grant))

  return (partition) =>
    Effect.gen(function* () {
      const epoch = yield* Deferred.make<number>()
      yield* Queue.offer(wishes, { partition, epoch })
      return yield* Deferred.await(epoch)
    })
})
