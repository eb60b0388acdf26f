import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { NodeId } from "../../../src/domain/NodeId.ts"
import type { NodeMessage } from "../../../src/hub/nodes/NodeMessage.ts"
import type { NodesShape } from "../../../src/hub/nodes/Nodes.ts"
import { Questions } from "../../../src/hub/nodes/Questions.ts"

const [one, other] = [NodeId.make("one"), NodeId.make("other")]

/** Notes what is sent to other nodes, where there is a link to them. */
const world = (linked = true) => {
  const sent: Array<NodeMessage> = []
  const nodes: NodesShape = {
    self: NodeId.make("self"),
    ownerOf: () => Effect.never,
    isLast: () => Effect.succeed(true),
    send: (_, message) => (linked ? sent.push(message) > 0 : false),
    peers: () => [],
    run: () => Effect.void,
  }
  const questions = new Questions(nodes)
  const ask = (node: NodeId, within?: Duration.Duration) =>
    Effect.forkChild(
      questions.ask(node, (request) => ({ type: "Inquire", request }), within),
      {
        startImmediately: true,
      },
    )
  return { sent, questions, ask }
}

const brought = (request: number) => ({ type: "Brought", request }) as const

describe("what is asked of other nodes", () => {
  it.effect("is answered by its number, once", () =>
    Effect.gen(function* () {
      const { ask, questions, sent } = world()
      const [first, second] = [yield* ask(one), yield* ask(other)]
      assert.deepEqual(sent, [
        { type: "Inquire", request: 1 },
        { type: "Inquire", request: 2 },
      ])
      questions.answer(2, brought(2))
      questions.answer(1, undefined)
      questions.answer(1, brought(1))
      questions.answer(3, brought(3))
      assert.deepEqual(yield* Fiber.join(second), brought(2))
      assert.isUndefined(yield* Fiber.join(first))
    }),
  )

  it.effect("is not answered where there is no link, nor by a node whose link is lost", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* Fiber.join(yield* world(false).ask(one)))
      const { ask, questions } = world()
      const [first, second] = [yield* ask(one), yield* ask(other)]
      questions.down(one)
      assert.isUndefined(yield* Fiber.join(first))
      questions.answer(2, brought(2))
      assert.deepEqual(yield* Fiber.join(second), brought(2))
    }),
  )

  it.effect("is waited for as long as whoever asks wants", () =>
    Effect.gen(function* () {
      const { ask } = world()
      const [first, second] = [yield* ask(one), yield* ask(one, Duration.seconds(30))]
      yield* TestClock.adjust("2 seconds")
      assert.isUndefined(yield* Fiber.join(first))
      yield* TestClock.adjust("27 seconds")
      assert.isUndefined(second.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.isUndefined(yield* Fiber.join(second))
    }),
  )
})
