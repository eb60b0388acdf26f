/** How the members of a load reach a service at an address: bytes, and what is spoken over them. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Address } from "../../../client/Address.ts"
import { Dialer } from "../../../client/Dialer.ts"
import * as NodeDialer from "../../../client/transport/NodeDialer.ts"
import * as NodeSse from "../../../client/transport/NodeSse.ts"
import type { TlsOptions } from "../../../client/transport/TlsOptions.ts"
import { format } from "../../../domain/Address.ts"
import type { Transport } from "../../../scenario/Transport.ts"
import type { World } from "../../../scenario/World.ts"
import * as WebSocketDialer from "../../../testing/WebSocketDialer.ts"
import * as WireAgent from "./WireAgent.ts"

export type Reach = Pick<World["Service"], "dialer" | "transport" | "over">

/** Where a service is found, where the address says no path of its own. */
const paths = { websocket: "/ws", sse: "/sse" } as const

interface Place {
  readonly bytes: Address
  /** What is spoken there, where nothing else is asked for. */
  readonly transport: Transport
  readonly host: string
  readonly paths: Readonly<Record<"websocket" | "sse", string>>
}

const placeOf = (address: Address): Place => {
  switch (address.over) {
    case undefined:
    case "tls":
      return { bytes: address, transport: "tcp", host: format(address), paths }
    case "unix":
      return { bytes: address, transport: "tcp", host: "localhost", paths }
    case "websocket":
    case "sse": {
      const { host, pathname, port, protocol, search } = new URL(address.url)
      const isSecure = protocol === "wss:" || protocol === "https:"
      const there = { host: address.host, port: Number(port) || (isSecure ? 443 : 80) }
      return {
        bytes: isSecure ? { over: "tls", ...there } : there,
        transport: address.over,
        host,
        paths: { ...paths, [address.over]: pathname + search },
      }
    }
  }
}

/** One port speaks every transport, so all of them are reached at the same place. */
export const reach = Effect.fnUntraced(function* (
  address: Address,
  tls?: TlsOptions,
): Effect.fn.Return<Reach, never, Scope.Scope> {
  const { bytes, host, paths, transport } = placeOf(address)
  const run = yield* FiberSet.makeRuntime<never>()
  const dialer = yield* Effect.provide(Dialer, NodeDialer.layer(bytes, tls))
  return {
    dialer,
    transport: (asked) => asked ?? transport,
    over: (transport, dialer) => {
      switch (transport) {
        case "tcp":
          return dialer
        case "websocket":
          return WebSocketDialer.over(dialer, { host, path: paths.websocket })
        case "sse":
          // TLS, where there is any, is below.
          return NodeSse.through(`http://${host}${paths.sse}`, WireAgent.make(dialer, run))
      }
    },
  }
})
