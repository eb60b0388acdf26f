// Apart from the door, so that settings can be read without loading a server.

export interface WebSocketSettings {
  /** Where it is to be found. */
  readonly path: string
  /**
   * Pages of which origins may connect, beside those from the same host; `*` for all of them. Programs that are no browser
   * say nothing of an origin and are not asked.
   */
  readonly origins: ReadonlyArray<string>
  /** Whether messages are compressed for clients that ask for it (permessage-deflate). */
  readonly compression: boolean
}

export const defaults: WebSocketSettings = { path: "/ws", origins: [], compression: false }
