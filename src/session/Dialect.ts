/**
 * A protocol of others that a connection speaks from its first byte on, instead of Natter's own. Its folder has the reader
 * of its bytes, the `Protocol` that adapts them to operations, and the renderer of what happens; sessions, outboxes and
 * limits are the same for all.
 */
import type { BodyReader } from "../protocol/Framing.ts"
import type { Protocol } from "./Protocol.ts"

export interface Dialect<Session> {
  /** As places to listen in call it, and ids of sessions begin. */
  readonly name: "irc" | "mqtt"
  /**
   * Whether these bytes, with which a connection begins, are of this protocol; `More` where others could begin so. A few
   * bytes have to be enough, of which there may be only one yet.
   */
  readonly begins: (bytes: Uint8Array) => "Yes" | "No" | "More"
  /** Finds what is said in what arrives over one connection. */
  readonly makeReader: (maxBytes: number) => BodyReader
  /** What a session begins with; it may go on with another `Protocol`, once it is known what the peer understands. */
  readonly protocol: Protocol<Session>
}
