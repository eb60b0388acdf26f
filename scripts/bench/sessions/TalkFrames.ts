// What a talk is made of: `Publish` frames that differ by a few bytes, and `Message` frames of which a few bytes tell which
// they are.
import { contentOf, senderAt, sequenceAt, sequenceLimit, sentFrames, frameOf } from "../Message.ts"
import { fail } from "./Conversation.ts"

/** All of the same length, so that messages are alike. */
export const channelName = (channel: number): string => `room-${String(channel).padStart(4, "0")}`

const firstRef = 10_000_000

/** What a message is known by to its sender: `Published` names both. */
export const refOf = (sequence: number): number => firstRef + sequence
export const idOf = (sender: number, sequence: number): string => `${sender}-${refOf(sequence)}`

/** Makes the frames by which `sender` publishes, so many at once. */
export const publisher = (sender: number, channel: number): ((first: number, count: number) => Buffer) => {
  const [ref, id] = [refOf(0), idOf(sender, 0)]
  const frame = { type: "Publish", ref, channel: channelName(channel), id, content: contentOf(0, 0) }
  const template = frameOf(frame)
  const refAt = template.indexOf(String(ref))
  const idAt = template.indexOf(id) + id.length - String(ref).length
  return (first, count) => {
    if (first + count > sequenceLimit) fail("out of message numbers: measure for a shorter time")
    const bytes = sentFrames(template, sender, first, count)
    for (let index = 0; index < count; index++) {
      const at = index * template.length
      const digits = String(refOf(first + index))
      bytes.write(digits, at + refAt, "latin1")
      bytes.write(digits, at + idAt, "latin1")
    }
    return bytes
  }
}

/** What was read of a message's frame. */
export interface MessageNumbers {
  seq: number
  sender: number
  sequence: number
}

const sampleEvery = 1024
const [tilde, colon, comma] = [0x7e, 0x3a, 0x2c]

/**
 * Reads `Message` frames of one channel. Where one lies as the last that was decoded did, its numbers are taken from
 * where they lay there; one in so many is decoded all the same, and compared as a whole.
 */
export class MessageReader {
  readonly numbers: MessageNumbers = { seq: 0, sender: 0, sequence: 0 }
  private readonly channel: string
  private readonly nameOf: (sender: number) => string
  /** Of the frame that was decoded last: its length, and where its place and its content lay. */
  private length = 0
  private seqAt = 0
  private seqDigits = 0
  private markAt = 0
  private untilDecoded = 0

  constructor(channel: number, nameOf: (sender: number) => string) {
    this.channel = channelName(channel)
    this.nameOf = nameOf
  }

  read(bytes: Buffer, start: number, end: number): MessageNumbers {
    const { numbers, markAt, seqAt, seqDigits } = this
    const [mark, last] = [start + markAt, start + seqAt + seqDigits]
    if (
      end - start !== this.length ||
      bytes[mark] !== tilde ||
      bytes[last] !== comma ||
      bytes[start + seqAt - 1] !== colon ||
      this.untilDecoded-- === 0
    ) {
      return this.decode(bytes, start, end)
    }
    let seq = 0
    for (let at = start + seqAt; at < last; at++) seq = seq * 10 + (bytes[at]! & 15)
    numbers.seq = seq
    numbers.sender = senderAt(bytes, mark)
    numbers.sequence = sequenceAt(bytes, mark)
    return numbers
  }

  private decode(bytes: Buffer, start: number, end: number): MessageNumbers {
    const { numbers } = this
    const json = bytes.toString("latin1", start, end)
    const frame = JSON.parse(json)
    const content = Buffer.from(String(frame.content), "latin1")
    const [sender, sequence] = [senderAt(content, 0), sequenceAt(content, 0)]
    if (
      frame.type !== "Message" ||
      frame.content !== contentOf(sender, sequence) ||
      frame.channel !== this.channel ||
      frame.from !== this.nameOf(sender) ||
      frame.id !== idOf(sender, sequence)
    ) {
      fail(`a message came that nobody sent: ${json}`)
    }
    numbers.seq = Number(frame.seq)
    numbers.sender = sender
    numbers.sequence = sequence
    this.length = end - start
    this.seqDigits = String(frame.seq).length
    this.seqAt = json.indexOf(`"seq":${frame.seq},`) + `"seq":`.length
    this.markAt = json.indexOf(frame.content)
    this.untilDecoded = sampleEvery
    return numbers
  }
}
