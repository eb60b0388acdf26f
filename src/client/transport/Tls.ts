/** Connections over TLS, on Node: the same bytes as over TCP. The server has to show whom it is. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"
import * as net from "node:net"
import * as tls from "node:tls"
import { format } from "../Address.ts"
import { Dialer } from "../Dialer.ts"
import { byteStream } from "../byteStream.ts"
import type { Address } from "../../domain/Address.ts"
import type { TlsOptions } from "./TlsOptions.ts"

const dial = ({ host, port }: Address, options: TlsOptions): Effect.Effect<tls.TLSSocket, Socket.SocketError> =>
  Effect.callback((resume) => {
    // A name is said to the server, an IP address must not be.
    const servername = net.isIP(host) === 0 ? host : ""
    const fail = (cause: unknown): void =>
      resume(Effect.fail(new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })))
    let socket: tls.TLSSocket
    try {
      socket = tls.connect({ ...options, host, port, servername, ALPNProtocols: [] })
    } catch (cause) {
      // A certificate of our own that cannot be used.
      return fail(cause)
    }
    socket.setNoDelay(true).setKeepAlive(true)
    socket.once("secureConnect", () => resume(Effect.succeed(socket)))
    socket.on("error", fail)
    return Effect.sync(() => socket.destroy())
  })

/** Reaches the server at an address. */
export const layer = (address: Address, options: TlsOptions = {}): Layer.Layer<Dialer> =>
  Layer.succeed(Dialer, {
    socket: NodeSocket.fromDuplex(
      Effect.acquireRelease(dial(address, options), (socket) => Effect.sync(() => socket.destroySoon()), {
        interruptible: true,
      }),
    ),
    byteStream,
    address: format({ ...address, over: "tls" }),
  })
