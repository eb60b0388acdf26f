import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect, keyOf as directKey } from "../../domain/Direct.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ClientEvent, Entry, Event } from "../Event.ts"
import { Position } from "./Position.ts"
import { RecentMap } from "./RecentMap.ts"

/** Channels that the server has put the client out of, whose last place is remembered at least. */
const maxLeft = 256

/** The same for every spelling of a direct conversation's name. */
const keyOf = (name: string): string => (isDirect(name as ChannelName) ? directKey(name as ChannelName) : name)

/** What can be emitted now, and the channel in which entries may be missing. */
type Ready = readonly [events: ReadonlyArray<ClientEvent>, position?: Position]

/** How far the subscribers have got in each channel that the client is in. It outlives connections. */
export class Positions {
  // As many as the server lets a session be in.
  private readonly here = new Map<string, Position>()
  /** The last place in channels that the server has put the client out of, for when it comes back. */
  private readonly left = new RecentMap<string, Seq>(maxLeft)
  /** Behind which place entries are wanted, in channels that are being joined; as many as there are such requests. */
  private readonly wanted = new Map<string, { readonly after: Seq }>()
  /** Whether the read markers are known on this connection. */
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

  /** Whether the last place is known in a channel that the server has put the client out of. */
  knows(name: string): boolean {
    return this.left.get(keyOf(name)) !== undefined
  }

  /** Once the client has joined, the entries behind this place are wanted. Call the result if it could not join. */
  want(name: string, after: Seq): (error?: RequestError) => void {
    const key = keyOf(name)
    const wanted = { after }
    this.wanted.set(key, wanted)
    return (error) => {
      // Another user has brought the client in, and the `Joined` event that uses this is still on its way.
      if (error?.reason === "AlreadyMember" && !this.here.has(key)) return
      if (this.wanted.get(key) === wanted) this.wanted.delete(key)
    }
  }

  /** On a new connection the read markers are not known yet. */
  connected(): void {
    this.listed = false
  }

  /** The read markers are known now. Returns what can be emitted in the channels that have waited for them. */
  begin(read: ReadonlyMap<string, Seq>): ReadonlyArray<Ready> {
    this.listed = true
    const reads = new Map([...read].map(([name, seq]) => [keyOf(name), seq]))
    return [...this.here].map(([key, position]) => [position.begin(reads.get(key)), position])
  }

  receive(event: Event): Ready {
    switch (event.type) {
      case "Joined": {
        const position = this.join(event.channel, event.seq, event.ref === undefined)
        return [[event, ...position.join(event)], position]
      }
      case "Left":
        this.leave(event.channel, event.ref !== undefined)
        return [[event]]
      case "Renamed":
        this.rename(event.channel, event.name)
        return [[event]]
      case "Message":
      case "Edited":
      case "Deleted":
      case "Reacted":
        return this.add(event)
      case "ReadMarker":
      case "Presence":
      case "TopicChanged":
      case "UserTyping":
      case "ChannelChanged":
      case "RoleChanged":
      case "Kicked":
      case "Invited":
        return [[event]]
    }
  }

  private add(entry: Entry): Ready {
    const position = this.here.get(keyOf(entry.channel))
    return position === undefined ? [[entry]] : [position.add(entry), position]
  }

  private join(name: ChannelName, seq: Seq, byOthers: boolean): Position {
    const key = keyOf(name)
    const before = this.here.get(key)
    const last = this.wanted.get(key)?.after ?? (before?.begun === true ? before.last : this.left.get(key))
    const waits = last === undefined && !this.listed && isDirect(name) && (byOthers || before !== undefined)
    const position = new Position(name, last ?? seq, !waits)
    this.here.set(key, position)
    this.left.delete(key)
    this.wanted.delete(key)
    return position
  }

  private leave(name: ChannelName, forGood: boolean): void {
    const key = keyOf(name)
    const position = this.here.get(key)
    this.here.delete(key)
    if (position?.begun === true && !forGood) this.left.set(key, position.last)
  }

  private rename(from: ChannelName, to: ChannelName): void {
    const position = this.here.get(keyOf(from))
    if (position === undefined) return
    this.here.delete(keyOf(from))
    position.rename(to)
    this.here.set(keyOf(to), position)
  }
}
