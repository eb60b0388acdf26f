import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type Connection, pull } from "../../src/session/Connection.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Link from "../../src/testing/Link.ts"
import { ConnectionLimits } from "../../src/transport/ConnectionLimits.ts"
import * as TcpListener from "../../src/transport/tcp/TcpListener.ts"
import { defaults } from "../../src/transport/tcp/TcpSettings.ts"
import { eventually } from "../suites/transportWorld.ts"

/** Both ends of a TCP connection; it is aborted with the test, whatever the test did to it. */
const connected: Effect.Effect<{ readonly connection: Connection; readonly link: Link.Link }, unknown, Scope.Scope> =
  Effect.gen(function* () {
    const accepted = yield* Deferred.make<Connection>()
    const sessions = Sessions.of({
      run: (connection) =>
        Effect.ensuring(Effect.andThen(Deferred.succeed(accepted, connection), Effect.never), connection.abort),
      refuse: () => Effect.void,
      count: () => 0,
      drain: () => Effect.void,
    })
    const address = yield* TcpListener.listen({ ...defaults, port: 0 }).pipe(
      Effect.provide(Layer.merge(ConnectionLimits.layer, Layer.succeed(Sessions, sessions))),
    )
    const link = yield* Link.tcp(address)
    return { connection: yield* Deferred.await(accepted), link }
  })

const test = (
  title: string,
  body: (ends: Effect.Success<typeof connected>) => Effect.Effect<void, unknown, Scope.Scope>,
) => it.live(title, () => Effect.scoped(Effect.flatMap(connected, body)))

const ending = <A>(pull: Effect.Effect<A, { readonly clean: boolean }>) =>
  Effect.map(Effect.flip(pull), ({ clean }) => (clean ? "clean" : "broken"))

/** Reads to the end: how many bytes came, and how it ended. */
const readAll = (pull: Link.Link["pull"]) =>
  Effect.gen(function* () {
    let bytes = 0
    const end = yield* ending(Effect.forever(Effect.map(pull, (chunk) => (bytes += chunk.byteLength))))
    return { bytes, end }
  })

/** More than the network holds between two ends. */
const much = new Uint8Array(16_000_000)

describe("a TCP connection", () => {
  test("carries bytes both ways, many pieces as well as one", ({ connection, link }) =>
    Effect.gen(function* () {
      assert.strictEqual(connection.transport, "tcp")
      assert.strictEqual(connection.remoteAddress, "127.0.0.1")
      yield* link.send(Uint8Array.of(1, 2))
      assert.deepStrictEqual([...(yield* pull(connection))], [1, 2])
      const sizes = [1, 100, 20_000, 30_000]
      connection.send(sizes.map((size) => new Uint8Array(size).fill(size % 251)))
      connection.send([Uint8Array.of(7)])
      const expected = Buffer.concat([...sizes.map((size) => Buffer.alloc(size, size % 251)), Uint8Array.of(7)])
      let received = Buffer.alloc(0)
      while (received.byteLength < expected.byteLength) received = Buffer.concat([received, yield* link.pull])
      assert.isTrue(received.equals(expected))
    }))

  test("says when there is no room, and when there is again", ({ connection, link }) =>
    Effect.gen(function* () {
      assert.isFalse(connection.send([much]))
      assert.isAbove(connection.backlog(), 0)
      const waiting = yield* Effect.forkChild(connection.drained, { startImmediately: true })
      const reading = yield* Effect.forkChild(readAll(link.pull), { startImmediately: true })
      yield* Fiber.join(waiting)
      assert.strictEqual(connection.backlog(), 0)
      yield* connection.close
      assert.deepStrictEqual(yield* Fiber.join(reading), { bytes: much.byteLength, end: "clean" })
    }))

  test("is closed when all has left, to a peer too that listens only when it has said everything", ({
    connection,
    link,
  }) =>
    Effect.gen(function* () {
      connection.send([much])
      const closing = yield* Effect.forkChild(connection.close, { startImmediately: true })
      yield* link.send(much)
      assert.deepStrictEqual(yield* readAll(link.pull), { bytes: much.byteLength, end: "clean" })
      yield* Fiber.join(closing)
    }))

  test("is closed when the peer has closed its side, too", ({ connection, link }) =>
    Effect.gen(function* () {
      yield* link.end
      assert.strictEqual(yield* ending(pull(connection)), "clean")
      connection.send([much])
      const closing = yield* Effect.forkChild(connection.close, { startImmediately: true })
      assert.isUndefined(closing.pollUnsafe())
      assert.deepStrictEqual(yield* readAll(link.pull), { bytes: much.byteLength, end: "clean" })
      yield* Fiber.join(closing)
    }))

  test("takes nothing more when it is closed", ({ connection, link }) =>
    Effect.gen(function* () {
      const closing = yield* Effect.forkChild(connection.close, { startImmediately: true })
      assert.isFalse(connection.send([Uint8Array.of(1)]))
      assert.strictEqual(yield* ending(connection.drained), "broken")
      assert.deepStrictEqual(yield* readAll(link.pull), { bytes: 0, end: "clean" })
      yield* Fiber.join(closing)
    }))

  test("is broken at once by an abort, dropping what has not left", ({ connection, link }) =>
    Effect.gen(function* () {
      connection.send([much])
      const waiting = yield* Effect.forkChild(ending(connection.drained), { startImmediately: true })
      yield* connection.abort
      assert.strictEqual(yield* Fiber.join(waiting), "broken")
      const { bytes, end } = yield* readAll(link.pull)
      assert.isBelow(bytes, much.byteLength)
      assert.strictEqual(end, "broken")
      assert.isFalse(connection.send([Uint8Array.of(1)]))
      yield* connection.abort
    }))

  test("hears when the peer breaks it", ({ connection, link }) =>
    Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(ending(pull(connection)), { startImmediately: true })
      yield* link.abort
      assert.strictEqual(yield* Fiber.join(waiting), "broken")
      yield* eventually(
        "it takes nothing more",
        Effect.sync(() => !connection.send([Uint8Array.of(1)])),
      )
      assert.strictEqual(yield* ending(connection.drained), "broken")
      yield* connection.close
    }))
})
