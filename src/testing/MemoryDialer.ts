/**
 * Reaches a `TestServer` without a network, and breaks the way to it: so a client of `natter/client` runs on whatever
 * clock the test has.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"
import { byteStream } from "../client/byteStream.ts"
import { Dialer } from "../client/Dialer.ts"
import type { Link } from "./Link.ts"
import { TestServer } from "./TestServer.ts"

export interface MemoryDialer {
  /** What `Client.make` takes: `Effect.provideService(Dialer, dialer)`. */
  readonly dialer: Dialer["Service"]
  /** The number of dials. */
  readonly dials: () => number
  /** Breaks the current link. */
  readonly cut: Effect.Effect<void>
  /** Breaks the current link behind exactly so many more bytes in this direction. */
  readonly cutAfter: (bytes: number, direction: "toServer" | "toClient") => void
  /** Bytes that have passed, in both directions, over all links. */
  readonly passed: () => { readonly toServer: number; readonly toClient: number }
  /** Whether dials succeed from now on. */
  readonly answer: (yes: boolean) => Effect.Effect<void>
}

const closed = () => new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1006 }) })
const refused = () =>
  new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause: { code: "ECONNREFUSED" } }) })

/** A dialer of its own for each client: what is cut is that client's link. */
export const make: Effect.Effect<MemoryDialer, never, TestServer> = Effect.map(TestServer, (server) => {
  let dials = 0
  let answers = true
  let current: Link | undefined
  const passed = { toServer: 0, toClient: 0 }
  let cut: { direction: keyof typeof passed; at: number } | undefined

  /** The part of these bytes that gets through; breaks the link where it is to be broken. */
  const through = (link: Link, bytes: Uint8Array, direction: keyof typeof passed) => {
    const room = cut?.direction === direction ? cut.at - passed[direction] : Number.POSITIVE_INFINITY
    passed[direction] += Math.min(room, bytes.byteLength)
    if (bytes.byteLength < room) return { bytes, after: Effect.void }
    cut = undefined
    return { bytes: bytes.subarray(0, room), after: link.abort }
  }

  const open = Effect.gen(function* () {
    dials++
    if (!answers) return yield* refused()
    const link = yield* Effect.mapError(server.connect(), refused)
    current = link
    return link
  })
  const socket = Effect.sync(() => {
    let link: Link | undefined
    return Socket.make({
      reader: Effect.map(open, (opened) => {
        link = opened
        return {
          pull: opened.pull.pipe(
            Effect.mapError(closed),
            Effect.flatMap((arrived) => {
              const { bytes, after } = through(opened, arrived, "toClient")
              return Effect.as(after, [bytes] as const)
            }),
          ),
          upgrade: () => Effect.fail(closed()),
        }
      }),
      writer: Effect.sync(() => {
        const write = (chunk: Uint8Array | string | Socket.CloseEvent) =>
          Effect.suspend(() => {
            if (!(chunk instanceof Uint8Array)) return Effect.void
            const { bytes, after } = through(link!, chunk, "toServer")
            return Effect.andThen(Effect.mapError(link!.send(bytes), closed), after)
          })
        return { write, writeAll: (chunks) => Effect.forEach(chunks, write, { discard: true }) }
      }),
    })
  })
  return {
    dialer: { socket, byteStream, address: "memory" },
    dials: () => dials,
    cut: Effect.suspend(() => current?.abort ?? Effect.void),
    cutAfter: (bytes, direction) => (cut = { direction, at: passed[direction] + bytes }),
    passed: () => ({ ...passed }),
    answer: (yes) => Effect.sync(() => void (answers = yes)),
  }
})

/** The way to the server for clients that need not be cut off. */
export const layer: Layer.Layer<Dialer, never, TestServer> = Layer.effect(
  Dialer,
  Effect.map(make, ({ dialer }) => dialer),
)
