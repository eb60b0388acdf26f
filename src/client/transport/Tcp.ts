/** Connections over TCP, on Node. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ConnectError } from "../ConnectError.ts"
import { connect as connectOver, type ConnectOptions } from "../ClientSession.ts"
import { Dialer } from "../Dialer.ts"
import { byteStream } from "../byteStream.ts"
import type { ClientSession } from "../Session.ts"
import { type Address, format } from "../../domain/Address.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"

/** Reaches the server at an address. */
export const layer = (address: Address): Layer.Layer<Dialer> =>
  Layer.succeed(Dialer, {
    socket: NodeSocket.makeNet({ host: address.host, port: address.port, noDelay: true, keepAlive: true }),
    byteStream,
    address: format(address),
  })

/** Opens a session with the server at an address; says goodbye and closes with the scope. */
export const connect = (
  address: Address,
  options?: ConnectOptions,
): Effect.Effect<ClientSession, ConnectError | Disconnect, Scope.Scope> =>
  Effect.provide(connectOver(options), layer(address))
