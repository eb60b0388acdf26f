/** Server-Sent Events on a port of their own, without anything else around. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type { Listener } from "../../transport/Listener.ts"
import * as SseDoor from "../../transport/sse/SseDoor.ts"
import { defaults, type SseSettings } from "../../transport/sse/SseSettings.ts"

/** On a free port of `127.0.0.1`. */
export const make = (settings: Partial<SseSettings> = {}): Listener => ({
  transport: "sse",
  listen: Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => Http.createServer({ noDelay: true })),
      (server) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        }),
    )
    const door = yield* SseDoor.make({ ...defaults, ...settings })
    server.on("request", (request, response) => {
      const peer = { address: request.socket.remoteAddress ?? "unknown", secure: false }
      if (!door.handle(request, response, peer)) response.writeHead(404).end()
    })
    const host = "127.0.0.1"
    yield* Effect.callback<void>((resume) => void server.listen(0, host, () => resume(Effect.void)))
    const address = server.address()
    return { host, port: typeof address === "object" && address !== null ? address.port : 0 }
  }),
})
