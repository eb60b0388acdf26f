import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect, keyOf as directKey } from "../../domain/Direct.ts"
import type { Seq } from "../../domain/Seq.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { ClientEvent, Entry, Event } from "../Event.ts"
import { Position } from "./Position.ts"
import { RecentMap } from "./RecentMap.ts"

/** Where the client was in a channel. */
type Place = Pick<Position, "id" | "history" | "last">

/** What entries are wanted of a channel that is being joined. */
export interface Wanted {
  /** Those behind this place. */
  readonly after: Seq
  /** The history that it is a place of, where that is known. */
  readonly history?: string | undefined
}

/** Channels that the server has put the client out of, whose last place is remembered at least. */
const maxLeft = 256

/** The same for every spelling of a direct conversation's name. */
export const keyOf = (name: string): string => (isDirect(name as ChannelName) ? directKey(name as ChannelName) : name)

const otherBehindName = "This name is somebody else's now"

/** What can be emitted now, and the channel in which entries may be missing. */
type Ready = readonly [events: ReadonlyArray<ClientEvent>, position?: Position]

/** How far the subscribers have got in each channel that the client is in. It outlives connections. */
export class Positions {
  // As many as the server lets a session be in.
  private readonly here = new Map<string, Position>()
  /** The last place in channels that the server has put the client out of, for when it comes back. */
  private readonly left = new RecentMap<string, Place>(maxLeft)
  /** Channels whose name another has by now, by their ids, until the client has come back to them under their own. */
  private readonly displaced = new Map<string, Position>()
  /** In channels that are being joined; as many as there are such requests. */
  private readonly wanted = new Map<string, Wanted>()
  /** Whether the read markers are known on this connection. */
  private listed = false

  /** The channels to come back to on a new connection. */
  get all(): ReadonlyArray<Position> {
    return [...this.here.values(), ...this.displaced.values()]
  }

  /** Of the channel that is called so. */
  at(name: string): Position | undefined {
    return this.here.get(keyOf(name))
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

  /** Once the client has joined, these entries are wanted. Call the result if it could not join. */
  want(name: string, wanted: Wanted): (error?: RequestError) => void {
    const key = keyOf(name)
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

  /** Whether a channel waits for its read marker, and for no list of them that is to come. */
  waits(position: Position): boolean {
    return this.listed && !position.begun
  }

  /**
   * The client has come back to a channel, which may have another name by now, and its former name may be another's.
   * Returns what there is to tell of that before anything else.
   */
  private rejoined(joined: ServerFrameOf<"Joined">): ReadonlyArray<ClientEvent> {
    const { channel, id } = joined
    const key = keyOf(channel)
    const named = this.here.get(key)
    if (id === undefined || named?.id === id) return []
    if (named !== undefined && this.isAnew(named, joined)) {
      // Whoever listens goes on in the channel of this name. What waits to be sent was not meant for it.
      named.refused = new RequestError({ reason: "NoSuchChannel", detail: "The service knows this channel no more" })
      const successor = new Position(named.name, named.last)
      successor.history = named.history
      this.here.set(key, successor)
      return []
    }
    const news: Array<ClientEvent> = []
    if (named?.id !== undefined) {
      this.here.delete(key)
      // A conversation with somebody else than before; where it is a channel, the client may come back to it in a moment.
      if (isDirect(channel)) named.refused = new RequestError({ reason: "NoSuchUser", detail: otherBehindName })
      else this.displaced.set(named.id, named)
      news.push({ type: "Left", channel: named.name })
    }
    const position = this.displaced.get(id) ?? [...this.here.values()].find((one) => one.id === id)
    if (position === undefined || isDirect(channel)) return news
    const { name } = position
    if (!this.displaced.delete(id)) {
      this.here.delete(keyOf(name))
      news.push({ type: "Renamed", channel: name, name: channel })
    }
    position.rename(channel)
    this.here.set(key, position)
    return news
  }

  /** Whether the service began anew, so that another channel stands for the one that the client was in. */
  private isAnew({ history: before }: Position, { channel, history, id }: ServerFrameOf<"Joined">): boolean {
    return (
      !isDirect(channel) &&
      before !== undefined &&
      history !== undefined &&
      before !== history &&
      ![...this.displaced.values(), ...this.here.values()].some((one) => one.id === id)
    )
  }

  /** The client was not let in again. Returns what there is to tell of that. */
  refuse(position: Position, because: RequestError): ReadonlyArray<ClientEvent> {
    position.refused = because
    if (position.id !== undefined) this.displaced.delete(position.id)
    // Otherwise it was told when another channel had its name.
    if (!this.has(position)) return []
    this.leave(position.name, false)
    return [{ type: "Left", channel: position.name, because }]
  }

  receive(event: Event): Ready {
    switch (event.type) {
      case "Joined": {
        const news = this.rejoined(event)
        const position = this.join(event)
        return [[...news, event, ...position.join(event)], position]
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

  private join({ channel: name, id, ref, seq }: ServerFrameOf<"Joined">): Position {
    const key = keyOf(name)
    const before = this.here.get(key)
    const left = this.left.get(key)
    // What has this name now may be another channel than the one that was left.
    const isLeft = left !== undefined && (left.id === undefined || id === undefined || left.id === id)
    const known = before?.begun === true ? before : isLeft ? left : undefined
    // What it was in already goes on where it was, under whichever name the program has asked for it meanwhile.
    const wanted = before?.begun === true ? undefined : this.wanted.get(key)
    const last = wanted?.after ?? known?.last
    const history = wanted === undefined ? known?.history : wanted.history
    // Where others have said something before they brought the client in, it is behind the read marker.
    const isBehind = !this.listed || seq > 0
    const waits = last === undefined && isBehind && isDirect(name) && (ref === undefined || before !== undefined)
    const position = before ?? new Position(name, seq)
    position.resume(last ?? seq, history, !waits)
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
    const { history, id, last } = position
    this.left.set(key, { history, id, last })
  }

  private rename(from: ChannelName, to: ChannelName): void {
    const position = this.here.get(keyOf(from))
    if (position === undefined) return
    this.here.delete(keyOf(from))
    position.rename(to)
    this.here.set(keyOf(to), position)
  }
}
