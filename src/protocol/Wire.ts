import type * as Result from "effect/Result"
import type { Codec } from "./Codec.ts"
import type { Compressor } from "./Compression.ts"
import type { FrameError } from "./FrameError.ts"
import type { Framing } from "./Framing.ts"
import type { FrameMemory } from "./FrameMemory.ts"
import type { Version } from "./Version.ts"

/** One side's way to write what it sends and to read what it receives. */
export interface Wire<V extends Version, Sent, Received, C extends string = Codec["name"]> {
  readonly version: V
  readonly codec: C
  readonly compression: Compressor["name"] | null
  readonly framing: Framing
  /** A frame with its header, ready for the wire. */
  readonly encode: (sent: Sent) => Uint8Array
  /**
   * Several frames, one behind the other, as one piece. It lies in `memory`, where that is given, until more is written there:
   * for whoever sends much, and is told when it has left.
   */
  readonly encodeAll: (sent: ReadonlyArray<Sent>, memory?: FrameMemory) => Uint8Array
  /** A frame with a list in one of its fields that many get: while it is the same object it is written only once. */
  readonly encodeWithList: <S extends Sent>(sent: S, field: string & keyof S) => Uint8Array
  /** A body, as the framing's reader found it. */
  readonly decode: (body: Uint8Array) => Result.Result<Received, FrameError>
}
