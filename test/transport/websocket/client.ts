/** Somebody else's client, `ws`, as a test talks by it: what came, in its order, and how it ended. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import type { Socket } from "node:net"
import { type ClientOptions, WebSocket } from "ws"

export interface Said {
  readonly binary: boolean
  readonly bytes: Uint8Array
}

export interface Client {
  readonly socket: WebSocket
  /** What carries it, for what is no WebSocket. */
  readonly raw: Socket
  /** Everything that came. */
  readonly said: Array<Said>
  /** The next message; waits for it. */
  readonly next: Effect.Effect<Said, unknown>
  readonly send: (message: object | Uint8Array | string) => void
  readonly closed: Effect.Effect<readonly [code: number, reason: string]>
}

/** Connects, and goes with the scope. */
export const connect = (
  address: { readonly host: string; readonly port: number } | undefined,
  protocols: ReadonlyArray<string> = [],
  { secure = false, ...options }: ClientOptions & { readonly secure?: boolean } = {},
): Effect.Effect<Client, unknown, Scope.Scope> => {
  const open = Effect.tryPromise(async () => {
    const { host, port } = address!
    const socket = new WebSocket(`${secure ? "wss" : "ws"}://${host}:${port}/ws`, [...protocols], {
      perMessageDeflate: false,
      ...options,
    })
    const said: Array<Said> = []
    let wake = () => {}
    socket.on("message", (bytes: Buffer, binary) => {
      said.push({ binary, bytes })
      wake()
    })
    // It is followed by a close.
    socket.on("error", () => {})
    const closed = new Promise<readonly [number, string]>((resolve) => {
      socket.on("close", (code, reason) => {
        resolve([code, reason.toString()])
        wake()
      })
    })
    await Promise.race([
      once(socket, "open"),
      closed.then(([code]) => Promise.reject(new Error(`closed with ${code}`))),
    ])
    let read = 0
    const next = async (): Promise<Said> => {
      while (read === said.length) {
        if (socket.readyState === WebSocket.CLOSED) throw new Error("nothing more was said")
        await new Promise<void>((resolve) => (wake = resolve))
      }
      return said[read++]!
    }
    const client: Client = {
      socket,
      raw: (socket as unknown as { readonly _socket: Socket })._socket,
      said,
      next: Effect.tryPromise(next),
      send: (message) =>
        socket.send(typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message)),
      closed: Effect.promise(() => closed),
    }
    return client
  })
  return Effect.acquireRelease(open, ({ socket }) => Effect.sync(() => socket.terminate()))
}

/** Of a message in JSON. */
export const parsed = ({ bytes }: Said) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>

/** The messages up to one of this type, which has to be JSON. */
export const until = (client: Client, type: string): Effect.Effect<Record<string, unknown>, unknown> =>
  Effect.flatMap(client.next, (said) => {
    const frame = parsed(said)
    return frame["type"] === type ? Effect.succeed(frame) : until(client, type)
  })
