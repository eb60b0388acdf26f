/** An open socket as the client uses it: whole frames are read, bytes are written. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type * as Socket from "effect/socket/Socket"
import { Disconnect } from "../../domain/Disconnect.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { BodyReader } from "../../protocol/Framing.ts"
import type { ConnectError } from "../ConnectError.ts"
import { toDisconnect } from "./closeCode.ts"
import { isCertificateRefused, toConnectError } from "./socketError.ts"

/** Bytes of the largest frame that is read: a list of members can be longer than anything a client may send. */
export const maxFrameBytes = 1024 * 1024

export interface Link {
  /** The body of the next frame. Fails when there will be no more. */
  readonly take: Effect.Effect<Uint8Array, Disconnect>
  /** Whether it ended because the server wants another certificate of the client, or one at all. */
  readonly certificateRefused: () => boolean
  /** Waits while the network takes nothing, for ever if need be. Never fails: a broken link fails `take`. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void>
  /** When the last bytes came, in milliseconds that only go forward. */
  readonly heardAt: () => number
  /** Succeeds as soon as nothing has come for so long. */
  readonly silent: (duration: Duration.Duration) => Effect.Effect<void>
  /** Bytes that have come. */
  readonly received: () => number
  /** When a frame was last seen to come in pieces, in milliseconds; it takes its time on a slow link. */
  readonly piecemealAt: () => number
  /** Waits until a frame comes in pieces, from now on. */
  readonly piecemeal: Effect.Effect<void>
  /** When the last bytes were handed to the network. */
  readonly spokeAt: () => number
  /** Whether the server has closed it properly, between two frames. */
  readonly closed: () => boolean
}

/** The code of a WebSocket that was closed without one. */
const noCode = 1005

const isClose = ({ reason }: Socket.SocketError): boolean =>
  reason._tag === "SocketCloseError" && (reason.code === 1000 || reason.code === noCode)

const encoder = new TextEncoder()

/** Dials a socket, and finds frames with this reader; closes with the scope. */
export const open = Effect.fnUntraced(function* (
  socket: Socket.Socket,
  reader: BodyReader,
): Effect.fn.Return<Link, ConnectError, Scope.Scope> {
  const clock = yield* Clock.Clock
  const { pull } = yield* Effect.mapError(socket.reader, toConnectError)
  const writer = yield* socket.writer

  const writing = Semaphore.makeUnsafe(1)

  let bodies: Array<Uint8Array> = []
  let at = 0
  let broken: Disconnect | undefined
  let heardAt = Monotonic.millis(clock)
  let spokeAt = heardAt
  let piecemealAt = Number.NEGATIVE_INFINITY
  const inPieces = Latch.makeUnsafe(false)
  let received = 0
  let closed = false
  let certificateRefused = false

  const more = Effect.matchEffect(pull, {
    onFailure: (error) => {
      closed = isClose(error) && !reader.partial
      certificateRefused = isCertificateRefused(error)
      return Effect.fail(toDisconnect(error))
    },
    onSuccess: (chunks) => {
      heardAt = Monotonic.millis(clock)
      bodies = []
      at = 0
      for (const piece of chunks) {
        const chunk = typeof piece === "string" ? encoder.encode(piece) : piece
        const error = reader.push(chunk, bodies)
        received += chunk.byteLength
        if (error !== undefined) broken = new Disconnect({ reason: "MalformedFrame", detail: error.message })
      }
      if (reader.partial) {
        piecemealAt = heardAt
        inPieces.openUnsafe()
      }
      return Effect.void
    },
  })
  const take: Effect.Effect<Uint8Array, Disconnect> = Effect.suspend(() => {
    if (at < bodies.length) return Effect.succeed(bodies[at++]!)
    if (broken !== undefined) return Effect.fail(broken)
    return Effect.flatMap(more, () => take)
  })

  const silent = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.suspend(() => {
      const left = Duration.toMillis(duration) - (Monotonic.millis(clock) - heardAt)
      return left <= 0 ? Effect.void : Effect.andThen(Effect.sleep(Duration.millis(left)), silent(duration))
    })

  return {
    take,
    certificateRefused: () => certificateRefused,
    // One at a time: while the network takes nothing, writes wait here and do not fill the socket's buffer.
    write: (bytes) =>
      writing.withPermits(1)(
        Effect.suspend(() => {
          spokeAt = Monotonic.millis(clock)
          return Effect.ignore(writer.write(bytes))
        }),
      ),
    heardAt: () => heardAt,
    received: () => received,
    piecemealAt: () => piecemealAt,
    piecemeal: Effect.suspend(() => {
      inPieces.closeUnsafe()
      return inPieces.await
    }),
    spokeAt: () => spokeAt,
    silent,
    closed: () => closed,
  }
})
