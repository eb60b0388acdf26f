/** What an answer carries, ready to be sent any number of times, plain or compressed (RFC 9110, 8). */
import { tagOf } from "./Conditional.ts"
import { type Coding, compress, minBytes } from "./Compression.ts"

export class Representation<out _Body = unknown> {
  readonly type: string
  /** Of its bytes. */
  readonly length: number
  /** It was compressed before, as well as could be. */
  readonly isCompressed: boolean
  private readonly content: Buffer | string
  private encoded: Buffer | undefined
  private made: string | undefined
  /** Compressed, as soon as somebody has wanted it so. */
  private readonly smaller: Map<Coding, Buffer>

  /** With what it is in other codings, where that is known: then it is sent in these alone. */
  constructor(type: string, content: Buffer | string, compressed?: ReadonlyMap<Coding, Buffer>) {
    this.type = type
    this.content = content
    this.length = Buffer.byteLength(content)
    this.isCompressed = compressed !== undefined
    this.smaller = new Map(compressed)
  }

  static json<Body>(body: Body): Representation<Body> {
    return new Representation("application/json", JSON.stringify(body))
  }

  /** As it is sent: Node writes a text in one piece with the headers, which is good for a short one. */
  get body(): Buffer | string {
    return this.length < minBytes ? this.content : this.bytes
  }

  /** Its entity tag. */
  get tag(): string {
    return (this.made ??= tagOf(this.content))
  }

  private get bytes(): Buffer {
    return (this.encoded ??= typeof this.content === "string" ? Buffer.from(this.content) : this.content)
  }

  /** Undefined where it could not be compressed. */
  compressed(coding: Coding, done: (bytes: Buffer | undefined) => void): void {
    const known = this.smaller.get(coding)
    if (known !== undefined || this.isCompressed) return done(known)
    compress(coding, this.bytes, (bytes) => {
      if (bytes !== undefined) this.smaller.set(coding, bytes)
      done(bytes)
    })
  }
}
