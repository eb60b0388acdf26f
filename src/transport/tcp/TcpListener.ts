/** Accepts TCP connections, as many as the limits allow, and gives each to a session. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Net from "node:net"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import { type Listener, ListenError } from "../Listener.ts"
import { receive } from "../Reception.ts"
import { SocketConnection } from "../SocketConnection.ts"
import type { TcpSettings } from "./TcpSettings.ts"

export const make = (settings: TcpSettings): Listener => ({ transport: "tcp", listen: listen(settings) })

const listen = Effect.fn("TcpListener.listen")(function* (settings: TcpSettings) {
  const server = Net.createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: Duration.toMillis(settings.keepAlive),
    // A peer that has said everything may still be read to.
    allowHalfOpen: true,
    pauseOnConnect: true,
  })
  yield* Effect.addFinalizer(() => closed(server))
  // The scope ends them before it waits for the server to close, which waits for them.
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
  server.on("connection", (raw) => run(receive(new SocketConnection("tcp", raw))))
  const port = yield* listening(server, settings)
  server.on("error", (cause) => run(Effect.logError("a connection could not be accepted", cause)))
  return { host: settings.host, port }
})

const listening = (server: Net.Server, { backlog, host, port, reusePort }: TcpSettings) =>
  Effect.callback<number, ListenError>((resume) => {
    const fail = (cause: Error) => resume(Effect.fail(new ListenError({ host, port, cause })))
    server.once("error", fail)
    server.listen({ host, port, backlog, reusePort }, () => {
      server.off("error", fail)
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : port))
    })
  })

/** Done when nothing is accepted any more and what was accepted has ended. */
const closed = (server: Net.Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
  })
