/** The other side of a handshake: opens a connection over TLS, as a client does. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Net from "node:net"
import * as Tls from "node:tls"
import { SocketConnection } from "../SocketConnection.ts"
import { DialError, type DialResult, open } from "../tcp/TcpDialer.ts"

/** Whom to trust, and what to show: PEM. */
export interface Trust {
  readonly ca: string
  /** The name that the server's certificate has to have. */
  readonly servername: string
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** The connection is destroyed with the scope, if it has not ended before. */
export const dial = Effect.fnUntraced(function* (
  address: { readonly host: string; readonly port: number },
  trust: Trust,
): Effect.fn.Return<DialResult, DialError, Scope.Scope> {
  const carrier = yield* Effect.acquireRelease(open(address), (raw) => Effect.sync(() => raw.destroy()))
  const secure = yield* secured(carrier, trust)
  return { connection: new SocketConnection("tls", secure, { carrier }), end: Effect.sync(() => secure.end()) }
})

const secured = (socket: Net.Socket, trust: Trust): Effect.Effect<Tls.TLSSocket, DialError> =>
  Effect.callback((resume) => {
    const secure = Tls.connect({ ...trust, socket })
    secure.once("secureConnect", () => resume(Effect.succeed(secure)))
    // As with TCP: later errors are the reader's.
    secure.on("error", (cause) => resume(Effect.fail(new DialError({ cause }))))
    secure.once("close", () => resume(Effect.fail(new DialError({ cause: "closed" }))))
  })
