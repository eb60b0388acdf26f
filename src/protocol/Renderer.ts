import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"

/** What there is to say, in one piece. */
export interface Rendering<Piece> {
  readonly piece: Piece
  /** How many frames it holds: one at least. */
  readonly frames: number
  /** How many bytes it occupies, or about as many. */
  readonly bytes: number
  /**
   * Whether whoever has words of its own is told this in those instead. Absent where nobody is. Where there are no frames,
   * the others are told nothing.
   */
  readonly differs?: ((own: Renderer<unknown>) => boolean) | undefined
}

/**
 * How one protocol says what happens. Sessions that share a renderer are told the very same pieces, so what happens is
 * rendered once for all of them.
 */
export interface Renderer<Piece> {
  /** Whether whoever enters a channel is told the names of those with a session there. */
  readonly names: boolean
  /** Events in a channel that the reader calls so. Undefined where the protocol has no word for any of them. */
  render(channel: ChannelName, events: ReadonlyArray<ChannelEvent>): Rendering<Piece> | undefined
}
