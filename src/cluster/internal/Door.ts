/**
 * Where other nodes come in: one port for all they want. Who does not prove within a few seconds, and in few words, that it
 * knows the secret is shut out before anything it says is looked at.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { type Address, format } from "../../domain/Address.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { ClusterError } from "../ClusterError.ts"
import type { Certificates, NodeCertificatesShape } from "../NodeCertificates.ts"
import { accept, type ConnectionKind, type Credentials } from "./handshake.ts"

/** Time for a greeting. */
const patience = "5 seconds"
/** So many may be greeting at once: nodes are few, and take turns. */
const maxStrangers = 64
/** Of those who are shut out one is told of in this time, however many there are. */
const tellEvery = 1000

/** Takes a connection of a node, and is answerable for it from then on. */
type Receive = (kind: ConnectionKind, connection: Net.Socket, peer: NodeId) => void

export interface Door {
  /** Lets nodes in from now on, until the scope closes; those that come before are turned away, and come again. */
  readonly open: (receive: Receive) => Effect.Effect<void, never, Scope.Scope>
}

const trouble = (at: string, cause: Error & { readonly code?: string }): ClusterError => {
  const known: Record<string, string> = {
    EADDRINUSE: `${at} is in use already: stop the program that has it, or choose another port in cluster.address`,
    EADDRNOTAVAIL: `${at} is no address of this machine: choose another in cluster.address, or say in cluster.listen where to listen`,
    EACCES: `${at} needs rights this program does not have: choose a port above 1023 in cluster.address`,
    ENOTFOUND: `the name in ${at} could not be resolved: choose another in cluster.address, or say in cluster.listen where to listen`,
  }
  return new ClusterError({ problem: known[cause.code ?? ""] ?? `${at} could not be opened: ${cause.message}`, cause })
}

const termsOf = ({ ca, cert, key }: Certificates) => ({ ca, cert, key, minVersion: "TLSv1.3" as const })

export const make = Effect.fnUntraced(function* (
  address: Address,
  credentials: Credentials,
  certificates: Pick<NodeCertificatesShape, "current" | "onChange">,
): Effect.fn.Return<Door, ClusterError, Scope.Scope> {
  const clock = yield* Clock.Clock
  const scope = yield* Effect.scope
  const runFork = Effect.runForkWith(yield* Effect.context())
  let receive: Receive | undefined
  let strangers = 0
  let toldAt: number | undefined
  const connections = new Set<Net.Socket>()

  const refuse = (connection: Net.Socket, problem: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      const from = connection.remoteAddress ?? "somewhere"
      connection.destroy()
      const now = Monotonic.millis(clock)
      if (toldAt !== undefined && now - toldAt < tellEvery) return Effect.void
      toldAt = now
      return Effect.logWarning(`a connection from ${from} to the address of this node was refused: ${problem}`)
    })

  const greet = (connection: Net.Socket) =>
    Effect.gen(function* () {
      const { kind, peer } = yield* accept(connection, credentials)
      if (receive === undefined) connection.destroy()
      else receive(kind, connection, peer)
    }).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail({ message: `it said too little in ${patience}` }),
      }),
      Effect.catch(({ message }) => refuse(connection, message)),
      Effect.ensuring(Effect.sync(() => void strangers--)),
    )

  const onConnection = (connection: Net.Socket): void => {
    // An error that nobody hears ends the process.
    connection.on("error", () => {})
    connections.add(connection)
    connection.once("close", () => connections.delete(connection))
    if (receive === undefined || strangers >= maxStrangers) return void connection.destroy()
    connection.setNoDelay(true)
    connection.setKeepAlive(true)
    strangers++
    Fiber.runIn(runFork(greet(connection)), scope)
  }

  const inForce = certificates.current()
  const server =
    inForce === undefined
      ? Net.createServer(onConnection)
      : Tls.createServer({
          ...termsOf(inForce),
          requestCert: true,
          rejectUnauthorized: true,
          handshakeTimeout: 5000,
        })
  server.maxConnections = 4096
  if (server instanceof Tls.Server) {
    certificates.onChange((changed) => server.setSecureContext(termsOf(changed)))
    server.on("secureConnection", onConnection)
    server.on("tlsClientError", (error: Error & { readonly code?: string }, connection) => {
      Fiber.runIn(
        runFork(refuse(connection, `it has no certificate that counts here (${error.code ?? error.message})`)),
        scope,
      )
    })
  }

  yield* Effect.acquireRelease(
    Effect.callback<void, ClusterError>((resume) => {
      const failed = (error: Error) => resume(Effect.fail(trouble(format(address), error)))
      server.once("error", failed)
      server.listen({ ...address, exclusive: true }, () => {
        server.off("error", failed)
        server.on("error", () => {})
        resume(Effect.void)
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const connection of connections) connection.destroy()
      }),
  )

  return {
    open: (next) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => void (receive = next)),
          () => Effect.sync(() => void (receive = undefined)),
        ),
      ),
  }
})
