/**
 * How the server and a session write to each other: the framing that their transport has, and the version, the codec and
 * the compression that were negotiated. Sessions for which all of them are the same share one `Encoding`, which is what
 * makes it possible to encode a frame once for all of them.
 */
import * as Result from "effect/Result"
import * as Codec from "./Codec.ts"
import type { Compressor } from "./Compression.ts"
import { ConnectReply, ConnectRequest } from "./Connect.ts"
import { type Framing, lengthPrefixed } from "./Framing.ts"
import { decoder, encoder } from "./internal/frameSchema.ts"
import { wire } from "./internal/wire.ts"
import * as Client from "./v2/ClientFrame.ts"
import * as Server from "./v2/ServerFrame.ts"
import * as V1 from "./v1/Message.ts"
import { fromJson, toJson } from "./internal/bytesInJson.ts"
import type { FrameError } from "./FrameError.ts"
import type { Wire } from "./Wire.ts"

/** The server's side of version 1. `Connect` is read and written with all it may say. */
export type Encoding1 = Wire<1, V1.Message | ConnectReply, V1.Message | ConnectRequest>
/** The server's side of version 2. */
export type Encoding2 = Wire<2, Server.ServerFrame | ConnectReply, Client.ClientFrame>
export type Encoding = Encoding1 | Encoding2

/** The same connection seen from the client. */
export type ClientEncoding1 = Wire<1, V1.Message | ConnectRequest, V1.Message | ConnectReply>
export type ClientEncoding2 = Wire<2, Client.ClientFrame, Server.ServerFrame>
export type ClientEncoding = ClientEncoding1 | ClientEncoding2

/** One for each framing; a process has one or two of them. */
const perFraming = <E>(make: (framing: Framing) => E): ((framing: Framing) => E) => {
  const made = new WeakMap<Framing, E>()
  return (framing) => {
    const known = made.get(framing)
    if (known !== undefined) return known
    const encoding = make(framing)
    made.set(framing, encoding)
    return encoding
  }
}

const messages = V1.all.filter((message) => message !== V1.Connect)

/**
 * What a server says it has made itself, field by field in the order of the schema (`v1/render`, `v2/render`): going
 * through the schema once more would cost as much as all the rest. The golden frames hold it to that.
 */
const asItIs = <Frame>(frame: Frame): Frame => frame

const serverMessages = {
  encode: asItIs<V1.Message | ConnectReply>,
  decode: decoder([...messages, ConnectRequest], { strict: false, positional: true }),
}
const clientMessages = {
  encode: encoder([...messages, ConnectRequest]),
  decode: decoder([...messages, ConnectReply], { strict: false, positional: true }),
}

/** Version 1 in a framing; always the same object for the same. */
export const server1In: (framing: Framing) => Encoding1 = perFraming((framing) =>
  wire({ version: 1, framing, codec: Codec.json, ...serverMessages }),
)
/** Version 1 over a byte stream. */
export const server1: Encoding1 = server1In(lengthPrefixed)
export const client1: ClientEncoding1 = wire({
  version: 1,
  framing: lengthPrefixed,
  codec: Codec.json,
  ...clientMessages,
})

/** How frames of version 2 are written and read in a codec. */
const inCodec = <Sent, Received>(
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

const serverFrames = {
  encode: asItIs<Server.ServerFrame | ConnectReply>,
  // A surplus field is a typing mistake: better said than passed over.
  decode: decoder(Client.all, { strict: true }),
}
const clientFrames = {
  encode: encoder(Client.all),
  // A newer server may say more than this client knows.
  decode: decoder(Server.all, { strict: false }),
}

interface Variants<E> {
  readonly json: E
  readonly msgpack: E
}

/** Of each framing: both codecs, without compression and with each compressor. A process has one compressor or none. */
const variants = <E>(make: (framing: Framing, codec: Codec.Codec, compressor?: Compressor) => E) => {
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

/**
 * Version 2 in a codec, compressed where a compressor is given, over a byte stream where no other framing is named; always
 * the same object for the same.
 */
export const server2: (codec: Codec.Codec["name"], compressor?: Compressor, framing?: Framing) => Encoding2 = variants(
  (framing, codec, compressor) => wire({ version: 2, framing, codec, compressor, ...inCodec(codec, serverFrames) }),
)
export const client2: (codec: Codec.Codec["name"], compressor?: Compressor, framing?: Framing) => ClientEncoding2 =
  variants((framing, codec, compressor) =>
    wire({ version: 2, framing, codec, compressor, ...inCodec(codec, clientFrames) }),
  )

const openingFrames = {
  encode: encoder([ConnectRequest]),
  decode: decoder([ConnectReply, ...Server.all], { strict: false }),
}
/** How a client asks for the terms where version 2 and the codec were agreed on while dialling. */
export const opening2: (
  codec: Codec.Codec["name"],
  compressor: undefined,
  framing: Framing,
) => Wire<2, ConnectRequest, ConnectReply | Server.ServerFrame> = variants((framing, codec) =>
  wire({ version: 2, framing, codec, ...openingFrames }),
)

const codecs = { json: Codec.json, msgpack: Codec.messagePack }
const connectDecoder = decoder([ConnectRequest], { strict: false })

/** The `Connect` that a body is, if it is one, in a session that is in version 2 from the start. */
export const readConnect = (codec: Codec.Codec["name"], body: Uint8Array): ConnectRequest | undefined =>
  Result.getOrUndefined(Result.flatMap(codecs[codec].decode(body), connectDecoder))
