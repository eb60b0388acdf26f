/** Who calls is let in here, and the rest is loaded then. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Http from "node:http"
import type * as Http2 from "node:http2"
import type { Accounts } from "../accounts/Accounts.ts"
import type { Chat } from "../chat/Chat.ts"
import { isWelcome } from "../domain/Origins.ts"
import type { Sessions } from "../session/Sessions.ts"
import type { Service } from "./Service.ts"
import type { Peer, Surroundings } from "./Surroundings.ts"

export interface GrpcApp {
  /** Answers a request of HTTP/1.1, or says that it is for somebody else. */
  readonly request: (request: Http.IncomingMessage, response: Http.ServerResponse, peer: Peer) => boolean
  /** Answers a stream of HTTP/2. */
  readonly stream: (stream: Http2.ServerHttp2Stream, headers: Http2.IncomingHttpHeaders, peer: Peer) => void
}

const ours = /^\/(natter\.v1\.Chat|grpc\.health\.v1\.Health|grpc\.reflection\.v1(alpha)?\.ServerReflection)\//

const exposed = [
  "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin, Grpc-Encoding, Grpc-Accept-Encoding",
  "Connect-Content-Encoding, Connect-Accept-Encoding",
].join(", ")
const sent = [
  "Authorization, Content-Type, Connect-Protocol-Version, Connect-Timeout-Ms, Connect-Accept-Encoding",
  "Connect-Content-Encoding, Grpc-Timeout, Grpc-Encoding, Grpc-Accept-Encoding, X-Grpc-Web, X-User-Agent, User-Agent",
].join(", ")

export const make = Effect.fnUntraced(function* (
  around: Surroundings,
): Effect.fn.Return<GrpcApp, never, Scope.Scope | Chat | Accounts | Sessions> {
  const context = yield* Effect.context<Scope.Scope | Chat | Accounts | Sessions>()
  const run = Effect.runForkWith(context)
  const loaded = yield* Effect.cached(
    Effect.flatMap(
      Effect.promise(() => import("./Service.ts")),
      (module) => module.make(around),
    ),
  )
  let service: Service | undefined
  const withService = (use: (service: Service) => void): void => {
    if (service !== undefined) return use(service)
    run(Effect.map(loaded, (loaded) => use((service = loaded))))
  }
  const isStranger = (origin: string | undefined, peer: Peer): boolean =>
    origin !== undefined && !isWelcome(origin, { allowed: around.origins, own: peer.own() })

  return {
    request: (request, response, peer) => {
      if (!ours.test(request.url ?? "")) return false
      const { origin } = request.headers
      if (isStranger(origin, peer)) {
        response.writeHead(403, { "Content-Type": "application/json", Vary: "Origin" })
        response.end(JSON.stringify({ code: "permission_denied", message: "This page may not come in here" }))
        return true
      }
      response.setHeader("Vary", "Origin")
      if (origin !== undefined) {
        response.setHeader("Access-Control-Allow-Origin", origin)
        response.setHeader("Access-Control-Expose-Headers", exposed)
      }
      if (request.method === "OPTIONS") {
        response.writeHead(204, {
          Allow: "POST",
          "Access-Control-Allow-Methods": "POST",
          "Access-Control-Allow-Headers": sent,
          "Access-Control-Max-Age": "86400",
        })
        response.end()
        return true
      }
      withService((service) => service.request(request, response, peer))
      return true
    },
    stream: (stream, headers, peer) => {
      if (isStranger(typeof headers["origin"] === "string" ? headers["origin"] : undefined, peer)) {
        stream.respond({ ":status": 403 }, { endStream: true })
        return void stream.resume()
      }
      withService((service) => {
        if (!stream.destroyed && !stream.closed) service.stream(stream, headers, peer)
      })
    },
  }
})
