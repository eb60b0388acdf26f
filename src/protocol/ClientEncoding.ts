/**
 * The client's side of version 2. It is apart from the server's, and reads frames without `effect/Schema`, so that a page
 * need not have that.
 */
import type * as Codec from "./Codec.ts"
import type { Compressor } from "./Compression.ts"
import type { ConnectReply, ConnectRequest } from "./Connect.ts"
import type { Framing } from "./Framing.ts"
import { decoder, encoder, reader } from "./internal/plain.ts"
import { inCodec, variants } from "./internal/variants.ts"
import { wire } from "./internal/wire.ts"
import type { ClientFrame } from "./v2/ClientFrame.ts"
import { plainClientFrames, plainRequest } from "./v2/plainClientFrames.ts"
import { plainReply, plainServerFrames } from "./v2/plainServerFrames.ts"
import type { ServerFrame } from "./v2/ServerFrame.ts"
import type { Wire } from "./Wire.ts"

/** The same connection as the server's `Encoding2`, seen from the client. */
export type ClientEncoding2 = Wire<2, ClientFrame, ServerFrame>

/** What a program asks for as a frame, or what is wrong in which field. */
export const readRequest = reader<ClientFrame>(plainClientFrames)

// A newer server may say more than this client knows: that is passed over.
const frames = { encode: encoder<ClientFrame>(plainClientFrames), decode: decoder<ServerFrame>(plainServerFrames) }

export const client2: (codec: Codec.Codec["name"], compressor?: Compressor, framing?: Framing) => ClientEncoding2 =
  variants((framing, codec, compressor) => wire({ version: 2, framing, codec, compressor, ...inCodec(codec, frames) }))

const openingFrames = {
  encode: encoder<ConnectRequest>(plainRequest),
  decode: decoder<ConnectReply | ServerFrame>({ ...plainReply, ...plainServerFrames }),
}
/** How a client asks for the terms where version 2 and the codec were agreed on while dialling. */
export const opening2: (
  codec: Codec.Codec["name"],
  compressor: undefined,
  framing: Framing,
) => Wire<2, ConnectRequest, ConnectReply | ServerFrame> = variants((framing, codec) =>
  wire({ version: 2, framing, codec, ...openingFrames }),
)
