import * as Result from "effect/Result"
import type { Codec } from "../Codec.ts"
import * as Compression from "../Compression.ts"
import type { FrameError } from "../FrameError.ts"
import { type Content, framed, type Framing } from "../Framing.ts"
import type { Version } from "../Version.ts"

/** One side's way to write what it sends and to read what it receives. */
export interface Wire<V extends Version, Sent, Received> {
  readonly version: V
  readonly codec: Codec["name"]
  readonly compression: Compression.Compressor["name"] | null
  readonly framing: Framing
  /** A frame with its header, ready for the wire. */
  readonly encode: (sent: Sent) => Uint8Array
  /** A body, as the framing's reader found it. */
  readonly decode: (body: Uint8Array) => Result.Result<Received, FrameError>
}

/** Puts a framing, a codec, a compression and the frames of both directions together. */
export const wire = <V extends Version, Sent, Received>(options: {
  readonly version: V
  readonly framing: Framing
  readonly codec: Codec
  readonly compressor?: Compression.Compressor | undefined
  readonly encode: (sent: Sent) => unknown
  readonly decode: (value: unknown) => Result.Result<Received, FrameError>
}): Wire<V, Sent, Received> => {
  const { codec, compressor, decode, encode, framing, version } = options
  const content: Content = codec.name === "json" && compressor === undefined ? "text" : "binary"
  const read = (body: Uint8Array) => Result.flatMap(codec.decode(body), decode)
  return {
    version,
    framing,
    codec: codec.name,
    compression: compressor?.name ?? null,
    ...(compressor === undefined
      ? { encode: (sent) => framing.writeHeader(codec.encode(encode(sent), framing.headerRoom), content), decode: read }
      : {
          encode: (sent) => framed(framing, Compression.compress(compressor, codec.encode(encode(sent))), content),
          decode: (body) => Result.flatMap(Compression.decompress(compressor, body), read),
        }),
  }
}
