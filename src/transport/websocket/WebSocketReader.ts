/**
 * Reads what a WebSocket's client sends, strictly by RFC 6455: what is wrong is found with the byte that makes it wrong. It
 * keeps at most one unfinished message; what it keeps grows with what arrives, never with what a header promises.
 */
import { isUtf8 } from "node:buffer"
import { maxDecompressionRatio, maxFrameBytes } from "../../domain/Limits.ts"
import { FrameError, type FrameErrorKind } from "../../protocol/FrameError.ts"
import type { BodyReader, Content } from "../../protocol/Framing.ts"
import { rotated, unmask } from "./Mask.ts"
import { Utf8 } from "./Utf8.ts"

/** Unpacks a compressed message, and stops before it holds more than `maxBytes`. */
export type Inflater = (bytes: Uint8Array, maxBytes: number) => Uint8Array | "TooLarge" | "Invalid"

/**
 * What happens beside messages, told at once: what of the same piece came before it may not be handled yet. A payload
 * shares the memory of the piece.
 */
interface Control {
  readonly onPing: (payload: Uint8Array) => void
  readonly onPong: (payload: Uint8Array) => void
  /** The client has said its last: nothing behind it is read. */
  readonly onClose: (code: number | undefined, reason: string) => void
}

export interface WebSocketReaderOptions {
  /** Bytes of a message, over all its frames, before any decompression and after it. */
  readonly maxBytes: number
  /** The kind of messages that is spoken here; the other is refused. */
  readonly content: Content | "any"
  /** Where permessage-deflate was negotiated, without context takeover. */
  readonly deflate: Inflater | undefined
  readonly control: Control
}

const continuation = 0
const text = 1
const binary = 2
const close = 8
const ping = 9
const pong = 10

/** Of a client's frame: two bytes, eight of length, four of the mask. */
const longestHeader = 14
/** Bytes of a control frame's payload. */
const longestControl = 125
const noBytes = new Uint8Array(0)

const closeCodes: Partial<Record<FrameErrorKind, number>> = {
  ProtocolViolation: 1002,
  WrongContent: 1003,
  InvalidUtf8: 1007,
  InvalidCompression: 1007,
  FrameTooLarge: 1009,
  DecompressionLimit: 1009,
}

/** Codes that a close frame may carry: those of RFC 6455 and of IANA's registry, those of libraries, and private ones. */
const mayClose = (code: number): boolean =>
  code < 3000 ? code >= 1000 && code <= 1014 && (code < 1004 || code > 1006) : code < 5000

export class WebSocketReader implements BodyReader {
  private readonly options: WebSocketReaderOptions
  private failure: FrameError | undefined
  /** The client has closed. */
  private closed = false

  /** The header, as far as it has come, where it did not come at once. */
  private header = noBytes
  private headerFilled = 0

  /** The frame whose payload is being read. */
  private inFrame = false
  private opcode = 0
  private final = false
  /** Bytes of its payload that have not come. */
  private missing = 0
  /** The mask for those, its first byte the highest. */
  private mask = 0

  /** The message that is being read. */
  private inMessage = false
  private isText = false
  private isCompressed = false
  /** Bytes that its headers have announced. */
  private announced = 0
  private body = noBytes
  private filled = 0
  private readonly utf8 = new Utf8()

  /** The payload of a control frame that did not come at once. */
  private control = noBytes
  private controlFilled = 0

  constructor(options: WebSocketReaderOptions) {
    this.options = options
  }

  /** What a close frame has to say of the failure, if there is one and it broke the rules of WebSocket. */
  get closeCode(): number | undefined {
    return this.failure && closeCodes[this.failure.kind]
  }

  get partial(): boolean {
    return this.headerFilled > 0 || this.inFrame || this.inMessage
  }

  /** Bytes kept of what is unfinished. */
  get buffered(): number {
    return this.header.byteLength + this.body.byteLength + this.control.byteLength
  }

  /** The piece is the reader's from now on: it is unmasked in its place. */
  push(piece: Uint8Array, bodies: Array<Uint8Array>): FrameError | undefined {
    let at = 0
    while (at < piece.byteLength && this.failure === undefined && !this.closed) {
      if (!this.inFrame) {
        at = this.readHeader(piece, at)
        // More of it has to come, or it was wrong.
        if (!this.inFrame) break
      }
      const to = Math.min(piece.byteLength, at + this.missing)
      if (this.opcode < close) this.readMessage(piece, at, to, bodies)
      else this.readControl(piece, at, to)
      at = to
    }
    return this.failure
  }

  end(): FrameError | undefined {
    return this.partial
      ? new FrameError({ kind: "Truncated", message: "the connection ended inside a message" })
      : undefined
  }

  /** Reads as much of a header as there is; says where it stopped. Behind the header a frame has begun. */
  private readHeader(piece: Uint8Array, at: number): number {
    if (this.headerFilled === 0) {
      const length = this.parseHeader(piece, at, piece.byteLength)
      if (length > 0 || this.failure !== undefined) return at + length
      this.header = new Uint8Array(longestHeader)
    }
    const taken = Math.min(piece.byteLength - at, longestHeader - this.headerFilled)
    this.header.set(piece.subarray(at, at + taken), this.headerFilled)
    const length = this.parseHeader(this.header, 0, this.headerFilled + taken)
    if (length === 0) {
      if (this.failure === undefined) this.headerFilled += taken
      return at + taken
    }
    const stopped = at + length - this.headerFilled
    this.header = noBytes
    this.headerFilled = 0
    return stopped
  }

  /**
   * Begins a frame where its whole header lies between `from` and `to`, and says how long the header is. 0 where more has to
   * come, which changes nothing, and where something is wrong with what has come.
   */
  private parseHeader(bytes: Uint8Array, from: number, to: number): number {
    const first = bytes[from]!
    const opcode = first & 0x0f
    if (!this.mayBegin(first, opcode)) return 0

    if (to - from < 2) return 0
    const second = bytes[from + 1]!
    if (second < 0x80) return this.breaks("a client has to mask its frames", "5.1")
    let length = second & 0x7f
    let maskAt = from + 2
    if (opcode >= close && length > longestControl) {
      return this.breaks("a control frame's payload is 125 bytes at most", "5.5")
    }
    if (opcode === close && length === 1) {
      return this.breaks("a close frame has a code of two bytes, or nothing", "5.5.1")
    }
    if (length === 126) {
      maskAt += 2
      if (to < maskAt) return 0
      length = bytes[from + 2]! * 0x100 + bytes[from + 3]!
      if (length < 126) return this.breaks("a length has to be written in as few bytes as can be", "5.2")
    } else if (length === 127) {
      maskAt += 8
      if (to < maskAt) return 0
      if (bytes[from + 2]! >= 0x80) return this.breaks("the highest bit of a length has to be 0", "5.2")
      length = 0
      for (let at = from + 2; at < maskAt; at++) length = length * 0x100 + bytes[at]!
      if (length < 0x1_0000) return this.breaks("a length has to be written in as few bytes as can be", "5.2")
    }
    if (opcode < close && !this.hasRoom(opcode, length)) return 0

    if (to < maskAt + 4) return 0
    this.mask = (bytes[maskAt]! << 24) | (bytes[maskAt + 1]! << 16) | (bytes[maskAt + 2]! << 8) | bytes[maskAt + 3]!
    this.inFrame = true
    this.opcode = opcode
    this.final = first >= 0x80
    this.missing = length
    if (opcode < close) this.beginFrame(opcode, length, (first & 0x40) !== 0)
    return maskAt + 4 - from
  }

  /** What the first byte of a frame says: whether it may stand here. */
  private mayBegin(first: number, opcode: number): boolean {
    if ((first & 0x70) !== 0 && !this.mayReserve(first, opcode)) return false
    if (opcode === text || opcode === binary) {
      if (this.inMessage) {
        this.breaks("a message begins before the one in frames has ended", "5.4")
        return false
      }
      return this.isSpoken(opcode === text ? "text" : "binary")
    }
    if (opcode === continuation) {
      if (!this.inMessage) this.breaks("there is no message for the frame to continue", "5.4")
    } else if (opcode < close || opcode > pong) {
      this.breaks("the frame's opcode is reserved", "5.2")
    } else if (first < 0x80) {
      this.breaks("a control frame has to be whole", "5.5")
    }
    return this.failure === undefined
  }

  private mayReserve(first: number, opcode: number): boolean {
    if ((first & 0x30) !== 0) this.breaks("the frame has a reserved bit (RSV2, RSV3)", "5.2")
    else if (this.options.deflate === undefined)
      this.breaks("the frame has RSV1, and no compression was agreed on", "5.2")
    else if (opcode !== text && opcode !== binary)
      this.fail("ProtocolViolation", "RSV1 is for a message's first frame (RFC 7692, 6.1)")
    return this.failure === undefined
  }

  private isSpoken(content: Content): boolean {
    const spoken = this.options.content
    if (spoken === "any" || spoken === content) return true
    this.fail("WrongContent", `messages have to be ${spoken} here`)
    return false
  }

  /** Whether the message may still be as large as this frame makes it. */
  private hasRoom(opcode: number, length: number): boolean {
    const { maxBytes } = this.options
    const whole = opcode === continuation ? this.announced + length : length
    if (whole <= maxBytes) return true
    this.fail("FrameTooLarge", `a message of ${whole} bytes is over the limit of ${maxBytes}`)
    return false
  }

  private beginFrame(opcode: number, length: number, isCompressed: boolean): void {
    if (opcode !== continuation) {
      this.inMessage = true
      this.isText = opcode === text
      this.isCompressed = isCompressed
      this.announced = 0
    }
    // Frames with nothing in them count as well: they would have no end.
    this.announced += length === 0 && !this.final ? 1 : length
  }

  private readMessage(piece: Uint8Array, from: number, to: number, bodies: Array<Uint8Array>): void {
    const atOnce = this.final && this.filled === 0 && to - from === this.missing
    const isAscii = this.unmask(piece, from, to)
    const isPlainText = this.isText && !this.isCompressed
    if (atOnce) {
      const body = piece.subarray(from, to)
      if (isPlainText && !isAscii && !isUtf8(body)) return this.isNoText()
      return this.finish(body, bodies)
    }
    if (isPlainText && !(isAscii && this.utf8.whole) && !this.utf8.take(piece, from, to)) return this.isNoText()
    this.keep(piece.subarray(from, to))
    if (this.missing > 0) return
    this.inFrame = false
    if (!this.final) return
    if (isPlainText && !this.utf8.whole) return this.isNoText()
    this.finish(this.body.subarray(0, this.filled), bodies)
  }

  private unmask(piece: Uint8Array, from: number, to: number): boolean {
    const isAscii = unmask(piece, from, to, this.mask)
    this.mask = rotated(this.mask, to - from)
    this.missing -= to - from
    return isAscii
  }

  private keep(bytes: Uint8Array): void {
    const needed = this.filled + bytes.byteLength
    if (needed > this.body.byteLength) {
      const most = this.final ? needed + this.missing : this.options.maxBytes
      const grown = new Uint8Array(Math.min(most, Math.max(needed, this.body.byteLength * 2, 256)))
      grown.set(this.body.subarray(0, this.filled))
      this.body = grown
    }
    this.body.set(bytes, this.filled)
    this.filled = needed
  }

  private finish(bytes: Uint8Array, bodies: Array<Uint8Array>): void {
    const body = this.isCompressed ? this.inflated(bytes) : bytes
    this.forget()
    if (body === undefined) return
    if (body.byteLength === 0) this.fail("EmptyFrame", "a message must not be empty")
    else bodies.push(body)
  }

  private inflated(bytes: Uint8Array): Uint8Array | undefined {
    // A browser compresses whatever it is told to send, and a line of one character, which is well meant, becomes hundreds
    // of times larger: so the ratio counts only beyond what every server takes in one piece.
    const byRatio = Math.max(maxFrameBytes, bytes.byteLength * maxDecompressionRatio)
    const maxBytes = Math.min(this.options.maxBytes, byRatio)
    const body = this.options.deflate!(bytes, maxBytes)
    if (body === "Invalid") {
      this.fail("InvalidCompression", "the message's compressed part is damaged (RFC 7692, 7.2.2)")
    } else if (body === "TooLarge") {
      this.fail("DecompressionLimit", `the message unpacks to more than ${maxBytes} bytes`)
    } else if (this.isText && !isUtf8(body)) {
      this.isNoText()
    } else return body
    return undefined
  }

  private readControl(piece: Uint8Array, from: number, to: number): void {
    const atOnce = this.controlFilled === 0 && to - from === this.missing
    // It is never longer than its length may be, so that it can be kept as long as it says it is.
    if (!atOnce && this.controlFilled === 0) this.control = new Uint8Array(this.missing)
    this.unmask(piece, from, to)
    const part = piece.subarray(from, to)
    if (atOnce) return this.act(part)
    this.control.set(part, this.controlFilled)
    this.controlFilled += part.byteLength
    if (this.missing === 0) this.act(this.control)
  }

  private act(payload: Uint8Array): void {
    this.inFrame = false
    this.control = noBytes
    this.controlFilled = 0
    const { control } = this.options
    if (this.opcode === ping) control.onPing(payload)
    else if (this.opcode === pong) control.onPong(payload)
    else this.readClose(payload)
  }

  private readClose(payload: Uint8Array): void {
    const hasCode = payload.byteLength > 0
    const code = hasCode ? payload[0]! * 0x100 + payload[1]! : undefined
    const reason = payload.subarray(2)
    if (code !== undefined && !mayClose(code)) {
      return void this.breaks(`${code} is no code that a close frame may have`, "7.4")
    }
    if (!isUtf8(reason)) return this.fail("InvalidUtf8", "a close frame's reason has to be UTF-8 (RFC 6455, 5.5.1)")
    this.closed = true
    this.forget()
    this.options.control.onClose(code, Buffer.from(reason).toString())
  }

  private isNoText(): void {
    this.fail("InvalidUtf8", "a text message has to be UTF-8 (RFC 6455, 8.1)")
  }

  /** Returns 0 for a header's length. */
  private breaks(rule: string, section: string): 0 {
    this.fail("ProtocolViolation", `${rule} (RFC 6455, ${section})`)
    return 0
  }

  private fail(kind: FrameErrorKind, message: string): void {
    this.failure = new FrameError({ kind, message })
    this.forget()
  }

  /** Back to between two messages. */
  private forget(): void {
    this.inFrame = false
    this.inMessage = false
    this.header = noBytes
    this.headerFilled = 0
    this.body = noBytes
    this.filled = 0
  }
}
