import { memberName } from "../Message.ts"
import { fail, type Frame } from "./Conversation.ts"
import type { TalkPlan } from "./Plan.ts"
import { channelName, idOf, MessageReader, publisher, refOf } from "./TalkFrames.ts"

/** Messages of one sender of which more is known than their number; who is further behind is lost. */
const kept = 1024

interface Sender {
  readonly number: number
  readonly publish: (first: number, count: number) => Buffer
  /** How many it has sent, how many of them came back to it, and how many were acknowledged. */
  sent: number
  returned: number
  acknowledged: number
  /** When the last messages were sent, and their places in the channel. */
  readonly sentAt: Float64Array
  readonly places: Float64Array
}

/** One channel of a talk, and what every member of it must have got. */
export class TalkChannel {
  readonly name: string
  private readonly senders: ReadonlyArray<Sender>
  private readonly members: number
  private readonly firstSender: number
  private readonly reader: MessageReader
  /** By member: the last place, and a running hash of all messages in their order. Equal hashes are equal orders. */
  private readonly lastPlace: Float64Array
  private readonly orderHash: Uint32Array
  /** By member and sender: the number that the next message must have. */
  private readonly nextSequence: Uint32Array

  constructor(index: number, { membersPerChannel, sendersPerChannel }: TalkPlan) {
    this.name = channelName(index)
    this.members = membersPerChannel
    this.firstSender = index * sendersPerChannel
    this.senders = Array.from({ length: sendersPerChannel }, (_, place): Sender => {
      const number = this.firstSender + place
      return {
        number,
        publish: publisher(number, index),
        sent: 0,
        returned: 0,
        acknowledged: 0,
        sentAt: new Float64Array(kept),
        places: new Float64Array(kept),
      }
    })
    this.reader = new MessageReader(index, (sender) =>
      memberName(index * membersPerChannel + sender - this.firstSender),
    )
    this.lastPlace = new Float64Array(membersPerChannel)
    this.orderHash = new Uint32Array(membersPerChannel).fill(0x811c9dc5)
    this.nextSequence = new Uint32Array(membersPerChannel * sendersPerChannel)
  }

  joined(member: number, place: number): void {
    this.lastPlace[member] = place
  }

  /** What a sender may send so that it has so many under way; undefined where it has. */
  next(place: number, inFlight: number): Buffer | undefined {
    const sender = this.senders[place]!
    const first = sender.sent
    const count = Math.min(sender.returned, sender.acknowledged) + inFlight - first
    if (count === 0) return undefined
    const now = performance.now()
    for (let index = first; index < first + count; index++) sender.sentAt[index % kept] = now
    sender.sent = first + count
    return sender.publish(first, count)
  }

  /** A member has got a message; gives how long it took, in milliseconds. */
  delivered(member: number, bytes: Buffer, start: number, end: number): number {
    const { seq, sender: number, sequence } = this.reader.read(bytes, start, end)
    const place = number - this.firstSender
    const sender = this.senders[place]
    if (sender === undefined) return fail(`sender ${number}, who is not in ${this.name}, was heard there`)
    const slot = member * this.senders.length + place
    const awaited = this.nextSequence[slot]!
    if (seq !== this.lastPlace[member]! + 1 || sequence !== awaited || sequence >= sender.sent) {
      fail(
        `member ${member} of ${this.name} got place ${seq} behind ${this.lastPlace[member]}, ` +
          `message ${sequence} of sender ${number} instead of ${awaited}`,
      )
    }
    if (sender.sent - sequence > kept) fail(`member ${member} of ${this.name} is ${kept} messages behind`)
    this.lastPlace[member] = seq
    this.nextSequence[slot] = sequence + 1
    const mixed = this.orderHash[member]! ^ Math.imul(number + 1, 0x9e3779b1) ^ sequence
    this.orderHash[member] = Math.imul(mixed, 0x01000193)
    if (member === place) {
      sender.returned++
      this.checkPlace(sender, sequence, seq, sender.acknowledged)
    }
    return performance.now() - sender.sentAt[sequence % kept]!
  }

  /** A sender was answered. */
  published(place: number, frame: Frame): void {
    const sender = this.senders[place]
    if (sender === undefined) return fail(`a member of ${this.name} was answered who said nothing`)
    const sequence = sender.acknowledged
    const isThat = frame["ref"] === refOf(sequence) && frame["id"] === idOf(sender.number, sequence)
    if (sequence >= sender.sent || !isThat || frame["channel"] !== this.name) {
      fail(`message ${sequence} of sender ${sender.number} was answered by ${JSON.stringify(frame)}`)
    }
    sender.acknowledged++
    this.checkPlace(sender, sequence, Number(frame["seq"]), sender.returned)
  }

  isComplete(): boolean {
    const all = this.senders.reduce((sum, { sent }) => sum + sent, 0)
    const got = this.nextSequence.reduce((sum, next) => sum + next, 0)
    return got === all * this.members && this.senders.every(({ acknowledged, sent }) => acknowledged === sent)
  }

  /** Fails unless everybody has got everything, once and in one order, and every message was answered. */
  check(): void {
    for (const [place, { acknowledged, number, sent }] of this.senders.entries()) {
      if (acknowledged !== sent) fail(`${acknowledged} of ${sent} messages of sender ${number} were acknowledged`)
      for (let member = 0; member < this.members; member++) {
        const got = this.nextSequence[member * this.senders.length + place]!
        if (got !== sent) fail(`member ${member} of ${this.name} got ${got} of ${sent} messages of sender ${number}`)
      }
    }
    const other = this.orderHash.findIndex((hash) => hash !== this.orderHash[0])
    if (other !== -1) fail(`members 0 and ${other} of ${this.name} got the messages in different orders`)
  }

  /**
   * A message's answer and the message itself must name the same place: whichever comes first is remembered for the
   * other, of which `others` have come.
   */
  private checkPlace(sender: Sender, sequence: number, seq: number, others: number): void {
    const { number, places } = sender
    if (sequence >= others) places[sequence % kept] = seq
    else if (places[sequence % kept] !== seq) {
      fail(`message ${sequence} of sender ${number} is at ${seq} and at ${places[sequence % kept]} of ${this.name}`)
    }
  }
}
