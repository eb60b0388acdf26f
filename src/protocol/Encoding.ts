/**
 * How the server and a session write to each other: the framing that their transport has, and the version, the codec and
 * the compression that were negotiated. Sessions for which all of them are the same share one `Encoding`, which is what
 * makes it possible to encode a frame once for all of them.
 */
import * as Result from "effect/Result"
import * as Codec from "./Codec.ts"
import { type ClientEncoding2, client2 } from "./ClientEncoding.ts"
import type { Compressor } from "./Compression.ts"
import { ConnectReply, ConnectRequest } from "./Connect.ts"
import { type Framing, lengthPrefixed } from "./Framing.ts"
import { decoder, encoder } from "./internal/frameSchema.ts"
import { inCodec, perFraming, variants } from "./internal/variants.ts"
import { wire } from "./internal/wire.ts"
import * as Client from "./v2/ClientFrame.ts"
import type * as Server from "./v2/ServerFrame.ts"
import * as V1 from "./v1/Message.ts"
import type { Wire } from "./Wire.ts"

/** The server's side of version 1. `Connect` is read and written with all it may say. */
export type Encoding1 = Wire<1, V1.Message | ConnectReply, V1.Message | ConnectRequest>
/** The server's side of version 2. */
export type Encoding2 = Wire<2, Server.ServerFrame | ConnectReply, Client.ClientFrame>
export type Encoding = Encoding1 | Encoding2
/** Version 2 in Protocol Buffers, which a stream of gRPC is opened for: it is never negotiated. */
export type ProtobufEncoding = Wire<2, Server.ServerFrame, Client.ClientFrame, "protobuf">
/** What a connection can be opened for. */
export type AgreedEncoding = Encoding | ProtobufEncoding

/** The same connection seen from the client. */
export type ClientEncoding1 = Wire<1, V1.Message | ConnectRequest, V1.Message | ConnectReply>
export type { ClientEncoding2 }
export type ClientEncoding = ClientEncoding1 | ClientEncoding2

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

const serverFrames = {
  encode: asItIs<Server.ServerFrame | ConnectReply>,
  // A surplus field is a typing mistake: better said than passed over.
  decode: decoder(Client.all, { strict: true }),
}

/**
 * Version 2 in a codec, compressed where a compressor is given, over a byte stream where no other framing is named; always
 * the same object for the same.
 */
export const server2: (codec: Codec.Codec["name"], compressor?: Compressor, framing?: Framing) => Encoding2 = variants(
  (framing, codec, compressor) => wire({ version: 2, framing, codec, compressor, ...inCodec(codec, serverFrames) }),
)
/** The client's side of it. */
export { client2 }

const codecs = { json: Codec.json, msgpack: Codec.messagePack }
const connectDecoder = decoder([ConnectRequest], { strict: false })

/** The `Connect` that a body is, if it is one, in a session that is in version 2 from the start. */
export const readConnect = (codec: Codec.Codec["name"], body: Uint8Array): ConnectRequest | undefined =>
  Result.getOrUndefined(Result.flatMap(codecs[codec].decode(body), connectDecoder))
