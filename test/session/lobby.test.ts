import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { History } from "../../src/history/History.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

/** A history with a bug: every message crashes its channel. */
const broken = Layer.effect(
  History,
  Effect.map(History, (history) =>
    History.of({ ...history, appendUnsafe: undefined, append: () => Effect.die("a bug") }),
  ),
).pipe(Layer.provide(History.layerMemory))

const say = { type: "ChatMessage", from: "", content: "hello", timestamp: 0 } as const

describe("a lobby that is given up", () => {
  it.live("ends its version 1 sessions: they could not come back into it by themselves", () =>
    Effect.gen(function* () {
      const server = yield* TestServer
      const ann = yield* server.client1
      yield* ann.send({ type: "Login", username: "ann", password: "x" })
      yield* ann.until("UserList")
      // Each message crashes the channel once, until it is given up.
      const told: Array<string> = []
      while (told.length < 20) {
        yield* Effect.ignore(ann.send(say))
        const frame = yield* Effect.option(ann.next)
        if (Option.isNone(frame)) break
        told.push(frame.value.type === "Error" ? frame.value.message : frame.value.type)
      }
      assert.isBelow(told.length, 12)
      // Whether it hears of the channel's end before its own depends on which message was under way.
      const others = told.filter((message) => message !== "The channel has ended")
      assert.deepStrictEqual(new Set(others), new Set(["The server failed", "The channel is not to be had now"]))

      const again = yield* server.client1
      yield* again.send({ type: "Login", username: "ann", password: "x" })
      assert.deepStrictEqual((yield* again.until("UserList")).users, ["ann"])
    }).pipe(Effect.provide(TestServer.layerMemory({ history: broken, hub: { publishing: undefined } }))),
  )
})
