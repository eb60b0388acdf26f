/** What a gateway does between a client that speaks length-prefixed frames and a transport of messages. */
import { Deframer, frame } from "../../protocol/Framing.ts"

/** Cuts what the client sends into messages: one for each of its frames. */
export const intoMessages = (): ((bytes: Uint8Array) => ReadonlyArray<Uint8Array>) => {
  // How large a frame may be is for the server to say.
  const deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  return (bytes) => {
    const bodies: Array<Uint8Array> = []
    deframer.push(bytes, bodies)
    return bodies
  }
}

/** Makes length-prefixed frames of what the server sends: unmasked frames of RFC 6455, whole ones, each a message. */
export const fromMessages =
  () =>
  (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const frames: Array<Uint8Array> = []
    let at = 0
    while (at < bytes.byteLength) {
      const short = view.getUint8(at + 1)
      const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10
      const length = short < 126 ? short : short === 126 ? view.getUint16(at + 2) : Number(view.getBigUint64(at + 2))
      const start = at + headerLength
      at = start + length
      frames.push(frame(bytes.subarray(start, at)))
    }
    return frames
  }
