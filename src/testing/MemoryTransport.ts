/** A link without a network: what TCP does to a conversation, in memory and under the test's control. */
import * as Effect from "effect/Effect"
import { type Connection, reading } from "../session/Connection.ts"
import { Pipe } from "./internal/pipe.ts"
import type { Link } from "./Link.ts"

export interface MemoryOptions {
  /** The IP address that the server sees. Default: `127.0.0.1`. */
  readonly remoteAddress?: string | undefined
  /** Bytes that each direction holds before its writer has to wait, as a socket's buffers do. Default: 64 KiB. */
  readonly capacity?: number | undefined
  /** How bytes sent at once arrive, at either end: in these pieces. Default: in one. */
  readonly split?: ((bytes: Uint8Array) => Iterable<Uint8Array>) | undefined
}

/** The client's end, with what no real network offers. */
export interface MemoryLink extends Link {
  /** From here on nothing arrives at either end, and neither is told: a cable pulled out. */
  readonly cut: Effect.Effect<void>
  /** Bytes that the server has written and the client has not read. */
  readonly unread: () => number
}

/** Pieces of this many bytes, to be used as `split`. */
export const piecesOf =
  (size: number) =>
  (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
    Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))

const whole = (bytes: Uint8Array) => [bytes]

/** Both ends of a new link. `connection` is for `Sessions.run`, or for whatever takes connections. */
export const make = (options: MemoryOptions = {}): { readonly connection: Connection; readonly link: MemoryLink } => {
  const { capacity = 64 * 1024, remoteAddress = "127.0.0.1", split = whole } = options
  const toServer = new Pipe(capacity, split)
  const toClient = new Pipe(capacity, split)
  let severed = false

  /** Breaks the end that reads `incoming` and writes `outgoing`; the other one hears of it, unless the cable is cut. */
  const abort = (incoming: Pipe, outgoing: Pipe) =>
    Effect.sync(() => {
      if (incoming.over && outgoing.delivered) return
      incoming.breakReader()
      outgoing.breakWriter()
      if (severed) return
      outgoing.breakReader()
      incoming.breakWriter()
    })

  const connection: Connection = {
    transport: "memory",
    remoteAddress,
    read: reading(toServer.read),
    send: (batch) => toClient.write(batch),
    drained: toClient.drained,
    backlog: () => toClient.backlog,
    close: Effect.suspend(() => {
      toClient.finish()
      return Effect.all([Effect.ignore(toClient.drained), Effect.ignore(Effect.forever(toServer.read))], {
        concurrency: 2,
        discard: true,
      })
    }),
    abort: abort(toServer, toClient),
  }

  const end = Effect.sync(() => toServer.finish())
  const link: MemoryLink = {
    // As most sockets do, it ends its side when the other has ended.
    pull: Effect.tapError(toClient.read, ({ clean }) => (clean ? end : Effect.void)),
    send: (bytes) => Effect.suspend(() => (toServer.write([bytes]) ? Effect.void : toServer.drained)),
    end,
    abort: abort(toClient, toServer),
    cut: Effect.sync(() => {
      severed = true
      toServer.sever()
      toClient.sever()
    }),
    unread: () => toClient.unread,
  }
  return { connection, link }
}
