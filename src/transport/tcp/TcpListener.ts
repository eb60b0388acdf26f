/** Accepts TCP connections, as many as the limits allow, and gives each to a session. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import * as Dns from "node:dns/promises"
import * as Net from "node:net"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import { type Listener, ListenError } from "../Listener.ts"
import { receive } from "../Reception.ts"
import { SocketConnection } from "../SocketConnection.ts"
import type { TcpSettings } from "./TcpSettings.ts"

export const make = (settings: TcpSettings): Listener => ({ transport: "tcp", listen: listen(settings) })

const listen = Effect.fn("TcpListener.listen")(function* (settings: TcpSettings) {
  const open = new Set<Net.Server>()
  yield* Effect.addFinalizer(() => Effect.forEach(open, closed, { concurrency: "unbounded", discard: true }))
  // The scope ends them before it waits for the servers to close, which wait for them.
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()

  const listenOn = Effect.fnUntraced(function* (host: string, port: number) {
    const server = Net.createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: Duration.toMillis(settings.keepAlive),
      // A peer that has said everything may still be read to.
      allowHalfOpen: true,
      pauseOnConnect: true,
    })
    server.on("connection", (raw) => run(receive(new SocketConnection("tcp", raw))))
    const listens = yield* listening(server, { ...settings, host, port })
    open.add(server)
    server.on("error", (cause) => run(Effect.logError("a connection could not be accepted", cause)))
    return listens
  })

  const [first, ...others] = yield* hostsOf(settings.host)
  const begun = yield* Effect.result(listenOn(first, settings.port))
  // This machine lacks the family, say: then the others are what there is.
  if (Result.isFailure(begun) && (others.length === 0 || !isAbsent(begun.failure))) return yield* begun.failure
  let port = Result.isSuccess(begun) ? begun.success : settings.port
  for (const host of others) {
    const more = yield* Effect.result(listenOn(host, port))
    if (Result.isSuccess(more)) port = more.success
    else if (open.size === 0 || !isAbsent(more.failure)) return yield* more.failure
  }
  return { host: settings.host, port }
})

/**
 * The addresses behind a host. Clients that are given a name try all of its addresses, or one of them, of which nobody
 * knows here: so all are listened on.
 */
const hostsOf = (host: string): Effect.Effect<NonEmptyReadonlyArray<string>> => {
  if (Net.isIP(host) !== 0) return Effect.succeed([host])
  if (host.toLowerCase() === "localhost") return Effect.succeed(["127.0.0.1", "::1"])
  return Effect.tryPromise(() => Dns.lookup(host, { all: true })).pipe(
    Effect.map((found): NonEmptyReadonlyArray<string> => {
      const [first = host, ...others] = new Set(found.map(({ address }) => address))
      return [first, ...others]
    }),
    // Listening on the name says what is wrong with it.
    Effect.orElseSucceed((): NonEmptyReadonlyArray<string> => [host]),
  )
}

/** Whether it is no address of this machine, which the others of a name may well be. */
const isAbsent = ({ cause }: ListenError): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "EADDRNOTAVAIL" || cause.code === "EAFNOSUPPORT")

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
