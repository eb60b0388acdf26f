/** Connections over a WebSocket, in a browser or wherever there is one. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"
import { Dialer } from "../Dialer.ts"

/** Fails where the platform refuses to try: over an invalid URL, or without encryption from a page that has it. */
const open = (url: string) =>
  Effect.try({
    try: () => new globalThis.WebSocket(url),
    catch: (cause) => new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) }),
  })

/** Reaches the server at a URL, `ws://…` or `wss://…`. The frames are a stream of bytes in binary messages. */
export const layer = (url: string): Layer.Layer<Dialer> =>
  Layer.succeed(Dialer, {
    socket: Socket.fromWebSocket(Effect.acquireRelease(open(url), (socket) => Effect.sync(() => socket.close(1000)))),
    address: url,
  })
