/** Accepts TCP connections, as many as the limits allow, and gives each to a session. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import { format } from "../../domain/Address.ts"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import { receive } from "../Reception.ts"
import * as TcpConnection from "./TcpConnection.ts"
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
  const { host, port } = settings
  const server = yield* NodeSocketServer.make({
    host,
    port,
    backlog: settings.backlog,
    reusePort: settings.reusePort,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: Duration.toMillis(settings.keepAlive),
    // A peer that has said everything may still be read to.
    allowHalfOpen: true,
  }).pipe(Effect.mapError((cause) => new ListenError({ host, port, cause })))

  const serve = Effect.fnUntraced(function* (socket: Socket.Socket) {
    // The server provides it to its handlers, though their type does not say so.
    const raw = Option.getOrThrow(yield* Effect.serviceOption(NodeSocket.NetSocket))
    yield* receive(yield* TcpConnection.make(socket, raw))
  }, Effect.scoped)

  // A connection that was gone before it began is nobody's problem.
  yield* server
    .run((socket) => Effect.ignore(serve(socket)))
    .pipe(
      Effect.tapCause((cause) => Effect.logError("no connections are accepted any more", cause)),
      Effect.forkScoped,
    )
  return { host, port: "port" in server.address ? server.address.port : port }
})
