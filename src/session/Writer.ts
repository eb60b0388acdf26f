import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../domain/Disconnect.ts"
import type { Session } from "./Session.ts"

/**
 * Keeps the outbox leaving until the session ends, and succeeds with the reason. As long as the link has room it sends by
 * itself; this is for when it has none. A peer that takes nothing any more ends the session.
 */
export const attend = (session: Session): Effect.Effect<Disconnect> =>
  // It has overflowed; the reason follows.
  Effect.catch(turn(session), () => session.ended)

const turn = (session: Session): Effect.Effect<Disconnect, Cause.Done> =>
  Effect.flatMap(session.reason === undefined ? session.outbox.full : Effect.void, () => {
    if (session.reason !== undefined) return Effect.succeed(session.reason)
    return Effect.flatMap(Effect.raceFirst(room(session), session.ended), () => turn(session))
  })

const room = (session: Session): Effect.Effect<void> =>
  Effect.catch(roomAgain(session), (reason) => Effect.sync(() => session.end(reason)))

/** Keeps the outbox leaving until it has ended and all has left. Fails when the peer takes nothing any more. */
export const empty = (session: Session): Effect.Effect<void, Disconnect> => {
  const { outbox } = session
  return Effect.andThen(outbox.full, roomAgain(session)).pipe(
    // full waits by itself
    Effect.forever({ disableYield: true }),
    Effect.catchTag("Done", () => Effect.void),
  )
}

/** Waits until the link takes more, and goes on; a peer that takes nothing at all for the time limit is given up. */
const roomAgain = (session: Session): Effect.Effect<void, Disconnect> => {
  const { connection, outbox } = session
  const stalled = Effect.gen(function* () {
    while (true) {
      const before = connection.backlog()
      yield* Effect.sleep(session.services.settings.writeTimeout)
      if (connection.backlog() < before) continue
      const time = Duration.format(session.services.settings.writeTimeout)
      return yield* new Disconnect({ reason: "SlowConsumer", detail: `Nothing was read for ${time}` })
    }
  })
  return Effect.raceFirst(connection.drained, stalled).pipe(
    Effect.andThen(Effect.sync(() => outbox.resume())),
    Effect.catchTag("ConnectionEnded", () => Effect.fail(new Disconnect({ reason: "ConnectionLost" }))),
  )
}
