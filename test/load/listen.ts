import * as Effect from "effect/Effect"
import type * as Net from "node:net"

/** Where the server listens, on a free port, until the scope closes; then it is gone with all its connections. */
export const listen = (server: Net.Server, scheme: "http" | "ws") =>
  Effect.gen(function* () {
    const sockets = new Set<Net.Socket>()
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          for (const socket of sockets) socket.destroy()
        }),
    )
    const { port } = server.address() as Net.AddressInfo
    return new URL(`${scheme}://127.0.0.1:${port}/`)
  })
