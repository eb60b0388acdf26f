/** Compression by Node's zlib. Frames are small, so it runs in place: a thread's round trip costs more. */
import * as zlib from "node:zlib"
import type { Compressor } from "../protocol/Compression.ts"

export const deflate: Compressor = {
  name: "deflate",
  compress: (bytes) => zlib.deflateRawSync(bytes),
  decompress: (bytes, maxBytes) => {
    try {
      return zlib.inflateRawSync(bytes, { maxOutputLength: maxBytes })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "TooLarge" : "Invalid"
    }
  },
}
