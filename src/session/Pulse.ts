import * as Duration from "effect/Duration"
import type * as Random from "effect/Random"
import type { SessionSettings } from "./SessionSettings.ts"

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
export const begin = (
  { random, settings }: { readonly random: Random.Random; readonly settings: SessionSettings },
  now: number,
): Pulse => ({
  beganAt: now,
  patience: Math.ceil(Duration.toMillis(settings.pingAfter) * (0.5 + 0.5 * random.nextDoubleUnsafe())),
  askedAt: 0,
  sequence: 0,
})
