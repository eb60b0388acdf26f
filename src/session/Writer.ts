import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../protocol/Disconnect.ts"
import type { Session } from "./Session.ts"

/**
 * Keeps the outbox leaving until it has ended. As long as the link has room it sends by itself;
 * this is for when it has none. Fails when the peer takes nothing any more.
 */
export const write = (session: Session): Effect.Effect<void, Disconnect> => {
  const { outbox } = session
  const room = roomAgain(session)
  return outbox.full.pipe(
    Effect.andThen(room),
    Effect.andThen(Effect.sync(() => outbox.resume())),
    // full waits by itself
    Effect.forever({ disableYield: true }),
    Effect.catchTags({
      Done: () => Effect.void,
      ConnectionEnded: () => Effect.fail(new Disconnect({ reason: "ConnectionLost" })),
    }),
  )
}

/** Waits until the link takes more; a peer that takes nothing at all for the time limit is given up. */
const roomAgain = (session: Session) => {
  const { connection } = session
  const stalled = Effect.gen(function* () {
    while (true) {
      const before = connection.backlog()
      yield* Effect.sleep(session.with.settings.writeTimeout)
      if (connection.backlog() < before) continue
      const time = Duration.format(session.with.settings.writeTimeout)
      return yield* new Disconnect({ reason: "SlowConsumer", detail: `Nothing was read for ${time}` })
    }
  })
  return Effect.raceFirst(connection.drained, stalled)
}
