/** What one session is told in words of its own: what it said itself, direct messages, and what is about it alone. */
import type { ChannelEvent } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect } from "../domain/Direct.ts"
import type { Entry } from "../domain/Entry.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Person } from "../domain/User.ts"
import type { Renderer, Rendering } from "../protocol/Renderer.ts"
import type { Speech } from "./Capability.ts"
import { type Coming, type Comings, differs, wordFor } from "./Comings.ts"
import { format, tagged } from "./Line.ts"
import { nickOf, targetOf } from "./Names.ts"
import type { Watched } from "./Watched.ts"
import { bytesOf, comingLines, eventLines, joinLine, partLine, type Server, sourceOf } from "./Writing.ts"

/** Who reads, and how. */
interface Reader {
  readonly server: Server
  readonly speech: Speech
  readonly self: Person
  /** Whether it is told what it says itself. */
  readonly echoes: boolean
  readonly watched: Watched
  readonly comings: Comings
  /** Whether it is in a channel. */
  readonly isIn: (channel: ChannelName) => boolean
}

/** What it has said and was not answered yet, and the label of each. Bounded by what it may have underway in its channels. */
export type Underway = Map<MessageId, string | undefined>

export class OwnWords implements Renderer<Uint8Array> {
  readonly names = true
  readonly underway: Underway = new Map()
  private readonly reader: Reader
  /** Channels that it was just thrown out of: it was told why. */
  private readonly thrownOut = new Set<ChannelName>()

  constructor(reader: Reader) {
    this.reader = reader
  }

  /** Whether an event is told to it in other words than to everybody. */
  concerns(channel: ChannelName, event: ChannelEvent): boolean {
    switch (event.type) {
      case "Message":
      case "Edited":
      case "Deleted":
      case "Reacted":
        return this.isOwn(event) && (!this.reader.echoes || this.underway.get(event.id!) !== undefined)
      case "Kicked":
        return event.user.id === this.reader.self.id
      case "Arrived":
      case "Departed":
      case "Gone":
        return this.reader.watched.has(event.user.name) || this.knowsMore(channel, event)
      case "Renamed":
        return !this.reader.speech.renames
      default:
        return false
    }
  }

  /** Whether it has said this itself, a moment ago. */
  private isOwn({ from, id }: Entry): boolean {
    return id !== undefined && this.underway.has(id) && from.id === this.reader.self.id
  }

  render(channel: ChannelName, events: ReadonlyArray<ChannelEvent>): Rendering<Uint8Array> | undefined {
    const lines: Array<string> = []
    for (const event of events) lines.push(...this.linesOf(channel, event))
    if (lines.length === 0) return undefined
    const piece = bytesOf(lines)
    return { piece, frames: events.length, bytes: piece.byteLength }
  }

  private linesOf(channel: ChannelName, event: ChannelEvent): ReadonlyArray<string> {
    const { self, server, speech } = this.reader
    switch (event.type) {
      case "Message":
      case "Edited":
      case "Deleted":
      case "Reacted": {
        const lines = eventLines(server, speech, channel, this.targetOf(channel, event.from), event)
        return this.concerns(channel, event) ? this.echo(lines, event.id) : lines
      }
      case "Typing":
        return eventLines(server, speech, channel, this.targetOf(channel, event.user), event)
      case "Kicked":
        if (this.concerns(channel, event)) this.thrownOut.add(channel)
        break
      case "PutOut":
      case "Ended": {
        if (isDirect(channel) || this.thrownOut.delete(channel)) return []
        const why = event.type === "Ended" ? "There is no such channel any more" : "You may not stay here"
        return [format(server.name, "KICK", targetOf(channel), nickOf(self.name), why)]
      }
      case "Renamed":
        return speech.renames
          ? eventLines(server, speech, channel, targetOf(channel), event)
          : this.moved(channel, event.name)
      case "Arrived":
      case "Departed":
      case "Gone":
        return this.coming(channel, event)
      default:
        break
    }
    return eventLines(server, speech, channel, targetOf(channel), event)
  }

  /** Whether another channel that it is in has something to do with it. */
  private knowsMore(channel: ChannelName, event: Coming): boolean {
    const { comings, isIn } = this.reader
    return !isDirect(channel) && differs(comings.of(channel, event), isIn)
  }

  private coming(channel: ChannelName, event: Coming): ReadonlyArray<string> {
    const { comings, isIn, server, speech, watched } = this.reader
    const { type, user } = event
    const word = isDirect(channel) ? undefined : wordFor(comings.of(channel, event), isIn)
    const lines = comingLines(server, speech, channel, user, word)
    const isLingering = type === "Departed" && event.why === "ended"
    const changed =
      !isLingering && (type === "Arrived" ? watched.came(user.name, channel) : watched.went(user.name, channel))
    return changed ? [...lines, this.seen(user, type === "Arrived")] : lines
  }

  /** Somebody who is watched is there from now on, or is not. */
  private seen({ name }: Person, here: boolean): string {
    const { self, server } = this.reader
    return here
      ? format(server.name, "730", nickOf(self.name), sourceOf(server, name))
      : format(server.name, "731", nickOf(self.name), nickOf(name))
  }

  /** In a direct conversation, to whom it was said. */
  private targetOf(channel: ChannelName, from: Person): string {
    const { self } = this.reader
    return isDirect(channel) && from.id !== self.id ? nickOf(self.name) : targetOf(channel)
  }

  /** What it said itself comes back only to who asked for that, and with the label that it was given. */
  private echo(lines: ReadonlyArray<string>, id: MessageId | undefined): ReadonlyArray<string> {
    const label = id === undefined ? undefined : this.underway.get(id)
    if (!this.reader.echoes) return []
    return lines.map((line, at) => (at === 0 ? tagged({ label }, line) : line))
  }

  /** For who has no word for another name: it goes from one channel to another. */
  private moved(from: ChannelName, to: ChannelName): ReadonlyArray<string> {
    const { self, server, speech } = this.reader
    return [
      partLine(server, from, self, `The channel is called ${targetOf(to)} now`),
      joinLine(server, speech, to, self),
      format(server.name, "366", nickOf(self.name), targetOf(to), `NAMES ${targetOf(to)} shows who is here`),
    ]
  }
}
