/** The client's end of a link to a server: bytes, and every way to end it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ConnectionEnded, pull } from "../session/Connection.ts"
import { dial, DialError, type DialResult } from "../transport/tcp/TcpDialer.ts"
import * as TlsDialer from "../transport/tls/TlsDialer.ts"
import { overWebSocket, upgrade } from "./internal/webSocket.ts"

export interface Link {
  /**
   * The next bytes, as they arrive. Nothing is read unless it is pulled: a test that pulls nothing is a peer that
   * reads nothing. Fails when the server has ended its side; `clean` says whether properly.
   */
  readonly pull: Effect.Effect<Uint8Array, ConnectionEnded>
  /** Sends bytes; done when the link has room for more. */
  readonly send: (bytes: Uint8Array) => Effect.Effect<void, ConnectionEnded>
  /** Ends the client's side; what the server says can still be read. */
  readonly end: Effect.Effect<void>
  /** Breaks the link at once, in both directions, dropping what has not arrived (TCP: RST). */
  readonly abort: Effect.Effect<void>
}

export interface At {
  readonly host: string
  readonly port: number
}

/** Over a WebSocket, behind what a gateway would be: the link carries length-prefixed frames like any other. */
export const websocket =
  (
    options: { readonly path?: string; readonly protocol?: string; readonly headers?: ReadonlyArray<string> } = {},
    below: (address: At) => Effect.Effect<Link, DialError, Scope.Scope> = tcp,
  ) =>
  (address: At): Effect.Effect<Link, DialError, Scope.Scope> =>
    Effect.flatMap(below(address), (link) =>
      upgrade(link, { path: "/ws", ...options }).pipe(
        Effect.map((upgraded) => overWebSocket(upgraded)),
        Effect.mapError((cause) => new DialError({ cause })),
      ),
    )

/** A link over TCP; broken with the scope, unless it has ended before. */
export const tcp = (address: At): Effect.Effect<Link, DialError, Scope.Scope> => Effect.map(dial(address), linkOver)

/** The same to a socket in the file system, wherever else the server listens. */
export const unix = (path: string) => (): Effect.Effect<Link, DialError, Scope.Scope> =>
  Effect.map(dial({ path }), linkOver)

/** The same over TLS, to a server that is trusted. */
export const tls =
  (trust: TlsDialer.Trust) =>
  (address: At): Effect.Effect<Link, DialError, Scope.Scope> =>
    Effect.map(TlsDialer.dial(address, trust), linkOver)

const linkOver = ({ connection, end }: DialResult): Link => ({
  // As most sockets do, it ends its side when it has read that the other has ended.
  pull: Effect.tapError(pull(connection), ({ clean }) => (clean ? end : Effect.void)),
  send: (bytes) => Effect.suspend(() => (connection.send([bytes]) ? Effect.void : connection.drained)),
  end,
  abort: connection.abort,
})
