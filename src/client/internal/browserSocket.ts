import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import { closed, notOpened, notRead, notWritten } from "./socketErrors.ts"
import { isClosing, socketOf } from "./socketOf.ts"
import type { WebSocketLike } from "./webSocketDialer.ts"

const isOpen = 1
const lost = 1006

/**
 * A socket over a WebSocket as browsers have it, which cannot be told to wait: where more than `unreadAtMost` bytes have
 * come and are not read, it ends.
 */
export const browserSocket = (
  acquire: Effect.Effect<WebSocketLike, Socket.SocketError, Scope.Scope>,
  unreadAtMost: number,
): Socket.Socket => {
  const opened = Deferred.makeUnsafe<WebSocketLike, Socket.SocketError>()

  const reader = Effect.gen(function* () {
    const webSocket = yield* acquire
    // What waits is bounded by `unreadAtMost`.
    const come = yield* Queue.unbounded<Uint8Array | string, Socket.SocketError>()
    let unread = 0
    const end = (error: Socket.SocketError): void => {
      Queue.failCauseUnsafe(come, Cause.fail(error))
      Deferred.doneUnsafe(opened, Exit.fail(error))
    }
    const open = () => Deferred.doneUnsafe(opened, Exit.succeed(webSocket))
    Object.assign(webSocket, { binaryType: "arraybuffer" })
    webSocket.addEventListener("open", open)
    webSocket.addEventListener("message", ({ data }) => {
      const piece = data instanceof ArrayBuffer ? new Uint8Array(data) : (data as Uint8Array | string)
      unread += piece.length
      Queue.offerUnsafe(come, piece)
      if (unread > unreadAtMost) end(notRead(new Error(`more than ${unreadAtMost} bytes have come and are not read`)))
    })
    webSocket.addEventListener("error", (event) =>
      end(Deferred.isDoneUnsafe(opened) ? notRead(event) : notOpened(event)),
    )
    webSocket.addEventListener("close", ({ code = lost, reason }) => end(closed(code, reason)))
    // Whoever still waits for something to come.
    yield* Effect.addFinalizer(() => Effect.sync(() => end(closed(lost))))
    if (webSocket.readyState === isOpen) open()
    yield* Deferred.await(opened)
    const pull = Effect.map(Queue.takeAll(come), (pieces) => {
      unread = 0
      return pieces
    })
    return { pull }
  })

  return socketOf({
    reader,
    write: (written) =>
      Effect.flatMap(Deferred.await(opened), (webSocket) =>
        Effect.try({
          try: () => {
            if (isClosing(written)) return webSocket.close(written.code, written.reason)
            // Behind the close a browser would leave it out, and complain of it in its console. Whoever reads hears of the end.
            if (webSocket.readyState === isOpen) webSocket.send(written as string | Uint8Array<ArrayBuffer>)
          },
          catch: notWritten,
        }),
      ),
  })
}
