/** Accepts TCP connections, as many as the limits allow, and gives each to a session. */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import { format } from "../../domain/Address.ts"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import { receive } from "../Reception.ts"
import { TcpConnection } from "./TcpConnection.ts"
import type { TcpSettings } from "./TcpSettings.ts"

/** The port could not be opened. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  override get message(): string {
    const where = format(this)
    const code = errorCode(this.cause)
    if (code === "EADDRINUSE") {
      return `${where} is in use already: stop the program that has it, or choose another with --port`
    }
    if (code === "EACCES")
      return `${where} needs rights this program does not have: choose a port above 1023 with --port`
    if (code === "EADDRNOTAVAIL") return `${this.host} is no address of this machine: choose another with --host`
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
      return `the name ${this.host} could not be resolved: choose another, or an IP address, with --host`
    }
    return `${where} could not be opened: ${code ?? String(this.cause)}`
  }
}

const errorCode = (cause: unknown): string | undefined => {
  let current = cause
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string") return current.code
    current = "reason" in current ? current.reason : "cause" in current ? current.cause : undefined
  }
  return undefined
}

/** Listens until the scope closes. Succeeds with the address once connections are accepted. */
export const listen = Effect.fn("TcpListener.listen")(function* (
  settings: TcpSettings,
): Effect.fn.Return<
  { readonly host: string; readonly port: number },
  ListenError,
  Scope.Scope | Sessions | ConnectionLimits
> {
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
  server.on("connection", (raw) => run(receive(new TcpConnection(raw))))
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
