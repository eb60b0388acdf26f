import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { FrameError } from "../protocol/FrameError.ts"
import type { BodyReader } from "../protocol/Framing.ts"
import { ConnectionEnded } from "./Connection.ts"
import { greet } from "./Heartbeat.ts"
import type { Session } from "./Session.ts"

/** What has to come of a frame in each period of its time, in bytes a second: the largest takes four minutes then. */
const slowest = 256
/** And at least so many bytes: a short period is not made longer byte by byte. */
const fewest = 2048

/**
 * Reads frames and handles them one after the other. What a protocol lets wait waits in the lane of its channel
 * (`Lanes`); whatever else has to wait holds its own session back and nobody else. Whatever ends the reading ends the session.
 */
export const read = (session: Session): Effect.Effect<void> => {
  const { connection, outbox } = session
  const { clock, meter, startedAt } = session.services
  const { outboxes } = session.services.chat.gateway
  const bodyReader = (session.dialect ?? connection).makeReader(session.services.settings.maxFrameBytes)
  /** Since when the rest of the unfinished frame is waited for, in this period of its time. */
  let begunAt: number | undefined
  /** Bytes that have come of it since then. */
  let received = 0
  /** What the frames that came last have to wait for. */
  let waiting: Effect.Effect<void, Disconnect> = Effect.void

  /** Whether nothing has to be waited for. */
  const take = (chunk: Uint8Array): boolean => {
    waiting = handle(chunk)
    return waiting === Effect.void && !bodyReader.partial
  }

  const some = Effect.suspend(() => {
    if (!bodyReader.partial) return connection.read(take)
    begunAt ??= session.elapsed()
    return rest(session, take, begunAt, slow)
  })

  /** The time of a frame has passed: whether as much of it has come that it gets the same time again. */
  const slow = (): boolean => {
    const { frameTimeout } = session.services.settings
    const enough = received >= Math.max(fewest, slowest * Duration.toSeconds(frameTimeout))
    begunAt = session.elapsed()
    received = 0
    // A peer that is busy sending hears nothing for long: it has to know that it is heard.
    if (enough) greet(session)
    // While it waits for answers the rest of what it has begun may wait, too.
    return enough || !session.waitsForNothing
  }

  /** From one of several frames on: those that need not wait are done when this returns. */
  const handleFrom = (bodies: ReadonlyArray<Uint8Array>, first: number): Effect.Effect<void, Disconnect> => {
    for (let at = first; at < bodies.length; at++) {
      // Thousands of answers at once: some have to leave before the next.
      if (at > first && outbox.pressure >= 0.5) return Effect.flatMap(Effect.yieldNow, () => handleFrom(bodies, at))
      const handled = session.protocol.handle(session, bodies[at]!)
      if (handled !== Effect.void) return Effect.flatMap(handled, () => handleFrom(bodies, at + 1))
    }
    return Effect.void
  }

  const handle = (chunk: Uint8Array): Effect.Effect<void, Disconnect> => {
    const readAt = Monotonic.exact(clock)
    session.heardAt = Math.trunc(readAt) - startedAt
    session.handling = true
    meter.readAt = readAt
    meter.bytesReceived += chunk.byteLength
    const bodies: Array<Uint8Array> = []
    const error = bodyReader.push(chunk, bodies)
    // A frame that was finished ends its time; one that began behind it starts anew.
    if (bodies.length > 0) {
      begunAt = undefined
      received = 0
    } else received += chunk.byteLength
    meter.framesReceived += bodies.length
    const handled = handleFrom(bodies, 0)
    // What goes on later was read earlier.
    meter.readAt = 0
    const done = () => {
      outboxes.flush()
      session.handling = false
      return error === undefined ? Effect.void : Effect.fail(broken(error))
    }
    // Nearly nothing has to wait; where it was done at once, it need not be run.
    if (handled === Effect.void) return done()
    return Effect.flatMap(handled, () => {
      session.heardAt = session.elapsed()
      return done()
    })
  }

  /** What has been waited for is let go: a session that says nothing more would keep its last frame. */
  const wait = () => {
    const last = waiting
    waiting = Effect.void
    return last
  }

  return Effect.catchCause(
    // read waits by itself
    Effect.forever(Effect.flatMap(some, wait), { disableYield: true }),
    (cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.void
      // Who has ended its side may still listen, and gets the answers to what it has asked for.
      const error = Cause.squash(cause)
      const listens = error instanceof ConnectionEnded && error.clean && !session.waitsForNothing
      return Effect.andThen(listens ? session.lanes.idle : Effect.void, over(session, bodyReader, cause))
    },
  )
}

/** A frame that was begun has to be finished, or to come on: a trickle of bytes does not renew the time it has. */
const rest = (
  session: Session,
  take: (chunk: Uint8Array) => boolean,
  begunAt: number,
  slow: () => boolean,
): Effect.Effect<void, ConnectionEnded | Disconnect> => {
  const next = session.connection.read((chunk) => {
    take(chunk)
    return false
  })
  return Effect.timeoutOrElse(next, {
    duration: Math.max(0, Duration.toMillis(session.services.settings.frameTimeout) - (session.elapsed() - begunAt)),
    orElse: () => (slow() ? Effect.void : Effect.fail(new Disconnect({ reason: "FrameTimeout" }))),
  })
}

/** Ends the session for what ended the reading. */
const over = (
  session: Session,
  bodyReader: BodyReader,
  cause: Cause.Cause<ConnectionEnded | Disconnect>,
): Effect.Effect<void> => {
  const error = Cause.squash(cause)
  if (error instanceof Disconnect) return Effect.sync(() => session.end(error))
  if (error instanceof ConnectionEnded) return Effect.sync(() => session.end(farewell(session, bodyReader, error)))
  session.end(new Disconnect({ reason: "Internal" }))
  return Effect.logError("a session failed", cause)
}

const farewell = (session: Session, bodyReader: BodyReader, { clean }: ConnectionEnded): Disconnect => {
  // Who ended its side may still listen: inside a frame that was a mistake, and it is told so.
  const truncated = clean ? bodyReader.end() : undefined
  if (truncated !== undefined) return broken(truncated)
  session.peerGone = true
  return new Disconnect({ reason: clean ? "Goodbye" : "ConnectionLost" })
}

const broken = (error: FrameError): Disconnect =>
  new Disconnect({
    reason: error.kind === "FrameTooLarge" ? "FrameTooLarge" : "MalformedFrame",
    detail: error.message,
  })
