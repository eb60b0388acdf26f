import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect, keyOf as directKey } from "../../domain/Direct.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Event } from "../Connection.ts"
import { type ClientEvent, isEntry } from "../Event.ts"
import { Position } from "./Position.ts"

/** Channels that the server has put one out of, of which it is remembered how far one has come. */
const maxLeft = 256

/** The same for every spelling of a direct conversation. */
const keyOf = (name: string): string => (isDirect(name as ChannelName) ? directKey(name as ChannelName) : name)

/** The channels one is in, and how far one has come in each; over reconnections, too. */
export class Positions {
  // As many as the server lets a session be in.
  private readonly here = new Map<string, Position>()
  private readonly left = new Map<string, Seq>()
  /** From where one wants to be told, where one is about to get in; as many as wait for that. */
  private readonly wanted = new Map<string, { readonly after: Seq }>()
  /** Whether it is known, of this connection, in which direct conversations something waits. */
  private listed = false

  get names(): ReadonlyArray<ChannelName> {
    return [...this.here.values()].map(({ name }) => name)
  }

  has(position: Position): boolean {
    return this.here.get(keyOf(position.name)) === position
  }

  isIn(name: string): boolean {
    return this.here.has(keyOf(name))
  }

  /** Whether it is known how far one has come in a channel that one was put out of. */
  knows(name: string): boolean {
    return this.left.has(keyOf(name))
  }

  /** What is behind this place is to be told, once one is in; forgets that again when one could not get in. */
  want(name: string, after: Seq): (error?: RequestError) => void {
    const key = keyOf(name)
    const wanted = { after }
    this.wanted.set(key, wanted)
    return (error) => {
      // Others have brought one in: that is about to be told, or was.
      if (error?.reason === "AlreadyMember" && !this.here.has(key)) return
      if (this.wanted.get(key) === wanted) this.wanted.delete(key)
    }
  }

  /** A new connection: what waits is not known yet. */
  connected(): void {
    this.listed = false
  }

  /**
   * Now it is, by the places up to which one has read. Gives those into which one was brought before that, with what can
   * be told of them.
   */
  begin(read: ReadonlyMap<string, Seq>): ReadonlyArray<readonly [ReadonlyArray<ClientEvent>, Position]> {
    this.listed = true
    const reads = new Map([...read].map(([name, seq]) => [keyOf(name), seq]))
    return [...this.here].map(([key, position]) => [position.begin(reads.get(key)), position])
  }

  /** Takes in what the server says; gives what can be told of it now, and the channel where something may be missing. */
  hear(event: Event): readonly [ReadonlyArray<ClientEvent>, Position?] {
    switch (event.type) {
      case "Joined": {
        const position = this.enter(event.channel, event.seq, event.ref === undefined)
        return [[event, ...position.enter(event)], position]
      }
      case "Left":
        this.leave(event.channel, event.ref !== undefined)
        return [[event]]
      case "Renamed":
        this.rename(event.channel, event.name)
        return [[event]]
    }
    const position = isEntry(event) ? this.here.get(keyOf(event.channel)) : undefined
    return position === undefined || !isEntry(event) ? [[event]] : [position.hear(event), position]
  }

  private enter(name: ChannelName, seq: Seq, brought: boolean): Position {
    const key = keyOf(name)
    const former = this.here.get(key)
    const known = this.wanted.get(key)?.after ?? (former?.begun === true ? former.last : this.left.get(key))
    const waits = known === undefined && !this.listed && isDirect(name) && (brought || former !== undefined)
    const position = new Position(name, known ?? seq, !waits)
    this.here.set(key, position)
    this.left.delete(key)
    this.wanted.delete(key)
    return position
  }

  private leave(name: ChannelName, forGood: boolean): void {
    const key = keyOf(name)
    const position = this.here.get(key)
    this.here.delete(key)
    if (position?.begun !== true || forGood) return
    this.left.set(key, position.last)
    const [oldest] = this.left.size > maxLeft ? this.left.keys() : []
    if (oldest !== undefined) this.left.delete(oldest)
  }

  private rename(from: ChannelName, to: ChannelName): void {
    const position = this.here.get(keyOf(from))
    if (position === undefined) return
    this.here.delete(keyOf(from))
    position.rename(to)
    this.here.set(keyOf(to), position)
  }
}
