import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Renderer } from "../protocol/Renderer.ts"

/** A renderer of frames as bytes: frames delimit themselves, so several are joined by laying them one behind the other. */
export const bytesRenderer = (
  names: boolean,
  event: (channel: ChannelName, event: ChannelEvent) => Uint8Array | undefined,
): Renderer<Uint8Array> => ({
  names,
  event,
  join: (pieces) => Buffer.concat(pieces),
  size: (piece) => piece.byteLength,
})
