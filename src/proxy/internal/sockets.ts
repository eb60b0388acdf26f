import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import type { Address } from "../../domain/Address.ts"
import { ProxyListenError } from "../ProxyError.ts"
import { BrokenConnection } from "./Endpoint.ts"

/** Resolves the name, and connects within the time. */
export const dial = (target: Address, within: Duration.Duration): Effect.Effect<Net.Socket, BrokenConnection> =>
  Effect.callback<Net.Socket, BrokenConnection>((resume) => {
    const raw = Net.connect({ ...target, noDelay: true, allowHalfOpen: true })
    const fail = () => resume(Effect.fail(new BrokenConnection()))
    raw.once("error", fail)
    raw.once("connect", () => {
      raw.off("error", fail)
      resume(Effect.succeed(raw))
    })
    return Effect.sync(() => raw.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: within, orElse: () => Effect.fail(new BrokenConnection()) }))

/** Listens until the scope closes. Whoever handles the server's connections has to close them. */
export const listen = (
  server: Net.Server,
  { host, port }: Address,
): Effect.Effect<Address, ProxyListenError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Address, ProxyListenError>((resume) => {
      const fail = (cause: NodeJS.ErrnoException) =>
        resume(Effect.fail(new ProxyListenError({ host, port, reason: cause.code ?? cause.message })))
      server.once("error", fail)
      server.listen({ host, port }, () => {
        server.off("error", fail)
        // A connection may not be accepted for want of file descriptors; the others go on.
        server.on("error", () => {})
        const address = server.address()
        resume(Effect.succeed({ host, port: typeof address === "object" && address !== null ? address.port : port }))
      })
    }),
    () => Effect.sync(() => server.close()),
  )
