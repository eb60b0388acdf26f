import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import * as MemoryTransport from "../../src/testing/MemoryTransport.ts"
import * as TestClient from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { live, memory } from "../suites/transportWorld.ts"

/** A client on a link of its own, and the end of its session. */
const connected = (server: TestServer["Service"]) =>
  Effect.gen(function* () {
    const { connection, link } = MemoryTransport.make()
    const session = yield* Effect.forkChild(server.sessions.run(connection), { startImmediately: true })
    return { client: TestClient.v1(link), link, session }
  })

describe("a connection is closed for the reason that its session ends for", () => {
  live("who says goodbye", memory.layer(), (server) =>
    Effect.gen(function* () {
      const { client, link, session } = yield* connected(server)
      yield* client.send({ type: "Login", username: "ann", password: "a" }, { type: "Disconnect", reason: "tired" })
      yield* client.until("Disconnect")
      yield* client.ended
      yield* Fiber.join(session)
      assert.strictEqual(link.closedFor()?.reason, "Goodbye")
    }),
  )

  live("who sends what is no frame", memory.layer(), (server) =>
    Effect.gen(function* () {
      const { client, link, session } = yield* connected(server)
      yield* client.sendRaw(new Uint8Array(4))
      yield* client.expect("Error")
      yield* client.ended
      yield* Fiber.join(session)
      assert.strictEqual(link.closedFor()?.code, 4500)
    }),
  )

  live("who is there when the service drains", memory.layer(), (server) =>
    Effect.gen(function* () {
      const { client, link, session } = yield* connected(server)
      yield* client.send({ type: "Ping" })
      yield* client.expect("Pong")
      yield* server.sessions.drain(new Disconnect({ reason: "Draining" })).pipe(Effect.forkChild)
      yield* client.expect("Error")
      yield* client.ended
      yield* Fiber.join(session)
      assert.strictEqual(link.closedFor()?.reason, "Draining")
    }),
  )

  live("who is refused", memory.layer(), (server) =>
    Effect.gen(function* () {
      const { connection, link } = MemoryTransport.make()
      const refusing = yield* Effect.forkChild(
        server.sessions.refuse(connection, new Disconnect({ reason: "ServerFull" })),
        { startImmediately: true },
      )
      const client = TestClient.v1(link)
      yield* client.expect("Error")
      yield* client.ended
      yield* Fiber.join(refusing)
      assert.strictEqual(link.closedFor()?.reason, "ServerFull")
    }),
  )
})
