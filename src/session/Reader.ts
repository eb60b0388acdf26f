import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../protocol/Disconnect.ts"
import type { FrameError } from "../protocol/FrameError.ts"
import { Deframer } from "../protocol/Framing.ts"
import { ConnectionEnded } from "./Connection.ts"
import { route } from "./Router.ts"
import type { Session } from "./Session.ts"

/**
 * Reads frames and handles them one after the other, so a command that has to wait holds its own
 * session back and nobody else. Whatever ends the reading ends the session.
 */
export const read = (session: Session): Effect.Effect<void> => {
  const { connection, outbox } = session
  const deframer = new Deframer(session.with.settings.maxFrameBytes)
  /** Since when the rest of the unfinished frame is waited for. */
  let begunAt: number | undefined

  const next = Effect.suspend(() => {
    if (!deframer.partial) return connection.pull
    begunAt ??= session.elapsed()
    return rest(session, begunAt)
  })

  const handle = (chunk: Uint8Array): Effect.Effect<void, Disconnect> => {
    session.heardAt = session.elapsed()
    session.handling = true
    const bodies: Array<Uint8Array> = []
    const error = deframer.push(chunk, bodies)
    // A frame that was finished ends its time; one that began behind it starts anew.
    if (bodies.length > 0) begunAt = undefined
    const handled =
      bodies.length === 1
        ? route(session, bodies[0]!)
        : Effect.forEach(bodies, (body) => route(session, body), { discard: true })
    const done = () => {
      outbox.flush()
      session.handling = false
      session.heardAt = session.elapsed()
      return error === undefined ? Effect.void : Effect.fail(broken(error))
    }
    // Nearly nothing has to wait; where it was done at once, it need not be run.
    return handled === Effect.void ? done() : Effect.flatMap(handled, done)
  }

  return Effect.catchCause(
    // pull waits by itself
    Effect.forever(Effect.flatMap(next, handle), { disableYield: true }),
    (cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : over(session, deframer, cause)),
  )
}

/** A frame that was begun has to be finished: a trickle of bytes does not renew the time it has. */
const rest = (session: Session, begunAt: number): Effect.Effect<Uint8Array, ConnectionEnded | Disconnect> =>
  Effect.timeoutOrElse(session.connection.pull, {
    duration: Math.max(0, Duration.toMillis(session.with.settings.frameTimeout) - (session.elapsed() - begunAt)),
    orElse: () => Effect.fail(new Disconnect({ reason: "FrameTimeout" })),
  })

/** Ends the session for what ended the reading. */
const over = (
  session: Session,
  deframer: Deframer,
  cause: Cause.Cause<ConnectionEnded | Disconnect>,
): Effect.Effect<void> => {
  const error = Cause.squash(cause)
  if (error instanceof Disconnect) return Effect.sync(() => session.end(error))
  if (error instanceof ConnectionEnded) return Effect.sync(() => session.end(farewell(session, deframer, error)))
  session.end(new Disconnect({ reason: "Internal" }))
  return Effect.logError("a session failed", cause)
}

const farewell = (session: Session, deframer: Deframer, { clean }: ConnectionEnded): Disconnect => {
  // Who ended its side may still listen: inside a frame that was a mistake, and it is told so.
  const truncated = clean ? deframer.end() : undefined
  if (truncated !== undefined) return broken(truncated)
  session.peerGone = true
  return new Disconnect({ reason: clean ? "Goodbye" : "ConnectionLost" })
}

const broken = (error: FrameError): Disconnect =>
  new Disconnect({
    reason: error.kind === "FrameTooLarge" ? "FrameTooLarge" : "MalformedFrame",
    detail: error.message,
  })
