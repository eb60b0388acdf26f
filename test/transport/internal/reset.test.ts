import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { reset as resetOfProxy } from "../../../src/proxy/internal/reset.ts"
import { reset } from "../../../src/transport/internal/reset.ts"

/** A socket that was accepted, and the one that has opened it. */
const pair = Effect.acquireRelease(
  Effect.callback<{ readonly here: Net.Socket; readonly there: Net.Socket; readonly server: Net.Server }>((resume) => {
    const server = Net.createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as Net.AddressInfo
      const there = Net.connect({ port, host: "127.0.0.1", allowHalfOpen: true })
      there.on("error", () => {})
      server.once("connection", (here) => {
        here.on("error", () => {})
        resume(Effect.succeed({ here, there, server }))
      })
    })
  }),
  ({ server, there }) =>
    Effect.sync(() => {
      there.destroy()
      server.close()
    }),
)

const closed = (socket: Net.Socket) =>
  Effect.callback<void>((resume) => void socket.once("close", () => resume(Effect.void)))

describe.each([
  ["the service", reset],
  ["the proxy", resetOfProxy],
] as const)("a socket that %s resets", (_, reset) => {
  it.live("is closed, also where it was just about to end", () =>
    Effect.gen(function* () {
      const { here } = yield* pair
      here.end()
      reset(here)
      // Node would keep it for ever, and say so by nothing but an error of the call.
      yield* Effect.timeout(closed(here), "5 seconds")
    }).pipe(Effect.scoped),
  )

  it.live("is closed at once, also where somebody does not read what was sent", () =>
    Effect.gen(function* () {
      const { here } = yield* pair
      here.write(Buffer.alloc(32 * 1024 * 1024))
      here.end()
      reset(here)
      yield* Effect.timeout(closed(here), "5 seconds")
    }).pipe(Effect.scoped),
  )
})
