/** Who owns which partition, as far as this node has heard. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { NodeId } from "../../domain/NodeId.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Owner } from "../../hub/nodes/Nodes.ts"
import type { Partition } from "../../hub/nodes/Partition.ts"

/** Asks whoever has the partition now; waits while nobody has. */
export type Locate = (partition: Partition) => Effect.Effect<Owner, unknown>

export interface Owners {
  readonly ownerOf: (partition: Partition, wrong?: Owner) => Effect.Effect<Owner>
  /** What is known of this node, or of one of its partitions, counts no more. */
  readonly forget: (node: NodeId, partition?: Partition) => void
  /** Partitions may be others' now: what was asked, and is not answered yet, is asked again. */
  readonly askAgain: () => void
}

/** Who was asked and is frozen answers never; by then another may have the partition. */
const answersWithin = "3 seconds"

/** Milliseconds before it is asked again, which grow for as long as what is answered is known to be wrong. */
const firstPause = 50
const longestPause = 1000
/** Milliseconds after which what was wrong then says nothing of now. */
const forgetAfter = 3000

interface Pause {
  readonly millis: number
  /** When it was asked last. */
  readonly at: number
}

const isSame = (one: Owner, other: Owner): boolean => one.node === other.node && one.epoch === other.epoch

export const make = Effect.fnUntraced(function* (locate: Locate): Effect.fn.Return<Owners, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const clock = yield* Clock.Clock
  const known = new Map<Partition, Owner>()
  /** Questions under way: one for each partition, however many want to know. */
  const asked = new Map<Partition, Deferred.Deferred<Owner>>()
  /** How long to wait before the next question about one that was wrong; gone with the first answer that is another. */
  const pauses = new Map<Partition, Pause>()
  const pauseOf = (partition: Partition): number => {
    const last = pauses.get(partition)
    if (last === undefined || Monotonic.millis(clock) - last.at > forgetAfter) return 0
    return last.millis
  }

  let moved = Latch.makeUnsafe(false)
  /**
   * Undefined where it is not answered in time, or partitions have moved meanwhile. A question to a node that is frozen takes
   * as long to be taken back as a connection to it takes to fail: nobody waits for that.
   */
  const askOnce = (partition: Partition): Effect.Effect<Owner | undefined> =>
    Effect.gen(function* () {
      const asking = yield* Effect.forkIn(locate(partition), scope)
      return yield* Fiber.join(asking).pipe(
        Effect.timeout(answersWithin),
        Effect.catchCause((cause) =>
          Effect.as(Effect.logDebug(`nobody answers for partition ${partition}`, cause), undefined),
        ),
        Effect.raceFirst(Effect.as(moved.await, undefined)),
        Effect.ensuring(Effect.sync(() => asking.interruptUnsafe())),
      )
    })

  const ask = (partition: Partition, wrong: Owner | undefined) =>
    Effect.gen(function* () {
      for (;;) {
        const pause = pauseOf(partition)
        if (pause > 0) yield* Effect.sleep(pause)
        const owner = yield* askOnce(partition)
        if (owner !== undefined && (wrong === undefined || !isSame(owner, wrong))) pauses.delete(partition)
        else {
          const millis = pause === 0 ? firstPause : Math.min(pause * 2, longestPause)
          pauses.set(partition, { millis, at: Monotonic.millis(clock) })
        }
        // One that has an older epoch does not know yet that it has lost it. The same again may be out of reach only now.
        if (owner !== undefined && (wrong === undefined || owner.epoch >= wrong.epoch)) return owner
      }
    })

  const question = (partition: Partition, wrong: Owner | undefined): Effect.Effect<Owner> =>
    Effect.suspend(() => {
      const underWay = asked.get(partition)
      if (underWay !== undefined) return Deferred.await(underWay)
      const answered = Deferred.makeUnsafe<Owner>()
      asked.set(partition, answered)
      return ask(partition, wrong).pipe(
        Effect.tap((owner) => Effect.sync(() => void known.set(partition, owner))),
        Effect.onExit((exit) => {
          asked.delete(partition)
          return Deferred.done(answered, exit)
        }),
        // Who asked first may go before it is answered.
        Effect.forkIn(scope),
        Effect.andThen(Deferred.await(answered)),
      )
    })

  return {
    ownerOf: (partition, wrong) =>
      Effect.suspend(() => {
        const owner = known.get(partition)
        if (owner !== undefined && (wrong === undefined || !isSame(owner, wrong))) return Effect.succeed(owner)
        known.delete(partition)
        return question(partition, wrong)
      }),
    forget: (node, partition) => {
      for (const [at, owner] of known) {
        if (owner.node === node && (partition === undefined || partition === at)) known.delete(at)
      }
    },
    askAgain: () => {
      const latch = moved
      moved = Latch.makeUnsafe(false)
      latch.openUnsafe()
    },
  }
})
