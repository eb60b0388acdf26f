/** Health, as gRPC's own tools ask for it, and what becomes of calls when the service ends. */
import { assert, it } from "@effect/vitest"
import { status } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { chat, health, signedIn } from "./grpcJs.ts"

it.effect("serves until it drains; then streams end and say so, and nothing is left", () =>
  Effect.gen(function* () {
    const { limits, sessions } = yield* TestServer
    const doctor = yield* health
    assert.deepInclude(yield* doctor.ask("Check", {}), { status: 1 })
    assert.deepInclude(yield* doctor.ask("Check", { service: "natter.v1.Chat" }), { status: 1 })
    assert.strictEqual((yield* doctor.unary("Check", { service: "other" })).error?.code, status.NOT_FOUND)
    const watching = doctor.reading("Watch", {})
    assert.deepInclude(yield* watching.next, { status: 1 })
    const client = yield* chat
    const token = yield* signedIn(client, "ann")
    yield* client.ask("CreateChannel", { channel: "room" }, token)
    const session = client.both("Session", token)
    yield* session.until("logged_in")
    const entries = client.reading("Watch", { channel: "room", after: 0 }, token)
    yield* client.ask("Publish", { channel: "room", id: "m", content: "x" }, token)
    yield* entries.until("message")
    yield* sessions.drain(new Disconnect({ reason: "Draining" }))
    assert.deepInclude(yield* session.until("disconnect"), { reason: "Draining" })
    assert.strictEqual((yield* session.ended).code, status.UNAVAILABLE)
    assert.strictEqual((yield* entries.ended).code, status.UNAVAILABLE)
    assert.deepInclude(yield* watching.next, { status: 2 })
    assert.strictEqual((yield* watching.ended).code, status.OK)
    assert.strictEqual(sessions.count(), 0)
    client.close()
    doctor.close()
    while (limits.open() > 0) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }).pipe(Effect.provide(TestServer.layerTcp())),
)
