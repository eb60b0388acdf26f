/** A way to a node in which things go wrong. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import * as net from "node:net"

export class Way {
  readonly port: number
  private readonly pairs = new Set<readonly [net.Socket, net.Socket]>()
  private blocked = false

  private constructor(server: net.Server, target: number) {
    const { port } = server.address() as net.AddressInfo
    this.port = port
    server.on("connection", (near) => {
      const far = net.connect(target, "127.0.0.1")
      const pair = [near, far] as const
      this.pairs.add(pair)
      const end = () => {
        this.pairs.delete(pair)
        near.destroy()
        far.destroy()
      }
      for (const socket of pair) socket.setNoDelay(true).on("error", end).on("close", end)
      near.pipe(far)
      far.pipe(near)
      if (this.blocked) this.stop(pair)
    })
  }

  static make(target: number): Effect.Effect<Way, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.promise(async () => {
        const server = net.createServer().listen(0, "127.0.0.1")
        await once(server, "listening")
        return { server, way: new Way(server, target) }
      }),
      ({ server, way }) =>
        Effect.promise(async () => {
          const closed = once(server, "close")
          server.close()
          way.cut()
          await closed
        }),
    ).pipe(Effect.map(({ way }) => way))
  }

  /** Breaks every connection. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }

  /** Nothing comes through any more, and nobody is told. */
  block(): void {
    this.blocked = true
    for (const pair of this.pairs) this.stop(pair)
  }

  private stop([near, far]: readonly [net.Socket, net.Socket]): void {
    near.unpipe(far)
    far.unpipe(near)
    near.pause()
    far.pause()
  }

  /** Comes through again: by new connections, the old ones are broken. */
  unblock(): void {
    this.blocked = false
    this.cut()
  }
}
