/** Reaches a server at any address, on Node. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type Address, format } from "../Address.ts"
import { connect as connectOver, type ConnectOptions } from "../ClientSession.ts"
import type { ConnectError } from "../ConnectError.ts"
import type { Dialer } from "../Dialer.ts"
import type { ClientSession } from "../Session.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import * as NodeSse from "./NodeSse.ts"
import * as NodeWebSocket from "./NodeWebSocket.ts"
import * as Tcp from "./Tcp.ts"
import * as Tls from "./Tls.ts"
import type { TlsOptions } from "./TlsOptions.ts"
import * as Unix from "./Unix.ts"

/** Over what the address says. What is given for TLS counts where there is TLS. */
export const layer = (address: Address, tls?: TlsOptions): Layer.Layer<Dialer> => {
  switch (address.over) {
    case undefined:
      return Tcp.layer(address)
    case "tls":
      return Tls.layer(address, tls)
    case "websocket":
      return NodeWebSocket.layer(format(address), tls)
    case "sse":
      return NodeSse.layer(format(address), tls)
    case "unix":
      return Unix.layer(address.path)
  }
}

/** Opens a session with the server at an address; says goodbye and closes with the scope. */
export const connect = (
  address: Address,
  options?: ConnectOptions & { readonly tls?: TlsOptions | undefined },
): Effect.Effect<ClientSession, ConnectError | Disconnect, Scope.Scope> =>
  Effect.provide(connectOver(options), layer(address, options?.tls))
