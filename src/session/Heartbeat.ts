/**
 * Time limits on a peer's silence: to sign in, and to answer when it is asked whether it is still there. One fiber keeps
 * them for all sessions: most of them are silent most of the time, and each would have a fiber and a timer only to wait.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../protocol/Disconnect.ts"
import type { Dependencies, Session } from "./Session.ts"

/** Times are in milliseconds. */
interface Limits {
  readonly loginTimeout: number
  readonly pingAfter: number
  readonly pongWithin: number
}

/** What the heartbeat knows of a session. */
export interface Pulse {
  readonly beganAt: number
  /** Silence before it is pinged. */
  patience: number
  askedAt: number
  /** Of the last ping. */
  sequence: number
}

/**
 * The first ping comes at a random moment: a crowd that connected together is not pinged together. In whole
 * milliseconds: a sleep for the rest of one ends before it began.
 */
export const begin = ({ random, settings }: Dependencies, now: number): Pulse => ({
  beganAt: now,
  patience: Math.ceil(Duration.toMillis(settings.pingAfter) * (0.5 + 0.5 * random.nextDoubleUnsafe())),
  askedAt: 0,
  sequence: 0,
})

/** Runs as long as there may be sessions, and ends those whose peer's time is up. */
export const heartbeat = (sessions: Iterable<Session>, { clock, settings }: Dependencies): Effect.Effect<never> => {
  const limits: Limits = {
    loginTimeout: Duration.toMillis(settings.loginTimeout),
    pingAfter: Duration.toMillis(settings.pingAfter),
    pongWithin: Duration.toMillis(settings.pongWithin),
  }
  // Nothing that begins meanwhile is due earlier than this, so nobody has to be woken for it.
  const longest = Math.max(1, Math.min(limits.loginTimeout, limits.pingAfter / 2, limits.pongWithin))
  // When one is pinged, those whose turn comes this soon are pinged with it: waking up costs more than a ping.
  const together = limits.pingAfter / 100
  let planned = Infinity

  /** Does what is due; succeeds with the time until something may be due again. */
  const beat = Effect.sync(() => {
    const now = clock.currentTimeMillisUnsafe()
    const soon = now >= planned ? now + together : now
    planned = Infinity
    for (const session of sessions) {
      if (dueAt(session, now, limits) <= (isAsked(session) || session.identity === undefined ? now : soon)) {
        act(session, now, limits)
      }
      planned = Math.min(planned, dueAt(session, now, limits))
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

/** Whether it was pinged and has not been heard of since. */
const isAsked = ({ heardAt, pulse }: Session): boolean => heardAt < pulse.askedAt

const dueAt = (session: Session, now: number, { loginTimeout, pongWithin }: Limits): number => {
  const { connected, encoding, handling, heardAt, identity, pulse, reason } = session
  if (reason !== undefined) return Infinity
  // The bare five messages know no login: who speaks them has to say something now and then.
  if (identity === undefined) return loginTimeout + (connected && encoding.version === 1 ? heardAt : pulse.beganAt)
  if (isAsked(session)) return pulse.askedAt + pongWithin
  return pulse.patience + (handling ? now : heardAt)
}

const act = (session: Session, now: number, { pingAfter }: Limits): void => {
  const { pulse } = session
  if (session.identity === undefined) return session.end(new Disconnect({ reason: "LoginTimeout" }))
  if (isAsked(session)) return session.end(new Disconnect({ reason: "PingTimeout" }))
  pulse.askedAt = now
  pulse.patience = pingAfter
  pulse.sequence++
  // The chat protocol's `Ping` is bare.
  if (session.encoding.version === 1) session.tell1({ type: "Ping" })
  else session.tell2({ type: "Ping", sequence: pulse.sequence })
  session.outbox.flush()
}
