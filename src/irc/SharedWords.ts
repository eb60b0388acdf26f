import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect } from "../domain/Direct.ts"
import type { Renderer, Rendering } from "../protocol/Renderer.ts"
import type { Speech } from "./Capability.ts"
import { type Comings, isComing } from "./Comings.ts"
import { targetOf } from "./Names.ts"
import { OwnWords } from "./OwnWords.ts"
import { bytesOf, comingLines, eventLines, type Server } from "./Writing.ts"

const noBytes = new Uint8Array(0)

/** In a direct conversation each is called by name. */
const direct: Rendering<Uint8Array> = { piece: noBytes, frames: 0, bytes: 0, differs: () => true }

/** Of these kinds some are told in other words to one of those who are told them. */
const differing: ReadonlySet<ChannelEvent["type"]> = new Set([
  "Message",
  "Edited",
  "Deleted",
  "Reacted",
  "Kicked",
  "Arrived",
  "Departed",
  "Gone",
  "Renamed",
])

/** How what happens is said to all sessions of one style: written once for all of them. */
export class SharedWords implements Renderer<Uint8Array> {
  readonly names = true
  private readonly server: Server
  private readonly speech: Speech

  private readonly comings: Comings

  constructor(server: Server, speech: Speech, comings: Comings) {
    this.server = server
    this.speech = speech
    this.comings = comings
  }

  render(channel: ChannelName, events: ReadonlyArray<ChannelEvent>): Rendering<Uint8Array> | undefined {
    if (isDirect(channel)) return direct
    const target = targetOf(channel)
    const lines: Array<string> = []
    for (const event of events) lines.push(...this.linesOf(channel, target, event))
    const special = events.filter(({ type }) => differing.has(type))
    if (lines.length === 0 && special.length === 0) return undefined
    const piece = lines.length === 0 ? noBytes : bytesOf(lines)
    const rendering = { piece, frames: lines.length === 0 ? 0 : events.length, bytes: piece.byteLength }
    if (special.length === 0) return rendering
    return {
      ...rendering,
      differs: (own) => own instanceof OwnWords && special.some((event) => own.concerns(channel, event)),
    }
  }

  private linesOf(channel: ChannelName, target: string, event: ChannelEvent): ReadonlyArray<string> {
    const { comings, server, speech } = this
    return isComing(event)
      ? comingLines(server, speech, channel, event.user, comings.of(channel, event).word)
      : eventLines(server, speech, channel, target, event)
  }
}
