/**
 * How the server and a session write to each other: the version, the codec and the compression
 * that were negotiated. Sessions that agreed on the same share one `Encoding`, which is what makes
 * it possible to encode a frame once for all of them.
 */
import * as Codec from "./Codec.ts"
import type { Compressor } from "./Compression.ts"
import { ConnectReply, ConnectRequest } from "./Connect.ts"
import { decoder, encoder } from "./internal/frameSchema.ts"
import { wire, type Wire } from "./internal/wire.ts"
import * as Client from "./v2/ClientFrame.ts"
import * as Server from "./v2/ServerFrame.ts"
import * as V1 from "./v1/Message.ts"

/** The server's side of version 1. `Connect` is read and written with all it may say. */
export type Encoding1 = Wire<1, V1.Message | ConnectReply, V1.Message | ConnectRequest>
/** The server's side of version 2. */
export type Encoding2 = Wire<2, Server.ServerFrame, Client.ClientFrame>
export type Encoding = Encoding1 | Encoding2

/** The same connection seen from the client. */
export type ClientEncoding1 = Wire<1, V1.Message | ConnectRequest, V1.Message | ConnectReply>
export type ClientEncoding2 = Wire<2, Client.ClientFrame, Server.ServerFrame>
export type ClientEncoding = ClientEncoding1 | ClientEncoding2

const v1 = { version: 1, codec: Codec.json } as const
const messages = V1.all.filter((message) => message !== V1.Connect)

export const server1: Encoding1 = wire({
  ...v1,
  encode: encoder([...messages, ConnectReply]),
  decode: decoder([...messages, ConnectRequest], { strict: false, positional: true }),
})
export const client1: ClientEncoding1 = wire({
  ...v1,
  encode: encoder([...messages, ConnectRequest]),
  decode: decoder([...messages, ConnectReply], { strict: false, positional: true }),
})

const serverFrames = {
  encode: encoder(Server.all),
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

/** Both codecs, without compression and with each compressor: a process has one or none. */
const variants = <E>(make: (codec: Codec.Codec, compressor?: Compressor) => E) => {
  const pair = (compressor?: Compressor): Variants<E> => ({
    json: make(Codec.json, compressor),
    msgpack: make(Codec.messagePack, compressor),
  })
  const plain = pair()
  const compressed = new WeakMap<Compressor, Variants<E>>()
  return (codec: Codec.Codec["name"], compressor?: Compressor): E => {
    if (compressor === undefined) return plain[codec]
    const found = compressed.get(compressor) ?? pair(compressor)
    compressed.set(compressor, found)
    return found[codec]
  }
}

/** Version 2 in a codec, compressed where a compressor is given; always the same object for the same. */
export const server2: (codec: Codec.Codec["name"], compressor?: Compressor) => Encoding2 = variants(
  (codec, compressor) => wire({ version: 2, codec, compressor, ...serverFrames }),
)
export const client2: (codec: Codec.Codec["name"], compressor?: Compressor) => ClientEncoding2 = variants(
  (codec, compressor) => wire({ version: 2, codec, compressor, ...clientFrames }),
)
