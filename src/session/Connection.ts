/** One open link to a peer, as a session needs it. Transports implement it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { AgreedEncoding } from "../protocol/Encoding.ts"
import type { BodyReader, Framing } from "../protocol/Framing.ts"

/** The link is gone: the peer closed it, or it broke. */
export class ConnectionEnded extends Data.TaggedError("ConnectionEnded")<{
  /** Whether the peer ended it properly. */
  readonly clean: boolean
}> {}

export interface Connection {
  /** The name of its transport, for the ids of sessions and for logs; nothing depends on it. */
  readonly transport: string
  /** How frames lie in what is sent here. */
  readonly framing: Framing
  /** Finds the bodies in what is read here, each of up to so many bytes. */
  readonly makeReader: (maxBytes: number) => BodyReader
  /** What is spoken from the first frame on, where that was agreed on before; otherwise version 1. */
  readonly agreed?: AgreedEncoding | undefined
  /** The peer's IP address, or a name where there is none. */
  readonly remoteAddress: string
  /** Who the peer is by a certificate that was verified, where it has shown one: the name of an account. */
  readonly certificate?: { readonly account: string } | undefined
  /**
   * True while there is nobody at the other end, but somebody may come back, for which the connection itself waits: a peer
   * that is away is not asked whether it is there. An empty piece that is handed over is a sign of life.
   */
  readonly away?: boolean
  /**
   * Hands over what arrives, piece by piece, as long as `take` says true; done when it has said false. A piece costs no
   * effect that way. Not reading holds the peer back.
   */
  readonly read: (take: (bytes: Uint8Array) => boolean) => Effect.Effect<void, ConnectionEnded>
  /**
   * Hands framed bytes to the link, all of them in one write. False when the link has no room for more:
   * then `drained` is to be awaited first. Never throws; a broken link shows at `drained` and `read`.
   */
  readonly send: (batch: ReadonlyArray<Uint8Array>) => boolean
  /** Done as soon as the link has room again. */
  readonly drained: Effect.Effect<void, ConnectionEnded>
  /** Asks the peer for a sign of life in the words of the transport, where it has any: beside a `Ping` of the protocol. */
  readonly ping?: (() => void) | undefined
  /** The session is about to end, and why. What waits for the peer may still leave: `close` or `abort` follow. */
  readonly ending?: ((reason: Disconnect) => void) | undefined
  /** Bytes handed over that the network has not taken yet. */
  readonly backlog: () => number
  /** Whether the memory of what was sent and is not in the backlog can be used again: the network has a copy. */
  readonly copies?: boolean
  /**
   * Lets what was sent leave, then ends the link, and says why if the transport has a way to say it; done when it has
   * ended. To be given a time limit.
   */
  readonly close: (reason: Disconnect) => Effect.Effect<void>
  /** Ends the link at once, dropping what has not left. */
  readonly abort: Effect.Effect<void>
}

/** The next piece of what arrives. */
export const pull = (connection: Connection): Effect.Effect<Uint8Array, ConnectionEnded> =>
  Effect.suspend(() => {
    let bytes: Uint8Array
    const one = connection.read((next) => {
      bytes = next
      return false
    })
    return Effect.map(one, () => bytes)
  })

/** How to read where pieces are pulled, one by one. */
export const reading =
  (pull: Effect.Effect<Uint8Array, ConnectionEnded>): Connection["read"] =>
  (take) => {
    const some: Effect.Effect<void, ConnectionEnded> = Effect.flatMap(pull, (bytes) =>
      take(bytes) ? some : Effect.void,
    )
    return some
  }
