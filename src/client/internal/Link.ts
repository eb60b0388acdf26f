/** An open socket as the client uses it: whole bodies in, bytes out. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import { Disconnect } from "../../protocol/Disconnect.ts"
import { Deframer } from "../../protocol/Framing.ts"
import type { ConnectError } from "../ConnectError.ts"
import { toConnectError } from "./socketError.ts"

/** Bytes of the largest frame that is read: a list of members can be longer than anything a client may send. */
const maxFrameBytes = 1024 * 1024

export interface Link {
  /** The next body. Fails when there will be no more. */
  readonly take: Effect.Effect<Uint8Array, Disconnect>
  /** Waits while the network takes nothing. A broken link shows at `take`. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void>
  /** When the server was last heard of, in milliseconds. */
  readonly heardAt: () => number
}

/** Dials; closes with the scope. */
export const open: Effect.Effect<Link, ConnectError, Socket.Socket | Scope.Scope> = Effect.gen(function* () {
  const socket = yield* Socket.Socket
  const clock = yield* Clock.Clock
  const pull = yield* Effect.mapError(Socket.readerBytes(socket), toConnectError)
  const writer = yield* socket.writer

  const deframer = new Deframer(maxFrameBytes)
  let bodies: Array<Uint8Array> = []
  let at = 0
  let broken: Disconnect | undefined
  let heardAt = clock.currentTimeMillisUnsafe()

  const more = Effect.matchEffect(pull, {
    onFailure: () => Effect.fail(new Disconnect({ reason: "ConnectionLost" })),
    onSuccess: (chunks) => {
      heardAt = clock.currentTimeMillisUnsafe()
      bodies = []
      at = 0
      for (const chunk of chunks) {
        const error = deframer.push(chunk, bodies)
        if (error !== undefined) broken = new Disconnect({ reason: "MalformedFrame", detail: error.message })
      }
      return Effect.void
    },
  })
  const take: Effect.Effect<Uint8Array, Disconnect> = Effect.suspend(() => {
    if (at < bodies.length) return Effect.succeed(bodies[at++]!)
    if (broken !== undefined) return Effect.fail(broken)
    return Effect.flatMap(more, () => take)
  })

  return { take, write: (bytes) => Effect.ignore(writer.write(bytes)), heardAt: () => heardAt }
})
