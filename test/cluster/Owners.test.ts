import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Owners from "../../src/cluster/internal/Owners.ts"
import { NodeId } from "../../src/domain/NodeId.ts"
import type { Owner } from "../../src/hub/nodes/Nodes.ts"
import { Partition } from "../../src/hub/nodes/Partition.ts"

const partition = Partition.make(7)
const frozen: Owner = { node: NodeId.make("127.0.0.1:1#frozen"), epoch: 1007 }
const next: Owner = { node: NodeId.make("127.0.0.1:2#next"), epoch: 2007 }

/** A question to who is frozen is not answered, nor can it be taken back, until the connection is given up. */
const stuck = (givenUp: Deferred.Deferred<never>) => Effect.uninterruptible(Deferred.await(givenUp))

/** Answers one question after the other; how often it was asked. */
const answering = (...answers: ReadonlyArray<Effect.Effect<Owner>>) => {
  const asked = { times: 0 }
  const locate = () => Effect.suspend(() => answers[Math.min(asked.times++, answers.length - 1)]!)
  return { asked, locate }
}

/** What was forked has come to where it waits. */
const begun = Effect.repeat(Effect.yieldNow, { times: 10 })

describe("who owns a partition", () => {
  it.effect("is asked anew as soon as partitions may have moved, whoever does not answer", () =>
    Effect.gen(function* () {
      const givenUp = yield* Deferred.make<never>()
      const { asked, locate } = answering(Effect.succeed(frozen), stuck(givenUp), Effect.succeed(next))
      const owners = yield* Owners.make(locate)
      assert.deepStrictEqual(yield* owners.ownerOf(partition), frozen)
      const looking = yield* Effect.forkChild(owners.ownerOf(partition, frozen))
      yield* begun
      assert.strictEqual(asked.times, 2)
      owners.askAgain()
      yield* begun
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(yield* Fiber.join(looking), next)
      yield* Deferred.interrupt(givenUp)
    }).pipe(Effect.scoped),
  )

  it.effect("is asked anew after three seconds, though the question cannot be taken back", () =>
    Effect.gen(function* () {
      const givenUp = yield* Deferred.make<never>()
      const { asked, locate } = answering(stuck(givenUp), Effect.succeed(next))
      const owners = yield* Owners.make(locate)
      const looking = yield* Effect.forkChild(owners.ownerOf(partition))
      yield* begun
      yield* TestClock.adjust("2900 millis")
      assert.strictEqual(asked.times, 1)
      yield* TestClock.adjust("200 millis")
      assert.deepStrictEqual(yield* Fiber.join(looking), next)
      yield* Deferred.interrupt(givenUp)
    }).pipe(Effect.scoped),
  )
})
