/** The calls of the cluster's runtime, over connections that were greeted. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Runners from "effect/cluster/Runners"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as RpcClient from "effect/rpc/RpcClient"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import { SocketServer } from "effect/socket/SocketServer"
import type { Duplex } from "node:stream"
import type { Dialer } from "./Dialer.ts"

/** Connections to other nodes; one that says nothing for two seconds is given up, and the call with it. */
export const clientLayer = (dialer: Dialer) =>
  Layer.effect(
    Runners.RpcClientProtocol,
    Effect.map(RpcSerialization.RpcSerialization, (serialization) => ({
      codecFor: serialization.codecFor,
      make: Effect.fnUntraced(function* (address) {
        const open = Effect.acquireRelease(
          Effect.mapError(
            dialer(address, "runner"),
            (cause) => new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) }),
          ),
          ({ connection }) => Effect.sync(() => void connection.destroy()),
        )
        const socket = yield* NodeSocket.fromDuplex(Effect.map(open, ({ connection }) => connection))
        return yield* RpcClient.makeProtocolSocket({ pingInterval: "1 second" }).pipe(
          Effect.provideService(Socket.Socket, socket),
          Effect.provideService(RpcSerialization.RpcSerialization, serialization),
        )
      }),
    })),
  )

export interface RunnerServer {
  readonly layer: Layer.Layer<SocketServer>
  /** Takes over a connection of another node. */
  readonly attach: (connection: Duplex) => void
}

/** The runtime's server, to which connections are handed. */
export const makeServer = Effect.gen(function* (): Effect.fn.Return<RunnerServer, never, Scope.Scope> {
  const scope = yield* Effect.scope
  let attach: ((connection: Duplex) => void) | undefined
  const run = Effect.fnUntraced(function* <R, E, A>(handler: (socket: Socket.Socket) => Effect.Effect<A, E, R>) {
    const runFork = Effect.runForkWith(yield* Effect.context<R>())
    attach = (connection) => {
      const serve = Effect.flatMap(NodeSocket.fromDuplex(Effect.succeed(connection)), handler).pipe(
        Effect.ensuring(Effect.sync(() => void connection.destroy())),
      )
      Fiber.runIn(runFork(serve), scope)
    }
    return yield* Effect.never
  })
  // Where it listens is the door's affair.
  const server = SocketServer.of({ address: NetAddress.inetAddressUnsafe(NetAddress.ipv4Loopback, 1), run })
  return {
    layer: Layer.succeed(SocketServer, server),
    attach: (connection) => (attach === undefined ? void connection.destroy() : attach(connection)),
  }
})
