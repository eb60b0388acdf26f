/** The other side of a listener: opens a connection over TCP or to a socket in the file system, as a client does. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import type { Connection } from "../../session/Connection.ts"
import { SocketConnection } from "../SocketConnection.ts"

/** Nobody answers there, or not any more. */
export class DialError extends Data.TaggedError("DialError")<{ readonly cause: unknown }> {}

export interface DialResult {
  readonly connection: Connection
  /** Ends this side (FIN); what the other says can still be read. */
  readonly end: Effect.Effect<void>
}

/** An address, or the path of a socket in the file system. */
type Target = { readonly host: string; readonly port: number } | { readonly path: string }

/** The connection is destroyed with the scope, if it has not ended before. */
export const dial = Effect.fnUntraced(function* (target: Target): Effect.fn.Return<DialResult, DialError, Scope.Scope> {
  const raw = yield* Effect.acquireRelease(open(target), (raw) => Effect.sync(() => raw.destroy()))
  return { connection: new SocketConnection("tcp", raw), end: Effect.sync(() => raw.end()) }
})

/** A socket that is connected. */
export const open = (target: Target): Effect.Effect<Net.Socket, DialError> =>
  Effect.callback((resume) => {
    // Who has not read the end yet has not ended either.
    const raw = Net.connect({ ...target, noDelay: true, allowHalfOpen: true })
    raw.once("connect", () => resume(Effect.succeed(raw)))
    // Once it is open the reader hears of errors too, but not of those behind its end.
    raw.on("error", (cause) => resume(Effect.fail(new DialError({ cause }))))
    return Effect.sync(() => raw.destroy())
  })
