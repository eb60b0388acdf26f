/** Requests that the server refuses for a moment: which are made again, and for how long. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Client from "../../src/client/Client.ts"
import type { Reply } from "../../src/client/Requests.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import * as Scripted from "./ScriptedServer.ts"

/** A client that has signed in, and the server's side of it. */
const start = Effect.gen(function* () {
  const server = yield* Scripted.open()
  const making = yield* Effect.forkChild(
    Client.make({ credentials: { username: "ann", password: Redacted.make("secret") } }).pipe(
      Effect.provide(Tcp.layer(server.address)),
    ),
  )
  const peer = yield* server.accept
  yield* peer.agree()
  const signingIn = yield* peer.next
  yield* peer.send({
    type: "LoggedIn",
    ref: Number(signingIn?.["ref"]),
    user_id: "ann" as never,
    username: "ann" as never,
    role: "member",
    session: "s",
  })
  return { client: yield* Fiber.join(making), peer }
})

const asked = (peer: Scripted.Peer, type: string) =>
  Effect.map(peer.next, (frame) => {
    assert.strictEqual(frame?.type, type)
    return Number(frame?.["ref"])
  })

const refuse = (peer: Scripted.Peer, type: string, name: RequestErrorReason, retryAfter: number) =>
  Effect.flatMap(asked(peer, type), (ref) =>
    peer.send({ type: "Error", ref, code: 0, name, message: name, retryable: true, retry_after: retryAfter }),
  )

const accept = (peer: Scripted.Peer, type: string) =>
  Effect.flatMap(asked(peer, type), (ref) => peer.send({ type: "Ok", ref }))

describe("requests that are refused for a moment", () => {
  it.live("are made again, but no act that may have been done and is not the same if it is done twice", () =>
    Effect.gen(function* () {
      const { client, peer } = yield* start
      const acts: ReadonlyArray<readonly [string, Reply<"Ok", unknown>]> = [
        ["CreateChannel", client.createChannel("tea")],
        ["RenameChannel", client.rename("tea", "cake")],
        ["DeleteChannel", client.deleteChannel("tea")],
        ["SetRole", client.setRole("tea", "bob", "member")],
        ["Kick", client.kick("tea", "bob")],
        ["Ban", client.ban("tea", { username: "bob" }, { duration: 1000 })],
        ["Mute", client.mute("tea", "bob", { duration: 1000 })],
      ]
      for (const [type, act] of acts) {
        for (const unclear of ["Unavailable", "Internal"] as const) {
          const acting = yield* Effect.forkChild(Effect.flip(act))
          yield* refuse(peer, type, unclear, 1)
          assert.include(yield* Fiber.join(acting), { _tag: "RequestError", reason: unclear })
        }
        // Nothing was done.
        const acting = yield* Effect.forkChild(act)
        yield* refuse(peer, type, "RateLimited", 1)
        yield* accept(peer, type)
        yield* Fiber.join(acting)
      }
      const setting = yield* Effect.forkChild(client.setTopic("tea", "cake"))
      yield* refuse(peer, "SetTopic", "Unavailable", 1)
      yield* accept(peer, "SetTopic")
      yield* Fiber.join(setting)
    }).pipe(Effect.scoped),
  )

  it.live("fail when the client ends while they wait for their next try", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { client, peer } = yield* Effect.provideService(start, Scope.Scope, scope)
      const setting = yield* Effect.forkChild(Effect.flip(client.setTopic("tea", "cake")))
      yield* refuse(peer, "SetTopic", "Unavailable", 29_000)
      // Its refusal comes before this answer does.
      const other = yield* Effect.forkChild(client.unmute("tea", "bob"))
      yield* accept(peer, "Unmute")
      yield* Fiber.join(other)
      yield* Scope.close(scope, Exit.void)
      assert.include(yield* Fiber.join(setting), { _tag: "Disconnect", reason: "Goodbye" })
    }),
  )
})
