/** Connections over Server-Sent Events and POST, in a browser or wherever there is `fetch`: where no WebSocket gets through. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { withPath } from "../WebAddress.ts"
import { Dialer } from "../Dialer.ts"
import * as sseSocket from "../internal/sseSocket.ts"

export const make = (url: string, fetch: sseSocket.Fetch): Dialer["Service"] => ({
  address: url,
  carries: "messages",
  codecs: ["json"],
  socket: Effect.sync(() => sseSocket.make(withPath(url), fetch)),
})

/** Reaches the server at a URL, `http://…` or `https://…`. Frames are JSON, whatever codec is asked for. */
export const layer = (url: string, fetch: sseSocket.Fetch = globalThis.fetch): Layer.Layer<Dialer> =>
  Layer.succeed(Dialer, make(url, fetch))
