import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"

/**
 * How one protocol says what happens. Sessions that share a renderer are told the very same pieces, so an event is
 * rendered once for all of them.
 */
export interface Renderer<Piece> {
  /** Whether whoever enters a channel is told the names of those with a session there. */
  readonly names: boolean
  /** An event in a channel that the reader calls so. Undefined where the protocol has no word for it. */
  event(channel: ChannelName, event: ChannelEvent): Piece | undefined
  /** Several pieces as one. */
  join(pieces: ReadonlyArray<Piece>): Piece
  /** How many bytes a piece occupies, or about as many. */
  size(piece: Piece): number
}
