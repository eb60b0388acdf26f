import type { ClientEvent } from "../../client/Event.ts"
import { isEntry } from "../../client/Event.ts"
import { keyOf, read, type Payload } from "./Payload.ts"

type ClientEventOf<Type extends ClientEvent["type"]> = Extract<ClientEvent, { readonly type: Type }>

/** What is known of one channel, by `seq`; it has to be the same for all its members. */
class Channel {
  /** By `seq`: the key of the message that the first member to receive it received there. */
  readonly messages: Array<number | undefined> = []
  /** The highest `seq` that the service has acknowledged. */
  acknowledged = 0
}

/** Checks what the members of a run receive: nothing twice, no gap, and the same message at the same `seq` for all. */
export class DeliveryCheck {
  readonly run: string
  private readonly channels = new Map<string, Channel>()
  /** Messages that a member received more than once. */
  doubled = 0
  /** `seq`s that were skipped without a `Missed` event: a gap. */
  missing = 0
  /** `seq`s of which the service messages by a `Missed` event that history no longer has them. */
  missed = 0
  /** `seq`s at which two members, or a member and an acknowledgement, name different messages. */
  disagreeing = 0

  constructor(run: string) {
    this.run = run
  }

  channel(key: string): Channel {
    let channel = this.channels.get(key)
    if (channel === undefined) this.channels.set(key, (channel = new Channel()))
    return channel
  }

  /** The service has acknowledged this message with this `seq`. */
  acknowledged(key: string, seq: number, payload: Pick<Payload, "member" | "number">): void {
    const channel = this.channel(key)
    this.compare(channel, seq, keyOf(payload))
    channel.acknowledged = Math.max(channel.acknowledged, seq)
  }

  /** The highest acknowledged `seq` of every channel. */
  get acknowledgedSeqs(): ReadonlyArray<readonly [channel: string, seq: number]> {
    return [...this.channels].map(([key, { acknowledged }]) => [key, acknowledged])
  }

  /** Adds what other processes know to be acknowledged. */
  addAcknowledged(seqs: DeliveryCheck["acknowledgedSeqs"]): void {
    for (const [key, seq] of seqs) {
      const channel = this.channel(key)
      channel.acknowledged = Math.max(channel.acknowledged, seq)
    }
  }

  /** All that was received in this process: by channel, pairs of a `seq` and the key of the message. */
  get received(): ReadonlyArray<readonly [channel: string, received: ReadonlyArray<number>]> {
    return [...this.channels].map(([key, { messages }]) => {
      const received: Array<number> = []
      // forEach skips the holes: a channel may be older than the run, so its first `seq`s were received by nobody.
      messages.forEach((what, seq) => received.push(seq, what!))
      return [key, received]
    })
  }

  /** Compares with what other processes received. */
  compareAll(others: DeliveryCheck["received"]): void {
    for (const [key, received] of others) {
      const channel = this.channel(key)
      for (let at = 0; at < received.length; at += 2) this.compare(channel, received[at]!, received[at + 1]!)
    }
  }

  compare({ messages }: Channel, seq: number, what: number): void {
    if (messages[seq] === undefined) messages[seq] = what
    else if (messages[seq] !== what) this.disagreeing++
  }
}

/** Where a member is in a channel. */
interface Place {
  /** The `seq` that has to come next. */
  next: number
  /** The last that it received, or does not want. Smaller than `next - 1` where it may be told what was before it came. */
  heard: number
  isIn: boolean
}

/** What one member receives. */
export class Receiver {
  private readonly check: DeliveryCheck
  readonly keyOf: (channel: string) => string
  /** Of each channel that the member is in, or was put out of. */
  private readonly places = new Map<string, Place>()
  /** Presence frames received. */
  presence = 0
  /** Messages that will never reach it: it knows of places behind them. */
  unheard = 0

  /** `keyOf` gives a channel one key for all its members: a direct conversation has a name for each of the two. */
  constructor(check: DeliveryCheck, keyOf: (channel: string) => string) {
    this.check = check
    this.keyOf = keyOf
  }

  /** Takes an event in. Returns the payload where it is a message of this run that was not received before. */
  receive(event: ClientEvent): Payload | undefined {
    const { check, places } = this
    if (event.type === "Presence") this.presence++
    else if (event.type === "Joined") this.join(event)
    else if (event.type === "Left") this.leave(event)
    else if (event.type === "HistoryChanged") places.delete(event.channel)
    else if (event.type === "Missed") {
      check.missed += event.to - event.from + 1
      this.unheard += event.to - event.from + 1
      places.set(event.channel, { next: event.to + 1, heard: event.to, isIn: true })
    } else if (isEntry(event)) {
      const { channel, seq } = event
      let place = places.get(channel)
      if (place === undefined) places.set(channel, (place = { next: seq, heard: 0, isIn: true }))
      if (seq <= place.heard) {
        check.doubled++
        return undefined
      }
      const skipped = Math.max(0, seq - place.next)
      check.missing += skipped
      this.unheard += skipped
      place.next = seq + 1
      place.heard = seq
      const payload = event.type === "Message" ? read(event.content, check.run) : undefined
      if (payload !== undefined) check.compare(check.channel(this.keyOf(channel)), seq, keyOf(payload))
      return payload
    }
    return undefined
  }

  private join({ channel, ref, seq }: ClientEventOf<"Joined">): void {
    const place = this.places.get(channel)
    // A member who reconnects goes on where it was: what it missed must still arrive.
    if (place?.isIn === true) return
    // One who was put out, or is brought into a conversation, may be told what was said before: what it has not read.
    const heard = place?.heard ?? (ref === undefined && channel.startsWith("@") ? 0 : seq)
    this.places.set(channel, { next: seq + 1, heard, isIn: true })
  }

  private leave({ channel, ref }: ClientEventOf<"Left">): void {
    const place = this.places.get(channel)
    if (place === undefined || ref !== undefined) this.places.delete(channel)
    else place.isIn = false
  }

  /** Acknowledged messages that have not reached this member, though it is in the channel. */
  get behind(): number {
    let behind = 0
    for (const [channel, { isIn, next }] of this.places) {
      if (isIn) behind += Math.max(0, this.check.channel(this.keyOf(channel)).acknowledged - next + 1)
    }
    return behind
  }
}
