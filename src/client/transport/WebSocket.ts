/** Connections over a WebSocket, in a browser or wherever there is one. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { withPath } from "../WebAddress.ts"
import { Dialer } from "../Dialer.ts"
import { browserSocket } from "../internal/browserSocket.ts"
import * as webSocketDialer from "../internal/webSocketDialer.ts"

/** Bytes that have come and wait to be read: a browser cannot tell the server to wait. */
const unreadAtMost = 16 * 1024 * 1024

/** Reaches the server at a URL, `ws://…` or `wss://…`. */
export const layer = (url: string): Layer.Layer<Dialer> =>
  Layer.succeed(
    Dialer,
    webSocketDialer.make(
      url,
      (subprotocol) => new globalThis.WebSocket(withPath(url), subprotocol),
      (acquire) => Effect.succeed(browserSocket(acquire, unreadAtMost)),
    ),
  )
