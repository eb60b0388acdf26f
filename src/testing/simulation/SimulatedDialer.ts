/** Reaches the simulated server through a cable. */
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import { byteStream } from "../../client/byteStream.ts"
import type { Dialer } from "../../client/Dialer.ts"
import type { ConnectionEnded } from "../../session/Connection.ts"
import type { ClientEnd } from "./Line.ts"

const closed = ({ clean }: ConnectionEnded) =>
  new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: clean ? 1000 : 1006 }) })

const refused = () =>
  new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause: { code: "ECONNREFUSED" } }) })

/** Asks for a connection; hears the client's end of it, or that nobody listens, or nothing. */
export type Dial = (answer: (end: ClientEnd | undefined) => void) => void

export const make = (dial: Dial): Dialer["Service"] => {
  const open = Effect.acquireRelease(
    Effect.callback<ClientEnd, Socket.SocketError>((resume) => {
      let wanted = true
      dial((end) => {
        if (wanted) resume(end === undefined ? Effect.fail(refused()) : Effect.succeed(end))
        // Whoever has given up dialling hangs up on the answer.
        else if (end !== undefined) Effect.runSync(end.abort)
      })
      return Effect.sync(() => {
        wanted = false
      })
    }),
    (end) => end.abort,
    { interruptible: true },
  )
  const socket = Effect.sync(() => {
    let end: ClientEnd | undefined
    return Socket.make({
      reader: Effect.map(open, (opened) => {
        end = opened
        return {
          pull: opened.pull.pipe(
            Effect.mapError(closed),
            Effect.map((bytes) => [bytes] as const),
          ),
          upgrade: () => Effect.die("there is no upgrade"),
        }
      }),
      writer: Effect.sync(() => {
        const write = (chunk: Uint8Array | string | Socket.CloseEvent) =>
          chunk instanceof Uint8Array && end !== undefined ? Effect.mapError(end.send(chunk), closed) : Effect.void
        return { write, writeAll: (chunks) => Effect.forEach(chunks, write, { discard: true }) }
      }),
    })
  })
  return { socket, byteStream, address: "simulated" }
}
