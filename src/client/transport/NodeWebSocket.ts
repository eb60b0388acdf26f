/** Connections over a WebSocket, on Node: reading is held back where it has to be, and TLS can be told whom to trust. */
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"
import WebSocket from "ws"
import { withPath } from "../WebAddress.ts"
import { Dialer } from "../Dialer.ts"
import { maxFrameBytes } from "../internal/Link.ts"
import * as webSocketDialer from "../internal/webSocketDialer.ts"
import type { TlsOptions } from "./TlsOptions.ts"

/** Milliseconds that the server has to answer a close. */
const closeTimeout = 2000

/** Reaches the server at a URL, `ws://…` or `wss://…`. */
export const layer = (url: string, tls: TlsOptions = {}): Layer.Layer<Dialer> => {
  const options = { ...tls, closeTimeout, maxPayload: maxFrameBytes }
  return Layer.succeed(
    Dialer,
    webSocketDialer.make(
      url,
      (subprotocol) => new WebSocket(withPath(url), subprotocol, options),
      (acquire) => Socket.fromWebSocket(acquire, { openTimeout: Duration.infinity }),
    ),
  )
}
