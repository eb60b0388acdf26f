import type { ClientEvent } from "../../client/Event.ts"
import { isEntry } from "../../client/Event.ts"
import { keyOf, read, type Saying } from "./Payload.ts"

/** Where the members of a channel found something, place by place: the same for all of them. */
class Channel {
  /** By place: what the first who heard of it heard. A number for each message of the run. */
  readonly said: Array<number | undefined> = []
  /** The last place of which the service has said that it is stored. */
  acknowledged = 0
}

/** What all members of a run heard, as far as promises are judged by it. */
export class Hearing {
  readonly run: string
  private readonly channels = new Map<string, Channel>()
  /** Heard again. */
  doubled = 0
  /** Places that were passed over in silence. */
  missing = 0
  /** Places of which the service said that nobody can tell any more. */
  missed = 0
  /** Places at which two members, or a member and the acknowledgement, disagree. */
  disagreeing = 0

  constructor(run: string) {
    this.run = run
  }

  channel(key: string): Channel {
    let channel = this.channels.get(key)
    if (channel === undefined) this.channels.set(key, (channel = new Channel()))
    return channel
  }

  /** The service has said that it is stored there. */
  acknowledged(key: string, seq: number, saying: Pick<Saying, "member" | "number">): void {
    const channel = this.channel(key)
    this.compare(channel, seq, keyOf(saying))
    channel.acknowledged = Math.max(channel.acknowledged, seq)
  }

  /** The last acknowledged place of every channel. */
  get places(): ReadonlyArray<readonly [channel: string, seq: number]> {
    return [...this.channels].map(([key, { acknowledged }]) => [key, acknowledged])
  }

  /** What is known of them elsewhere. */
  learn(places: Hearing["places"]): void {
    for (const [key, seq] of places) {
      const channel = this.channel(key)
      channel.acknowledged = Math.max(channel.acknowledged, seq)
    }
  }

  /** All that was heard here: by channel, each place and what was there. */
  get heard(): ReadonlyArray<readonly [channel: string, heard: ReadonlyArray<number>]> {
    return [...this.channels].map(([key, { said }]) => {
      const heard: Array<number> = []
      // Nobody was there at the first places of an old channel: they are skipped.
      said.forEach((what, seq) => heard.push(seq, what!))
      return [key, heard]
    })
  }

  /** What was heard elsewhere. */
  compareAll(others: Hearing["heard"]): void {
    for (const [key, heard] of others) {
      const channel = this.channel(key)
      for (let at = 0; at < heard.length; at += 2) this.compare(channel, heard[at]!, heard[at + 1]!)
    }
  }

  compare({ said }: Channel, seq: number, what: number): void {
    if (said[seq] === undefined) said[seq] = what
    else if (said[seq] !== what) this.disagreeing++
  }
}

/** One member's part: bounded by the channels it is in. */
export class Ear {
  private readonly hearing: Hearing
  readonly keyOf: (channel: string) => string
  /** The next place it has to hear of, in each channel it is in. */
  private readonly next = new Map<string, number>()
  /** Frames about who comes and goes. */
  presence = 0

  /** `keyOf` a channel is the same for all its members: a direct conversation has two names. */
  constructor(hearing: Hearing, keyOf: (channel: string) => string) {
    this.hearing = hearing
    this.keyOf = keyOf
  }

  /** Takes an event in; what was said, where it is a message of this run. */
  hear(event: ClientEvent): Saying | undefined {
    const { hearing, next } = this
    if (event.type === "Presence") this.presence++
    else if (event.type === "Joined") {
      // Coming back, it goes on where it was.
      if (!next.has(event.channel)) next.set(event.channel, event.seq + 1)
    } else if (event.type === "Left") next.delete(event.channel)
    else if (event.type === "Missed") {
      hearing.missed += event.to - event.from + 1
      next.set(event.channel, event.to + 1)
    } else if (isEntry(event)) {
      const { channel, seq } = event
      const expected = next.get(channel) ?? seq
      if (seq < expected) {
        hearing.doubled++
        return undefined
      }
      hearing.missing += seq - expected
      next.set(channel, seq + 1)
      const saying = event.type === "Message" ? read(event.content, hearing.run) : undefined
      if (saying !== undefined) hearing.compare(hearing.channel(this.keyOf(channel)), seq, keyOf(saying))
      return saying
    }
    return undefined
  }

  /** Acknowledged messages that it should have heard and has not. */
  get behind(): number {
    let behind = 0
    for (const [channel, next] of this.next) {
      behind += Math.max(0, this.hearing.channel(this.keyOf(channel)).acknowledged - next + 1)
    }
    return behind
  }
}
