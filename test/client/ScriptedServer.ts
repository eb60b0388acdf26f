/** A server that the test scripts, to send what a good server never would. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import type { Address } from "../../src/domain/Address.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { Deframer } from "../../src/protocol/Framing.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"

export interface Peer {
  /** The next frame, as plain JSON; undefined when the client has ended its side. */
  readonly next: Effect.Effect<{ readonly type: string; readonly [field: string]: unknown } | undefined>
  readonly send: (...frames: ReadonlyArray<ServerFrame>) => Effect.Effect<void>
  readonly sendRaw: (bytes: Uint8Array | string) => Effect.Effect<void>
  /** Takes the client's `Connect` and agrees to version 2. */
  readonly agree: (terms?: { readonly ping_after: number; readonly pong_within: number }) => Effect.Effect<void>
  /** Reads nothing more. */
  readonly pause: Effect.Effect<void>
  readonly close: Effect.Effect<void>
  /** Breaks the connection. */
  readonly reset: Effect.Effect<void>
}

export interface ScriptedServer {
  readonly address: Address
  /** The next client that connects. */
  readonly accept: Effect.Effect<Peer>
}

const serve = Encoding.server2("json")

const peerOf = (socket: Net.Socket, polite: boolean): Peer => {
  const frames = Effect.runSync(Queue.unbounded<unknown>())
  const deframer = new Deframer()
  socket.on("data", (chunk) => {
    const bodies: Array<Uint8Array> = []
    deframer.push(chunk, bodies)
    for (const body of bodies) {
      const frame = JSON.parse(Buffer.from(body).toString())
      Queue.offerUnsafe(frames, frame)
      if (polite && frame.type === "Disconnect") socket.end()
    }
  })
  socket.on("end", () => Queue.offerUnsafe(frames, undefined))
  socket.on("error", () => Queue.offerUnsafe(frames, undefined))
  const next = Queue.take(frames) as Peer["next"]
  const sendRaw: Peer["sendRaw"] = (bytes) => Effect.sync(() => void socket.write(bytes))
  return {
    next,
    sendRaw,
    send: (...frames) => sendRaw(Buffer.concat(frames.map((frame) => serve.encode(frame)))),
    agree: (terms) =>
      Effect.andThen(
        next,
        sendRaw(
          Encoding.server1.encode({ type: "Connect", client_id: "natter", version: "2.0", codec: "json", ...terms }),
        ),
      ),
    pause: Effect.sync(() => void socket.pause()),
    close: Effect.sync(() => void socket.end()),
    reset: Effect.sync(() => void socket.resetAndDestroy()),
  }
}

/** Listens; a polite server closes the connection of a client that says goodbye. */
export const open = Effect.fnUntraced(function* (polite = true): Effect.fn.Return<ScriptedServer, never, Scope.Scope> {
  const peers = yield* Queue.unbounded<Peer>()
  const sockets = new Set<Net.Socket>()
  const server = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer((socket) => {
        sockets.add(socket)
        Queue.offerUnsafe(peers, peerOf(socket, polite))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }),
  )
  const { port } = server.address() as Net.AddressInfo
  return { address: { host: "127.0.0.1", port }, accept: Queue.take(peers) }
})

/** A frame that a version 2 client could decode, were it not for its content. */
export const frameOf = (value: unknown): Uint8Array => {
  const body = Buffer.from(JSON.stringify(value))
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.byteLength)
  return Buffer.concat([header, body])
}
