import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import { NodeId } from "../../../src/domain/NodeId.ts"
import type { Channel } from "../../../src/hub/channel/Channel.ts"
import { OwnedChannels, type Start } from "../../../src/hub/nodes/OwnedChannels.ts"
import { partitionOf } from "../../../src/hub/nodes/Partition.ts"

const channel = ChannelName.make("den")
const partition = partitionOf(channel)
const wanted = { channel, partition, epoch: 1, parties: [], resume: { request: 1, presence: 0, members: [] } }

const world = Effect.gen(function* () {
  const fork = yield* FiberSet.makeRuntime()
  const started: Array<number> = []
  let moved = 0
  const start = ({ epoch, name }: Start): Effect.Effect<Channel> =>
    Effect.sync(() => {
      started.push(epoch)
      const closed = Deferred.makeUnsafe<void>()
      return {
        name,
        tellUnsafe: () => true,
        tell: () => Effect.void,
        waiting: () => 0,
        summary: () => ({ topic: "" as never, count: 0 }),
        close: Effect.sync(() => void Deferred.doneUnsafe(closed, Effect.void)),
        stopped: Deferred.await(closed),
      }
    })
  const owned = new OwnedChannels({
    start,
    scope: yield* Effect.scope,
    run: (effect) => void fork(effect),
    tell: () => Effect.void,
    isConnected: () => false,
    maxChannels: 10,
  })
  const node = NodeId.make("a")
  const attach = (epoch: number) =>
    owned.attach({ ...wanted, epoch }, { node, receive: () => {}, moved: () => void moved++ })
  return { attach, moved: () => moved, owned, started }
})

describe("the channels that run on a node", () => {
  it.effect("are those of partitions that it owns", () =>
    Effect.gen(function* () {
      const { attach, owned, started } = yield* world
      assert.isUndefined(attach(1))
      owned.acquired(partition, 5)
      assert.isDefined(attach(5))
      assert.isUndefined(attach(6), "somebody knows of a later claim")
      yield* owned.released(partition)
      assert.isUndefined(attach(5))
      assert.deepStrictEqual(started, [5])
    }).pipe(Effect.scoped),
  )

  it.effect("of a claim of before end, and those of the next run", () =>
    Effect.gen(function* () {
      const { attach, moved, owned, started } = yield* world
      owned.acquired(partition, 5)
      assert.isDefined(attach(5))
      owned.acquired(partition, 9)
      yield* Effect.yieldNow
      yield* Effect.yieldNow
      assert.strictEqual(moved(), 1)
      assert.isTrue(owned.owns(partition))
      assert.isDefined(attach(9))
      assert.deepStrictEqual(started, [5, 9])
      // The same claim, told again, changes nothing.
      owned.acquired(partition, 9)
      yield* Effect.yieldNow
      assert.strictEqual(moved(), 1)
    }).pipe(Effect.scoped),
  )
})
