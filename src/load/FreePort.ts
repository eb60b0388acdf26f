import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as net from "node:net"
import { LoadError } from "./LoadError.ts"

/**
 * Ports below those that the system gives to outgoing connections. One of those could be taken by any client before the
 * server listens on it; and a client that dials it again and again while nobody listens would in the end reach itself.
 */
const ports = { from: 20_000, to: 32_000 }

/** So many ports are tried before it is given up. */
const attempts = 100

const isFree = (host: string, port: number): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const server = net.createServer()
    server.on("error", () => resume(Effect.succeed(false)))
    server.listen(port, host, () => server.close(() => resume(Effect.succeed(true))))
  })

/** A port of this host that nobody listens on now. */
export const freePort = (host: string): Effect.Effect<number, LoadError> => {
  const attempt = (left: number): Effect.Effect<number, LoadError> =>
    Effect.gen(function* () {
      if (left === 0) return yield* new LoadError({ target: host, reason: "no free port was found" })
      const port = yield* Random.nextIntBetween(ports.from, ports.to, { halfOpen: true })
      return (yield* isFree(host, port)) ? port : yield* attempt(left - 1)
    })
  return attempt(attempts)
}
