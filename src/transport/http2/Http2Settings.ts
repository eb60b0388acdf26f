import * as Duration from "effect/Duration"

export interface Http2Settings {
  /** Streams that a connection may have open at once. */
  readonly maxStreams: number
  /** Bytes of all headers of a stream, unpacked. */
  readonly maxHeaderBytes: number
  /** Time in which a connection has to open its first stream. */
  readonly firstWithin: Duration.Duration
  /** Time after which a connection without a stream is closed. */
  readonly idle: Duration.Duration
  /** How often a peer is asked whether it is there that has streams open … */
  readonly pingEvery: Duration.Duration
  /** … and the time in which something has to be taken of what waits for it. */
  readonly writeTimeout: Duration.Duration
}

export const defaults: Http2Settings = {
  maxStreams: 100,
  maxHeaderBytes: 16 * 1024,
  firstWithin: Duration.seconds(10),
  idle: Duration.minutes(2),
  pingEvery: Duration.seconds(25),
  writeTimeout: Duration.seconds(10),
}
