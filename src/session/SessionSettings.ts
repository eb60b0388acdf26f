import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import { maxFrameBytes } from "../domain/Limits.ts"
import type { Rate } from "../domain/TokenBucket.ts"
import type { Compressor } from "../protocol/Compression.ts"

export interface SessionSettings {
  /** Time to sign in after connecting. */
  readonly loginTimeout: Duration.Duration
  /** Silence after which the peer is pinged … */
  readonly pingAfter: Duration.Duration
  /** … and the time it has to say anything at all. */
  readonly pongWithin: Duration.Duration
  /** Time for a frame from its first byte on; again and again, as long as at least 256 bytes of it a second come. */
  readonly frameTimeout: Duration.Duration
  /** A write that makes no progress for this long ends the session. */
  readonly writeTimeout: Duration.Duration
  /** Time a session that ends has to take what was queued for it, and the reason. */
  readonly goodbyeTimeout: Duration.Duration
  /** Bytes of the largest frame that is read. */
  readonly maxFrameBytes: number
  /** Frames a session may send, of all kinds; undefined for no limit. */
  readonly frames: Rate | undefined
  /** Frames over a limit, or malformed, that are forgiven: this many, and one more each second. */
  readonly maxViolations: number
  /** Offered to clients that ask for compression; undefined: none. */
  readonly compressor: Compressor | undefined
}

export const defaults: SessionSettings = {
  loginTimeout: Duration.seconds(10),
  pingAfter: Duration.seconds(25),
  pongWithin: Duration.seconds(10),
  frameTimeout: Duration.seconds(10),
  writeTimeout: Duration.seconds(10),
  goodbyeTimeout: Duration.seconds(5),
  maxFrameBytes,
  frames: { burst: 200, perSecond: 100 },
  maxViolations: 100,
  compressor: undefined,
}

/** How sessions behave. A reference: without a layer it has the defaults. */
export const SessionSettings = Context.Reference<SessionSettings>("natter/session/SessionSettings", {
  defaultValue: () => defaults,
})
