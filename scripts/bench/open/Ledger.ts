// What was sent and what came, to find what was lost, came twice, or came in another order.

const mark = "~"
const markBytes = 10

/** The content of message number `message`: exactly `bytes` bytes of ASCII. */
export const contentOf = (message: number, bytes: number): string =>
  `${mark}${String(message).padStart(markBytes - 1, "0")}`.padEnd(bytes, ".")

const messageIn = (content: string | undefined): number =>
  content?.startsWith(mark) === true ? Number(content.slice(1, markBytes)) : Number.NaN

/** A message at a place that cannot be right; the message of the error is for people. */
export class Contradiction extends Error {}

/** What all members together know of the channel. */
export class Ledger {
  private readonly contentBytes: number
  /** By place: the number of the message there, plus one. */
  private readonly at: Array<number> = []
  /** By number: the place of the message. */
  private readonly places: Array<number> = []

  constructor(contentBytes: number) {
    this.contentBytes = contentBytes
  }

  /** Messages that came. */
  get size(): number {
    return this.places.reduce((sum) => sum + 1, 0)
  }

  /** Whether this is the message at this place. */
  has(seq: number, message: number): boolean {
    return this.at[seq] === message + 1
  }

  /** Takes note of a message and returns its number. Throws where another was seen at its place, or it at another. */
  note(seq: number, content: string | undefined): number {
    const message = messageIn(content)
    const known = this.at[seq]
    if (content !== contentOf(message, this.contentBytes)) {
      throw new Contradiction(`a message that nobody sent: ${content?.slice(0, 100)}`)
    }
    if (known === message + 1) return message
    if (known !== undefined) {
      throw new Contradiction(`message ${message} at place ${seq}, where others got message ${known - 1}`)
    }
    if (this.places[message] !== undefined) {
      throw new Contradiction(`message ${message} at place ${seq} and at place ${this.places[message]}`)
    }
    this.at[seq] = message + 1
    this.places[message] = seq
    return message
  }
}

/** What one member has seen: every place behind the one where it came in, in order. */
export class Reading {
  last: number

  constructor(seq: number) {
    this.last = seq
  }

  /** Throws where something is missing before this place, or it was there already. */
  see(seq: number): void {
    if (seq !== this.last + 1) throw new Contradiction(`place ${seq} behind place ${this.last}`)
    this.last = seq
  }
}
