/** A cable to a server over TCP, which a test can cut. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as net from "node:net"
import type { Address } from "../../src/domain/Address.ts"

export interface Cable {
  /** Where it begins. */
  readonly address: Address
  /** Breaks what goes over it now. */
  readonly cut: () => void
}

/** Where it leads may change: undefined is nowhere. */
export const open = Effect.fnUntraced(function* (
  to: Address | (() => Address | undefined),
): Effect.fn.Return<Cable, never, Scope.Scope> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((near) => {
    const target = typeof to === "function" ? to() : to
    if (target === undefined) return void near.resetAndDestroy()
    const far = net.connect({ ...target, noDelay: true })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on("error", () => {})
      one.on("close", () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        cut()
      }),
  )
  return { address: { host: "127.0.0.1", port: (server.address() as net.AddressInfo).port }, cut }
})
