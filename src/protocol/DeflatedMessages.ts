/**
 * Messages of a WebSocket that are compressed by the transport (permessage-deflate, RFC 7692), each by itself: one that was
 * compressed once goes to all who agreed to that, as it does uncompressed.
 */
import { worthwhile } from "./Compression.ts"
import { type Framing, messages } from "./Framing.ts"

/** RSV1 of the first byte: the message is compressed. */
const compressed = 0x40

/**
 * `messages`, compressed where that makes them smaller. `compress` gives what RFC 7692 puts on the wire. To be made once in
 * a process: encodings are shared by who has the same framing.
 */
export const deflatedMessages = (compress: (bytes: Uint8Array) => Uint8Array): Framing => ({
  headerRoom: messages.headerRoom,
  enclose: (bytes, start, end, content) => {
    const bodyAt = start + messages.headerRoom
    const length = end - bodyAt
    if (length < worthwhile) return messages.enclose(bytes, start, end, content)
    const packed = compress(bytes.subarray(bodyAt, end))
    if (packed.byteLength >= length) return messages.enclose(bytes, start, end, content)
    bytes.set(packed, bodyAt)
    const frameEnd = messages.enclose(bytes, start, bodyAt + packed.byteLength, content)
    bytes[start]! |= compressed
    return frameEnd
  },
})
