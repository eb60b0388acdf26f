import type * as Duration from "effect/Duration"
import type { ClientEncoding2 } from "../../protocol/ClientEncoding.ts"

/** What client and server have agreed on. */
export interface Terms {
  readonly encoding: ClientEncoding2
  /** Bytes of the largest frame the server reads. */
  readonly maxFrameBytes: number
  /** Whether the server takes what a client says that comes back: which channel it means, and how old a wish is. */
  readonly resumes: boolean
  /** How long the server may be silent before it is asked, and then; undefined where it does not say. */
  readonly silence: { readonly pingAfter: Duration.Duration; readonly pongWithin: Duration.Duration } | undefined
}
