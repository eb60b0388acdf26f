/** One open link to a peer, as a session needs it. Transports implement it. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/** The link is gone: the peer closed it, or it broke. */
export class ConnectionEnded extends Data.TaggedError("ConnectionEnded")<{
  /** Whether the peer ended it properly. */
  readonly clean: boolean
}> {}

export interface Connection {
  readonly transport: "tcp" | "memory"
  /** The peer's IP address, or a name where there is none. */
  readonly remoteAddress: string
  /** The next bytes, as they arrive. Not pulling holds the peer back. */
  readonly pull: Effect.Effect<Uint8Array, ConnectionEnded>
  /**
   * Hands bytes to the link, all of them in one write. False when the link has no room for more:
   * then `drained` is to be awaited first. Never throws; a broken link shows at `drained` and `pull`.
   */
  readonly send: (batch: ReadonlyArray<Uint8Array>) => boolean
  /** Done as soon as the link has room again. */
  readonly drained: Effect.Effect<void, ConnectionEnded>
  /** Bytes handed over that the network has not taken yet. */
  readonly backlog: () => number
  /** Lets what was sent leave, then ends the link; done when it has ended. To be given a time limit. */
  readonly close: Effect.Effect<void>
  /** Ends the link at once, dropping what has not left. */
  readonly abort: Effect.Effect<void>
}
