/**
 * Compression of messages (permessage-deflate, RFC 7692) by Node's zlib, without context takeover in either direction:
 * every message is compressed by itself, so that one compressed once can go to all. In place, as in `transport/Zlib`.
 */
import * as zlib from "node:zlib"
import { deflatedMessages } from "../../protocol/DeflatedMessages.ts"
import type { Inflater } from "./WebSocketReader.ts"

/** How an empty block ends; a sender leaves it out (RFC 7692, 7.2.1). */
const emptyBlock = [0x00, 0x00, 0xff, 0xff]
/** That, and a block that says it is the last: then the end must be in sight. */
const end = Uint8Array.of(...emptyBlock, 0x01, ...emptyBlock)

/** Unpacks a compressed message. */
export const inflate: Inflater = (bytes, maxBytes) => {
  const whole = new Uint8Array(bytes.byteLength + end.byteLength)
  whole.set(bytes)
  whole.set(end, bytes.byteLength)
  try {
    const options = { maxOutputLength: maxBytes, info: true }
    const { buffer, engine } = zlib.inflateRawSync(whole, options) as unknown as Inflated
    const rest = whole.byteLength - engine.bytesWritten
    // A sender may end its data by itself, with a last block; then it has to begin an empty one (RFC 7692, 7.2.3.4).
    const isEmptyBlock = rest === end.byteLength + 1 && bytes.at(-1) === 0
    return rest === 0 || isEmptyBlock ? buffer : "Invalid"
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "TooLarge" : "Invalid"
  }
}

/** What Node gives where it is asked for `info`; its types do not know of it. */
interface Inflated {
  readonly buffer: Uint8Array
  /** How much of what was given has been read. */
  readonly engine: { readonly bytesWritten: number }
}

/** How messages are framed where compression was agreed on: the same object for all connections. */
export const deflated = deflatedMessages((bytes) =>
  zlib.deflateRawSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -emptyBlock.length),
)
