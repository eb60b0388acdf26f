/** Where requests of HTTP become WebSockets, and those become sessions. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Http from "node:http"
import type { Sessions } from "../../session/Sessions.ts"
import { realAddress } from "../address/Forwarded.ts"
import { ownOrigins } from "../address/ownOrigins.ts"
import type { ProxySettings } from "../address/ProxySettings.ts"
import type { Arrival } from "../Arrival.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import { answer, pathOf, refuse, type RequestHandler, type UpgradeHandler } from "../http/HttpDoor.ts"
import { converse } from "../Reception.ts"
import { SocketConnection } from "../SocketConnection.ts"
import { handshake } from "./Handshake.ts"
import { settledBy } from "./Subprotocols.ts"
import { WebSocketConnection } from "./WebSocketConnection.ts"
import type { WebSocketSettings } from "./WebSocketSettings.ts"

interface WebSocketDoor {
  /** Takes whoever asks for a WebSocket at its path, until the scope closes. */
  readonly upgrade: UpgradeHandler
  /** Says what is missing to who asks for anything else there. */
  readonly handle: RequestHandler
}

export const make = Effect.fnUntraced(function* (
  { compression, origins, path }: WebSocketSettings,
  proxies: ProxySettings,
): Effect.fn.Return<WebSocketDoor, never, Scope.Scope | Sessions | ConnectionLimits> {
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
  const shake = (request: Http.IncomingMessage, { address, secure }: Arrival) => {
    const own = ownOrigins({ peer: address, headers: request.headers, encrypted: secure }, proxies)
    return handshake(request, { allowed: origins, own, compression })
  }

  const handle: RequestHandler = (request, response, arrival) => {
    if (pathOf(request) !== path) return false
    const refusal = shake(request, arrival)
    if (refusal._tag === "Accepted") return false
    answer(response, refusal.status, refusal.message, refusal.headers)
    return true
  }

  const upgrade: UpgradeHandler = (request, socket, head, arrival) => {
    if (pathOf(request) !== path) return false
    const address = realAddress({ peer: arrival.address, headers: request.headers }, proxies)
    if (Result.isFailure(address)) {
      refuse(socket, 400, address.failure.message)
      return true
    }
    arrival.carriesSession(address.success)
    const outcome = shake(request, arrival)
    if (outcome._tag === "Refused") {
      refuse(socket, outcome.status, outcome.message, outcome.headers)
      return true
    }
    const { framing, inflater, protocol, response } = outcome
    const { carrier, certificate, secure } = arrival
    socket.write(response)
    const transport = secure ? "wss" : "ws"
    const first = head.byteLength === 0 ? undefined : head
    const link = new SocketConnection(transport, socket, {
      carrier,
      certificate,
      first,
      remoteAddress: arrival.address,
    })
    const settled = settledBy(protocol, framing)
    run(converse(new WebSocketConnection(transport, link, { ...settled, framing, inflater }), arrival.admission))
    return true
  }

  return { upgrade, handle }
})
