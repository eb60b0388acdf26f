/** Encodings are made once for each framing, codec and compressor: those who have the same share one object. */
import type * as Result from "effect/Result"
import * as Codec from "../Codec.ts"
import type { Compressor } from "../Compression.ts"
import type { FrameError } from "../FrameError.ts"
import { type Framing, lengthPrefixed } from "../Framing.ts"
import { fromJson, toJson } from "./bytesInJson.ts"

/** One for each framing; a process has one or two of them. */
export const perFraming = <E>(make: (framing: Framing) => E): ((framing: Framing) => E) => {
  const made = new WeakMap<Framing, E>()
  return (framing) => {
    const known = made.get(framing)
    if (known !== undefined) return known
    const encoding = make(framing)
    made.set(framing, encoding)
    return encoding
  }
}

/** How frames of version 2 are written and read in a codec. */
export const inCodec = <Sent, Received>(
  codec: Codec.Codec,
  {
    decode,
    encode,
  }: {
    readonly encode: (frame: Sent) => unknown
    readonly decode: (value: unknown) => Result.Result<Received, FrameError>
  },
) =>
  codec.name === "json"
    ? { encode: (frame: Sent) => toJson(encode(frame)), decode: (value: unknown) => decode(fromJson(value)) }
    : { encode, decode }

interface Variants<E> {
  readonly json: E
  readonly msgpack: E
}

/** Of each framing: both codecs, without compression and with each compressor. A process has one compressor or none. */
export const variants = <E>(make: (framing: Framing, codec: Codec.Codec, compressor?: Compressor) => E) => {
  const inFraming = perFraming((framing) => {
    const pair = (compressor?: Compressor): Variants<E> => ({
      json: make(framing, Codec.json, compressor),
      msgpack: make(framing, Codec.messagePack, compressor),
    })
    return { pair, plain: pair(), compressed: new WeakMap<Compressor, Variants<E>>() }
  })
  return (codec: Codec.Codec["name"], compressor?: Compressor, framing: Framing = lengthPrefixed): E => {
    const { compressed, pair, plain } = inFraming(framing)
    if (compressor === undefined) return plain[codec]
    const known = compressed.get(compressor) ?? pair(compressor)
    compressed.set(compressor, known)
    return known[codec]
  }
}
