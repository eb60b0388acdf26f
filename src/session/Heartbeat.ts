/**
 * Time limits on a peer's silence: to sign in, and to answer when it is asked whether it is still there. One fiber keeps
 * them for all sessions: most of them are silent most of the time, and each would have a fiber and a timer only to wait.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { SessionServices, Session } from "./Session.ts"

/** In milliseconds. */
interface Limits {
  readonly loginTimeout: number
  readonly pingAfter: number
  readonly pongWithin: number
}

/** Milliseconds after which it is looked again: whether a sign-in that is being handled is done, whether a peer is back. */
const patienceWithUs = 1000

/** Never, for any practical purpose: in 24 days. */
const never = 0x7fff_ffff

/** Runs as long as there may be sessions, and ends those whose peer's time is up. */
export const heartbeat = (sessions: Iterable<Session>, services: SessionServices): Effect.Effect<never> => {
  const { clock, settings, startedAt } = services
  const limits: Limits = {
    loginTimeout: Duration.toMillis(settings.loginTimeout),
    pingAfter: Duration.toMillis(settings.pingAfter),
    pongWithin: Duration.toMillis(settings.pongWithin),
  }
  // Nothing that begins meanwhile is due earlier than this, so nobody has to be woken for it.
  const longest = Math.max(1, Math.floor(Math.min(limits.loginTimeout, limits.pingAfter / 2, limits.pongWithin)))
  // When one is pinged, those whose turn comes this soon are pinged with it: looking for them costs more than a ping.
  const together = limits.pingAfter / 100
  let planned = never

  /** Does what is due; succeeds with the time until something may be due again. */
  const beat = Effect.sync(() => {
    const now = Monotonic.millis(clock) - startedAt
    const soon = now >= planned ? now + together : now
    planned = never
    for (const session of sessions) {
      // For most of them that is all that is looked at: what it means to them is worked out when it has come.
      if (session.lookAt <= soon) session.lookAt = look(session, now, soon, limits)
      if (session.lookAt < planned) planned = session.lookAt
    }
    return Math.min(planned - now, longest)
  })

  return beat.pipe(
    Effect.flatMap((time) => Effect.sleep(Duration.millis(time))),
    Effect.catchDefect((defect) =>
      Effect.andThen(Effect.logError("the heartbeat failed", defect), Effect.sleep(longest)),
    ),
    // sleeping waits by itself
    Effect.forever({ disableYield: true }),
  )
}

/** Does what is due with a session, and says when to look again: earlier than that nothing can be due. */
const look = (session: Session, now: number, soon: number, limits: Limits): number => {
  const { bare, caller, handling, heardAt, pulse, reason } = session
  const { loginTimeout } = limits
  if (reason !== undefined) return never
  if (caller === undefined) {
    // The bare five messages know no login: who speaks them has to say something now and then.
    const due = (bare ? heardAt : pulse.beganAt) + loginTimeout
    // A server that takes its time over a password does not blame the peer for it.
    return handling && due <= now ? now + patienceWithUs : ended(session, now, due, "LoginTimeout")
  }
  if (session.endsAt <= now) {
    session.end(new Disconnect({ reason: "TokenRevoked", detail: "The token has expired" }))
    return never
  }
  return Math.min(listen(session, now, soon, limits), session.endsAt)
}

/** Asks whether somebody is there who was silent for long, and ends where nobody is. */
const listen = (session: Session, now: number, soon: number, { pingAfter, pongWithin }: Limits): number => {
  const { heardAt, maySilent, pulse } = session
  // Who waits for an answer need say nothing meanwhile.
  const handling = session.handling || !session.waitsForNothing
  if (maySilent !== undefined) return ended(session, now, (handling ? now : heardAt) + maySilent, "PingTimeout")
  // Whoever is away cannot have heard the ping: its connection knows how long it is waited for.
  if (session.connection.away === true) return now + patienceWithUs
  if (heardAt < pulse.askedAt) return ended(session, now, pulse.askedAt + pongWithin, "PingTimeout")
  const due = (handling ? now : heardAt) + pulse.patience
  if (due > soon) return due
  pulse.askedAt = now
  pulse.patience = pingAfter
  ask(session, ++pulse.sequence)
  return now + pongWithin
}

const ended = (session: Session, now: number, due: number, reason: "LoginTimeout" | "PingTimeout"): number => {
  if (due > now) return due
  session.end(new Disconnect({ reason }))
  return never
}

/** Lets the peer know that it is heard, though it is in the middle of a long frame; no answer is waited for. */
export const greet = (session: Session): void => {
  if (session.caller !== undefined) ask(session, ++session.pulse.sequence)
}

const ask = (session: Session, sequence: number): void => {
  session.protocol.ping(session, sequence)
  session.connection.ping?.()
  session.outbox.flush()
}
