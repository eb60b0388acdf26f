/** Time limits on a peer's silence: to sign in, and to answer when it is asked whether it is still there. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { Disconnect } from "../protocol/Disconnect.ts"
import type { Session } from "./Session.ts"

/** Runs as long as the session; fails with the reason when the peer's time is up. */
export const heartbeat = (session: Session): Effect.Effect<never, Disconnect> =>
  Effect.gen(function* () {
    const { loginTimeout, pingAfter, pongWithin } = session.with.settings
    // The first ping comes at a random moment: a crowd that connected together is not pinged together.
    // In whole milliseconds: a sleep for the rest of one ends before it began.
    let patience = Math.ceil(Duration.toMillis(pingAfter) * (0.5 + 0.5 * (yield* Random.next)))
    yield* signedIn(session, Duration.toMillis(loginTimeout), patience)
    let sequence = 0
    while (true) {
      const silence = session.handling ? 0 : session.now() - session.heardAt
      if (silence < patience) {
        yield* Effect.sleep(Duration.millis(patience - silence))
        continue
      }
      sequence++
      const askedAt = session.now()
      ask(session, sequence)
      yield* Effect.sleep(pongWithin)
      if (session.heardAt < askedAt) return yield* new Disconnect({ reason: "PingTimeout" })
      patience = Duration.toMillis(pingAfter)
    }
  })

/**
 * Done when the session is signed in, not later than its first ping is due. The bare five messages know no login: who
 * speaks them has to say something now and then.
 */
const signedIn = (session: Session, timeout: number, patience: number): Effect.Effect<void, Disconnect> =>
  Effect.gen(function* () {
    let deadline = session.now() + timeout
    while (session.now() < deadline) {
      yield* Effect.sleep(Duration.millis(Math.min(deadline - session.now(), patience)))
      if (session.identity !== undefined) return
      if (session.connected && session.encoding.version === 1) deadline = session.heardAt + timeout
    }
    return yield* new Disconnect({ reason: "LoginTimeout" })
  })

const ask = (session: Session, sequence: number): void => {
  // The chat protocol's `Ping` is bare.
  if (session.encoding.version === 1) session.tell1({ type: "Ping" })
  else session.tell2({ type: "Ping", sequence })
  session.outbox.flush()
}
