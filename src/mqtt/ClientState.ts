/** What is known of a client, over its connections where it wants that: what it hears, and how far it has heard it. */
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect, keyOf } from "../domain/Direct.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { HistoryId } from "../domain/HistoryId.ts"
import type { Message } from "../domain/Entry.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { KeptState } from "./KeptState.ts"
import { maxInFlight } from "./MqttSettings.ts"
import { lastShared } from "./Told.ts"

export interface Subscription {
  readonly qos: 0 | 1
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly id: number | undefined
}

/** A channel that it hears of. */
export class Place {
  name: ChannelName
  /** By what it comes back to it. */
  id: ChannelId | undefined
  history: HistoryId | undefined
  /** Undefined where it does not hear what is said there … */
  messages: Subscription | undefined
  /** … or what it is about. */
  topic: Subscription | undefined
  /** The last message that it was sent, or that was none for it; undefined while that is not known. */
  sent: number | undefined
  /** The last one there is, as far as that was told here. */
  latest = 0
  /** What the channel is about. */
  about = ""
  /** Of what was read from history, what it was not sent yet. */
  ahead: ReadonlyArray<Message> = []
  /** Up to where it was sent before, and of that what it has not acknowledged: identifiers by places. */
  readonly again = new Map<number, number>()
  sentBefore = 0

  constructor(name: ChannelName) {
    this.name = name
  }
}

/** What it has said that may come again: own ids by packet identifiers, the latest. */
interface Said {
  readonly id: MessageId
  readonly mark: string
}

const remembered = 64

export class ClientState {
  /** What its own messages' ids begin with. */
  readonly tag: string
  readonly places = new Map<string, Place>()
  /** Whether it hears whoever speaks to it. */
  directs: Subscription | undefined
  /** Where it was not sent all there is: what is missing is read from history. */
  readonly behind = new Set<Place>()
  /** What it was sent and has not acknowledged, by packet identifiers. */
  readonly inFlight = new Map<number, { readonly place: Place; readonly seq: number }>()
  /** Messages of QoS 2 that it has handed over and not released: whether they are stored. */
  readonly unreleased = new Map<number, "pending" | "stored">()
  /** Seconds that it is kept for when its client is gone. */
  expiry = 0
  private readonly given = new Set<MessageId>()
  private readonly said = new Map<number, Said>()
  private count = 0
  private nextOwn = lastShared

  constructor(tag: string) {
    this.tag = tag
  }

  /** As it was kept. */
  static from({ count, directs, given, nextOwn, places, said, tag, unreleased }: KeptState): ClientState {
    const state = new ClientState(tag)
    state.count = count
    state.nextOwn = nextOwn
    state.directs = directs as Subscription | undefined
    for (const id of given) state.given.add(id)
    for (const { id, mark, packetId } of said) state.said.set(packetId, { id, mark })
    for (const packetId of unreleased) state.unreleased.set(packetId, "stored")
    for (const { again, name, ...known } of places) {
      const place = Object.assign(state.placeFor(name), known)
      for (const [seq, packetId] of again) place.again.set(seq, packetId)
    }
    return state
  }

  /** To be kept; the connection is gone. */
  get kept(): KeptState {
    return {
      tag: this.tag,
      count: this.count,
      nextOwn: this.nextOwn,
      given: [...this.given],
      said: Array.from(this.said, ([packetId, known]) => ({ packetId, ...known })),
      unreleased: [...this.unreleased.keys()],
      directs: this.directs,
      places: Array.from(this.places.values(), ({ again, history, id, messages, name, sent, sentBefore, topic }) => ({
        name,
        id,
        history,
        messages,
        topic,
        sent,
        sentBefore,
        again: [...again],
      })),
    }
  }

  place(name: ChannelName): Place | undefined {
    return this.places.get(keyIn(name))
  }

  /** The one that there is, or a new one. */
  placeFor(name: ChannelName): Place {
    const known = this.place(name)
    if (known !== undefined) return known
    const made = new Place(name)
    this.places.set(keyIn(name), made)
    return made
  }

  remove(place: Place): void {
    this.places.delete(keyIn(place.name))
    this.behind.delete(place)
    for (const [id, sent] of this.inFlight) if (sent.place === place) this.inFlight.delete(id)
  }

  rename(place: Place, name: ChannelName): void {
    this.places.delete(keyIn(place.name))
    place.name = name
    this.places.set(keyIn(name), place)
  }

  /** An identifier that it has nothing in flight by. */
  freeId(): number {
    do {
      this.nextOwn = this.nextOwn >= 0xffff ? lastShared + 1 : this.nextOwn + 1
    } while (this.isTaken(this.nextOwn))
    return this.nextOwn
  }

  isTaken(id: number): boolean {
    if (this.inFlight.has(id)) return true
    for (const { again } of this.places.values()) {
      if (again.size > 0) for (const other of again.values()) if (other === id) return true
    }
    return false
  }

  /** Messages that may be sent to who takes so many at once. */
  room(receiveMaximum: number): number {
    return Math.min(receiveMaximum, maxInFlight) - this.inFlight.size
  }

  /** Whether it has said this itself. */
  isOwn(id: string | undefined): boolean {
    return id !== undefined && (id.startsWith(this.tag) || this.given.has(id as MessageId))
  }

  /** A message whose id it has made itself. */
  own(id: MessageId): MessageId {
    this.given.add(id)
    if (this.given.size > remembered) this.given.delete(this.given.values().next().value!)
    return id
  }

  /** By what the next message is known, or the one that comes again. `mark` tells one from another. */
  idFor(packetId: number, mark: string, again: boolean): MessageId {
    const before = this.said.get(packetId)
    if (again && before?.mark === mark) return before.id
    const id = `${this.tag}${++this.count}` as MessageId
    if (packetId > 0) {
      this.said.delete(packetId)
      this.said.set(packetId, { id, mark })
      if (this.said.size > remembered) this.said.delete(this.said.keys().next().value!)
    }
    return id
  }

  /** The connection is gone: what was in flight is to be sent again. */
  disconnected(): void {
    for (const [id, { place, seq }] of this.inFlight) place.again.set(seq, id)
    this.inFlight.clear()
    this.behind.clear()
    for (const place of this.places.values()) {
      place.ahead = []
      place.sentBefore = Math.max(place.sentBefore, place.sent ?? 0)
    }
    for (const [id, state] of this.unreleased) if (state === "pending") this.unreleased.delete(id)
  }
}

const keyIn = (name: ChannelName): string => (isDirect(name) ? keyOf(name) : name)
