/** Connections over TCP, on Node. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import type { Address } from "../Address.ts"
import type { ConnectError } from "../ConnectError.ts"
import { connect as connectOver, type Connection, type ConnectOptions } from "../Connection.ts"
import type { Disconnect } from "../../protocol/Disconnect.ts"

/** Connects to a server at an address; says goodbye and closes with the scope. */
export const connect = (
  { host, port }: Address,
  options?: ConnectOptions,
): Effect.Effect<Connection, ConnectError | Disconnect, Scope.Scope> =>
  Effect.provideServiceEffect(
    connectOver(options),
    Socket.Socket,
    NodeSocket.makeNet({ host, port, noDelay: true, keepAlive: true }),
  )
