/** Takes the connections that other threads of this program pass on, on a socket that nobody else can get to. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as Net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { Arrival } from "../Arrival.ts"
import { ConnectionLimits } from "../ConnectionLimits.ts"
import type { HttpDoor } from "../http/HttpDoor.ts"
import type { ProxySettings } from "../address/ProxySettings.ts"
import { maxPreamble, read } from "./Preamble.ts"

const newline = 0x0a

/** Until the scope closes; then what was passed on is cut. Succeeds with the path of the socket. */
export const open = Effect.fnUntraced(function* (
  http: HttpDoor,
  proxies: ProxySettings,
): Effect.fn.Return<string, unknown, Scope.Scope | ConnectionLimits> {
  const limits = yield* ConnectionLimits
  const sockets = new Set<Net.Socket>()
  const isProxy = (address: string): boolean => proxies.trusted.trusts(address)

  const accept = (socket: Net.Socket): void => {
    sockets.add(socket)
    // It is followed by a close.
    socket.on("error", () => {})
    socket.once("close", () => sockets.delete(socket))
    let heard = Buffer.alloc(0)
    socket.on("data", function hear(chunk) {
      heard = Buffer.concat([heard, chunk])
      const end = heard.indexOf(newline)
      if (end < 0 && heard.byteLength <= maxPreamble) return
      socket.off("data", hear)
      socket.pause()
      if (end < 0) return void socket.destroy()
      const told = read(heard.toString("utf8", 0, end))
      const arrival = new Arrival(socket, limits, isProxy, () => {})
      arrival.isFrom(told.address)
      arrival.secure = told.secure
      arrival.certificate = told.certificate
      const rest = heard.subarray(end + 1)
      if (rest.byteLength > 0) socket.unshift(rest)
      http.enter(arrival, socket)
    })
  }

  const folder = yield* Effect.acquireRelease(
    Effect.try(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-"))),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true })),
  )
  const file = path.join(folder, "http")
  yield* Effect.acquireRelease(listen(file, accept), (server) =>
    Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    }),
  )
  return file
})

const listen = (file: string, accept: (socket: Net.Socket) => void): Effect.Effect<Net.Server, unknown> =>
  Effect.callback((resume) => {
    const server = Net.createServer({ allowHalfOpen: true }, accept)
    const fail = (cause: unknown) => resume(Effect.fail(cause))
    server.once("error", fail)
    server.listen({ path: file, backlog: 511 }, () => {
      server.off("error", fail)
      resume(Effect.succeed(server))
    })
  })
