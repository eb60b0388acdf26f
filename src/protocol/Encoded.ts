import type { Encoding } from "./Encoding.ts"
import type { ServerFrame } from "./v2/ServerFrame.ts"
import type { Message } from "./v1/Message.ts"

/**
 * Something to tell many sessions, as each version says it. It becomes bytes once per encoding,
 * when the first session that uses the encoding gets it, and never for an encoding nobody uses.
 */
export class Encoded {
  private readonly v1: () => Message | undefined
  private readonly v2: () => ServerFrame | undefined
  // A channel's members share two or three encodings: a list is faster than a map.
  private readonly encodings: Array<Encoding> = []
  private readonly results: Array<Uint8Array | undefined> = []

  /** A side that returns undefined has no word for it: its sessions are not told. */
  constructor(sides: { readonly v1?: () => Message | undefined; readonly v2?: () => ServerFrame | undefined }) {
    this.v1 = sides.v1 ?? (() => undefined)
    this.v2 = sides.v2 ?? (() => undefined)
  }

  /** The frame with its header; shared, so not to be written to. */
  bytes(encoding: Encoding): Uint8Array | undefined {
    const at = this.encodings.indexOf(encoding)
    if (at >= 0) return this.results[at]
    const bytes = this.encode(encoding)
    this.encodings.push(encoding)
    this.results.push(bytes)
    return bytes
  }

  private encode(encoding: Encoding): Uint8Array | undefined {
    if (encoding.version === 1) {
      const message = this.v1()
      return message === undefined ? undefined : encoding.encode(message)
    }
    const frame = this.v2()
    return frame === undefined ? undefined : encoding.encode(frame)
  }
}
