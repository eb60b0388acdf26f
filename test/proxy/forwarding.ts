import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { listenForwarder } from "../../src/proxy/Forwarder.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"

/** A forwarder behind a proxy, as `natter proxy` has them. */
export const forwarding = Effect.gen(function* () {
  const forbidden: Array<number> = []
  const target = yield* listenForwarder({
    allow: [],
    except: () => forbidden,
    connectWithin: Duration.seconds(5),
    answerWithin: Duration.seconds(5),
  })
  const proxy = yield* Proxy.make({ target })
  forbidden.push(proxy.address.port)
  return proxy
})

export interface Upstream {
  readonly port: number
  /** All that was heard, by connection. */
  readonly heard: ReadonlyArray<() => string>
}

/** A target of one's own: hears bytes, as Latin-1, and says what it likes. */
export const upstream = (say: (raw: Net.Socket, heard: string) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ server: Net.Server; sockets: Set<Net.Socket>; heard: Array<() => string> }>((resume) => {
        const sockets = new Set<Net.Socket>()
        const heard: Array<() => string> = []
        const server = Net.createServer({ noDelay: true }, (raw) => {
          sockets.add(raw)
          let text = ""
          heard.push(() => text)
          raw.on("error", () => {})
          raw.on("data", (bytes) => say(raw, (text += bytes.toString("latin1"))))
        }).listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, sockets, heard })))
      }),
      ({ server, sockets }) =>
        Effect.sync(() => {
          server.close()
          for (const raw of sockets) raw.destroy()
        }),
    ),
    ({ heard, server }): Upstream => ({ port: (server.address() as Net.AddressInfo).port, heard }),
  )
