/** A way to a server over TCP that can be held: what is on its way stays so for as long as a test looks at it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as net from "node:net"

export interface Gate {
  /** Where it begins. */
  readonly port: number
  /** From so many bytes on nothing more gets through in this direction. */
  readonly hold: (direction: "toServer" | "toClient", after: number) => void
  /** What is held goes on. */
  readonly release: () => void
}

export const open = Effect.fnUntraced(function* (port: number): Effect.fn.Return<Gate, never, Scope.Scope> {
  const sockets = new Set<net.Socket>()
  const held = new Set<net.Socket>()
  let limit: { readonly direction: "toServer" | "toClient"; left: number } | undefined
  const relay = (direction: "toServer" | "toClient", from: net.Socket, to: net.Socket) => {
    sockets.add(from)
    from.on("data", (bytes) => {
      const more = to.write(bytes)
      if (limit?.direction === direction && (limit.left -= bytes.length) < 0) {
        from.pause()
        held.add(from)
      } else if (!more) {
        from.pause()
        to.once("drain", () => held.has(from) || from.resume())
      }
    })
    from.on("end", () => to.end())
    from.on("error", () => {})
    from.on("close", () => {
      sockets.delete(from)
      held.delete(from)
      to.destroy()
    })
  }
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true })
    relay("toServer", near, far)
    relay("toClient", far, near)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      }),
  )
  return {
    port: (server.address() as net.AddressInfo).port,
    hold: (direction, after) => {
      limit = { direction, left: after }
    },
    release: () => {
      limit = undefined
      for (const socket of held) socket.resume()
      held.clear()
    },
  }
})
