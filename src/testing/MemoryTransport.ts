/** A link without a network: what TCP does to a conversation, in memory and under the test's control. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Address } from "../domain/Address.ts"
import type { Disconnect } from "../domain/Disconnect.ts"
import { Deframer, lengthPrefixed } from "../protocol/Framing.ts"
import { type Connection, reading } from "../session/Connection.ts"
import type { Sessions } from "../session/Sessions.ts"
import type { ConnectionLimits } from "../transport/ConnectionLimits.ts"
import type { Listener } from "../transport/Listener.ts"
import { receive } from "../transport/Reception.ts"
import { DialError } from "../transport/tcp/TcpDialer.ts"
import { WebSocketConnection } from "../transport/websocket/WebSocketConnection.ts"
import { Pipe } from "./internal/pipe.ts"
import { overWebSocket } from "./internal/webSocket.ts"
import type { Link } from "./Link.ts"

export interface MemoryOptions {
  /** The IP address that the server sees. Default: `127.0.0.1`. */
  readonly remoteAddress?: string | undefined
  /** Bytes that each direction holds before its writer has to wait, as a socket's buffers do. Default: 64 KiB. */
  readonly capacity?: number | undefined
  /** How bytes sent at once arrive, at either end: in these pieces. Default: in one. */
  readonly split?: ((bytes: Uint8Array) => Iterable<Uint8Array>) | undefined
  /**
   * What the server's end is: a stream of bytes, as over TCP, or a WebSocket behind its handshake. The client's end is a
   * stream in either case: between the two stands what a gateway would be, so that every client can be used. Default:
   * `stream`.
   */
  readonly carries?: "stream" | "websocket" | undefined
}

/** The client's end, with what no real network offers. */
export interface MemoryLink extends Link {
  /** From here on nothing arrives at either end, and neither is told: a cable pulled out. */
  readonly cut: Effect.Effect<void>
  /** Bytes that the server has written and the client has not read. */
  readonly unread: () => number
  /** Why the server has closed the link, once it has. */
  readonly closedFor: () => Disconnect | undefined
}

/** Pieces of this many bytes, to be used as `split`. */
export const piecesOf =
  (size: number) =>
  (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
    Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))

const whole = (bytes: Uint8Array) => [bytes]

/** Both ends of a new link. `connection` is for `Sessions.run`, or for whatever takes connections. */
export const make = (options: MemoryOptions = {}): { readonly connection: Connection; readonly link: MemoryLink } => {
  const { capacity = 64 * 1024, carries = "stream", remoteAddress = "127.0.0.1", split = whole } = options
  const toServer = new Pipe(capacity, split)
  const toClient = new Pipe(capacity, split)
  let closedFor: Disconnect | undefined
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
    framing: lengthPrefixed,
    makeReader: (maxBytes) => new Deframer(maxBytes),
    remoteAddress,
    read: reading(toServer.read),
    send: (batch) => toClient.write(batch),
    drained: toClient.drained,
    backlog: () => toClient.backlog,
    close: (reason) =>
      Effect.suspend(() => {
        closedFor = reason
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
    closedFor: () => closedFor,
  }
  if (carries === "stream") return { connection, link }
  return {
    connection: new WebSocketConnection("memory", connection),
    link: { ...link, ...overWebSocket(link) },
  }
}

/** Listens in memory: a service can be reached through it by whoever has it. */
export class MemoryListener implements Listener {
  readonly transport = "memory"
  readonly listen: Effect.Effect<Address, never, Scope.Scope | Sessions | ConnectionLimits>
  private accept: ((connection: Connection) => void) | undefined

  /** All memory listeners have the same address, which nobody can dial. */
  constructor() {
    this.listen = Effect.gen({ self: this }, function* () {
      const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
      yield* Effect.acquireRelease(
        Effect.sync(() => void (this.accept = (connection) => run(receive(connection)))),
        () => Effect.sync(() => void (this.accept = undefined)),
      )
      return { host: "memory", port: 0 }
    })
  }

  /** A link to the service; broken with the scope, unless it has ended before. Fails where the service does not listen. */
  connect(options?: MemoryOptions): Effect.Effect<MemoryLink, DialError, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.suspend(() => {
        if (this.accept === undefined) return Effect.fail(new DialError({ cause: "nobody listens" }))
        const { connection, link } = make(options)
        this.accept(connection)
        return Effect.succeed(link)
      }),
      (link) => link.abort,
    )
  }
}
