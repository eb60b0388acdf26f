import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { NodeMessage } from "../../src/hub/nodes/NodeMessage.ts"
import { freePort } from "../../src/load/FreePort.ts"
import { type Engine, join, makeWorld, until, type World } from "./engines.ts"
import { Way } from "./Way.ts"

/** A node that the others reach by a way in which things go wrong. */
const behindWay = Effect.fnUntraced(function* (world: World) {
  const port = yield* freePort("127.0.0.1")
  const way = yield* Way.make(port)
  const engine = yield* join(world, { address: `127.0.0.1:${way.port}`, listen: `127.0.0.1:${port}` })
  return { engine, way }
})

const message = (request: number): NodeMessage => ({ type: "Brought", request })

const numbers = ({ received }: Engine) =>
  received.map(({ message }) => (message.type === "Brought" ? message.request : Number.NaN))

/** Two of which each is behind a way, so that whichever dials goes over one. */
const pair = Effect.gen(function* () {
  const world = yield* makeWorld
  const [one, other] = yield* Effect.all([behindWay(world), behindWay(world)], { concurrency: "unbounded" })
  yield* until(() => one.engine.linked.size === 1 && other.engine.linked.size === 1)
  return [one, other] as const
})

describe("the link between two nodes", () => {
  it.live(
    "is down on both sides when it breaks, and up again: what has arrived has no gap",
    () =>
      Effect.gen(function* () {
        const [one, other] = yield* pair
        let sent = 0
        for (let round = 0; round < 20; round++) {
          const from = numbers(other.engine).length
          const start = sent
          for (let n = 0; n < 200; n++) {
            assert.isTrue(one.engine.nodes.send(other.engine.nodes.self, message(sent++)))
            if (n % 20 === 0) yield* Effect.yieldNow
          }
          one.way.cut()
          other.way.cut()
          yield* until(
            () =>
              one.engine.told.length === 3 + 2 * round &&
              other.engine.told.length === 3 + 2 * round &&
              one.engine.linked.size === 1 &&
              other.engine.linked.size === 1,
          )
          const arrived = numbers(other.engine).slice(from)
          assert.deepStrictEqual(
            arrived,
            Array.from(arrived, (_, at) => start + at),
          )
        }
        const kinds = (engine: Engine) => engine.told.map((line) => line.slice(0, line.indexOf(" ")))
        const expected = Array.from({ length: 41 }, (_, at) => (at % 2 === 0 ? "up" : "down"))
        assert.deepStrictEqual(kinds(one.engine), expected)
        assert.deepStrictEqual(kinds(other.engine), expected)
      }).pipe(Effect.scoped),
    60_000,
  )

  it.live(
    "is down on both sides when nothing comes through for some seconds",
    () =>
      Effect.gen(function* () {
        const [one, other] = yield* pair
        one.way.block()
        other.way.block()
        yield* until(() => one.engine.linked.size === 0 && other.engine.linked.size === 0)
        assert.isFalse(one.engine.nodes.send(other.engine.nodes.self, message(1)))
        one.way.unblock()
        other.way.unblock()
        yield* until(() => one.engine.linked.size === 1 && other.engine.linked.size === 1)
        assert.isTrue(one.engine.nodes.send(other.engine.nodes.self, message(2)))
        yield* until(() => numbers(other.engine).includes(2))
        assert.deepStrictEqual(numbers(other.engine), [2])
      }).pipe(Effect.scoped),
    60_000,
  )
})
