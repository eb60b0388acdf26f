/** What a session inside the program is told: frames of version 2 that are never written. */
import type { ChannelEvent } from "../../domain/ChannelEvent.ts"
import type { Renderer } from "../../protocol/Renderer.ts"
import * as render from "../../protocol/v2/render.ts"
import { isEntry } from "../ChannelEntry.ts"

export interface Notice {
  readonly frame: render.EventFrame
  /** Whether the session was put out of the channel; a channel that has ended is left with the same frame. */
  readonly putOut: boolean
}
export type Notices = ReadonlyArray<Notice>

export const noticeOf = (frame: render.EventFrame, event?: ChannelEvent): Notice => ({
  frame,
  putOut: event?.type === "PutOut",
})

/** About as many bytes as it occupies. */
export const sizeOf = (frame: render.EventFrame): number => ("content" in frame ? frame.content.length : 0) + 200

const rendererOf = (tells: (frame: render.EventFrame) => boolean): Renderer<Notices> => ({
  names: false,
  render: (channel, events) => {
    const piece = events.flatMap((event) => {
      const frame = render.event(channel, event)
      return frame !== undefined && tells(frame) ? noticeOf(frame, event) : []
    })
    if (piece.length === 0) return undefined
    return { piece, frames: piece.length, bytes: piece.reduce((sum, { frame }) => sum + sizeOf(frame), 0) }
  },
})

/** For a session with events. */
export const eventsAndEntries = rendererOf(() => true)

/** For a session without: what it takes to read the entries of a channel. */
export const entriesOnly = rendererOf((frame) => isEntry(frame) || frame.type === "Renamed" || frame.type === "Left")
