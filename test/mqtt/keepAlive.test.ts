import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as Mqtt from "../../src/mqtt/Mqtt.ts"
import { defaults } from "../../src/mqtt/MqttSettings.ts"
import type { Connection } from "../../src/session/Connection.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { link } from "../session/scripted.ts"
import { connectPacket, write } from "./raw.ts"

/** A client that says this and nothing more, and what it is told, in bytes. */
const silent = (bytes: Uint8Array) => {
  const told: Array<number> = []
  let said = false
  const parts: Partial<Connection> = {
    read: (take) =>
      Effect.suspend(() => {
        if (said) return Effect.never
        said = true
        return take(bytes) ? Effect.never : Effect.void
      }),
    send: (batch) => {
      for (const piece of batch) told.push(...piece)
      return true
    },
  }
  return { told, connection: link(parts).connection }
}

describe("keep alive", () => {
  for (const [keepalive, seconds] of [
    [20, 30],
    [60, 90],
    // What is longer than the service allows is shortened, and the client is told so.
    [3600, 450],
    [0, 450],
  ] as const) {
    it.effect(`of ${keepalive} s ends a silent client of version 5 after ${seconds} s`, () =>
      Effect.gen(function* () {
        const { sessions } = yield* TestServer
        const dialect = yield* Mqtt.make(defaults)
        const { connection, told } = silent(write(connectPacket(5, { keepalive }), 5))
        const running = yield* Effect.forkChild(sessions.run(connection, dialect), { startImmediately: true })
        yield* TestClock.adjust(`${seconds - 2} seconds`)
        assert.strictEqual(told[0], 0x20)
        assert.isFalse(told.includes(0xe0))
        assert.strictEqual(sessions.count(), 1)
        yield* TestClock.adjust("15 seconds")
        assert.strictEqual(sessions.count(), 0)
        assert.include(told, 0x8d)
        yield* Fiber.join(running)
      }).pipe(Effect.scoped, Effect.provide(TestServer.layerMemory({ accounts: { mode: "guest" } }))),
    )
  }
})
