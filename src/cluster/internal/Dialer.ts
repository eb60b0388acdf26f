/** Connections to other nodes: made, encrypted where that is wanted, and greeted. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import * as Tls from "node:tls"
import type { Address } from "../../domain/Address.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { Certificates, NodeCertificatesShape } from "../NodeCertificates.ts"
import { type ConnectionKind, type Credentials, dial, type HandshakeFailed } from "./handshake.ts"

export class DialFailed extends Data.TaggedError("DialFailed")<{ readonly problem: string }> {
  override get message() {
    return this.problem
  }
}

interface Dialed {
  readonly connection: Net.Socket
  readonly peer: NodeId
}

/** From the first packet to the last word of the greeting. */
const patience = "3 seconds"

const connect = (address: Address, certificates: Certificates | undefined) =>
  Effect.callback<Net.Socket, DialFailed>((resume) => {
    const options = { ...address, noDelay: true, keepAlive: true }
    const connection =
      certificates === undefined
        ? Net.connect(options)
        : Tls.connect({ ...certificates, ...options, minVersion: "TLSv1.3" })
    const ready = certificates === undefined ? "connect" : "secureConnect"
    const failed = (error: Error) => resume(Effect.fail(new DialFailed({ problem: error.message })))
    connection.once(ready, () => {
      connection.setNoDelay(true)
      resume(Effect.succeed(connection))
    })
    // Stays: an error that nobody hears ends the process.
    connection.on("error", failed)
    return Effect.sync(() => void connection.destroy())
  })

export type Dialer = (address: Address, kind: ConnectionKind) => Effect.Effect<Dialed, DialFailed | HandshakeFailed>

/** What is dialed is the caller's to close. Each time with the certificates that are in force then. */
export const make =
  (credentials: Credentials, { current }: Pick<NodeCertificatesShape, "current">): Dialer =>
  (address, kind) =>
    Effect.flatMap(
      Effect.suspend(() => connect(address, current())),
      (connection) =>
        dial(connection, credentials, kind).pipe(
          Effect.map((peer) => ({ connection, peer })),
          Effect.onError(() => Effect.sync(() => void connection.destroy())),
        ),
    ).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(new DialFailed({ problem: `nothing was answered within ${patience}` })),
      }),
    )
