import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../protocol/Disconnect.ts"
import type { FrameError } from "../protocol/FrameError.ts"
import { Deframer } from "../protocol/Framing.ts"
import type { ConnectionEnded } from "./Connection.ts"
import { route } from "./Router.ts"
import type { Session } from "./Session.ts"

/**
 * Reads frames and handles them one after the other, so a command that has to wait holds its own
 * session back and nobody else. Fails with the reason when the session has to end.
 */
export const read = (session: Session): Effect.Effect<never, Disconnect> => {
  const { connection, outbox } = session
  const { frameTimeout, maxFrameBytes } = session.with.settings
  const deframer = new Deframer(maxFrameBytes)
  /** Since when the rest of the unfinished frame is waited for. */
  let begunAt: number | undefined

  const next = Effect.suspend(() => {
    if (!deframer.partial) return connection.pull
    begunAt ??= session.now()
    return finish(Duration.toMillis(frameTimeout) - (session.now() - begunAt))
  })
  /** A frame that was begun has to be finished: a trickle of bytes does not renew the time it has. */
  const finish = (left: number) =>
    Effect.timeoutOrElse(connection.pull, {
      duration: Duration.millis(Math.max(0, left)),
      orElse: () => Effect.fail(new Disconnect({ reason: "FrameTimeout" })),
    })

  const handle = (chunk: Uint8Array): Effect.Effect<void, Disconnect> => {
    session.heardAt = session.now()
    session.handling = true
    const bodies: Array<Uint8Array> = []
    const error = deframer.push(chunk, bodies)
    // A frame that was finished ends its time; one that began behind it starts anew.
    if (bodies.length > 0) begunAt = undefined
    const handled =
      bodies.length === 1
        ? route(session, bodies[0]!)
        : Effect.forEach(bodies, (body) => route(session, body), { discard: true })
    return Effect.flatMap(handled, () => {
      outbox.flush()
      session.handling = false
      session.heardAt = session.now()
      return error === undefined ? Effect.void : Effect.fail(broken(error))
    })
  }

  return next.pipe(
    Effect.flatMap(handle),
    // pull waits by itself
    Effect.forever({ disableYield: true }),
    Effect.catchTag("ConnectionEnded", (ended: ConnectionEnded) => {
      // Who ended its side may still listen: inside a frame that was a mistake, and it is told so.
      const truncated = ended.clean ? deframer.end() : undefined
      if (truncated !== undefined) return Effect.fail(broken(truncated))
      session.peerGone = true
      return Effect.fail(new Disconnect({ reason: ended.clean ? "Goodbye" : "ConnectionLost" }))
    }),
  )
}

const broken = (error: FrameError): Disconnect =>
  new Disconnect({
    reason: error.kind === "FrameTooLarge" ? "FrameTooLarge" : "MalformedFrame",
    detail: error.message,
  })
