/** What is spoken in the places where a service listens, put together: one of each for all places. */
import * as Arr from "effect/Array"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Sessions } from "../session/Sessions.ts"
import type { IncomingMessage } from "node:http"
import { isHostOf } from "../domain/Origins.ts"
import { ownOrigins } from "./address/ownOrigins.ts"
import type { ProxySettings } from "./address/ProxySettings.ts"
import type { Arrival } from "./Arrival.ts"
import type { ConnectionLimits } from "./ConnectionLimits.ts"
import type { Behind } from "./Entrance.ts"
import * as HttpDoor from "./http/HttpDoor.ts"
import type { HttpSettings } from "./http/HttpSettings.ts"
import * as Http2Door from "./http2/Http2Door.ts"
import * as Http2Settings from "./http2/Http2Settings.ts"
import type { Listener } from "./Listener.ts"
import type { OpeningSettings } from "./Opening.ts"
import { everything, type Place } from "./Place.ts"
import * as PlaceListener from "./PlaceListener.ts"
import * as SseDoor from "./sse/SseDoor.ts"
import type { SseSettings } from "./sse/SseSettings.ts"
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
 * `always`; and where anybody answers `streams`, HTTP/2. To be made before the places are opened.
 */
export const behind = Effect.fnUntraced(function* (
  settings: DoorSettings,
  others: ReadonlyArray<HttpDoor.ClientHandler>,
  always: ReadonlyArray<HttpDoor.RequestHandler> = [],
  streams?: Http2Door.StreamHandler,
): Effect.fn.Return<Behind, never, Scope.Scope | Sessions | ConnectionLimits | TlsContext> {
  const { http, proxies, sse, websocket } = settings
  const tls = yield* TlsContext
  const messages = yield* WebSocketDoor.make(websocket, proxies)
  const events = yield* SseDoor.make({ ...sse, origins: websocket.origins })
  /** Leaves out what is for files alone. */
  const together =
    (handle: HttpDoor.RequestHandler): HttpDoor.RequestHandler =>
    (request, response, arrival) =>
      !isApart(request, arrival, settings) && handle(request, response, arrival)
  const routes: HttpDoor.Routes = {
    always: always.map(together),
    requests: [
      together(HttpDoor.forClients(proxies, events.handle)),
      together(messages.handle),
      ...others.map((handle) => HttpDoor.forClients(proxies, handle)),
    ],
    upgrades: [
      (request, socket, head, arrival) =>
        !isApart(request, arrival, settings) && messages.upgrade(request, socket, head, arrival),
    ],
  }
  const requests = yield* HttpDoor.make(http, routes)
  const both =
    streams &&
    Http2Door.beside(
      requests,
      yield* Http2Door.make({ ...Http2Settings.defaults, firstWithin: http.headersTimeout }, proxies, streams),
      Duration.toMillis(http.headersTimeout),
    )
  return { http: both ?? requests, http2: both !== undefined, tls: tls.offered ? tls : undefined, proxies }
})

/** Whether it is asked on the host that has files of users and nothing else. */
const isApart = (
  { headers }: IncomingMessage,
  { address: peer, secure }: Arrival,
  { http, proxies }: Pick<DoorSettings, "http" | "proxies">,
): boolean =>
  http.filesOrigin !== "" && isHostOf(http.filesOrigin, ownOrigins({ peer, headers, encrypted: secure }, proxies))

/** Where the settings ask to listen, and how; there is one place in any case. */
export const placesOf = ({ listen, tcp }: DoorSettings): NonEmptyReadonlyArray<readonly [Place, OpeningSettings]> => {
  const main = [
    { ...everything, kind: "tcp", host: tcp.host, port: tcp.port },
    { ...tcp, setBy: "port" },
  ] as const
  const [first, ...others] = listen.map((place) => [place, { ...tcp, setBy: "listen" }] as const)
  if (first === undefined) return [main]
  return tcp.listen ? [main, first, ...others] : [first, ...others]
}

/** In the places that the settings ask for. */
export const listeners = (settings: DoorSettings, behind: Behind): NonEmptyReadonlyArray<Listener> =>
  Arr.map(placesOf(settings), ([place, how]) => PlaceListener.make(place, how, behind))
