import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Renderer } from "../protocol/Renderer.ts"

/** A renderer of frames as bytes. `frameOf` has undefined for what the protocol has no word for. */
export const bytesRenderer = <Frame>(
  names: boolean,
  encoding: {
    readonly encode: (frame: Frame) => Uint8Array
    readonly encodeAll: (frames: ReadonlyArray<Frame>) => Uint8Array
  },
  frameOf: (channel: ChannelName, event: ChannelEvent) => Frame | undefined,
): Renderer<Uint8Array> => ({
  names,
  render: (channel, events) => {
    if (events.length === 1) {
      const frame = frameOf(channel, events[0]!)
      if (frame === undefined) return undefined
      const piece = encoding.encode(frame)
      return { piece, frames: 1, bytes: piece.byteLength }
    }
    const frames: Array<Frame> = []
    for (const event of events) {
      const frame = frameOf(channel, event)
      if (frame !== undefined) frames.push(frame)
    }
    if (frames.length === 0) return undefined
    const piece = encoding.encodeAll(frames)
    return { piece, frames: frames.length, bytes: piece.byteLength }
  },
})
