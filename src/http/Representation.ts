/** What an answer carries, ready to be sent any number of times, plain or compressed (RFC 9110, 8). */
import { tagOf } from "./Conditional.ts"
import { type Coding, compress, minBytes } from "./Compression.ts"

export class Representation<out _Body = unknown> {
  readonly type: string
  /** Of its bytes. */
  readonly length: number
  private readonly text: string
  private encoded: Buffer | undefined
  private made: string | undefined
  /** Compressed, as soon as somebody has wanted it so. */
  private readonly smaller = new Map<Coding, Buffer>()

  constructor(type: string, text: string) {
    this.type = type
    this.text = text
    this.length = Buffer.byteLength(text)
  }

  static json<Body>(body: Body): Representation<Body> {
    return new Representation("application/json", JSON.stringify(body))
  }

  /** As it is sent: Node writes a text in one piece with the headers, which is good for a short one. */
  get body(): Buffer | string {
    return this.length < minBytes ? this.text : this.bytes
  }

  /** Its entity tag. */
  get tag(): string {
    return (this.made ??= tagOf(this.text))
  }

  private get bytes(): Buffer {
    return (this.encoded ??= Buffer.from(this.text))
  }

  /** Undefined where it could not be compressed. */
  compressed(coding: Coding, done: (bytes: Buffer | undefined) => void): void {
    const known = this.smaller.get(coding)
    if (known !== undefined) return done(known)
    compress(coding, this.bytes, (bytes) => {
      if (bytes !== undefined) this.smaller.set(coding, bytes)
      done(bytes)
    })
  }
}
