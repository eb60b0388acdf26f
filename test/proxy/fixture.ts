import * as Effect from "effect/Effect"
import * as Net from "node:net"
import type { Address } from "../../src/domain/Address.ts"

/** Says everything again, and its end after the other's. */
export const echo = Effect.map(
  Effect.acquireRelease(
    Effect.callback<{ server: Net.Server; sockets: Set<Net.Socket> }>((resume) => {
      const sockets = new Set<Net.Socket>()
      const server = Net.createServer({ allowHalfOpen: true }, (raw) => {
        sockets.add(raw)
        raw.on("error", () => {})
        raw.pipe(raw)
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, sockets })))
    }),
    ({ server, sockets }) =>
      Effect.sync(() => {
        server.close()
        for (const raw of sockets) raw.destroy()
      }),
  ),
  ({ server }): Address => ({ host: "127.0.0.1", port: (server.address() as Net.AddressInfo).port }),
)

export const open = (address: Address) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => Net.connect({ ...address, allowHalfOpen: true })),
      (raw) => Effect.sync(() => raw.destroy()),
    ),
    (raw) => {
      let heard = Buffer.alloc(0)
      let code: string | undefined
      let changed = () => {}
      raw.on("data", (bytes) => {
        heard = Buffer.concat([heard, bytes])
        changed()
      })
      raw.on("error", (error: NodeJS.ErrnoException) => (code = error.code))
      for (const event of ["end", "close"]) raw.on(event, () => changed())
      /** What the check finds as soon as it finds something. */
      const when = <A>(check: () => A | undefined) =>
        Effect.callback<A>((resume) => {
          changed = () => {
            const found = check()
            if (found !== undefined) resume(Effect.succeed(found))
          }
          changed()
        })
      const until = (text: string) => when(() => (heard.toString() === text ? text : undefined))
      return {
        raw,
        heard: () => heard.toString(),
        until,
        when: (pattern: RegExp) => when(() => (pattern.test(heard.toString()) ? heard.toString() : undefined)),
        /** Says it, and what comes back. */
        say: (text: string) =>
          Effect.suspend(() => {
            const before = heard.length
            raw.write(text)
            return when(() => (heard.length >= before + text.length ? heard.subarray(before).toString() : undefined))
          }),
        toEnd: when(() => (raw.readableEnded ? heard : undefined)),
        /** How it ended: the error's code, or `""`. */
        closed: when(() => (raw.destroyed && raw.closed ? (code ?? "") : undefined)),
      }
    },
  )
