// Apart from the door, so that settings can be read without loading a server.
import * as Duration from "effect/Duration"

export interface SseSettings {
  /** Where the stream of events is; what goes up is posted below it. Empty: nowhere. */
  readonly path: string
  /**
   * Pages of which origins may come in, beside those from the same host; `*` for all of them. Programs that are no browser
   * say nothing of an origin and are not asked.
   */
  readonly origins: ReadonlyArray<string>
  /** How long a session waits for its reader to come back when the response broke; 0: it ends with its response. */
  readonly resume: Duration.Duration
  /** Bytes of what was sent that are kept for a reader that comes back. */
  readonly memory: number
  /** The longest silence: then a comment is sent, so that nothing between cuts the response. */
  readonly keepAlive: Duration.Duration
}

export const defaults: SseSettings = {
  path: "/sse",
  origins: [],
  resume: Duration.seconds(30),
  memory: 512 * 1024,
  keepAlive: Duration.seconds(15),
}
