/** Webhooks of a service of several nodes: each is delivered by the node at which its channel runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { NodeId } from "../../src/domain/NodeId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { History } from "../../src/history/History.ts"
import { gatheredFor, LinkedPeers } from "../../src/peers/LinkedPeers.ts"
import { alone, Peers } from "../../src/peers/Peers.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"
import { WebhookStore } from "../../src/webhooks/WebhookStore.ts"
import type { WebhooksShape } from "../../src/webhooks/WebhooksShape.ts"
import { incoming } from "../suites/webhookStore.ts"
import { answer, hook, id, makeDen, receivers, say, service, settle } from "../webhooks/world.ts"

interface Node {
  readonly peers: LinkedPeers
  readonly webhooks: WebhooksShape
  /** Its history: what is stored there wakes its webhooks. */
  readonly says: (after: number, count: number) => Effect.Effect<unknown, unknown>
}

/** Three nodes on the same stores; the den runs at the first. */
const nodes = Effect.gen(function* () {
  const world = receivers()
  const stores = yield* Layer.build(
    Layer.mergeAll(History.layerMemory, ChannelStore.layerMemory, WebhookStore.layerMemory),
  )
  yield* Effect.provideContext(makeDen, stores)
  const all: Array<Node> = []
  let owner = 0
  const woken: Array<string> = []
  let linked = true
  const ids = [0, 1, 2].map((n) => NodeId.make(`node-${n}`))
  for (const [n, self] of ids.entries()) {
    const peers = yield* LinkedPeers.make
    const built = yield* Layer.build(service(world.layer).pipe(Layer.fresh)).pipe(
      Effect.provideContext(stores),
      Effect.provideService(Peers, peers),
    )
    const webhooks = Context.get(built, Webhooks)!
    all.push({ peers, webhooks, says: (after, count) => Effect.provideContext(say(after, count), built) })
    peers.connect({
      ...alone,
      tell: (notice, to) => {
        for (const [n, other] of linked ? all.entries() : []) {
          if (other.peers !== peers && (to === undefined || to === ids[n])) other.peers.receive(self, notice)
        }
      },
      runsHere: () => owner === n,
      wake: (channel) => void woken.push(channel),
    })
  }
  const told = Effect.andThen(TestClock.adjust(gatheredFor), settle)
  const link = Effect.suspend(() => {
    linked = true
    for (const { peers } of all) for (const id of ids) peers.linked(id)
    return told
  })
  yield* link
  return {
    world,
    all,
    told,
    woken,
    link,
    cut: () => void (linked = false),
    kept: Context.get(stores, WebhookStore),
    /** The channel goes on at another node; `dead`: the one before has nothing to say any more. */
    move: (to: number, dead = false) =>
      Effect.gen(function* () {
        const from = all[owner]!
        owner = to
        if (!dead) yield* from.peers.released
        all[to]!.peers.acquired()
        yield* told
      }),
  }
})

const test = (
  title: string,
  body: (world: Effect.Success<typeof nodes>) => Effect.Effect<void, unknown, Scope.Scope>,
) =>
  it.effect(title, () =>
    Effect.scoped(Effect.flatMap(nodes, body)).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
  )

const later = answer(503)

describe("webhooks over nodes", () => {
  test("made at one node, a webhook is delivered by the one at which the channel runs", ({ all, told, world }) =>
    Effect.gen(function* () {
      const [one, two, three] = all as [Node, Node, Node]
      yield* two.webhooks.add(hook(1))
      yield* told
      for (const { webhooks } of all) assert.deepInclude(webhooks.stats(), { outgoing: 1 })
      yield* one.says(0, 3)
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2, 3])
      assert.deepStrictEqual(
        all.map(({ webhooks }) => webhooks.counters.delivered),
        [3, 0, 0],
      )
      // Changed at a third, and there no more.
      yield* three.webhooks.change(hook(1), (webhook) => ({ ...webhook, url: "https://receiver2.example/" }))
      yield* told
      yield* one.says(3, 1)
      yield* settle
      assert.deepStrictEqual([world.at(1), world.at(2)], [[1, 2, 3], [4]])
      yield* three.webhooks.remove(id(1))
      yield* told
      yield* one.says(4, 1)
      yield* settle
      assert.deepStrictEqual([world.at(1), world.at(2)], [[1, 2, 3], [4]])
      for (const { webhooks } of all) assert.isUndefined(webhooks.get(id(1)))
    }))

  test("whoever takes the channel over goes on behind what was delivered, and back again", ({
    all,
    kept,
    move,
    told,
    world,
  }) =>
    Effect.gen(function* () {
      const [one, two] = all as [Node, Node]
      yield* one.webhooks.add(hook(1))
      yield* told
      yield* one.says(0, 2)
      yield* settle
      yield* move(1)
      yield* two.says(2, 2)
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2, 3, 4])
      yield* move(0)
      yield* one.says(4, 1)
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2, 3, 4, 5])
      assert.strictEqual(yield* kept.position(id(1)), 5)
    }))

  test("who waits to try again leaves that to the next owner", ({ all, move, told, world }) =>
    Effect.gen(function* () {
      const [one, two] = all as [Node, Node]
      yield* one.webhooks.add(hook(1))
      yield* told
      world.answer = () => later
      yield* one.says(0, 1)
      yield* settle
      assert.deepInclude(one.webhooks.stats(), { working: 1 })
      world.answer = () => answer(204)
      yield* move(2)
      yield* move(1)
      assert.deepInclude(one.webhooks.stats(), { working: 0 })
      assert.deepStrictEqual(world.at(1), [1, 1])
      assert.deepInclude(two.webhooks.counters, { delivered: 0 })
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(world.at(1), [1, 1])
    }))

  test("a delivery under way is over before the next owner begins", ({ all, move, told, world }) =>
    Effect.gen(function* () {
      const [one] = all as [Node]
      yield* one.webhooks.add(hook(1))
      yield* told
      const go = yield* Deferred.make<void>()
      world.answer = () => Effect.andThen(Deferred.await(go), answer(204))
      yield* one.says(0, 3)
      yield* settle
      const moving = yield* Effect.forkChild(move(1))
      yield* settle
      assert.isUndefined(moving.pollUnsafe())
      yield* Deferred.succeed(go, undefined)
      yield* settle
      yield* TestClock.adjust(gatheredFor)
      yield* Fiber.join(moving)
      yield* settle
      assert.deepStrictEqual(world.at(1), [1, 2, 3])
    }))

  test("those who do not have its channel see to it that some node does", ({ all, told, woken }) =>
    Effect.gen(function* () {
      yield* all[0]!.webhooks.add(hook(1))
      yield* told
      woken.length = 0
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(woken, ["den", "den"])
    }))

  test("of an owner that is gone nothing is left out", ({ all, kept, move, told, world }) =>
    Effect.gen(function* () {
      const [one, two] = all as [Node, Node]
      yield* one.webhooks.add(hook(1))
      yield* told
      yield* one.says(0, 25)
      yield* settle
      assert.lengthOf(world.at(1), 25)
      // It had noted no more than this when it went.
      yield* kept.advance(id(1), Seq.make(23))
      yield* move(1, true)
      yield* two.says(25, 1)
      yield* settle
      assert.deepStrictEqual(world.at(1).slice(25), [24, 25, 26])
    }))

  test("what was changed while there was no link is known when there is one", ({ all, cut, link, told, world }) =>
    Effect.gen(function* () {
      const [one, two, three] = all as [Node, Node, Node]
      yield* one.webhooks.add(hook(1))
      yield* told
      cut()
      yield* two.webhooks.remove(id(1))
      yield* three.webhooks.add(hook(2))
      yield* told
      assert.isDefined(one.webhooks.get(id(1)))
      yield* link
      assert.isUndefined(one.webhooks.get(id(1)))
      yield* one.says(0, 1)
      yield* settle
      assert.deepStrictEqual([world.at(1), world.at(2)], [[], [1]])
    }))

  test("what comes in by a webhook counts at every node", ({ all, told }) =>
    Effect.gen(function* () {
      const [one, two] = all as [Node, Node]

      const hook = incoming(3)
      yield* one.webhooks.add(hook)
      yield* told
      for (let n = 0; n < 6; n++) assert.strictEqual(one.webhooks.takeIncoming(hook), 0)
      assert.strictEqual(two.webhooks.takeIncoming(hook), 0)
      yield* told
      let more = 0
      while (two.webhooks.takeIncoming(hook) === 0) more++
      assert.strictEqual(more, 3)
    }))
})
