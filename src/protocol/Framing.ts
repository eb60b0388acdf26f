/**
 * How bodies become frames on a transport, and the readers that find them again. A framing is a value that an
 * encoding is made with: what the server writes is framed once, and the same bytes go to every connection that shares the
 * encoding. Frames delimit themselves, so frames that lie one behind the other are still the same frames: many of them can
 * be joined into one piece and leave in one write, whatever the framing.
 */
import { maxFrameBytes } from "../domain/Limits.ts"
import { FrameError } from "./FrameError.ts"

/** What a body is made of; some transports tell the two apart. */
export type Content = "text" | "binary"

export interface Framing {
  /** Bytes that a header takes at most. A codec leaves so much room in front of a body. */
  readonly headerRoom: number
  /**
   * Makes a frame of a body that lies behind `start` and the room for a header, up to `end`. The frame begins at `start`;
   * says where it ends, which is where the next can begin.
   */
  readonly enclose: (bytes: Uint8Array, start: number, end: number, content: Content) => number
  /** Whether text alone may be carried: JSON without compression. Default: bytes of any kind. */
  readonly textOnly?: boolean
}

/** Finds the bodies in what arrives over one connection. A body over the limit ends the reading with an error. */
export interface BodyReader {
  /** Whether a frame has begun and not ended: from here on the peer's time is running. */
  readonly partial: boolean
  /**
   * Takes the next piece of what arrives and appends the bodies it completes to `bodies`. They may share its memory.
   * Returns the error that ends the reading, if there is one; what came before it counts, and what comes after it gets the
   * same error.
   */
  readonly push: (piece: Uint8Array, bodies: Array<Uint8Array>) => FrameError | undefined
  /** To be called when the connection ends: an error if it ended inside a frame. */
  readonly end: () => FrameError | undefined
}

/** Bytes of the length prefix. */
export const headerBytes = 4

const noBytes = new Uint8Array(0)

/** What is wrong with a body of this length; undefined where nothing is. */
const wrongLength = (length: number, maxBytes: number): FrameError | undefined => {
  if (length === 0) return new FrameError({ kind: "EmptyFrame", message: "a frame's length must not be 0" })
  if (length <= maxBytes) return undefined
  return new FrameError({
    kind: "FrameTooLarge",
    message: `a frame of ${length} bytes is over the limit of ${maxBytes}`,
  })
}

/**
 * Cuts a stream of length-prefixed frames into bodies, however its bytes are split. It keeps at most one unfinished frame;
 * a length of 0 or over the limit is refused on the header, before any body is kept.
 */
export class Deframer implements BodyReader {
  readonly maxBytes: number
  /** The length, as far as it has come: there is no buffer while nothing is unfinished. */
  private header = 0
  private headerFilled = 0
  /** The unfinished body. It grows with what arrives, not with what the header promises. */
  private body = noBytes
  private bodyFilled = 0
  private bodyLength = 0
  private failure: FrameError | undefined

  constructor(maxBytes: number = maxFrameBytes) {
    this.maxBytes = maxBytes
  }

  get partial(): boolean {
    return this.headerFilled > 0
  }

  /** Bytes kept of the unfinished frame. */
  get buffered(): number {
    return this.headerFilled + this.body.byteLength
  }

  push(chunk: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    if (this.failure !== undefined) return this.failure
    let at = 0
    while (at < chunk.byteLength) {
      if (this.headerFilled < headerBytes) {
        this.header = this.header * 0x100 + chunk[at++]!
        this.headerFilled++
        if (this.headerFilled < headerBytes) continue
        this.failure = this.startBody()
        if (this.failure !== undefined) return this.failure
      }
      const missing = this.bodyLength - this.bodyFilled
      const available = chunk.byteLength - at
      if (this.bodyFilled === 0 && available >= missing) {
        bodies.push(chunk.subarray(at, at + missing))
        at += missing
        this.reset()
      } else {
        const taken = Math.min(missing, available)
        this.keep(chunk.subarray(at, at + taken))
        at += taken
        if (this.bodyFilled === this.bodyLength) {
          bodies.push(this.body.subarray(0, this.bodyLength))
          this.reset()
        }
      }
    }
    return undefined
  }

  end(): FrameError | undefined {
    return this.partial
      ? new FrameError({ kind: "Truncated", message: "the connection ended inside a frame" })
      : undefined
  }

  private startBody(): FrameError | undefined {
    this.bodyLength = this.header
    return wrongLength(this.header, this.maxBytes)
  }

  private keep(bytes: Uint8Array): void {
    const needed = this.bodyFilled + bytes.byteLength
    if (needed > this.body.byteLength) {
      const grown = new Uint8Array(Math.min(this.bodyLength, Math.max(needed * 2, 256)))
      grown.set(this.body.subarray(0, this.bodyFilled))
      this.body = grown
    }
    this.body.set(bytes, this.bodyFilled)
    this.bodyFilled = needed
  }

  private reset(): void {
    this.header = 0
    this.headerFilled = 0
    this.body = noBytes
    this.bodyFilled = 0
    this.bodyLength = 0
  }
}

/** On a byte stream: the body's length as four bytes, big-endian, then the body. */
export const lengthPrefixed: Framing = {
  headerRoom: headerBytes,
  enclose: (bytes, start, end) => {
    const length = end - start - headerBytes
    bytes[start] = length >>> 24
    bytes[start + 1] = length >>> 16
    bytes[start + 2] = length >>> 8
    bytes[start + 3] = length
    return end
  },
}

/** Where the transport hands over whole messages: a message is a body, and nothing is ever unfinished. */
export class MessageReader implements BodyReader {
  readonly partial = false
  private readonly maxBytes: number
  private failure: FrameError | undefined

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  push(message: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    this.failure ??= wrongLength(message.byteLength, this.maxBytes)
    if (this.failure === undefined) bodies.push(message)
    return this.failure
  }

  end(): FrameError | undefined {
    return undefined
  }
}

/** The first byte of a message in one frame: its last, and of which content. */
const opcodes: Readonly<Record<Content, number>> = { text: 0x81, binary: 0x82 }

/**
 * What a server writes on a transport of messages: the frames of RFC 6455, unmasked, each a whole message. They are ready
 * for the socket, so that telling many costs no more than on a byte stream.
 */
export const messages: Framing = {
  headerRoom: 10,
  enclose: (bytes, start, end, content) => {
    const bodyAt = start + messages.headerRoom
    const length = end - bodyAt
    const headerLength = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10
    // The body moves up to its header: a few bytes, so that the frames behind it lie side by side with it.
    if (headerLength < messages.headerRoom) bytes.copyWithin(start + headerLength, bodyAt, end)
    bytes[start] = opcodes[content]
    if (headerLength === 2) {
      bytes[start + 1] = length
    } else if (headerLength === 4) {
      bytes[start + 1] = 126
      bytes[start + 2] = length >>> 8
      bytes[start + 3] = length
    } else {
      // A body is far shorter than the eight bytes of its length could say.
      bytes[start + 1] = 127
      bytes.fill(0, start + 2, start + 6)
      bytes[start + 6] = length >>> 24
      bytes[start + 7] = length >>> 16
      bytes[start + 8] = length >>> 8
      bytes[start + 9] = length
    }
    return start + headerLength + length
  },
}

/** What ends a line. */
export const newline = 0x0a

/**
 * Text in lines: a newline and then the body, which is JSON, and JSON has no newline of its own. Whatever carries lines, or
 * wraps each of them into something, finds them again without looking into them.
 */
export const lines: Framing = {
  headerRoom: 1,
  enclose: (bytes, start, end) => {
    bytes[start] = newline
    return end
  },
  textOnly: true,
}

/** The client's side of a transport of messages: its platform frames them, so a body goes as it is. */
export const bare: Framing = {
  headerRoom: 0,
  enclose: (_bytes, _start, end) => end,
}

/** The body as a frame of this framing. */
export const framed = (framing: Framing, body: Uint8Array, content: Content): Uint8Array => {
  const roomAndBody = new Uint8Array(framing.headerRoom + body.byteLength)
  roomAndBody.set(body, framing.headerRoom)
  return roomAndBody.subarray(0, framing.enclose(roomAndBody, 0, roomAndBody.byteLength, content))
}

/** The body as a length-prefixed frame. */
export const frame = (body: Uint8Array): Uint8Array => framed(lengthPrefixed, body, "binary")
