/** What is spoken in the places where a service listens, put together: one of each for all places. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Sessions } from "../session/Sessions.ts"
import type { ProxySettings } from "./address/ProxySettings.ts"
import type { ConnectionLimits } from "./ConnectionLimits.ts"
import type { Behind } from "./Entrance.ts"
import * as HttpDoor from "./http/HttpDoor.ts"
import type { HttpSettings } from "./http/HttpSettings.ts"
import type { Listener } from "./Listener.ts"
import type { Place } from "./Place.ts"
import * as PlaceListener from "./PlaceListener.ts"
import * as SseDoor from "./sse/SseDoor.ts"
import type { SseSettings } from "./sse/SseSettings.ts"
import * as TcpListener from "./tcp/TcpListener.ts"
import type { TcpSettings } from "./tcp/TcpSettings.ts"
import { TlsContext } from "./tls/TlsContext.ts"
import * as WebSocketDoor from "./websocket/WebSocketDoor.ts"
import type { WebSocketSettings } from "./websocket/WebSocketSettings.ts"

export interface DoorSettings {
  readonly tcp: TcpSettings
  readonly listen: ReadonlyArray<Place>
  readonly http: HttpSettings
  readonly websocket: WebSocketSettings
  readonly sse: Omit<SseSettings, "origins">
  readonly proxies: ProxySettings
}

/**
 * Everything behind the places, until the scope closes: the transports, and what else answers requests of HTTP, some of it
 * `always`. To be made before the places are opened.
 */
export const behind = Effect.fnUntraced(function* (
  { http, proxies, sse, websocket }: DoorSettings,
  others: ReadonlyArray<HttpDoor.ClientHandler>,
  always: ReadonlyArray<HttpDoor.RequestHandler> = [],
): Effect.fn.Return<Behind, never, Scope.Scope | Sessions | ConnectionLimits | TlsContext> {
  const tls = yield* TlsContext
  const messages = yield* WebSocketDoor.make(websocket, proxies)
  const events = yield* SseDoor.make({ ...sse, origins: websocket.origins })
  const routes = {
    always,
    requests: [
      HttpDoor.forClients(proxies, events.handle),
      messages.handle,
      ...others.map((handle) => HttpDoor.forClients(proxies, handle)),
    ],
    upgrades: [messages.upgrade],
  }
  return { http: yield* HttpDoor.make(http, routes), tls: tls.offered ? tls : undefined, proxies }
})

/** In the places that the settings ask for. There is one in any case. */
export const listeners = ({ listen, tcp }: DoorSettings, behind: Behind): NonEmptyReadonlyArray<Listener> => {
  const [first, ...others] = listen.map((place) => PlaceListener.make(place, { ...tcp, setBy: "listen" }, behind))
  if (first === undefined) return [TcpListener.make(tcp, behind)]
  return tcp.listen ? [TcpListener.make(tcp, behind), first, ...others] : [first, ...others]
}
