/** As `ScriptedServer`, but in memory: there is no network, and the time is the test's. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Socket from "effect/socket/Socket"
import { byteStream } from "../../src/client/byteStream.ts"
import type { Dialer } from "../../src/client/Dialer.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { Deframer } from "../../src/protocol/Framing.ts"
import type { ConnectReply } from "../../src/protocol/Connect.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"

export type Frame = { readonly type: string; readonly ref?: number; readonly [field: string]: unknown }

export interface Peer {
  /** The next frame; undefined when the client has closed its end. */
  readonly next: Effect.Effect<Frame | undefined>
  /** Frames that have come and were not taken. */
  readonly waiting: () => number
  readonly send: (...frames: ReadonlyArray<ServerFrame>) => Effect.Effect<void>
  readonly send1: (...messages: ReadonlyArray<Message>) => Effect.Effect<void>
  readonly sendRaw: (...pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  /** Takes the client's `Connect`, which is returned, and agrees to version 2. */
  readonly agree: (terms?: Partial<ConnectReply>) => Effect.Effect<Frame | undefined>
  /** Ends the connection, properly or not. */
  readonly end: (code?: number) => Effect.Effect<void>
  /** Whether the network takes what the client writes. */
  readonly takes: (yes: boolean) => Effect.Effect<void>
}

export interface ScriptedDialer {
  readonly dialer: Dialer["Service"]
  /** The next client that dials. */
  readonly accept: Effect.Effect<Peer>
  readonly dials: () => number
  /** Links that are not closed. */
  readonly open: () => number
}

const serve = Encoding.server2("json")

/** A polite server closes the connection of a client that says goodbye. */
export const make = Effect.fnUntraced(function* ({
  polite = true,
}: { readonly polite?: boolean } = {}): Effect.fn.Return<ScriptedDialer> {
  const peers = yield* Queue.unbounded<Peer>()
  let dials = 0
  let open = 0

  const socket = Effect.gen(function* () {
    const frames = yield* Queue.unbounded<Frame | undefined>()
    const toClient = yield* Queue.unbounded<ReadonlyArray<Uint8Array>, Socket.SocketError>()
    const deframer = new Deframer()
    let takes = true
    const sendRaw: Peer["sendRaw"] = (...pieces) => Effect.sync(() => void Queue.offerUnsafe(toClient, pieces))
    const agreement = (terms: Partial<ConnectReply> = {}) =>
      Encoding.server1.encode({ type: "Connect", client_id: "natter", version: "2.0", codec: "json", ...terms })
    const next = Queue.take(frames)
    const peer: Peer = {
      next,
      waiting: () => Queue.sizeUnsafe(frames),
      send: (...sent) => sendRaw(Buffer.concat(sent.map((frame) => serve.encode(frame)))),
      send1: (...sent) => sendRaw(Buffer.concat(sent.map((message) => Encoding.server1.encode(message as never)))),
      sendRaw,
      agree: (terms) => Effect.tap(next, () => sendRaw(agreement(terms))),
      end: (code = 1006) =>
        Effect.asVoid(Queue.fail(toClient, new Socket.SocketError({ reason: new Socket.SocketCloseError({ code }) }))),
      takes: (yes) => Effect.sync(() => void (takes = yes)),
    }
    const write = (chunk: Uint8Array | string | Socket.CloseEvent) =>
      Effect.suspend(() => {
        if (!(chunk instanceof Uint8Array)) return Effect.void
        if (!takes) return Effect.never
        const bodies: Array<Uint8Array> = []
        deframer.push(chunk, bodies)
        let goodbye = false
        for (const body of bodies) {
          const frame = JSON.parse(Buffer.from(body).toString()) as Frame
          Queue.offerUnsafe(frames, frame)
          goodbye ||= polite && frame.type === "Disconnect"
        }
        return goodbye ? peer.end(1000) : Effect.void
      })
    return Socket.make({
      reader: Effect.acquireRelease(
        Effect.sync(() => {
          dials++
          open++
          Queue.offerUnsafe(peers, peer)
          return {
            pull: Effect.map(Queue.take(toClient), (pieces) => pieces as never),
            upgrade: Socket.SocketUpgradeError.unsupported,
          }
        }),
        () =>
          Effect.sync(() => {
            open--
            Queue.offerUnsafe(frames, undefined)
          }),
      ),
      writer: Effect.succeed({ write, writeAll: (chunks) => Effect.forEach(chunks, write, { discard: true }) }),
    })
  })

  return {
    dialer: { socket, byteStream, address: "memory" },
    accept: Queue.take(peers),
    dials: () => dials,
    open: () => open,
  }
})
