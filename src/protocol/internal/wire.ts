import * as Result from "effect/Result"
import type { Codec, EncodedList } from "../Codec.ts"
import * as Compression from "../Compression.ts"
import type { FrameError } from "../FrameError.ts"
import { type Content, framed, type Framing } from "../Framing.ts"
import type { Version } from "../Version.ts"
import type { Wire } from "../Wire.ts"
import { FrameMemory } from "../FrameMemory.ts"

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
  const names = { version, framing, codec: codec.name, compression: compressor?.name ?? null }
  if (compressor !== undefined) {
    const one = (sent: Sent) => framed(framing, Compression.compress(compressor, codec.encode(encode(sent))), content)
    return {
      ...names,
      encode: one,
      encodeAll: (frames) => join(frames.map(one)),
      // What is compressed is compressed as a whole.
      encodeWithList: one,
      decode: (body) => Result.flatMap(Compression.decompress(compressor, body), read),
    }
  }
  const enclose = (end: number, into = memory): void => {
    into.at = framing.enclose(into.bytes, into.at, end, content)
  }
  const append = (sent: Sent, into = memory): void => enclose(codec.write(encode(sent), into, framing.headerRoom), into)
  const prepared = new WeakMap<object, EncodedList>()
  const prepare = (list: ReadonlyArray<unknown>): EncodedList => {
    const known = prepared.get(list)
    if (known !== undefined) return known
    const written = codec.prepare(list)
    prepared.set(list, written)
    return written
  }
  return {
    ...names,
    encode: (sent) => {
      memory.begin()
      append(sent)
      return memory.take()
    },
    encodeAll: (frames, into = memory) => {
      if (into === memory) into.begin()
      else into.clear()
      for (const frame of frames) append(frame, into)
      return into.take()
    },
    encodeWithList: (sent, field) => {
      const list = prepare(sent[field] as ReadonlyArray<unknown>)
      memory.begin()
      enclose(codec.writeWith(encode({ ...sent, [field]: [] }), field, list, memory, framing.headerRoom))
      return memory.take()
    },
    decode: read,
  }
}

/** Whatever is encoded lies here, one frame behind the other. */
const memory = new FrameMemory()

const join = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}
