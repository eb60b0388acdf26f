import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import type * as Net from "node:net"
import { type Connection, ConnectionEnded } from "../../session/Connection.ts"
import { plainAddress } from "../internal/address.ts"

/** A batch up to this many bytes is copied into one piece: cheaper than handing the pieces over. */
const copyUpTo = 16 * 1024

/**
 * A connection over a TCP socket. Reading is effect's, with the backpressure it has; writing goes
 * to the socket itself, because a write that need not wait should not cost an effect.
 */
export const make = (
  socket: Socket.Socket,
  raw: Net.Socket,
): Effect.Effect<Connection, Socket.SocketError, Scope.Scope> =>
  Effect.map(socket.reader, (reader) => {
    const pull = reader.pull.pipe(
      // Without an encoding set, a Node socket reads buffers.
      Effect.map((chunks) => (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks as never)) as Uint8Array),
      Effect.mapError(({ reason }) => new ConnectionEnded({ clean: "code" in reason && reason.code === 1000 })),
    )
    return {
      transport: "tcp",
      remoteAddress: plainAddress(raw.remoteAddress ?? "unknown"),
      pull,
      send: (batch) => {
        // A write after the end would be an error event; the reader finds out by itself.
        if (raw.destroyed || raw.writableEnded) return false
        if (batch.length === 1) return raw.write(batch[0]!)
        let length = 0
        for (const bytes of batch) length += bytes.byteLength
        if (length <= copyUpTo) return raw.write(Buffer.concat(batch, length))
        raw.cork()
        for (const bytes of batch) raw.write(bytes)
        raw.uncork()
        return !raw.writableNeedDrain
      },
      drained: drained(raw),
      backlog: () => raw.writableLength,
      // The rest of what the peer sends is read and dropped until it ends its side too: closing on
      // unread bytes would reset the connection, and the peer might lose our last words. Meanwhile,
      // because a peer may listen only when it has said everything.
      close: Effect.all([ended(raw), Effect.ignore(Effect.forever(pull, { disableYield: true }))], {
        concurrency: 2,
        discard: true,
      }),
      abort: Effect.sync(() => {
        if (raw.destroyed) return
        if (raw.readableEnded && raw.writableFinished) raw.destroy()
        else raw.resetAndDestroy()
      }),
    }
  })

/** Ends our side; done when everything has left, or cannot any more. */
const ended = (raw: Net.Socket): Effect.Effect<void> =>
  Effect.callback((resume) => {
    raw.end(() => resume(Effect.void))
  })

const drained = (raw: Net.Socket): Effect.Effect<void, ConnectionEnded> =>
  Effect.callback((resume) => {
    if (raw.destroyed || raw.writableEnded) return resume(Effect.fail(new ConnectionEnded({ clean: false })))
    if (!raw.writableNeedDrain) return resume(Effect.void)
    const settle = (outcome: Effect.Effect<void, ConnectionEnded>) => () => {
      forget()
      resume(outcome)
    }
    const onDrain = settle(Effect.void)
    const onClose = settle(Effect.fail(new ConnectionEnded({ clean: false })))
    const forget = () => {
      raw.off("drain", onDrain)
      raw.off("close", onClose)
    }
    raw.on("drain", onDrain)
    raw.on("close", onClose)
    return Effect.sync(forget)
  })
