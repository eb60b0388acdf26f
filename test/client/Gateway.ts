/**
 * A WebSocket door made of `ws`, before a service that is reached over TCP: what a message holds is the body of a frame. It
 * can close its links as a server, a proxy or a broken network would.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import * as net from "node:net"
import { type WebSocket, WebSocketServer } from "ws"
import type { Address } from "../../src/domain/Address.ts"
import * as Codec from "../../src/protocol/Codec.ts"
import { Deframer, frame } from "../../src/protocol/Framing.ts"

export interface Gateway {
  readonly port: number
  /** The subprotocols that were taken, one a link. */
  readonly subprotocols: ReadonlyArray<string>
  /** What came, as the type of its frame. `text` or `binary`. */
  readonly kinds: ReadonlySet<string>
  readonly open: () => number
  /** Closes all links. */
  readonly close: (code: number, reason?: string) => void
  /** Breaks all links. */
  readonly cut: () => void
  /** Whether links are read. */
  readonly reads: (yes: boolean) => void
}

export interface GatewayOptions {
  /** Where the service is. */
  readonly service: Address
  readonly path?: string
  /** The origins of pages that are let in. */
  readonly origins?: ReadonlyArray<string>
  /** Answers other requests. */
  readonly page?: http.RequestListener
  /** Closes every link at once with this code. */
  readonly refuses?: number
}

/** The service is asked in version 1 for what was agreed on with the client already. */
const carry = (webSocket: WebSocket, service: Address, onKind: (kind: string) => void): void => {
  const codec = webSocket.protocol.endsWith("msgpack") ? Codec.messagePack : Codec.json
  const text = codec === Codec.json
  const socket = net.connect({ ...service, noDelay: true })
  const deframer = new Deframer(1024 * 1024)
  let opening = true
  let terms = true
  webSocket.on("message", (data: Buffer, binary) => {
    onKind(binary ? "binary" : "text")
    const body = opening ? Codec.json.encode((codec.decode(data) as { success: unknown }).success) : data
    opening = false
    socket.write(frame(body))
  })
  socket.on("data", (bytes: Buffer) => {
    const bodies: Array<Uint8Array> = []
    deframer.push(bytes, bodies)
    for (const body of bodies) {
      const message = terms ? codec.encode(JSON.parse(Buffer.from(body).toString())) : body
      terms = false
      webSocket.send(message, { binary: !text })
    }
  })
  webSocket.on("close", () => socket.destroy())
  webSocket.on("error", () => socket.destroy())
  socket.on("close", () => webSocket.close(1000))
  socket.on("error", () => webSocket.terminate())
}

export const open = Effect.fnUntraced(function* ({
  origins,
  page,
  path = "/ws",
  service,
  refuses,
}: GatewayOptions): Effect.fn.Return<Gateway, never, Scope.Scope> {
  const subprotocols: Array<string> = []
  const kinds = new Set<string>()
  const server = http.createServer(page ?? ((_, response) => response.writeHead(404).end()))
  const sockets = new WebSocketServer({ noServer: true })
  server.on("upgrade", (request, socket, head) => {
    const { origin } = request.headers
    const refused = origins !== undefined && origin !== undefined && !origins.includes(origin)
    if (refused || request.url !== path) {
      return socket.end(`HTTP/1.1 ${refused ? "403 Forbidden" : "404 Not Found"}\r\ncontent-length: 0\r\n\r\n`)
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      subprotocols.push(webSocket.protocol)
      if (refuses !== undefined) return webSocket.close(refuses)
      carry(webSocket, service, (kind) => kinds.add(kind))
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        for (const client of sockets.clients) client.terminate()
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )
  return {
    port: (server.address() as net.AddressInfo).port,
    subprotocols,
    kinds,
    open: () => sockets.clients.size,
    close: (code, reason) => {
      for (const client of sockets.clients) client.close(code, reason)
    },
    cut: () => {
      for (const client of sockets.clients) client.terminate()
    },
    reads: (yes) => {
      for (const client of sockets.clients) {
        if (yes) client.resume()
        else client.pause()
      }
    },
  }
})
