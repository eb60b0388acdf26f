// Apart from the door, so that settings can be read without loading a server.
import * as Duration from "effect/Duration"

export interface HttpSettings {
  /** Bytes of a request's line and headers. */
  readonly maxHeaderBytes: number
  /** Time for them to come. */
  readonly headersTimeout: Duration.Duration
  /** Time for a whole request. */
  readonly requestTimeout: Duration.Duration
  /** How long a connection may stand still on which a request is being answered. */
  readonly responseTimeout: Duration.Duration
  /** How long a connection is kept for the next request. */
  readonly keepAlive: Duration.Duration
  /** The origin from which files of users are served, and nothing else; empty where that is the same as for the rest. */
  readonly filesOrigin: string
}

export const defaults: HttpSettings = {
  maxHeaderBytes: 16 * 1024,
  headersTimeout: Duration.seconds(10),
  requestTimeout: Duration.seconds(30),
  responseTimeout: Duration.seconds(60),
  keepAlive: Duration.seconds(5),
  filesOrigin: "",
}
