/** What the WebSockets of a browser and of Node have in common: a socket that carries messages. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import { Codec, type Dialer } from "../Dialer.ts"

/** As far as it is used here. */
export interface WebSocketLike extends Socket.WebSocketLike {
  /** Bytes that were given to it and are not on the network yet. */
  readonly bufferedAmount: number
}

/** What was given to it and not sent, in bytes, from which on a write waits. */
const bufferedAtMost = 64 * 1024
/** A WebSocket does not say when there is room again, so it is asked. */
const askEvery = Duration.millis(20)

const decoder = new TextDecoder()

const isOpen = 1

/** Done as soon as what is written would not wait behind too much, or will never be sent. */
const room = (webSocket: WebSocketLike): Effect.Effect<void> =>
  Effect.suspend(() =>
    webSocket.bufferedAmount <= bufferedAtMost || webSocket.readyState !== isOpen
      ? Effect.void
      : Effect.delay(room(webSocket), askEvery),
  )

/**
 * Frames in JSON go as text, and in MessagePack as binary messages, as the subprotocol says. Dialling fails where the
 * platform refuses to try: over an invalid URL, or without encryption from a page that has it.
 */
export const make = (
  address: string,
  open: (subprotocol: string) => WebSocketLike,
  {
    unreadAtMost,
  }: {
    /** In bytes; where reading cannot be held back, more than that ends the connection. */ readonly unreadAtMost?: number
  } = {},
): Dialer["Service"] => ({
  address,
  carries: "messages",
  socket: Effect.flatMap(Codec, (codec) => {
    let webSocket: WebSocketLike | undefined
    const dial = Effect.try({
      try: () => (webSocket = open(`natter.v2.${codec}`)),
      catch: (cause) => new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) }),
    })
    const whenThereIsRoom = (write: Effect.Effect<void, Socket.SocketError>) =>
      Effect.suspend(() => {
        if (webSocket === undefined) return write
        const hasRoom = room(webSocket)
        return Effect.andThen(Effect.andThen(hasRoom, write), hasRoom)
      })
    return Effect.map(
      Socket.fromWebSocket(
        Effect.acquireRelease(dial, (webSocket) => Effect.sync(() => webSocket.close(1000))),
        // How long it may take is for those to say who dial.
        { openTimeout: Duration.infinity, highWaterMark: unreadAtMost },
      ),
      ({ reader, writer }) =>
        Socket.make({
          reader,
          writer: Effect.map(writer, ({ write }) => {
            const send = (chunk: Uint8Array | string | Socket.CloseEvent) =>
              whenThereIsRoom(write(codec === "json" && chunk instanceof Uint8Array ? decoder.decode(chunk) : chunk))
            return { write: send, writeAll: (chunks) => Effect.forEach(chunks, send, { discard: true }) }
          }),
        }),
    )
  }),
})
