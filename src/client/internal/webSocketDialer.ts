/** What the WebSockets of a browser and of Node have in common: a socket that carries messages. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import { Codec, type Dialer } from "../Dialer.ts"
import { notOpened } from "./socketErrors.ts"
import { socketOf, type Written } from "./socketOf.ts"

/** As far as it is used here. */
export interface WebSocketLike extends Socket.WebSocketLike {
  /** Bytes that were given to it and are not on the network yet. */
  readonly bufferedAmount: number
}

/** What was given to it and not sent, in bytes, from which on a write waits. */
const bufferedAtMost = 64 * 1024
/**
 * A WebSocket does not say when there is room again, so it is asked: soon, since a fast network has it at once, and then less
 * often, up to so many milliseconds.
 */
const askEvery = 20

const decoder = new TextDecoder()

const isOpen = 1

/** Done as soon as what is written would not wait behind too much, or will never be sent. */
const room = (webSocket: WebSocketLike, after = 1): Effect.Effect<void> =>
  Effect.suspend(() =>
    webSocket.bufferedAmount <= bufferedAtMost || webSocket.readyState !== isOpen
      ? Effect.void
      : Effect.delay(room(webSocket, Math.min(after * 2, askEvery)), after),
  )

/**
 * Frames in JSON go as text, and in MessagePack as binary messages, as the subprotocol says. Dialling fails where the
 * platform refuses to try: over an invalid URL, or without encryption from a page that has it.
 */
export const make = (
  address: string,
  open: (subprotocol: string) => WebSocketLike,
  /** Makes a socket of it, which closes it with the scope. How long it may take to open is for those to say who dial. */
  over: (acquire: Effect.Effect<WebSocketLike, Socket.SocketError, Scope.Scope>) => Effect.Effect<Socket.Socket>,
): Dialer["Service"] => ({
  address,
  carries: "messages",
  socket: Effect.flatMap(Codec, (codec) => {
    let webSocket: WebSocketLike | undefined
    const dial = Effect.try({
      try: () => (webSocket = open(`natter.v2.${codec}`)),
      catch: notOpened,
    })
    const whenThereIsRoom = (write: Effect.Effect<void, Socket.SocketError>) =>
      Effect.suspend(() => {
        if (webSocket === undefined) return write
        const hasRoom = room(webSocket)
        return Effect.andThen(Effect.andThen(hasRoom, write), hasRoom)
      })
    return Effect.map(
      over(Effect.acquireRelease(dial, (webSocket) => Effect.sync(() => webSocket.close(1000)))),
      ({ reader, writer }) =>
        socketOf({
          reader,
          write: (chunk: Written) =>
            Effect.flatMap(Effect.scoped(writer), ({ write }) =>
              whenThereIsRoom(write(codec === "json" && chunk instanceof Uint8Array ? decoder.decode(chunk) : chunk)),
            ),
        }),
    )
  }),
})
