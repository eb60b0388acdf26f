/** Reaches the server of the test without a network, and breaks the way to it. */
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import { Dialer } from "../../src/client/Dialer.ts"
import type { Link } from "../../src/testing/Link.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

export interface MemoryDialer {
  readonly dialer: Dialer["Service"]
  /** How often was dialled. */
  readonly dials: () => number
  /** Breaks the link there is. */
  readonly cut: Effect.Effect<void>
  /** From here on nobody answers, or somebody does again. */
  readonly answer: (yes: boolean) => Effect.Effect<void>
}

const closed = () => new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1006 }) })
const refused = () =>
  new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause: { code: "ECONNREFUSED" } }) })

export const make = Effect.map(TestServer, (server): MemoryDialer => {
  let dials = 0
  let answers = true
  let current: Link | undefined

  const open = Effect.gen(function* () {
    dials++
    if (!answers) return yield* refused()
    const link = yield* Effect.orDie(server.connect())
    current = link
    return link
  })
  const socket = Effect.sync(() => {
    let link: Link | undefined
    return Socket.make({
      reader: Effect.map(open, (opened) => {
        link = opened
        return {
          pull: Effect.mapBoth(opened.pull, { onFailure: closed, onSuccess: (bytes) => [bytes] as const }),
          upgrade: () => Effect.fail(closed()),
        }
      }),
      writer: Effect.sync(() => {
        const write = (chunk: Uint8Array | string | Socket.CloseEvent) =>
          chunk instanceof Uint8Array ? Effect.mapError(link!.send(chunk), closed) : Effect.void
        return { write, writeAll: (chunks) => Effect.forEach(chunks, write, { discard: true }) }
      }),
    })
  })
  return {
    dialer: { socket, address: "memory" },
    dials: () => dials,
    cut: Effect.suspend(() => current?.abort ?? Effect.void),
    answer: (yes) => Effect.sync(() => void (answers = yes)),
  }
})
