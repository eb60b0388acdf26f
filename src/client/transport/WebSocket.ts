/** Connections over a WebSocket, in a browser or wherever there is one. */
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import { Dialer } from "../Dialer.ts"

/** Reaches the server at a URL, `ws://…` or `wss://…`. The frames are a stream of bytes in binary messages. */
export const layer = (url: string): Layer.Layer<Dialer> =>
  Layer.succeed(Dialer, {
    socket: Effect.provide(Socket.makeWebSocket(url), Socket.layerWebSocketConstructorGlobal),
    address: url,
  })
