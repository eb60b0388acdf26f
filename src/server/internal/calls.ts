/** gRPC, gRPC-Web and Connect: over HTTP/1.1 beside the API, over HTTP/2 alone. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Accounts } from "../../accounts/Accounts.ts"
import type { Chat } from "../../chat/Chat.ts"
import * as GrpcApp from "../../grpc/GrpcApp.ts"
import type { Sessions } from "../../session/Sessions.ts"
import { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import type { ClientHandler } from "../../transport/http/HttpDoor.ts"
import type { StreamHandler } from "../../transport/http2/Http2Door.ts"
import { receive } from "../../transport/Reception.ts"
import type { ServerSettings } from "../ServerSettings.ts"
import * as Readiness from "./readiness.ts"

interface Calls {
  readonly requests: ClientHandler
  readonly streams: StreamHandler
}

export const make = Effect.fnUntraced(function* ({
  api,
  grpc,
  http,
}: Pick<ServerSettings, "api" | "grpc" | "http">): Effect.fn.Return<
  Calls,
  never,
  Scope.Scope | Accounts | Chat | ConnectionLimits | Sessions
> {
  const context = yield* Effect.context<ConnectionLimits | Sessions>()
  const limits = yield* ConnectionLimits
  const readiness = yield* Readiness.make
  const app = yield* GrpcApp.make({
    maxMessageBytes: grpc.maxMessageBytes,
    requestWithin: Duration.toMillis(http.requestTimeout),
    origins: api.origins,
    receive: (connection) => Effect.provideContext(receive(connection), context),
    hold: (address) => {
      const admission = limits.admit(address)
      const release = () => limits.release(address, admission)
      if (admission === "Admitted") return release
      release()
      return undefined
    },
    ready: Effect.map(readiness.now, ({ ready }) => ready),
  })
  return {
    requests: (request, response, client) =>
      app.request(request, response, { ...client, secure: "encrypted" in request.socket }),
    streams: app.stream,
  }
})
