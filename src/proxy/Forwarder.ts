/**
 * An HTTP forward proxy: requests with an absolute URI, and CONNECT. It injects no faults itself; a `Proxy` in front of
 * it, whose target it is, does that.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { Duplex } from "node:stream"
import type { Address } from "../domain/Address.ts"
import type { ForwarderSettings } from "./ForwarderSettings.ts"
import { hasBody } from "./internal/ask.ts"
import { forward } from "./internal/forward.ts"
import { listen } from "./internal/sockets.ts"
import { tunnel, upgrade } from "./internal/tunnel.ts"
import type { ProxyListenError } from "./ProxyError.ts"

/** Listens on a free port of the loopback until the scope closes. */
export const listenForwarder = Effect.fnUntraced(function* (
  settings: ForwarderSettings,
): Effect.fn.Return<Address, ProxyListenError, Scope.Scope> {
  const answerWithin = Duration.toMillis(settings.answerWithin)
  const server = Http.createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: Math.min(10_000, answerWithin),
    connectionsCheckingInterval: 1000,
    requestTimeout: 0,
    // Who asks for another protocol and has a body, too, is given none, which is no mistake.
    shouldUpgradeCallback: (request) => !hasBody(request),
  })
  const open = new Set<Duplex>()
  server.on("connection", (raw) => {
    open.add(raw)
    raw.once("close", () => open.delete(raw))
  })
  const forwarding = (request: Http.IncomingMessage, response: Http.ServerResponse) =>
    forward(request, response, settings)
  server.on("request", forwarding)
  // What is expected is for the target to say.
  server.on("checkContinue", forwarding)
  server.on("checkExpectation", forwarding)
  server.on("upgrade", (request, raw, head) => upgrade(request, raw, head, settings))
  server.on("connect", (request, raw, head) => tunnel(request, raw, head, settings))
  const address = yield* listen(server, { host: "127.0.0.1", port: 0 })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const raw of open) raw.destroy()
    }),
  )
  return address
})
