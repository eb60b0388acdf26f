/** What is said in a body, ready to be sent any number of times. */
import { tagOf } from "./Conditional.ts"
import { type Coding, compress } from "./Compression.ts"

export class Said<out _Body = unknown> {
  readonly type: string
  readonly bytes: Buffer
  private made: string | undefined
  /** Compressed, as soon as somebody has wanted it so. */
  private readonly smaller = new Map<Coding, Buffer>()

  constructor(type: string, text: string) {
    this.type = type
    this.bytes = Buffer.from(text)
  }

  static json<Body>(body: Body): Said<Body> {
    return new Said("application/json", JSON.stringify(body))
  }

  /** Names the state that it says. */
  get tag(): string {
    return (this.made ??= tagOf(this.bytes))
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
