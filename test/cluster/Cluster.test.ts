import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Owner } from "../../src/hub/nodes/Nodes.ts"
import { Partition, partitions } from "../../src/hub/nodes/Partition.ts"
import { type Engine, join, makeWorld, until } from "./engines.ts"

const all = Array.from({ length: partitions }, (_, at) => Partition.make(at))

const ownersSeenBy = ({ nodes }: Engine) =>
  Effect.forEach(all, (partition) => nodes.ownerOf(partition), { concurrency: "unbounded" })

/** What a node sees when it asks again for those that are another's by now. */
const ownersAfter = ({ nodes }: Engine, before: ReadonlyArray<Owner>, gone: string) =>
  Effect.forEach(
    all,
    (partition) => {
      const known = before[partition]!
      const ask = (wrong: Owner): Effect.Effect<Owner> =>
        Effect.filterOrElse(nodes.ownerOf(partition, wrong), ({ node }) => node !== gone, ask)
      return known.node === gone ? ask(known) : Effect.succeed(known)
    },
    { concurrency: "unbounded" },
  )

describe("nodes on one database", () => {
  it.live(
    "find one owner of each partition, and another with a higher epoch when that one leaves",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const engines = yield* Effect.all([join(world), join(world), join(world)], { concurrency: "unbounded" })
        yield* until(() => engines.every(({ linked }) => linked.size === 2))
        const views = yield* Effect.forEach(engines, ownersSeenBy, { concurrency: "unbounded" })
        assert.deepStrictEqual(views[0], views[1])
        assert.deepStrictEqual(views[0], views[2])
        for (const { nodes, owned } of engines) {
          assert.isAbove(owned.size, 0)
          for (const [partition, epoch] of owned) {
            assert.deepStrictEqual(views[0]![partition], { node: nodes.self, epoch })
          }
        }
        assert.strictEqual(
          engines.reduce((sum, { owned }) => sum + owned.size, 0),
          partitions,
        )
        // Those of one moment were claimed together.
        assert.isBelow(world.claims.length, 30)

        const [first, second, third] = engines as [Engine, Engine, Engine]
        const before = views[0]!
        yield* third.leave
        assert.strictEqual(third.owned.size, 0)
        const after = yield* ownersAfter(first, before, third.nodes.self)
        assert.deepStrictEqual(yield* ownersAfter(second, before, third.nodes.self), after)
        for (const partition of all) {
          assert.notStrictEqual(after[partition]!.node, third.nodes.self)
          if (before[partition]!.node === third.nodes.self) {
            assert.isAbove(after[partition]!.epoch, before[partition]!.epoch)
            assert.isFalse(yield* first.nodes.isLast({ partition, epoch: before[partition]!.epoch }))
          }
        }
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "nobody gets a partition before what ran there has ended",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const order: Array<string> = []
        const [one, other] = yield* Effect.all([
          join(
            world,
            {},
            {
              released: () =>
                Effect.delay(
                  Effect.sync(() => order.push("ended")),
                  "500 millis",
                ),
            },
          ),
          join(world),
        ])
        const before = yield* ownersSeenBy(other)
        const theirs = all.find((partition) => before[partition]!.node === one.nodes.self)!
        const asking = ownersAfter(other, before, one.nodes.self).pipe(
          Effect.tap(() => Effect.sync(() => order.push("taken"))),
        )
        const [, after] = yield* Effect.all([one.leave, asking], { concurrency: "unbounded" })
        assert.strictEqual(after[theirs]!.node, other.nodes.self)
        assert.strictEqual(order.indexOf("taken"), order.length - 1)
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "are not joined by one with another secret",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const one = yield* join(world, { secret: Redacted.make("one") })
        const refused = yield* Effect.flip(join(world, { secret: Redacted.make("another") }))
        assert.match(String(refused), /the node at 127\.0\.0\.1:\d+ has another secret/)
        assert.deepStrictEqual(one.told, [])
      }).pipe(Effect.scoped),
    30_000,
  )
})
