/** An agent of Node's HTTP client whose connections are those of a dialer: with all that is done to them. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Socket from "effect/socket/Socket"
import * as Http from "node:http"
import { Duplex } from "node:stream"
import type { Dialer } from "../../../client/Dialer.ts"

/** Runs something for as long as the load lasts. */
export type Run = (effect: Effect.Effect<void>) => void

/** As much of a socket as Node's client takes for granted. */
class Connection extends Duplex {
  setTimeout(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

/** What Node's client knows the reason by. */
const causeOf = ({ reason }: Socket.SocketError): Error =>
  "cause" in reason && reason.cause instanceof Error
    ? reason.cause
    : Object.assign(new Error("the connection is gone"), {
        code: reason._tag === "SocketOpenError" ? "ECONNREFUSED" : "ECONNRESET",
      })

const isEnd = ({ reason }: Socket.SocketError): boolean => reason._tag === "SocketCloseError" && reason.code === 1000

const connect = (dialer: Dialer["Service"], run: Run): Connection => {
  const wanted = Latch.makeUnsafe(false)
  const given = Latch.makeUnsafe(false)
  const over = Deferred.makeUnsafe<void>()
  let writing: { readonly bytes: Uint8Array; readonly done: (error?: Error | null) => void } | undefined
  const connection = new Connection({
    read: () => void wanted.openUnsafe(),
    write: (bytes: Uint8Array, _, done) => {
      writing = { bytes, done }
      given.openUnsafe()
    },
    destroy: (error, done) => {
      Deferred.doneUnsafe(over, Effect.void)
      done(error)
    },
  })

  const reading = (pull: Socket.Reader["pull"]) =>
    wanted.await.pipe(
      Effect.andThen(pull),
      Effect.map((chunks) => {
        wanted.closeUnsafe()
        for (const chunk of chunks) connection.push(chunk)
      }),
      Effect.forever({ disableYield: true }),
      Effect.catch((error) =>
        Effect.sync(() => {
          if (isEnd(error)) connection.push(null)
          else connection.destroy(causeOf(error))
        }),
      ),
    )
  const writes = (write: Socket.Writer["write"]) =>
    given.await.pipe(
      Effect.andThen(
        Effect.suspend(() => {
          given.closeUnsafe()
          const { bytes, done } = writing!
          return Effect.map(write(bytes), () => done())
        }),
      ),
      Effect.forever({ disableYield: true }),
      Effect.catch((error) => Effect.sync(() => void connection.destroy(causeOf(error)))),
    )
  const conversation = Effect.gen(function* () {
    const socket = yield* dialer.socket
    const { pull } = yield* socket.reader
    const { write } = yield* socket.writer
    yield* Effect.forkScoped(writes(write))
    yield* reading(pull)
    // What was written behind the end of the other side leaves, too.
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.catch((error) => Effect.sync(() => void connection.destroy(causeOf(error)))),
  )
  run(Effect.raceFirst(conversation, Deferred.await(over)))
  return connection
}

/** At most so many connections wait for the next request. */
const idleAtMost = 1

export const make = (dialer: Dialer["Service"], run: Run): Http.Agent => {
  const agent = new Http.Agent({ keepAlive: true, maxFreeSockets: idleAtMost })
  agent.createConnection = () => connect(dialer, run)
  return agent
}
